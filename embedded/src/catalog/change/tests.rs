//! What the servers refuse, in their words, and what they let pass.

use scylla_orm_driver::frame::response::ServerErrorKind;
use scylla_orm_driver::value::Type;

use crate::catalog::Schema;
use crate::catalog::change::{Origin, apply};
use crate::catalog::keyspace::Replication;
use crate::catalog::nodes::Node;
use crate::catalog::table::{Index, IndexKind, Table};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::parse;
use crate::parse::syntax::Statement;

const SETUP: [&str; 6] = [
    "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
    "CREATE TYPE u (a int, b frozen<list<int>>)",
    "CREATE TABLE t (p int, c int, s text STATIC, v text, m map<text, int>, f frozen<list<int>>, \
     d duration, x frozen<u>, PRIMARY KEY (p, c)) WITH CLUSTERING ORDER BY (c DESC)",
    "CREATE TABLE one (p int PRIMARY KEY, v int)",
    "CREATE TABLE n (p int PRIMARY KEY, c counter)",
    "CREATE INDEX ON t (v)",
];

fn node(datacenter: &str) -> Node {
    Node {
        host_id: uuid::Uuid::nil(),
        address: std::net::IpAddr::from([127, 0, 0, 1]),
        port: 9042,
        datacenter: datacenter.into(),
        rack: "rack1".into(),
        tokens: vec![0],
        shards: std::num::NonZeroU16::MIN,
        up: true,
        told: Default::default(),
    }
}

/// `schema` after `text`, and the warnings; the same schema if nothing was done.
fn step(schema: &Schema, text: &str) -> Result<(Schema, Vec<String>), Failure> {
    let parsed = parse(text, schema.flavor)?;
    let Statement::Ddl(ddl) = parsed.statement else {
        panic!("{text}")
    };
    let nodes = [node("dc1"), node("dc2")];
    let origin = Origin {
        keyspace: Some("k"),
        nodes: &nodes,
        now: 0,
    };
    Ok(match apply(schema, &ddl, origin)? {
        Some(change) => {
            assert_ne!(change.schema.version, schema.version, "{text}");
            (change.schema, change.warnings)
        }
        None => (schema.clone(), vec!["nothing done".to_owned()]),
    })
}

fn after(flavor: Flavor, texts: &[&str]) -> Schema {
    let mut schema = Schema::new(flavor);
    for text in SETUP.iter().chain(texts) {
        schema = step(&schema, text)
            .unwrap_or_else(|failure| panic!("{text}: {failure}"))
            .0;
    }
    schema
}

fn table(schema: &Schema, name: &str) -> Table {
    Table::clone(schema.table("k", name).unwrap())
}

/// The code of an error in figures, and its text.
fn shown(failure: Failure) -> String {
    let code = match failure.kind {
        ServerErrorKind::Syntax => 2000,
        ServerErrorKind::Unauthorized => 2100,
        ServerErrorKind::Invalid => 2200,
        ServerErrorKind::Config => 2300,
        ServerErrorKind::AlreadyExists { .. } => 2400,
        other => panic!("{other:?}"),
    };
    format!("{code} {}", failure.message)
}

/// What a statement is refused with, by ScyllaDB and by Cassandra; empty texts are not compared.
fn check(cases: &[(&str, &str, &str)]) {
    for (flavor, schema) in [
        (Flavor::Scylla, after(Flavor::Scylla, &[])),
        (Flavor::Cassandra, after(Flavor::Cassandra, &[])),
    ] {
        for (text, scylla, cassandra) in cases {
            let expected = flavor.pick(*scylla, *cassandra);
            let found = match step(&schema, text) {
                Ok((_, warnings)) => warnings.join("; "),
                Err(failure) => shown(failure),
            };
            assert_eq!(found, expected, "{text} on {flavor:?}");
        }
    }
}

/// As [`check`], where both say the same.
fn check_both(cases: &[(&str, &str)]) {
    let cases: Vec<_> = cases
        .iter()
        .map(|(text, expected)| (*text, *expected, *expected))
        .collect();
    check(&cases);
}

#[test]
fn keyspaces_refused() {
    check(&[
        (
            "CREATE KEYSPACE k WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
            "2400 Cannot add existing keyspace \"k\"",
            "2400 Cannot add existing keyspace \"k\"",
        ),
        (
            "CREATE KEYSPACE j WITH durable_writes = true",
            "2300 Missing mandatory replication strategy class",
            "2200 Missing mandatory option 'replication'",
        ),
        (
            "CREATE KEYSPACE j WITH replication = {'replication_factor': 1}",
            "2300 Missing mandatory replication strategy class",
            "2300 Missing replication strategy class",
        ),
        (
            "CREATE KEYSPACE \"a-b\" WITH replication = {'class': 'LocalStrategy'}",
            "2200 \"a-b\" is not a valid keyspace name",
            "2200 Keyspace name must not be empty and must contain alphanumeric or underscore characters only \
             (got \"a-b\")",
        ),
        (
            "CREATE KEYSPACE j WITH replication = {'class': 'NetworkTopologyStrategy', 'dc9': 1}",
            "2300 Unrecognized strategy option {dc9} passed to \
             org.apache.cassandra.locator.NetworkTopologyStrategy for keyspace j",
            "2300 Unrecognized strategy option {dc9} passed to NetworkTopologyStrategy for keyspace j",
        ),
        (
            "DROP KEYSPACE j",
            "2300 Cannot drop non existing keyspace 'j'.",
            "2200 Keyspace 'j' doesn't exist",
        ),
        (
            "ALTER KEYSPACE j WITH durable_writes = false",
            "2300 Cannot update non existing keyspace 'j'.",
            "2200 Keyspace 'j' doesn't exist",
        ),
    ]);
    check_both(&[
        (
            "CREATE KEYSPACE j WITH replication = {'class': 'Nowhere'}",
            "2300 Unable to find replication strategy class 'org.apache.cassandra.locator.Nowhere'",
        ),
        (
            "CREATE KEYSPACE j WITH replication = 'SimpleStrategy'",
            "2000 Invalid value for property 'replication'. It should be a map.",
        ),
        (
            "CREATE KEYSPACE j WITH colour = 'red'",
            "2000 Unknown property 'colour'",
        ),
        (
            "DROP KEYSPACE system",
            "2100 system keyspace is not user-modifiable.",
        ),
        (
            "CREATE TABLE system.t (p int PRIMARY KEY)",
            "2100 system keyspace is not user-modifiable.",
        ),
        ("DROP KEYSPACE IF EXISTS j", "nothing done"),
    ]);
}

#[test]
fn keyspaces_made() {
    for (text, expected) in [
        (
            "{'class': 'SimpleStrategy', 'replication_factor': '3'}",
            Replication::Simple(3),
        ),
        (
            "{'class': 'org.apache.cassandra.locator.NetworkTopologyStrategy', 'dc1': 3}",
            Replication::NetworkTopology([("dc1".into(), 3)].into()),
        ),
        (
            "{'class': 'NetworkTopologyStrategy', 'replication_factor': 3, 'dc2': 1}",
            Replication::NetworkTopology([("dc1".into(), 3), ("dc2".into(), 1)].into()),
        ),
    ] {
        let text =
            format!("CREATE KEYSPACE j WITH replication = {text} AND durable_writes = false");
        let schema = after(Flavor::Cassandra, &[&text]);
        let keyspace = schema.keyspace("j").unwrap();
        assert_eq!(
            (&keyspace.replication, keyspace.durable_writes),
            (&expected, false)
        );
    }
}

#[test]
fn scylla_warns() {
    let schema = Schema::new(Flavor::Scylla);
    let text = "CREATE KEYSPACE j WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 1} \
                AND tablets = {'enabled': false}";
    let (_, warnings) = step(&schema, text).unwrap();
    assert_eq!(
        warnings,
        [
            "Using Replication Factor dc1=1 lower than the minimum_replication_factor_warn_threshold=3 is not \
         recommended."
        ]
    );
}

#[test]
fn keyspaces_of_scylladb_have_tablets_or_not() {
    let network = "{'class': 'NetworkTopologyStrategy', 'dc1': 3}";
    let simple = "{'class': 'SimpleStrategy', 'replication_factor': 3}";
    let check = |by_default: bool, replication: &str, more: &[&str], expected: Result<_, &str>| {
        let mut schema = Schema {
            tablets: by_default,
            ..Schema::new(Flavor::Scylla)
        };
        let create = format!("CREATE KEYSPACE j WITH replication = {replication}");
        let mut found = Ok(None);
        for (nth, more) in more.iter().enumerate() {
            let text = match nth {
                0 => format!("{create}{more}"),
                _ => format!("ALTER KEYSPACE j WITH {more}"),
            };
            found = step(&schema, &text).map(|(new, _)| {
                schema = new;
                schema.keyspace("j").unwrap().tablets
            });
        }
        let found = found.map_err(|failure| failure.message);
        assert_eq!(
            found,
            expected.map_err(str::to_owned),
            "{replication} {more:?}"
        );
    };
    check(false, network, &[""], Ok(None));
    check(true, network, &[""], Ok(Some(0)));
    check(true, simple, &[""], Ok(None));
    let with = |initial| format!(" AND tablets = {{'enabled': true, 'initial': {initial}}}");
    check(false, network, &[&with(8)], Ok(Some(8)));
    check(
        true,
        network,
        &[" AND tablets = {'enabled': false}"],
        Ok(None),
    );
    check(
        true,
        network,
        &["", "tablets = {'initial': 4}"],
        Ok(Some(4)),
    );
    check(true, network, &["", "durable_writes = false"], Ok(Some(0)));
    let other = "Cannot alter replication strategy vnode/tablets flavor";
    check(
        true,
        network,
        &["", "tablets = {'enabled': false}"],
        Err(other),
    );
    check(
        false,
        network,
        &["", "tablets = {'enabled': true}"],
        Err(other),
    );
    let simple_now = format!("replication = {simple}");
    check(true, network, &["", &simple_now], Err(other));
    for (tablets, error) in [
        (
            "'enabled': 'yes'",
            "Tablets enabled value must be true or false; found: yes",
        ),
        (
            "'initial': 'some'",
            "Initial tablets value should be numeric; found some",
        ),
        ("'goal': 1", "Unrecognized tablets option goal"),
    ] {
        let more = format!(" AND tablets = {{{tablets}}}");
        check(false, network, &[&more], Err(error));
    }
}

#[test]
fn tables_refused() {
    check(&[
        (
            "CREATE TABLE t (p int PRIMARY KEY)",
            "2400 Cannot add already existing table \"t\" to keyspace \"k\"",
            "2400 Cannot add already existing table \"t\" to keyspace \"k\"",
        ),
        (
            "CREATE TABLE j.t (p int PRIMARY KEY)",
            "2200 Keyspace j does not exist",
            "2200 Keyspace 'j' doesn't exist",
        ),
        (
            "CREATE TABLE a (p int)",
            "2200 No PRIMARY KEY specified (exactly one required)",
            "2200 No PRIMARY KEY specifed for table 'k.a' (exactly one required)",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, PRIMARY KEY (p))",
            "2200 Multiple PRIMARY KEYs specified (exactly one required)",
            "2200 Multiple PRIMARY KEY specified for table 'k.a' (exactly one required)",
        ),
        (
            "CREATE TABLE a (p int, PRIMARY KEY (p, q))",
            "2200 Unknown definition q referenced in PRIMARY KEY",
            "2200 Unknown column 'q' referenced in PRIMARY KEY for table 'a'",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v int, v int)",
            "2200 Multiple definition of identifier v",
            "2200 Duplicate column 'v' declaration for table 'k.a'",
        ),
        (
            "CREATE TABLE a (p list<int> PRIMARY KEY)",
            "2200 Invalid non-frozen collection type for PRIMARY KEY component p",
            "2200 Invalid non-frozen collection type list<int> for PRIMARY KEY column 'p'",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v frozen<int>)",
            "2200 frozen<> is only allowed on collections, tuples, and user-defined types (got int)",
            "2000 frozen<> is only allowed on collections, tuples, and user-defined types (got int)",
        ),
        (
            "CREATE TABLE a (p u PRIMARY KEY)",
            "2200 Invalid non-frozen user-defined type for PRIMARY KEY component p",
            "2200 Invalid non-frozen user-defined type \"k.u\" for PRIMARY KEY column 'p'",
        ),
        (
            "CREATE TABLE a (p counter PRIMARY KEY)",
            "2200 counter type is not supported for PRIMARY KEY part p",
            "2200 counter type is not supported for PRIMARY KEY column 'p'",
        ),
        (
            "CREATE TABLE a (p int, c duration, PRIMARY KEY (p, c))",
            "2200 duration type is not supported for PRIMARY KEY part c",
            "2200 duration type is not supported for PRIMARY KEY column 'c'",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v int, n counter)",
            "2300 Cannot add a non counter column (v) in a counter column family",
            "2200 Cannot mix counter and non counter columns in the same table",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v list<list<int>>)",
            "2200 Non-frozen user types or collections are not allowed inside collections: list<list<int>>",
            "2200 Non-frozen collections are not allowed inside collections: list<list<int>>",
        ),
        (
            "CREATE TABLE a (p int, c int, PRIMARY KEY (p)) WITH CLUSTERING ORDER BY (c ASC)",
            "2200 Only clustering key columns can be defined in CLUSTERING ORDER directive",
            "2200 Only clustering key columns can be defined in CLUSTERING ORDER directive: [c] are not clustering columns",
        ),
        (
            "DROP TABLE a",
            "2200 Cannot drop non existing table 'a' in keyspace 'k'.",
            "2200 Table 'k.a' doesn't exist",
        ),
    ]);
}

#[test]
fn tables_refused_by_both() {
    let useless = "2200 Static columns are only useful (and thus allowed) if the table has at least one \
                   clustering column";
    let abc = "CREATE TABLE a (a int, b int, c int, PRIMARY KEY (a, b, c)) WITH";
    check_both(&[
        (
            "CREATE TABLE IF NOT EXISTS t (p int PRIMARY KEY)",
            "nothing done",
        ),
        ("DROP TABLE IF EXISTS j.t", "nothing done"),
        ("CREATE TABLE a (p int PRIMARY KEY, s int STATIC)", useless),
        ("ALTER TABLE one ADD s int STATIC", useless),
        (
            &format!("{abc} CLUSTERING ORDER BY (c ASC)"),
            "2200 Missing CLUSTERING ORDER for column b",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v set<counter>)",
            "2200 Counters are not allowed inside collections: set<counter>",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v set<duration>)",
            "2200 Durations are not allowed inside sets: set<duration>",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v nothing)",
            "2200 Unknown type k.nothing",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY, v j.u)",
            "2200 Statement on keyspace k cannot refer to a user type in keyspace j; user types can only be \
             used in the keyspace they are defined in",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY) WITH colour = 'red'",
            "2000 Unknown property 'colour'",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY) WITH compaction = 'none'",
            "2000 Invalid value for property 'compaction'. It should be a map.",
        ),
        (
            "CREATE TABLE a (p int PRIMARY KEY) WITH default_time_to_live = -1",
            "2300 default_time_to_live must be greater than or equal to 0 (got -1)",
        ),
    ]);
    check(&[(
        "CREATE TABLE \"a-b\" (p int PRIMARY KEY)",
        "2200 \"a-b\" is not a valid table name (must be alphanumeric character only: [0-9A-Za-z]+)",
        "2300 k.a-b: Table name must not be empty or not contain non-alphanumeric-underscore characters (got \"a-b\")",
    )]);
}

#[test]
fn columns_in_the_order_of_select() {
    let schema = after(
        Flavor::Scylla,
        &["ALTER TABLE t ADD (b int, a int static, z int)"],
    );
    let table = table(&schema, "t");
    let names: Vec<_> = table.columns.iter().map(|c| &*c.name).collect();
    assert_eq!(
        names,
        ["p", "c", "a", "s", "b", "d", "f", "m", "v", "x", "z"]
    );
    assert!(table.columns[1].descending && !table.columns[0].descending);
    assert_eq!((table.partition, table.clustering), (1, 1));
    assert_eq!(
        table.columns[6].ty,
        Type::Frozen(Box::new(Type::List(Box::new(Type::Int))))
    );
}

#[test]
fn alterations_refused() {
    check(&[
        (
            "ALTER TABLE t ADD v int",
            "2200 Invalid column name v because it conflicts with an existing column",
            "2200 Column with name 'v' already exists",
        ),
        (
            "ALTER TABLE t ADD p int",
            "2200 Invalid column name p because it conflicts with a PRIMARY KEY part",
            "2200 Column with name 'p' already exists",
        ),
        (
            "ALTER TABLE t ADD n counter",
            "2300 Cannot add a counter column (n) in a non counter column family",
            "2300 k.t: Cannot have a counter column (\"n\") in a non counter table",
        ),
        (
            "ALTER TABLE t DROP z",
            "2200 Column z was not found in table t",
            "2200 Column z was not found in table 'k.t'",
        ),
        (
            "ALTER TABLE t DROP c",
            "2200 Cannot drop PRIMARY KEY part c",
            "2200 Cannot drop PRIMARY KEY column c",
        ),
        (
            "ALTER TABLE t DROP v",
            "2200 Cannot drop column v from base table k.t: materialized view t_v_idx_index needs this column",
            "2200 Cannot drop column v because it has dependent secondary indexes (t_v_idx)",
        ),
        (
            "ALTER TABLE t RENAME s TO z",
            "2200 Cannot rename non PRIMARY KEY part s",
            "2200 Cannot rename non PRIMARY KEY column s",
        ),
        (
            "ALTER TABLE t ALTER v TYPE int",
            "2300 Cannot change v from type text to type int: types are incompatible.",
            "2200 Altering column types is no longer supported",
        ),
        (
            "ALTER TABLE a ADD z int",
            "2200 unconfigured table a",
            "2200 Table 'k.a' doesn't exist",
        ),
        ("ALTER TABLE t ADD IF NOT EXISTS v int", "", ""),
        ("ALTER TABLE t DROP IF EXISTS z", "", ""),
        (
            "ALTER TABLE IF EXISTS a ADD z int",
            "nothing done",
            "nothing done",
        ),
    ]);
}

#[test]
fn a_column_that_comes_back_is_another() {
    let schema = after(Flavor::Scylla, &[]);
    let before = table(&schema, "t");
    let schema = after(
        Flavor::Scylla,
        &["ALTER TABLE t DROP s", "ALTER TABLE t ADD s text static"],
    );
    let now = table(&schema, "t");
    let id = |table: &Table| table.column("s").unwrap().1.id;
    assert_ne!(id(&before), id(&now));
    let schema = after(Flavor::Scylla, &["ALTER TABLE t RENAME c TO e"]);
    let renamed = table(&schema, "t");
    assert_eq!(
        renamed.column("e").unwrap().1.id,
        before.column("c").unwrap().1.id
    );
    let schema = after(Flavor::Cassandra, &["ALTER TABLE t DROP s"]);
    assert_eq!(
        shown(step(&schema, "ALTER TABLE t ADD s int static").unwrap_err()),
        "2200 Cannot add a column 's' of type int, incompatible with previously dropped column 's' of type text"
    );
    let schema = after(Flavor::Scylla, &["ALTER TABLE n DROP c"]);
    assert_eq!(
        shown(step(&schema, "ALTER TABLE n ADD c counter").unwrap_err()),
        "2200 Cannot re-add previously dropped counter column c"
    );
}

#[test]
fn indexes_refused() {
    check(&[
        (
            "CREATE INDEX t_v_idx ON one (v)",
            "2200 Index already exists",
            "2200 Index 't_v_idx' already exists",
        ),
        (
            "CREATE INDEX ON one (p)",
            "2200 Cannot create secondary index on partition key column p",
            "2200 Cannot create secondary index on the only partition key column p",
        ),
        (
            "CREATE INDEX ON t (z)",
            "2200 No column definition found for column z",
            "2200 Undefined column name z in table k.t",
        ),
        (
            "CREATE INDEX ON a (z)",
            "2200 unconfigured table a",
            "2200 Table 'a' doesn't exist",
        ),
        (
            "CREATE INDEX ON n (c)",
            "2200 Secondary indexes are not supported on counter tables",
            "2200 Secondary indexes on counter tables aren't supported",
        ),
        (
            "CREATE INDEX ON t (f)",
            "2200 Cannot create index on value of frozen collection column f",
            "2200 Cannot create values() index on frozen column f. Frozen collections are immutable and must be \
             fully indexed by using the 'full(f)' modifier",
        ),
        (
            "CREATE INDEX ON t (keys(v))",
            "2200 Cannot create index on keys() of column v; only non-frozen collections support keys() indexes",
            "2200 Cannot create keys() index on v. Non-collection columns only support simple indexes",
        ),
        (
            "DROP INDEX i",
            "2200 Index 'i' could not be found in any of the tables of keyspace 'k'",
            "2200 Index 'k.i' doesn't exist'",
        ),
    ]);
    check_both(&[
        (
            "CREATE INDEX i ON t (v)",
            "2200 Index i is a duplicate of existing index t_v_idx",
        ),
        ("CREATE INDEX IF NOT EXISTS ON t (v)", "nothing done"),
        (
            "CREATE INDEX IF NOT EXISTS t_v_idx ON one (v)",
            "nothing done",
        ),
        ("DROP INDEX IF EXISTS i", "nothing done"),
        (
            "CREATE INDEX ON t (full(v))",
            "2200 full() indexes can only be created on frozen collections",
        ),
        (
            "CREATE INDEX ON t (d)",
            "2200 Secondary indexes are not supported on duration columns",
        ),
        (
            "CREATE INDEX ON t (s, x)",
            "2200 Only CUSTOM indexes support multiple columns",
        ),
    ]);
}

#[test]
fn indexes_made() {
    let schema = after(
        Flavor::Scylla,
        &[
            "CREATE INDEX ON t (m)",
            "CREATE INDEX ON t (keys(m))",
            "CREATE INDEX f ON t (full(f))",
            "CREATE INDEX local ON t ((p), s)",
        ],
    );
    let found: Vec<_> = table(&schema, "t")
        .indexes
        .into_iter()
        .map(
            |Index {
                 name, kind, local, ..
             }| (name, kind, local.is_some()),
        )
        .collect();
    assert_eq!(
        found,
        [
            ("f".into(), IndexKind::Full, false),
            ("local".into(), IndexKind::Value, true),
            ("t_m_idx".into(), IndexKind::Values, false),
            ("t_m_idx_1".into(), IndexKind::Keys, false),
            ("t_v_idx".into(), IndexKind::Value, false),
        ]
    );
    let schema = step(&schema, "DROP INDEX t_m_idx").unwrap().0;
    assert_eq!(table(&schema, "t").indexes.len(), 4);
}

#[test]
fn types_refused() {
    check(&[
        (
            "CREATE TYPE u (a int)",
            "2200 A user type of name k.u already exists",
            "2200 A user type with name 'u' already exists",
        ),
        (
            "CREATE TYPE w (a u)",
            "2200 A user type cannot contain non-frozen user type fields",
            "2200 A user type cannot contain non-frozen UDTs",
        ),
        (
            "CREATE TYPE w (a int, a int)",
            "2200 Duplicate field name a in type k.w",
            "2200 Duplicate field name 'a' in type 'w'",
        ),
        (
            "ALTER TYPE u ADD a text",
            "2200 Cannot add new field a to type k.u: a field of the same name already exists",
            "2200 Cannot add field a to type k.u: a field with name a already exists",
        ),
        (
            "ALTER TYPE u RENAME z TO y",
            "2200 Unknown field z in type k.u",
            "2200 Unkown field z in user type k.u",
        ),
        (
            "ALTER TYPE w ADD a int",
            "2200 No user type named k.w exists.",
            "2200 Type k.w doesn't exist",
        ),
        (
            "DROP TYPE u",
            "2200 Cannot drop user type k.u as it is still used by table k.t",
            "2200 Cannot drop user type 'k.u' as it is still used by tables t",
        ),
        (
            "DROP TYPE w",
            "2200 No user type named k.w exists.",
            "2200 Type 'k.w' doesn't exist",
        ),
        ("DROP TYPE IF EXISTS w", "nothing done", "nothing done"),
    ]);
}

#[test]
fn a_changed_type_changes_the_columns_that_use_it() {
    let schema = after(
        Flavor::Scylla,
        &[
            "CREATE TYPE w (inner frozen<u>)",
            "CREATE TABLE a (p int PRIMARY KEY, w map<text, frozen<w>>)",
            "ALTER TYPE u ADD c text",
            "ALTER TYPE u RENAME a TO b2 AND b TO c2",
        ],
    );
    let names = |ty: &Type| -> Vec<String> {
        let mut ty = ty;
        loop {
            ty = match ty {
                Type::Map(_, inner) | Type::Frozen(inner) => inner,
                Type::User(user) if &*user.name == "w" => &user.fields[0].1,
                Type::User(user) => {
                    return user
                        .fields
                        .iter()
                        .map(|(name, _)| name.to_string())
                        .collect();
                }
                other => panic!("{other}"),
            };
        }
    };
    for (of, column) in [("t", "x"), ("a", "w")] {
        let table = table(&schema, of);
        assert_eq!(
            names(&table.column(column).unwrap().1.ty),
            ["b2", "c2", "c"],
            "{of}"
        );
    }
}

#[test]
fn a_name_needs_a_keyspace() {
    let parsed = parse("CREATE TABLE t (p int PRIMARY KEY)", Flavor::Scylla).unwrap();
    let Statement::Ddl(ddl) = parsed.statement else {
        panic!("a table")
    };
    let origin = Origin {
        keyspace: None,
        nodes: &[],
        now: 0,
    };
    assert_eq!(
        shown(apply(&Schema::new(Flavor::Scylla), &ddl, origin).unwrap_err()),
        "2200 No keyspace has been specified. USE a keyspace, or explicitly specify keyspace.tablename"
    );
}

/// A small generator of numbers, the same on every run.
struct Noise(u64);

impl Noise {
    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        let at = self.0 % u64::try_from(from.len()).unwrap();
        from[usize::try_from(at).unwrap()]
    }

    fn statement(&mut self) -> String {
        const TYPES: [&str; 12] = [
            "int",
            "text",
            "counter",
            "duration",
            "list<int>",
            "frozen<set<text>>",
            "map<text, int>",
            "u",
            "w",
            "frozen<u>",
            "tuple<int, frozen<w>>",
            "vector<float, 3>",
        ];
        const NAMES: [&str; 6] = ["a", "b", "c", "\"D\"", "p", "v"];
        let (name, other) = (self.pick(&NAMES), self.pick(&NAMES));
        let (ty, second) = (self.pick(&TYPES), self.pick(&TYPES));
        let (table, user) = (
            self.pick(&["t", "one", "n", "a"]),
            self.pick(&["u", "w", "x"]),
        );
        match self.pick(&["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]) {
            "0" => format!(
                "CREATE TABLE {table} ({name} {ty}, {other} {second}, PRIMARY KEY ({name}, p), p int)"
            ),
            "1" => format!("ALTER TABLE {table} ADD {name} {ty} static"),
            "2" => format!("ALTER TABLE {table} ADD ({name} {ty}, {other} {second})"),
            "3" => format!("ALTER TABLE {table} DROP {name}"),
            "4" => format!("ALTER TABLE {table} RENAME {name} TO {other}"),
            "5" => format!(
                "CREATE INDEX ON {table} ({}({name}))",
                self.pick(&["keys", "values", "entries", "full"])
            ),
            "6" => format!("CREATE INDEX ON {table} ({name})"),
            "7" => format!("CREATE TYPE {user} ({name} {ty}, {other} {second})"),
            "8" => format!("ALTER TYPE {user} ADD {name} {ty}"),
            _ => format!("DROP {} {table}", self.pick(&["TABLE", "TYPE", "INDEX"])),
        }
    }
}

#[test]
fn random_changes_leave_a_good_schema() {
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let mut schema = after(flavor, &[]);
        let mut done = 0;
        for _ in 0..3000 {
            let text = noise.statement();
            if let Ok((next, _)) = step(&schema, &text) {
                schema = next;
                done += 1;
            }
            for table in schema.keyspace("k").unwrap().tables.values() {
                let kinds: Vec<_> = table.columns.iter().map(|c| c.kind).collect();
                assert!(kinds.is_sorted(), "{text}");
                let key = table.partition_key().iter().chain(table.clustering_key());
                assert!(
                    key.clone().all(|c| c.is_key() && !c.is_multi_cell()),
                    "{text}"
                );
                assert_eq!(
                    key.count(),
                    table.columns.iter().filter(|c| c.is_key()).count(),
                    "{text}"
                );
                let indexed = |index: &Index| table.column(&index.column).is_some();
                assert!(table.indexes.iter().all(indexed), "{text}");
            }
        }
        assert!(done > 100, "{done} of them did something");
    }
}
