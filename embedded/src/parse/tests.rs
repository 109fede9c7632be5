//! Whole statements, errors, and noise.

use crate::flavor::Flavor;
use crate::parse::parse;
use crate::parse::syntax::ddl::{AlterTable, Ddl, IndexTarget, PropertyValue};
use crate::parse::syntax::{
    BatchKind, Change, Condition, Constant, ConstantKind, Direction, InsertSource, Modification,
    Name, Operand, Operator, Parsed, QualifiedName, Relation, Select, Selected, Selector,
    Statement, Target, Term,
};

fn statement(text: &str) -> Parsed {
    parse(text, Flavor::Scylla).unwrap_or_else(|failure| panic!("{text}: {failure}"))
}

fn select(text: &str) -> Select {
    match statement(text).statement {
        Statement::Select(select) => select,
        other => panic!("{text}: {other:?}"),
    }
}

fn modification(text: &str) -> Modification {
    match statement(text).statement {
        Statement::Modify(modification) => modification,
        other => panic!("{text}: {other:?}"),
    }
}

fn ddl(text: &str) -> Ddl {
    match statement(text).statement {
        Statement::Ddl(ddl) => ddl,
        other => panic!("{text}: {other:?}"),
    }
}

fn int(text: &str) -> Term {
    Term::Constant(Constant {
        kind: ConstantKind::Integer,
        text: text.into(),
    })
}

fn name(keyspace: Option<&str>, name: &str) -> QualifiedName {
    QualifiedName {
        keyspace: keyspace.map(Into::into),
        name: name.into(),
    }
}

fn names(names: &[&str]) -> Vec<Name> {
    names.iter().map(|n| Name::from(*n)).collect()
}

fn column(name: &str) -> Target {
    Target::Column(name.into())
}

fn relation(target: Target, operator: Operator, value: Term) -> Relation {
    Relation {
        target,
        operator,
        value: Operand::Term(value),
    }
}

#[test]
fn select_clauses() {
    let found = select(
        "SELECT DISTINCT a, count(*) AS n, \"B\".f, m['k'], writetime(v), cast(v AS text), token(p) FROM ks.t \
         WHERE p = 1 GROUP BY p, a ORDER BY c DESC, d PER PARTITION LIMIT 2 LIMIT ? \
         ALLOW FILTERING BYPASS CACHE USING TIMEOUT 50ms;",
    );
    assert!(found.distinct && !found.json && found.allow_filtering && found.bypass_cache);
    assert_eq!(found.from, name(Some("ks"), "t"));
    assert_eq!(
        found.relations,
        [relation(column("p"), Operator::Equal, int("1"))]
    );
    let grouped: Vec<_> = found.group_by.into_iter().map(|g| g.column).collect();
    assert_eq!(grouped, names(&["p", "a"]));
    let ordered: Vec<_> = found
        .order_by
        .into_iter()
        .map(|o| (o.column, o.direction))
        .collect();
    assert_eq!(
        ordered,
        [
            ("c".into(), Direction::Descending),
            ("d".into(), Direction::Ascending),
        ]
    );
    assert_eq!(found.per_partition_limit, Some(int("2")));
    assert_eq!(found.limit, Some(Term::Marker(0)));
    let timeout = Constant {
        kind: ConstantKind::Duration,
        text: "50ms".into(),
    };
    assert_eq!(found.timeout, Some(Term::Constant(timeout)));
    let Selected::Some(selections) = found.selected else {
        panic!("everything")
    };
    let v = || Box::new(Selector::Column("v".into()));
    let k = Constant {
        kind: ConstantKind::String,
        text: "k".into(),
    };
    let expected = [
        (Selector::Column("a".into()), None),
        (Selector::CountRows, Some("n".into())),
        (
            Selector::Field(Box::new(Selector::Column("B".into())), "f".into()),
            None,
        ),
        (
            Selector::Element(Box::new(Selector::Column("m".into())), Term::Constant(k)),
            None,
        ),
        (Selector::WriteTime(v()), None),
        (
            Selector::Cast(
                v(),
                crate::parse::syntax::TypeName::Native(scylla_orm_driver::value::Type::Text),
            ),
            None,
        ),
        (
            Selector::Call(name(None, "token"), vec![Selector::Column("p".into())]),
            None,
        ),
    ];
    for (found, expected) in selections.into_iter().zip(expected) {
        assert_eq!((found.selector, found.alias), expected);
    }
}

#[test]
fn keywords_that_are_names_too() {
    for text in [
        "SELECT json FROM t",
        "SELECT distinct, json FROM t",
        "SELECT count, ttl FROM t",
    ] {
        let found = select(text);
        assert!(!found.json && !found.distinct, "{text}");
    }
    assert!(select("SELECT JSON * FROM t").json);
    assert!(select("SELECT JSON DISTINCT p FROM t").distinct);
    statement("SELECT key, type, values, list, map, text, timestamp FROM keys WHERE key = 1");
}

#[test]
fn relations() {
    use Operator::{
        Contains, ContainsKey, Equal, Greater, In, IsNot, LessOrEqual, Like, NotEqual, NotIn,
    };
    let tuple = || Target::Tuple(names(&["a", "b"]));
    let pair = |a: &str, b: &str| Term::Tuple(vec![int(a), int(b)]);
    let list = |target, operator, members| Relation {
        target,
        operator,
        value: Operand::List(members),
    };
    let marker = Term::Marker;
    for (text, expected) in [
        ("a = ?", relation(column("a"), Equal, marker(0))),
        ("\"A\" <= :x", relation(column("A"), LessOrEqual, marker(0))),
        ("a != null", relation(column("a"), NotEqual, Term::Null)),
        (
            "a IN (1, ?)",
            list(column("a"), In, vec![int("1"), marker(0)]),
        ),
        ("a IN ()", list(column("a"), In, vec![])),
        ("a IN ?", relation(column("a"), In, marker(0))),
        ("a NOT IN (1)", list(column("a"), NotIn, vec![int("1")])),
        (
            "(a, b) > (1, 2)",
            relation(tuple(), Greater, pair("1", "2")),
        ),
        (
            "(a, b) IN ((1, 2), ?)",
            list(tuple(), In, vec![pair("1", "2"), marker(0)]),
        ),
        (
            "token(a, b) > ?",
            relation(Target::Token(names(&["a", "b"])), Greater, marker(0)),
        ),
        ("a CONTAINS 1", relation(column("a"), Contains, int("1"))),
        (
            "a CONTAINS KEY 1",
            relation(column("a"), ContainsKey, int("1")),
        ),
        ("a LIKE ?", relation(column("a"), Like, marker(0))),
        ("a IS NOT NULL", relation(column("a"), IsNot, Term::Null)),
        (
            "a[1] = 2",
            relation(Target::Element("a".into(), int("1")), Equal, int("2")),
        ),
        ("((a = 1))", relation(column("a"), Equal, int("1"))),
    ] {
        let found = select(&format!("SELECT * FROM t WHERE {text} AND z = 0"));
        assert_eq!(found.relations.first(), Some(&expected), "{text}");
        assert_eq!(found.relations.len(), 2, "{text}");
    }
}

#[test]
fn inserts() {
    let text = "INSERT INTO t (a, \"B\") VALUES (1, :b) IF NOT EXISTS USING TTL 5 AND TIMESTAMP ?";
    let Modification::Insert(found) = modification(text) else {
        panic!("{text}")
    };
    assert!(found.if_not_exists);
    assert_eq!(found.using.ttl, Some(int("5")));
    assert_eq!(found.using.timestamp, Some(Term::Marker(1)));
    assert_eq!(
        found.source,
        InsertSource::Values {
            columns: names(&["a", "B"]),
            values: vec![int("1"), Term::Marker(0)],
        }
    );
    for (text, unset) in [
        ("", false),
        ("DEFAULT NULL", false),
        ("DEFAULT UNSET", true),
    ] {
        let text = format!("INSERT INTO t JSON ? {text}");
        let Modification::Insert(found) = modification(&text) else {
            panic!("{text}")
        };
        let value = Term::Marker(0);
        assert_eq!(
            found.source,
            InsertSource::Json {
                value,
                default_unset: unset
            }
        );
    }
}

#[test]
fn assignments() {
    let one = || int("1");
    for (text, target, change) in [
        ("a = 1", column("a"), Change::Set(one())),
        ("a = a + 1", column("a"), Change::Add(one())),
        ("a = a -1", column("a"), Change::Subtract(one())),
        ("a += 1", column("a"), Change::Add(one())),
        ("a -= 1", column("a"), Change::Subtract(one())),
        ("a = 1 + a", column("a"), Change::Prepend(one())),
        ("a = -1", column("a"), Change::Set(int("-1"))),
        (
            "a[?] = 1",
            Target::Element("a".into(), Term::Marker(0)),
            Change::Set(one()),
        ),
        (
            "a.f = 1",
            Target::Field("a".into(), "f".into()),
            Change::Set(one()),
        ),
    ] {
        let text = format!("UPDATE t USING TTL 1 SET {text}, z = 2 WHERE p = 0");
        let Modification::Update(found) = modification(&text) else {
            panic!("{text}")
        };
        let first = found.assignments.first().unwrap();
        assert_eq!((&first.target, &first.change), (&target, &change), "{text}");
        assert_eq!(found.assignments.len(), 2, "{text}");
    }
}

#[test]
fn deletes_and_conditions() {
    let text =
        "DELETE a, m[1], u.f FROM ks.t USING TIMESTAMP 7 WHERE p = 1 IF a = 1 AND m[1] IN (1)";
    let Modification::Delete(found) = modification(text) else {
        panic!("{text}")
    };
    assert_eq!(
        found.targets,
        [
            column("a"),
            Target::Element("m".into(), int("1")),
            Target::Field("u".into(), "f".into()),
        ]
    );
    assert_eq!(found.using.timestamp, Some(int("7")));
    assert!(matches!(found.condition, Condition::If(conditions) if conditions.len() == 2));
    for (text, expected) in [("", Condition::None), ("IF EXISTS", Condition::Exists)] {
        let text = format!("DELETE FROM t WHERE p = 1 {text}");
        let Modification::Delete(found) = modification(&text) else {
            panic!("{text}")
        };
        assert_eq!(
            (found.targets.len(), found.condition),
            (0, expected),
            "{text}"
        );
    }
}

#[test]
fn batches() {
    let inner =
        "INSERT INTO t (p) VALUES (?); UPDATE t SET v = ? WHERE p = ?; DELETE FROM t WHERE p = ?";
    for (begin, kind) in [
        ("BEGIN BATCH", BatchKind::Logged),
        (
            "BEGIN UNLOGGED BATCH USING TIMESTAMP 1",
            BatchKind::Unlogged,
        ),
        ("BEGIN COUNTER BATCH", BatchKind::Counter),
    ] {
        let found = statement(&format!("{begin} {inner} APPLY BATCH;"));
        assert_eq!(found.markers.len(), 4);
        let Statement::Batch(batch) = found.statement else {
            panic!("{begin}")
        };
        assert_eq!((batch.kind, batch.statements.len()), (kind, 3));
    }
    let Statement::Batch(empty) = statement("BEGIN BATCH APPLY BATCH").statement else {
        panic!()
    };
    assert_eq!(empty.statements, []);
}

#[test]
fn markers_of_one_name() {
    let text = "SELECT * FROM t WHERE a = :x AND b = :x AND c = ? AND d = :\"X\"";
    for (flavor, expected) in [(Flavor::Scylla, 3), (Flavor::Cassandra, 4)] {
        assert_eq!(parse(text, flavor).unwrap().markers.len(), expected);
    }
}

#[test]
fn tables() {
    let Ddl::CreateTable(found) = ddl(
        "CREATE TABLE IF NOT EXISTS ks.t (a int, b text STATIC, c frozen<list<int>>, d ks.u, \
         e vector<float, 3>, PRIMARY KEY ((a, d), c),) \
         WITH CLUSTERING ORDER BY (c DESC) AND comment = 'x' AND gc_grace_seconds = -5 \
         AND caching = {'keys': 'ALL', 'n': 1, 'on': true} AND compaction = {}",
    ) else {
        panic!("a table")
    };
    assert!(found.if_not_exists && !found.compact_storage);
    assert_eq!(found.columns.len(), 5);
    assert!(found.columns[1].is_static && !found.columns[0].is_static);
    assert_eq!(
        format!("{:?}", found.columns[2].ty),
        "Frozen(List(Native(Int)))"
    );
    assert_eq!(
        format!("{:?}", found.columns[4].ty),
        "Vector(Native(Float), 3)"
    );
    assert_eq!(found.primary_keys[0].partition, names(&["a", "d"]));
    assert_eq!(found.primary_keys[0].clustering, names(&["c"]));
    assert_eq!(
        found.clustering_order,
        [("c".into(), Direction::Descending)]
    );
    let values: Vec<_> = found.properties.into_iter().map(|p| p.value).collect();
    let pair = |k: &str, v: &str| (k.into(), v.into());
    assert_eq!(
        values,
        [
            PropertyValue::Text("x".into()),
            PropertyValue::Text("-5".into()),
            PropertyValue::Map(vec![
                pair("keys", "ALL"),
                pair("n", "1"),
                pair("on", "true")
            ]),
            PropertyValue::Map(vec![]),
        ]
    );
}

#[test]
fn alterations() {
    for (text, expected) in [
        (
            "ADD a int",
            "Add { columns: [ColumnDefinition { name: \"a\", ty: Native(Int), is_static: false }], if_not_exists: false }",
        ),
        (
            "DROP (a, b)",
            "Drop { columns: [\"a\", \"b\"], if_exists: false, timestamp: None }",
        ),
        (
            "DROP a USING TIMESTAMP 5",
            "Drop { columns: [\"a\"], if_exists: false, timestamp: Some(5) }",
        ),
        (
            "RENAME a TO b AND c TO d",
            "Rename([(\"a\", \"b\"), (\"c\", \"d\")])",
        ),
        ("ALTER a TYPE blob", "Retype(\"a\", Native(Blob))"),
        (
            "WITH comment = 'x'",
            "With([Property { name: \"comment\", value: Text(\"x\") }])",
        ),
    ] {
        let Ddl::AlterTable { change, .. } = ddl(&format!("ALTER TABLE t {text}")) else {
            panic!("{text}")
        };
        assert_eq!(format!("{change:?}"), expected);
    }
    let Ddl::AlterTable {
        change: AlterTable::Add {
            columns,
            if_not_exists,
        },
        ..
    } = ddl("ALTER TABLE IF EXISTS t ADD IF NOT EXISTS (a int, b text static)")
    else {
        panic!("columns")
    };
    assert!(if_not_exists && columns[1].is_static);
}

#[test]
fn other_ddl() {
    for (text, expected) in [
        ("USE \"Ks\"", "Use(\"Ks\")"),
        (
            "TRUNCATE TABLE ks.t USING TIMEOUT 5s",
            "Truncate(QualifiedName { keyspace: Some(\"ks\"), name: \"t\" })",
        ),
        (
            "CREATE KEYSPACE IF NOT EXISTS k WITH replication = {'class': 'S'} AND durable_writes = false",
            "Ddl(CreateKeyspace { name: \"k\", if_not_exists: true, properties: \
             [Property { name: \"replication\", value: Map([(\"class\", \"S\")]) }, \
             Property { name: \"durable_writes\", value: Text(\"false\") }] })",
        ),
        (
            "DROP KEYSPACE IF EXISTS k",
            "Ddl(DropKeyspace { name: \"k\", if_exists: true })",
        ),
        (
            "CREATE TYPE u (a int, b set<text>)",
            "Ddl(CreateType { name: QualifiedName { keyspace: None, name: \"u\" }, if_not_exists: false, \
             fields: [(\"a\", Native(Int)), (\"b\", Set(Native(Text)))] })",
        ),
        (
            "ALTER TYPE u ADD a int",
            "Ddl(AlterType { name: QualifiedName { keyspace: None, name: \"u\" }, if_exists: false, \
             change: Add { fields: [(\"a\", Native(Int))], if_not_exists: false } })",
        ),
    ] {
        assert_eq!(format!("{:?}", statement(text).statement), expected);
    }
}

#[test]
fn indexes() {
    let v = |target: fn(Name) -> IndexTarget| vec![target("v".into())];
    for (text, custom, targets) in [
        ("CREATE INDEX ON t (v)", false, v(IndexTarget::Column)),
        (
            "CREATE INDEX IF NOT EXISTS i ON t (KEYS(v))",
            false,
            v(IndexTarget::Keys),
        ),
        (
            "CREATE INDEX i ON t (values(v))",
            false,
            v(IndexTarget::Values),
        ),
        (
            "CREATE INDEX i ON t (entries(v))",
            false,
            v(IndexTarget::Entries),
        ),
        ("CREATE INDEX i ON t (full(v))", false, v(IndexTarget::Full)),
        (
            "CREATE INDEX i ON t (values)",
            false,
            vec![IndexTarget::Column("values".into())],
        ),
        (
            "CREATE CUSTOM INDEX i ON t (v) USING 'sai' WITH OPTIONS = {'a': 'b'}",
            true,
            v(IndexTarget::Column),
        ),
        (
            "CREATE INDEX ON t ((p), v)",
            false,
            vec![
                IndexTarget::Partition(names(&["p"])),
                IndexTarget::Column("v".into()),
            ],
        ),
    ] {
        let Ddl::CreateIndex(found) = ddl(text) else {
            panic!("{text}")
        };
        assert_eq!((found.custom, found.targets), (custom, targets), "{text}");
    }
}

#[test]
fn errors() {
    for (text, expected) in [
        ("", "line 1:0 no viable alternative at input '<EOF>'"),
        (
            "SELEC * FROM t",
            "line 1:0 no viable alternative at input 'SELEC'",
        ),
        (
            "SELECT * FROM",
            "line 1:13 no viable alternative at input '<EOF>'",
        ),
        (
            "SELECT * FROM t WHERE",
            "line 1:21 no viable alternative at input '<EOF>'",
        ),
        (
            "SELECT *\nFROM table",
            "line 2:5 no viable alternative at input 'table'",
        ),
        (
            "SELECT * WHERE a = 1",
            "line 1:9 mismatched input 'WHERE' expecting K_FROM",
        ),
        (
            "SELECT * FROM t; SELECT",
            "line 1:17 mismatched input 'SELECT' expecting EOF",
        ),
        (
            "INSERT INTO t (a VALUES (1)",
            "line 1:17 mismatched input 'VALUES' expecting ')'",
        ),
        (
            "INSERT INTO t (a) VALUES (b)",
            "line 1:26 no viable alternative at input 'b'",
        ),
        (
            "UPDATE t SET a = b + 1 WHERE p = 1",
            "Only expressions of the form X = X +<value> are supported.",
        ),
        (
            "UPDATE t SET a = 1",
            "line 1:18 mismatched input '<EOF>' expecting K_WHERE",
        ),
        (
            "DELETE FROM t USING TTL 1 WHERE p = 1",
            "line 1:20 mismatched input 'TTL' expecting K_TIMESTAMP",
        ),
        (
            "BEGIN BATCH SELECT",
            "line 1:12 mismatched input 'SELECT' expecting K_APPLY",
        ),
        (
            "CREATE VIEW v",
            "line 1:7 no viable alternative at input 'VIEW'",
        ),
        (
            "CREATE TABLE t (a lists<int>)",
            "line 1:18 no viable alternative at input 'lists'",
        ),
    ] {
        assert_eq!(
            parse(text, Flavor::Scylla).unwrap_err().message,
            expected,
            "{text}"
        );
    }
}

#[test]
fn cassandra_shows_where() {
    for (text, expected) in [
        (
            "CREATE TABLE ks.t(a int, PRIMARY KEY((a)) WITH COMPACT STORAGE",
            "line 1:42 mismatched input 'WITH' expecting ')' (... PRIMARY KEY((a)) [WITH]...)",
        ),
        (
            "SELEC 1",
            "line 1:0 no viable alternative at input 'SELEC' ([SELEC]...)",
        ),
        (
            "SELECT *\nFROM table",
            "line 2:5 no viable alternative at input 'table' (SELECT *FROM [table])",
        ),
    ] {
        assert_eq!(
            parse(text, Flavor::Cassandra).unwrap_err().message,
            expected,
            "{text}"
        );
    }
}

#[test]
fn many_markers() {
    let text = format!("SELECT * FROM t WHERE a IN ({}?)", "?,".repeat(65535));
    assert_eq!(
        parse(&text, Flavor::Scylla).unwrap_err().message,
        "Too many markers(?). 65536 markers exceed the allowed maximum of 65535"
    );
}

#[test]
fn nesting_is_bounded() {
    for open in ["(", "[", "{", "f(", "(int)", "{1:", "cast(", "{a:"] {
        let term = open.repeat(50_000);
        assert!(parse(&format!("INSERT INTO t (a) VALUES ({term}"), Flavor::Scylla).is_err());
        assert!(parse(&format!("SELECT {term}"), Flavor::Scylla).is_err());
        assert!(parse(&format!("SELECT * FROM t WHERE {term}"), Flavor::Scylla).is_err());
    }
    let ty = "list<".repeat(50_000);
    assert!(parse(&format!("CREATE TABLE t (a {ty}"), Flavor::Scylla).is_err());
    assert!(
        parse(
            &format!("SELECT a{} FROM t", ".b".repeat(50_000)),
            Flavor::Scylla
        )
        .is_err()
    );
}

/// A small generator of numbers, the same on every run.
struct Noise(u64);

impl Noise {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound).unwrap()).unwrap()
    }
}

#[test]
fn noise_never_panics() {
    const WORDS: [&str; 64] = [
        "SELECT",
        "*",
        "FROM",
        "t",
        "WHERE",
        "a",
        "=",
        "1",
        "AND",
        "IN",
        "(",
        ")",
        ",",
        ";",
        "INSERT",
        "INTO",
        "VALUES",
        "UPDATE",
        "SET",
        "DELETE",
        "IF",
        "EXISTS",
        "NOT",
        "USING",
        "TTL",
        "TIMESTAMP",
        "BEGIN",
        "BATCH",
        "APPLY",
        "CREATE",
        "TABLE",
        "PRIMARY",
        "KEY",
        "WITH",
        "{",
        "}",
        "[",
        "]",
        ":",
        "?",
        "'x'",
        "\"y\"",
        "-",
        "+",
        "<",
        ">",
        "list",
        "map",
        "token",
        "count",
        "cast",
        "AS",
        "null",
        "true",
        "0xff",
        "1.5e3",
        "1h",
        "P1Y",
        ".",
        "ALTER",
        "DROP",
        "KEYSPACE",
        "INDEX",
        "\u{e9}",
    ];
    let mut noise = Noise(0x9e37_79b9_7f4a_7c15);
    for round in 0..20_000 {
        let length = noise.below(24);
        let mut text = String::new();
        for _ in 0..length {
            text.push_str(WORDS[noise.below(WORDS.len())]);
            text.push_str(["", " ", "\n"][noise.below(3)]);
        }
        let flavor = if round % 2 == 0 {
            Flavor::Scylla
        } else {
            Flavor::Cassandra
        };
        let _ = parse(&text, flavor);
    }
}

#[test]
fn damaged_statements_never_panic() {
    const GOOD: [&str; 4] = [
        "SELECT a, m['k'], u.f, cast(v AS text) FROM ks.t WHERE (a, b) IN ((1, 2)) AND c CONTAINS KEY 0xff LIMIT ?",
        "UPDATE t USING TTL 5 SET a = a + {1, 2}, b['x'] = :y WHERE p = 1 IF c != null",
        "CREATE TABLE t (a int, b frozen<map<text, int>> static, PRIMARY KEY ((a), c)) WITH x = {'a': 1}",
        "BEGIN BATCH INSERT INTO t (a) VALUES (f47ac10b-58cc-4372-a567-0e02b2c3d479); APPLY BATCH",
    ];
    let mut noise = Noise(0x2545_f491_4f6c_dd1d);
    for _ in 0..20_000 {
        let mut text: Vec<char> = GOOD[noise.below(GOOD.len())].chars().collect();
        for _ in 0..=noise.below(4) {
            let at = noise.below(text.len().max(1));
            match noise.below(3) {
                0 if at < text.len() => drop(text.remove(at)),
                1 => text.truncate(at + 1),
                _ => text.insert(
                    at,
                    ['\'', '"', '(', '}', '$', '\u{e9}', '-', '/'][noise.below(8)],
                ),
            }
        }
        let text: String = text.into_iter().collect();
        let _ = parse(&text, Flavor::Cassandra);
    }
}
