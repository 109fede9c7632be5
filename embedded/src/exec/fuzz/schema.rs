//! The small schema that fuzzing meets, and what must hold of it and its rows whatever was done.

use std::sync::{Arc, LazyLock};

use crate::catalog::Schema;
use crate::catalog::keyspace::is_system;
use crate::clock::Clock;
use crate::exec::access::Access;
use crate::exec::fuzz::{FLAVORS, run};
use crate::exec::plan::Plan;
use crate::exec::{Context, Engine, EngineConfig, Outcome};
use crate::flavor::Flavor;

/// Something of everything.
const SCHEMA: &[&str] = &[
    "CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}",
    "CREATE TYPE k.u (a int, b text, c frozen<list<int>>)",
    "CREATE TABLE k.t (p int, q text, c int, d text, s int STATIC, v text, n int, l list<int>, e set<text>, \
     m map<text, int>, f frozen<map<int, text>>, u u, w frozen<u>, x tuple<int, text>, y vector<float, 3>, \
     PRIMARY KEY ((p, q), c, d)) WITH CLUSTERING ORDER BY (c DESC, d ASC)",
    "CREATE TABLE k.o (k int PRIMARY KEY, a ascii, b bigint, c blob, d boolean, e date, f decimal, g double, \
     h duration, i float, j inet, n smallint, m time, o timestamp, r timeuuid, s tinyint, t uuid, v varint, \
     w frozen<set<timeuuid>>, x list<frozen<tuple<int, duration>>>, y map<date, frozen<u>>, z vector<text, 2>)",
    "CREATE TABLE k.n (k int, c timeuuid, n counter, PRIMARY KEY (k, c))",
    "CREATE INDEX i ON k.t (v)",
];

const ROWS: &[&str] = &[
    "INSERT INTO k.t (p, q, c, d, s, v, n, l, e, m, f, u, w, x, y) VALUES (1, 'a', 1, 'x', 7, 'v', 3, [1, 2], {'a', 'b'}, \
     {'k': 1}, {1: 'one'}, {a: 1, b: 'b'}, {a: 2, c: [3]}, (1, 't'), [1, 2, 3])",
    "INSERT INTO k.t (p, q, c, d, v) VALUES (1, 'a', 1, 'y', 'v')",
    "INSERT INTO k.t (p, q, c, d, n) VALUES (1, 'a', 2, 'x', -1) USING TTL 1000",
    "UPDATE k.t SET l = [3] WHERE p = 2 AND q = '' AND c = 0 AND d = ''",
    "INSERT INTO k.t (p, q, s) VALUES (3, 'static', 1)",
    "INSERT INTO k.o (k, a, b, c, d, e, f, g, h, i, j, n, m, o, r, s, t, v, w, x, y, z) VALUES (1, 'a', 2, 0x03, true, \
     '2024-02-29', 1.50, 2.5, 1mo2d3h, 0.5, '127.0.0.1', 4, '12:34:56.789', 1700000000000, \
     d2177dd0-eaa2-11de-a572-001b779c76e3, 5, ffffffff-ffff-4fff-8fff-ffffffffffff, 123456789012345678901234567890, \
     {d2177dd0-eaa2-11de-a572-001b779c76e3}, [(1, 2d)], {'2024-01-01': {a: 1}}, ['a', 'bc'])",
    "UPDATE k.n SET n = n + 5 WHERE k = 1 AND c = d2177dd0-eaa2-11de-a572-001b779c76e3",
];

/// Markers in all places.
pub(super) const PREPARED: &[&str] = &[
    "INSERT INTO k.t (p, q, c, d, s, v, n) VALUES (?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO k.t (p, q, c, d, l, e, m, f) VALUES (1, 'a', ?, ?, ?, ?, ?, ?)",
    "INSERT INTO k.t (p, q, c, d, u, w, x, y) VALUES (1, 'a', 1, 'x', ?, ?, ?, ?) USING TIMESTAMP ? AND TTL ?",
    "INSERT INTO k.o (k, a, b, c, d, e, f, g, h) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO k.o (k, i, j, n, m, o, r, s) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO k.o (k, t, v, w, x, y, z) VALUES (?, ?, ?, ?, ?, ?, ?)",
    "UPDATE k.t SET l[?] = ?, m[?] = ?, u.b = ? WHERE p = 1 AND q = 'a' AND c = 1 AND d = 'x'",
    "UPDATE k.t SET l = l + ?, e = e - ?, m = m + ? WHERE p = ? AND q = ? AND c = ? AND d = ?",
    "UPDATE k.t SET l = ? + l, m = m - ? WHERE p = 1 AND q = 'a' AND c IN ? AND d = 'x'",
    "UPDATE k.t SET v = ? WHERE p = 1 AND q = 'a' AND c = 1 AND d = 'x' IF n IN ? AND l[?] = ? AND e = ? AND w = ?",
    "UPDATE k.t SET s = ? WHERE p = 1 AND q = 'a' IF s > ?",
    "UPDATE k.n SET n = n + ? WHERE k = ? AND c = ?",
    "UPDATE k.n SET n = n - ? WHERE k = 1 AND c = d2177dd0-eaa2-11de-a572-001b779c76e3",
    "DELETE l[?], m[?], u FROM k.t USING TIMESTAMP ? WHERE p = 1 AND q = 'a' AND c = 1 AND d = 'x'",
    "DELETE FROM k.t WHERE p = ? AND q = ? AND c >= ? AND c < ?",
    "DELETE FROM k.t WHERE p IN ? AND q = ? AND (c, d) = ?",
    "SELECT * FROM k.t WHERE p = ? AND q = ?",
    "SELECT * FROM k.t WHERE p IN ? AND q IN ? AND (c, d) IN ? LIMIT ?",
    "SELECT * FROM k.t WHERE p = 1 AND q = 'a' AND (c, d) > ? AND (c) <= ? ORDER BY c ASC PER PARTITION LIMIT ?",
    "SELECT * FROM k.t WHERE token(p, q) > ? AND token(p, q) <= ?",
    "SELECT v, writetime(v), ttl(n), e, l FROM k.t WHERE v = ? AND n > ? AND e CONTAINS ? ALLOW FILTERING",
    "SELECT p, m['k'], f FROM k.t WHERE m CONTAINS KEY ? AND m[?] = ? AND f = ? ALLOW FILTERING",
    "SELECT p, q, c, count(*), sum(n), max(v), min(s) FROM k.t GROUP BY p, q, c LIMIT ?",
    "SELECT JSON * FROM k.t LIMIT ?",
    "SELECT JSON * FROM k.o WHERE k = ?",
    "SELECT DISTINCT p, q, s FROM k.t LIMIT ?",
    "SELECT * FROM k.o WHERE h = ? ALLOW FILTERING",
    "SELECT cast(b AS text), cast(f AS int), cast(o AS date), blobasint(?), intasblob(k) FROM k.o",
    "SELECT k, toDate(r), toTimestamp(r), mintimeuuid(?) FROM k.o WHERE r > maxTimeuuid(?) ALLOW FILTERING",
    "BEGIN BATCH INSERT INTO k.t (p, q, c, d) VALUES (?, ?, 1, ?) IF NOT EXISTS; \
     UPDATE k.t SET v = ? WHERE p = 1 AND q = 'a' AND c = 1 AND d = ?; APPLY BATCH",
];

/// What takes long to make, made once for each flavor.
static TEMPLATES: LazyLock<[Template; 2]> = LazyLock::new(|| FLAVORS.map(Template::new));

fn at_one() -> Context<'static> {
    Context {
        consistency: 1,
        ..Context::default()
    }
}

struct Template {
    empty: Arc<Schema>,
    full: Arc<Schema>,
    rows: Vec<Arc<Plan>>,
}

impl Template {
    fn new(flavor: Flavor) -> Template {
        let engine = Engine::new(config(flavor));
        let empty = engine.schema();
        let server = Server { engine };
        SCHEMA.iter().for_each(|cql| server.run(cql));
        let plan = |cql: &&str| server.engine.prepare(cql, None).expect(cql);
        Template {
            empty,
            full: server.engine.schema(),
            rows: ROWS.iter().map(plan).collect(),
        }
    }
}

fn config(flavor: Flavor) -> EngineConfig {
    EngineConfig {
        flavor,
        clock: Clock::default(),
        cluster_name: "fuzz".into(),
        tablets: false,
        access: Access::default(),
        superuser: None,
        patience: None,
    }
}

pub(super) struct Server {
    pub(super) engine: Engine,
}

impl Server {
    /// With the small schema and its rows.
    pub(super) fn new(flavor: Flavor) -> Server {
        let template = &TEMPLATES[usize::from(flavor == Flavor::Cassandra)];
        let server = Server::with(&template.full);
        for plan in &template.rows {
            let outcome = run(&server.engine, plan, &[], at_one());
            assert!(outcome.is_ok(), "{outcome:?}");
        }
        server
    }

    fn with(schema: &Arc<Schema>) -> Server {
        Server {
            engine: Engine::with_schema(config(schema.flavor), Arc::clone(schema)),
        }
    }

    /// Runs what must not fail.
    fn run(&self, cql: &str) {
        let plan = self.engine.prepare(cql, None);
        let outcome = plan.and_then(|plan| run(&self.engine, &plan, &[], at_one()));
        assert!(outcome.is_ok(), "{cql}: {outcome:?}");
    }

    /// What must hold: all tables can be read, and what DESCRIBE shows can be created.
    pub(super) fn check(&self) {
        let schema = self.engine.schema();
        let template = &TEMPLATES[usize::from(schema.flavor == Flavor::Cassandra)];
        let again = Server::with(&template.empty);
        // It is the same each time.
        let is_new = !Arc::ptr_eq(&schema, &template.full);
        for (name, keyspace) in schema.keyspaces.iter().filter(|(name, _)| !is_system(name)) {
            let tables = keyspace.tables.values().filter(|table| !table.is_virtual);
            for table in tables {
                self.run(&format!(
                    "SELECT * FROM {}.{}",
                    quoted(name),
                    quoted(&table.name)
                ));
            }
            if is_new {
                self.described(name).iter().for_each(|cql| again.run(cql));
            }
        }
    }

    /// The statements that make a keyspace and what is in it.
    fn described(&self, keyspace: &str) -> Vec<String> {
        let cql = format!("DESCRIBE KEYSPACE {}", quoted(keyspace));
        let plan = self.engine.prepare(&cql, None).expect("DESCRIBE KEYSPACE");
        let outcome = self.engine.execute(&plan, &[], &Context::default());
        let Ok(Outcome::Rows(rows)) = outcome else {
            panic!("{cql}: {outcome:?}");
        };
        let last = |row: &Vec<Option<Vec<u8>>>| {
            let text = row.last().and_then(Option::as_deref).unwrap_or_default();
            String::from_utf8_lossy(text).into_owned()
        };
        rows.rows.iter().map(last).collect()
    }
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
