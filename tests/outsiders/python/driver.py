"""Everything that the Python driver does with a cluster, done once and checked.

    driver.py CONTACT_POINTS [--protocol 4|5] [--shards N]

CONTACT_POINTS is address:port,…; with --shards every node must have so many, and each keyed request must go to the
connection of the shard that owns its partition. Prints one line of what was shown; exits with 1 at the first doubt.
"""

import argparse
import datetime
import decimal
import ipaddress
import time
import uuid

from cassandra import AlreadyExists, InvalidRequest, Unauthorized
from cassandra import ConsistencyLevel as Level
from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.concurrent import execute_concurrent_with_args
from cassandra.policies import DCAwareRoundRobinPolicy, TokenAwarePolicy
from cassandra.protocol import ConfigurationException, SyntaxException
from cassandra.query import UNSET_VALUE, BatchStatement, BatchType, SimpleStatement
from cassandra.util import Date, Duration, OrderedMapSerializedKey, SortedSet, Time

KEYSPACE = "outsiders_python"

# Of each type a value; CQL for the type, the value bound, and the value read where that is another one.
WHEN = datetime.datetime(1969, 7, 20, 20, 17, 40, 123000)
VALUES = [
    ("ascii", "plain"),
    ("bigint", -(2**63)),
    ("blob", b"\x00\xff\xfe"),
    ("boolean", True),
    ("date", Date(-719162)),  # 0001-01-01
    ("decimal", decimal.Decimal("-123456789012345678901234567890.0001")),
    ("double", -1.5e300),
    ("duration", Duration(-14, -3, -(2**62))),
    ("float", 0.25),
    ("inet", "2001:db8::1"),
    ("inet", "127.0.0.9"),
    ("int", 2**31 - 1),
    ("smallint", -(2**15)),
    ("text", "żółw 🐢"),
    ("text", ""),
    ("time", Time(86399999999999)),
    ("timestamp", WHEN),
    ("timeuuid", uuid.UUID("00000000-0000-1000-8080-808080808080")),
    ("tinyint", -128),
    ("uuid", uuid.UUID(int=2**128 - 1)),
    ("varint", -(2**130) - 7),
    ("list<int>", [3, 1, 3]),
    ("set<text>", SortedSet(["a", "b"])),
    ("map<text, int>", {"x": 1, "y": 2}),
    ("frozen<list<frozen<set<int>>>>", [SortedSet([1, 2]), SortedSet([])]),
    ("frozen<map<int, frozen<list<text>>>>", {1: ["a"], 2: []}),
    ("frozen<tuple<int, text, boolean>>", (1, None, False)),
    ("vector<float, 3>", [1.0, -2.0, 0.5]),
    ("vector<text, 2>", ["", "wide"]),
]


def main():
    args = arguments()
    cluster = connect(args)
    session = cluster.connect()
    shown = [
        topology(cluster, args),
        shards(cluster, args),
        schema(cluster, session),
        types(session),
        user_types(cluster, session),
        routing(cluster, session, args),
        paging(session),
        conditions(session),
        batches(session),
        errors(session),
        alteration(cluster, session),
        events(cluster, session, args),
    ]
    session.execute(f"DROP KEYSPACE {KEYSPACE}")
    cluster.shutdown()
    print("; ".join(filter(None, shown)))


def arguments():
    parser = argparse.ArgumentParser()
    parser.add_argument("contact_points")
    parser.add_argument("--protocol", type=int, default=4)
    parser.add_argument("--shards", type=int)
    args = parser.parse_args()
    pairs = [point.rsplit(":", 1) for point in args.contact_points.split(",")]
    args.addresses, args.port = [address for address, _ in pairs], int(pairs[0][1])
    return args


def connect(args, **more):
    policy = TokenAwarePolicy(DCAwareRoundRobinPolicy("datacenter1"), shuffle_replicas=False)
    profile = ExecutionProfile(policy, request_timeout=20, consistency_level=Level.QUORUM)
    return Cluster(
        args.addresses,
        port=args.port,
        protocol_version=args.protocol,
        execution_profiles={EXEC_PROFILE_DEFAULT: profile},
        **more,
    )


def topology(cluster, args):
    hosts = cluster.metadata.all_hosts()
    same(sorted(host.address for host in hosts), sorted(args.addresses))
    assert all(host.is_up and host.host_id and host.rack and host.release_version for host in hosts), hosts
    tokens = cluster.metadata.token_map.ring
    same(len(tokens), 16 * len(hosts))
    return f"{len(hosts)} nodes, {len(tokens)} tokens"


def shards(cluster, args):
    if not args.shards:
        return None
    assert cluster.is_shard_aware()
    want = {f"{address}:{args.port}": args.shards for address in args.addresses}
    connected = lambda: {node: stats["connected"] for node, stats in cluster.shard_aware_stats().items()}
    until(lambda: connected() == want, connected)
    return f"a connection to each of {args.shards} shards per node"


def schema(cluster, session):
    replicas = min(3, len(cluster.metadata.all_hosts()))
    session.execute(f"DROP KEYSPACE IF EXISTS {KEYSPACE}")
    session.execute(
        f"CREATE KEYSPACE {KEYSPACE} WITH replication = "
        f"{{'class': 'NetworkTopologyStrategy', 'datacenter1': {replicas}}}"
    )
    session.set_keyspace(KEYSPACE)
    columns = ", ".join(f"v{at} {cql}" for at, (cql, _) in enumerate(VALUES))
    session.execute("CREATE TYPE place (street text, number int, near frozen<list<text>>)")
    session.execute(f"CREATE TABLE types (id int PRIMARY KEY, {columns})")
    session.execute(
        "CREATE TABLE events (p int, \"Q\" text, c timeuuid, d int, s text STATIC, v frozen<place>, w map<text, int>, "
        "PRIMARY KEY ((p, \"Q\"), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC) AND comment = 'it''s'"
    )
    session.execute("CREATE INDEX by_key ON events (KEYS(w))")
    session.execute("CREATE TABLE counts (id int PRIMARY KEY, n counter)")
    keyspace = cluster.metadata.keyspaces[KEYSPACE]
    same(sorted(keyspace.tables), ["counts", "events", "types"])
    same(keyspace.user_types["place"].field_types, ["text", "int", "frozen<list<text>>"])
    events = keyspace.tables["events"]
    same([column.name for column in events.partition_key], ["p", "Q"])
    same([(column.name, column.is_reversed) for column in events.clustering_key], [("c", True), ("d", False)])
    assert events.columns["s"].is_static and not events.columns["v"].is_static
    same([column.cql_type for column in keyspace.tables["types"].columns.values()][1:], [cql for cql, _ in sorted_values()])
    same(events.options["comment"], "it's")
    same(list(events.indexes), ["by_key"])
    exported = keyspace.export_as_string()
    recreate(session, exported)
    same(cluster.metadata.keyspaces[KEYSPACE].export_as_string(), exported)
    return "metadata of 3 tables, a type and an index, exported and created again"


def recreate(session, exported):
    """Drops the keyspace and creates it from what the driver exported; nothing of it is about views of indexes."""
    session.execute(f"DROP KEYSPACE {KEYSPACE}")
    for statement in exported.split(";"):
        if statement.strip() and "MATERIALIZED VIEW" not in statement:
            session.execute(statement)
    session.execute(f"USE {KEYSPACE}")


def sorted_values():
    """In the order of the metadata: by the name of the column."""
    return [VALUES[at] for at in sorted(range(len(VALUES)), key=lambda at: f"v{at}")]


def types(session):
    names = [f"v{at}" for at in range(len(VALUES))]
    values = [value for _, value in VALUES]
    insert = session.prepare(f"INSERT INTO types (id, {', '.join(names)}) VALUES (?{', ?' * len(names)})")
    select = session.prepare(f"SELECT {', '.join(names)} FROM types WHERE id = ?")
    session.execute(insert, [1, *values])
    session.execute(insert, [2, *[None] * len(names)])
    session.execute(insert, [1, *[UNSET_VALUE] * len(names)])
    for (cql, value), got in zip(VALUES, session.execute(select, [1]).one()):
        same(normal(got), normal(value), cql)
    same(set(session.execute(select, [2]).one()), {None})
    by_text = session.execute("SELECT v11, v13, v21 FROM types WHERE id = %s", [1]).one()
    same((by_text.v11, by_text.v13, by_text.v21), (2**31 - 1, "żółw 🐢", [3, 1, 3]))
    session.execute("INSERT INTO types (id, v13, v23) VALUES (%s, %s, %s)", (3, "it's", {"k": 3}))
    same(session.execute("SELECT v23 FROM types WHERE id = 3").one().v23, {"k": 3})
    return f"{len(VALUES)} values of every type written and read"


def normal(value):
    """What is equal in CQL as what is equal in Python."""
    match value:
        case OrderedMapSerializedKey() | dict():
            return {key: normal(item) for key, item in value.items()}
        case SortedSet():
            return list(value)
        case list():
            return [normal(item) for item in value]
        case str() if value.count(":") > 1:
            return ipaddress.ip_address(value)
    return value


def user_types(cluster, session):
    class Place:
        def __init__(self, street, number, near):
            self.street, self.number, self.near = street, number, near

    cluster.register_user_type(KEYSPACE, "place", Place)
    key = (1, "q", uuid.uuid1(), 5)
    insert = session.prepare('INSERT INTO events (p, "Q", c, d, s, v, w) VALUES (?, ?, ?, ?, ?, ?, ?)')
    session.execute(insert, [*key, "static", Place("Main St", None, ["a", "b"]), {"x": 1}])
    row = session.execute('SELECT * FROM events WHERE p = 1 AND "Q" = %s', ["q"]).one()
    same((row.v.street, row.v.number, row.v.near, row.s), ("Main St", None, ["a", "b"], "static"))
    found = session.execute("SELECT d FROM events WHERE w CONTAINS KEY 'x'").all()
    same([row.d for row in found], [5])
    return "a user-defined type as a class; an index on keys"


def routing(cluster, session, args):
    """Each request goes to a replica, and on it to the connection of the shard that owns the partition."""
    insert = session.prepare("INSERT INTO types (id, v11) VALUES (?, ?)")
    owned = 0
    for at in range(100, 300):
        bound = insert.bind((at, at))
        future = session.execute_async(bound)
        future.result()
        replicas = cluster.metadata.get_replicas(KEYSPACE, bound.routing_key)
        assert future.coordinator_host in replicas, (future.coordinator_host, replicas)
        if args.shards:
            sharding = future.coordinator_host.sharding_info
            token = cluster.metadata.token_map.token_class.from_key(bound.routing_key)
            owner = sharding.shard_id_from_token(token.value)
            owned += future._connection.features.shard_id == owner
    if args.shards:
        same(owned, 200)
    return "200 of 200 requests on a replica" + (" and its owning shard" if args.shards else "")


def paging(session):
    insert = session.prepare('INSERT INTO events (p, "Q", c, d) VALUES (7, ?, ?, ?)')
    clustering = uuid.uuid1()
    rows = [("pages", clustering, at) for at in range(1000)]
    results = execute_concurrent_with_args(session, insert, rows, concurrency=100)
    assert all(success for success, _ in results)
    query = SimpleStatement('SELECT d FROM events WHERE p = 7 AND "Q" = \'pages\'', fetch_size=64)
    result = session.execute(query)
    same(len(result.current_rows), 64)
    first = [row.d for row in result.current_rows]
    rest = session.execute(query, paging_state=result.paging_state)
    same(first + [row.d for row in rest], list(range(1000)))
    scanned = session.execute(SimpleStatement("SELECT id FROM types", fetch_size=7))
    same(sorted(row.id for row in scanned), [1, 2, 3, *range(100, 300)])
    return "1,000 rows in pages of 64, resumed from a paging state"


def conditions(session):
    insert = session.prepare("INSERT INTO types (id, v11) VALUES (1000, ?) IF NOT EXISTS")
    assert session.execute(insert, [1]).was_applied
    result = session.execute(insert, [2])
    assert not result.was_applied
    same(result.one().v11, 1)
    update = session.prepare("UPDATE types SET v11 = ? WHERE id = 1000 IF v11 = ?")
    same(session.execute(update, [3, 2]).one()._asdict(), {"applied": False, "v11": 1})
    assert session.execute(update, [3, 1]).was_applied
    serial = SimpleStatement("SELECT v11 FROM types WHERE id = 1000", consistency_level=Level.SERIAL)
    same(session.execute(serial).one().v11, 3)
    assert session.execute("DELETE FROM types WHERE id = 1000 IF EXISTS").was_applied
    return "conditional writes, applied and not"


def batches(session):
    insert = session.prepare("INSERT INTO types (id, v11) VALUES (?, ?)")
    for kind in (BatchType.LOGGED, BatchType.UNLOGGED):
        batch = BatchStatement(kind)
        batch.add(insert, (2000, kind.value))
        batch.add(insert, (2001, kind.value))
        batch.add(SimpleStatement("DELETE FROM types WHERE id = %s"), (2001,))
        session.execute(batch)
        rows = session.execute("SELECT id, v11 FROM types WHERE id IN (2000, 2001)").all()
        same([(row.id, row.v11) for row in rows], [(2000, kind.value)])
    count = BatchStatement(BatchType.COUNTER)
    add = session.prepare("UPDATE counts SET n = n + ? WHERE id = 1")
    count.add(add, [5])
    count.add(add, [-2])
    session.execute(count)
    same(session.execute("SELECT n FROM counts WHERE id = 1").one().n, 3)
    return "logged, unlogged and counter batches"


def errors(session):
    refused = [
        (SyntaxException, "SELEC * FROM types"),
        (InvalidRequest, "SELECT * FROM nothing"),
        (InvalidRequest, "SELECT * FROM types WHERE v11 = 1"),
        (InvalidRequest, "INSERT INTO types (v11) VALUES (1)"),
        (AlreadyExists, "CREATE TABLE types (id int PRIMARY KEY)"),
        (AlreadyExists, f"CREATE KEYSPACE {KEYSPACE} WITH replication = {{'class': 'SimpleStrategy', 'replication_factor': 1}}"),
        (ConfigurationException, "CREATE KEYSPACE z WITH replication = {'class': 'NoSuchStrategy'}"),
        ((Unauthorized, InvalidRequest), "DROP TABLE system.local"),
    ]
    for kind, statement in refused:
        try:
            session.execute(statement)
        except kind:
            continue
        raise AssertionError(f"not refused: {statement}")
    return f"{len(refused)} refusals, each as its exception"


def alteration(cluster, session):
    select = session.prepare("SELECT * FROM types WHERE id = ?")
    session.execute("ALTER TABLE types ADD added text")
    session.execute("UPDATE types SET added = 'new' WHERE id = 1")
    same(session.execute("SELECT added FROM types WHERE id = 1").one().added, "new")
    same(session.execute(select, [1]).one().v11, 2**31 - 1)
    assert "added" in cluster.metadata.keyspaces[KEYSPACE].tables["types"].columns
    session.execute("TRUNCATE types")
    same(session.execute(select, [1]).one(), None)
    return "prepared before ALTER, run after it"


def events(cluster, session, args):
    """A second client hears of what the first one changes."""
    with connect(args) as other:
        other.connect()
        session.execute("CREATE TABLE heard (id int PRIMARY KEY)")
        tables = lambda: other.metadata.keyspaces[KEYSPACE].tables
        until(lambda: "heard" in tables(), tables)
        session.execute("DROP TABLE heard")
        until(lambda: "heard" not in tables(), tables)
    return "schema events heard"


def same(found, expected, what=""):
    assert found == expected, f"{what}\n  found    {found!r}\n  expected {expected!r}"


def until(holds, state, seconds=20):
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {seconds} s: {state()}"
        time.sleep(0.05)


if __name__ == "__main__":
    main()
