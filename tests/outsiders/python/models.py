"""What cqlengine, the mapper that comes with the Python driver, does with a cluster, done once and checked.

    models.py CONTACT_POINTS

Prints one line of what was shown; exits with 1 at the first doubt.
"""

import os
import sys
import uuid
from datetime import date, datetime
from decimal import Decimal

# Without it, cqlengine warns that it changes schemas.
os.environ["CQLENG_ALLOW_SCHEMA_MANAGEMENT"] = "1"

from cassandra.cluster import EXEC_PROFILE_DEFAULT, Cluster, ExecutionProfile
from cassandra.cqlengine import columns, connection, management
from cassandra.cqlengine.functions import MaxTimeUUID, MinTimeUUID, Token
from cassandra.cqlengine.models import Model
from cassandra.cqlengine.query import BatchQuery, LWTException
from cassandra.cqlengine.usertype import UserType
from cassandra.policies import DCAwareRoundRobinPolicy, TokenAwarePolicy
from cassandra.query import dict_factory
from cassandra.util import Date, Duration, Time

KEYSPACE = "outsiders_models"


class Place(UserType):
    street = columns.Text()
    number = columns.Integer()


class Reading(Model):
    __keyspace__ = KEYSPACE
    __options__ = {"comment": "it's hot", "default_time_to_live": 864000}
    station = columns.Text(partition_key=True)
    year = columns.Integer(partition_key=True)
    day = columns.Date(primary_key=True, clustering_order="DESC")
    elevation = columns.Double(static=True)
    weather = columns.Text(index=True)
    high = columns.Double()
    tags = columns.Set(columns.Text)
    notes = columns.List(columns.Text)
    marks = columns.Map(columns.Text, columns.Integer)
    place = columns.UserDefinedType(Place)


class Event(Model):
    __keyspace__ = KEYSPACE
    id = columns.UUID(primary_key=True, default=uuid.uuid4)
    at = columns.TimeUUID(primary_key=True, default=uuid.uuid1)
    what = columns.Text(required=True)


class Everything(Model):
    """A column of each type that cqlengine has."""

    __keyspace__ = KEYSPACE
    id = columns.Integer(primary_key=True)
    a = columns.Ascii()
    b = columns.BigInt()
    c = columns.Blob()
    d = columns.Boolean()
    e = columns.Date()
    f = columns.Decimal()
    g = columns.Double()
    h = columns.Duration()
    i = columns.Float()
    j = columns.Inet()
    k = columns.SmallInt()
    l = columns.Text()
    m = columns.Time()
    n = columns.DateTime()
    o = columns.TimeUUID()
    p = columns.TinyInt()
    q = columns.UUID()
    r = columns.VarInt()
    s = columns.List(columns.Decimal)
    t = columns.Set(columns.UUID)
    u = columns.Map(columns.Date, columns.Integer)
    v = columns.Tuple(columns.Integer, columns.Text)
    w = columns.UserDefinedType(Place)
    x = columns.List(columns.UserDefinedType(Place))
    y = columns.Map(columns.Text, columns.Set(columns.Integer))


class Visits(Model):
    __keyspace__ = KEYSPACE
    page = columns.Text(primary_key=True)
    count = columns.Counter()


def main():
    points = [point.rsplit(":", 1) for point in sys.argv[1].split(",")]
    policy = TokenAwarePolicy(DCAwareRoundRobinPolicy("datacenter1"))
    profile = ExecutionProfile(policy, request_timeout=20, row_factory=dict_factory)
    cluster = Cluster(
        [address for address, _ in points],
        port=int(points[0][1]),
        protocol_version=4,
        execution_profiles={EXEC_PROFILE_DEFAULT: profile},
    )
    connection.register_connection("outsiders", session=cluster.connect(), default=True)
    management.drop_keyspace(KEYSPACE)
    management.create_keyspace_simple(KEYSPACE, 1)
    sync(cluster)
    rows()
    queries()
    conditions()
    events()
    everything()
    management.drop_table(Visits)
    management.drop_keyspace(KEYSPACE)
    cluster.shutdown()
    print("4 models and a type synced, and synced again with one column more; rows saved, changed in part, filtered, counted,", end=" ")
    print("ordered, deleted; batches, conditions, counters, times in UUIDs, a value of each type")


def sync(cluster):
    """Twice: the second time there is nothing to do but to add a column."""
    for _ in range(2):
        for model in (Reading, Event, Visits, Everything):
            management.sync_table(model)

    class Wider(Model):
        __keyspace__ = KEYSPACE
        __table_name__ = "event"
        id = columns.UUID(primary_key=True)
        at = columns.TimeUUID(primary_key=True)
        what = columns.Text()
        more = columns.Text()

    management.sync_table(Wider)
    table = cluster.metadata.keyspaces[KEYSPACE].tables
    assert "more" in table["event"].columns
    assert table["reading"].options["comment"] == "it's hot"
    assert list(table["reading"].indexes) == ["reading_weather_idx"], table["reading"].indexes


def rows():
    key = {"station": "Seattle", "year": 2014}
    for day in range(1, 11):
        Reading.create(**key, day=date(2014, 7, day), weather="sun" if day % 2 else "rain", high=20 + day, tags={"a"})
    one = Reading.get(**key, day=date(2014, 7, 3))
    one.tags = {"a", "b"}
    one.notes = ["x", "y"]
    one.marks = {"k": 1}
    one.place = Place(street="Main St", number=5)
    one.elevation = 56.0
    one.save()
    one.update(notes=["w", "x", "y", "z"], weather=None)
    one = Reading.get(**key, day=date(2014, 7, 3))
    assert (one.tags, one.notes, one.marks) == ({"a", "b"}, ["w", "x", "y", "z"], {"k": 1}), one
    assert (one.place.street, one.place.number, one.weather) == ("Main St", 5, None), one
    query = Reading.objects(**key, day=date(2014, 7, 4))
    query.update(tags__add={"c"}, notes__append=["end"], marks__update={"j": 2}, high=0.5)
    query.update(tags__remove={"a"})
    four = query.get()
    assert (four.tags, four.notes, four.marks, four.high) == ({"c"}, ["end"], {"j": 2}, 0.5), four
    assert four.elevation == 56.0
    Visits(page="home").update(count=4)
    Visits.objects(page="home").update(count=-1)
    assert Visits.get(page="home").count == 3


def queries():
    # A new query each time: what is derived from one that has counted keeps its count.
    july = lambda: Reading.objects.filter(station="Seattle", year=2014)
    assert july().count() == 10
    assert [row.day.date().day for row in july().limit(3)] == [10, 9, 8]
    assert [row.day.date().day for row in july().order_by("day").limit(3)] == [1, 2, 3]
    window = july().filter(day__gt=date(2014, 7, 2), day__lte=date(2014, 7, 5))
    assert [row.day.date().day for row in window] == [5, 4, 3]
    assert sorted(row.high for row in Reading.objects.filter(weather="rain")) == [0.5, 22, 26, 28, 30]
    assert july().filter(day__in=[date(2014, 7, 1), date(2014, 7, 9)]).count() == 2
    assert july().filter(high__gte=28).allow_filtering().count() == 3
    assert sorted(july().values_list("high", flat=True))[:2] == [0.5, 21]
    assert Reading.objects.filter(pk__token__gt=Token("Seattle", 2014)).count() == 0
    assert len(Reading.objects.distinct(["station", "year"])) == 1
    july().filter(day=date(2014, 7, 1)).delete()
    assert july().count() == 9
    with BatchQuery() as batch:
        for day in (20, 21):
            Reading.batch(batch).create(station="Seattle", year=2015, day=date(2015, 7, day), high=1)
    assert Reading.objects(station="Seattle", year=2015).count() == 2


def conditions():
    key = {"station": "Oslo", "year": 2014, "day": date(2014, 1, 1)}
    Reading.if_not_exists().create(**key, high=-5)
    try:
        Reading.if_not_exists().create(**key, high=5)
        raise AssertionError("the row was not there")
    except LWTException as refused:
        assert refused.existing["high"] == -5, refused.existing
    Reading.objects(**key).iff(high=-5).update(high=-4)
    assert Reading.get(**key).high == -4
    Reading.objects(**key).ttl(1000).update(weather="snow")
    Reading.objects(**key).if_exists().update(high=-3)
    try:
        Reading.objects(**{**key, "year": 1900}).if_exists().update(high=-3)
        raise AssertionError("there is no such row")
    except LWTException as refused:
        assert not refused.existing.get("high"), refused.existing
    # An older write does not count.
    Reading.objects(**key).timestamp(datetime(2000, 1, 1)).update(high=100)
    assert Reading.get(**key).high == -3


def events():
    event = Event.create(what="began")
    low, high = MinTimeUUID(datetime(2000, 1, 1)), MaxTimeUUID(datetime(2100, 1, 1))
    found = Event.objects.filter(id=event.id, at__gt=low, at__lt=high)
    assert [row.what for row in found] == ["began"]


def everything():
    """Each value comes back, also when it is filtered by; and null is told from it."""
    place = Place(street="Main St", number=5)
    values = {
        "a": "plain",
        "b": -(2**63),
        "c": b"\x00\xff",
        "d": True,
        "e": Date(-719162),
        "f": Decimal("-1.50"),
        "g": 1.5e300,
        "h": Duration(-1, -2, -3),
        "i": 0.25,
        "j": "2001:db8::1",
        "k": -(2**15),
        "l": "it's żółw",
        "m": Time(86399999999999),
        "n": datetime(1969, 7, 20, 20, 17, 40, 123000),
        "o": uuid.UUID("d2177dd0-eaa2-11de-a572-001b779c76e3"),
        "p": -128,
        "q": uuid.UUID(int=2**128 - 1),
        "r": -(2**130),
        "s": [Decimal("3.10"), Decimal("3.1")],
        "t": {uuid.UUID(int=1), uuid.UUID(int=2)},
        "u": {Date(0): 1, Date(-1): 2},
        "v": (1, None),
        "w": place,
        "x": [place, Place(street="only")],
        "y": {"k": {3, 1}},
    }
    Everything.create(id=1, **values)
    Everything.create(id=2)
    one, two = Everything.get(id=1), Everything.get(id=2)
    for name, value in values.items():
        found = getattr(one, name)
        assert found == value, f"{name}: {found!r} is not {value!r}"
        assert not getattr(two, name), name
    # A duration has no order: it is not asked for.
    for name in "abcdefgijklmnopqr":
        found = Everything.objects.filter(**{name: values[name]}).allow_filtering()
        assert [row.id for row in found] == [1], name
    pages = connection.execute("SELECT id FROM outsiders_models.everything")
    assert sorted(row["id"] for row in pages) == [1, 2]


if __name__ == "__main__":
    main()
