//! What was saved is there again, and what was damaged is not half loaded.

use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use crate::flavor::Flavor;
use crate::server::Cluster;

const SCRIPT: &str = "
    CREATE KEYSPACE k WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1};
    USE k;
    CREATE TYPE address (street text, \"No\" int);
    CREATE TABLE t (a int, b text, c timeuuid, s text static, l list<text>, m map<int, frozen<address>>, v int, gone int,
        PRIMARY KEY ((a, b), c)) WITH CLUSTERING ORDER BY (c DESC) AND comment = 'it''s';
    CREATE TABLE hits (page text PRIMARY KEY, n counter);
    CREATE INDEX ON t (v);
    INSERT INTO t (a, b, c, s, l, m, v, gone) VALUES (1, 'x', 50554d6e-29bb-11e5-b345-feff819cdc9f, 'st', ['p', 'q'],
        {7: {street: 'Elm', \"No\": 3}}, 5, 6) USING TIMESTAMP 1000;
    INSERT INTO t (a, b, c, v) VALUES (1, 'x', 60554d6e-29bb-11e5-b345-feff819cdc9f, 9) USING TTL 600;
    INSERT INTO t (a, b, c, v) VALUES (2, 'y', 50554d6e-29bb-11e5-b345-feff819cdc9f, 1) USING TIMESTAMP 2000;
    DELETE FROM t USING TIMESTAMP 5000 WHERE a = 2 AND b = 'y' AND c > 40554d6e-29bb-11e5-b345-feff819cdc9f;
    UPDATE hits SET n = n + 41 WHERE page = '/';
    ALTER TABLE t DROP gone;";

/// A directory that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Folder {
        let id = std::process::id();
        Folder(std::env::temp_dir().join(format!("scylla-orm-snapshot-{name}-{id}")))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).ok();
    }
}

async fn start(flavor: Flavor) -> Cluster {
    let builder = Cluster::builder().flavor(flavor).authorization(true);
    builder.start().await.unwrap()
}

fn ask(cluster: &Cluster, cql: &str) -> String {
    cluster.engine().shown(cql)
}

const QUESTIONS: [&str; 6] = [
    "SELECT a, b, c, s, l, m, v, writetime(v) FROM k.t",
    "SELECT a FROM k.t WHERE v = 5",
    "SELECT * FROM k.hits",
    "SELECT comment FROM system_schema.tables WHERE keyspace_name = 'k'",
    "LIST ROLES",
    "LIST ALL PERMISSIONS",
];

#[tokio::test]
async fn what_was_saved_is_there_again() {
    for flavor in [Flavor::Scylla, Flavor::Cassandra] {
        let folder = Folder::new(flavor.pick("whole-scylla", "whole-cassandra"));
        let cluster = start(flavor).await;
        cluster.run_script(SCRIPT).unwrap();
        let roles = "CREATE ROLE \"O'Neil\" WITH PASSWORD = 'x' AND LOGIN = true; CREATE ROLE r;
            GRANT r TO \"O'Neil\"; GRANT SELECT ON k.t TO r;";
        cluster.run_script(roles).unwrap();
        cluster.save_snapshot(&folder.0).unwrap();
        // It replaces what it has written itself.
        cluster.save_snapshot(&folder.0).unwrap();
        let other = start(flavor).await;
        other.run_script("CREATE KEYSPACE old WITH replication = {'class': 'NetworkTopologyStrategy', 'datacenter1': 1}").unwrap();
        other.load_snapshot(&folder.0).unwrap();
        for question in QUESTIONS {
            let answer = ask(&cluster, question);
            assert!(
                !answer.is_empty() && !answer.starts_with("error"),
                "{question}: {answer}"
            );
            assert_eq!(ask(&other, question), answer, "{question}");
        }
        other.engine().log_in("O'Neil", "x", "datacenter1").unwrap();
        assert!(other.run_script("USE old").is_err());
        // Tombstones still cover what comes late, and what expires does so.
        let late = "INSERT INTO k.t (a, b, c, v) VALUES (2, 'y', 70554d6e-29bb-11e5-b345-feff819cdc9f, 1) USING TIMESTAMP 4000";
        other.run_script(late).unwrap();
        assert_eq!(ask(&other, "SELECT v FROM k.t WHERE a = 2 AND b = 'y'"), "");
        other.clock().advance(Duration::from_secs(700));
        assert_eq!(
            ask(&other, "SELECT v FROM k.t WHERE a = 1 AND b = 'x'"),
            "5"
        );
        other
            .run_script("UPDATE k.hits SET n = n + 1 WHERE page = '/'")
            .unwrap();
        assert_eq!(ask(&other, "SELECT n FROM k.hits"), "42");
    }
}

#[tokio::test]
async fn what_is_damaged_changes_nothing() {
    let folder = Folder::new("damaged");
    let cluster = start(Flavor::Scylla).await;
    cluster.run_script(SCRIPT).unwrap();
    let path = &folder.0;
    let fails = |expected: &str| {
        let error = cluster.load_snapshot(path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
        assert_eq!(ask(&cluster, "SELECT n FROM k.hits"), "41");
    };
    fails("there is no snapshot");
    fs::create_dir_all(path).unwrap();
    fs::write(path.join("mine.txt"), "precious").unwrap();
    let refused = cluster.save_snapshot(path).unwrap_err().to_string();
    assert!(
        refused.ends_with("there is something else than a snapshot"),
        "{refused}"
    );
    fs::remove_file(path.join("mine.txt")).unwrap();
    let change = |name: &str, edit: &dyn Fn(&mut Vec<u8>)| {
        cluster.save_snapshot(path).unwrap();
        let file = path.join(name);
        let mut content = fs::read(&file).unwrap();
        edit(&mut content);
        fs::write(file, content).unwrap();
    };
    change("MANIFEST", &|m| m.clear());
    fails("MANIFEST: it is not the list of a snapshot");
    change("MANIFEST", &|m| m[29] = b'9');
    fails("version 9 of the format; this crate reads 1");
    change("MANIFEST", &|m| m.truncate(m.len() - 60));
    fails("MANIFEST: it is damaged: its checksum differs");
    change("schema.cql", &|text| text[3] ^= 1);
    fails("schema.cql: it is damaged: its checksum differs");
    change("schema.cql", &|_| {
        fs::remove_file(path.join("roles.cql")).unwrap()
    });
    fails("roles.cql: No such file");
    let cassandra = start(Flavor::Cassandra).await;
    cluster.save_snapshot(path).unwrap();
    let error = cassandra.load_snapshot(path).unwrap_err().to_string();
    assert!(
        error.ends_with("it is of a cluster of the flavor scylla, this one is cassandra"),
        "{error}"
    );
    let elsewhere = Cluster::builder()
        .datacenters([("mars", 1)])
        .start()
        .await
        .unwrap();
    let error = elsewhere.load_snapshot(path).unwrap_err().to_string();
    assert!(error.contains("schema.cql: line 1: "), "{error}");
    cluster.load_snapshot(path).unwrap();
}

#[tokio::test]
async fn rows_that_make_no_sense_are_refused_wherever_they_break() {
    let cluster = start(Flavor::Scylla).await;
    cluster.run_script(SCRIPT).unwrap();
    let schema = cluster.engine().schema();
    let table = schema.table("k", "t").unwrap();
    let whole = cluster
        .engine()
        .with_data(|_, store, _| super::data::encode(table, store.table(table.id)));
    let partitions = super::data::decode(table, &whole).unwrap().len();
    assert_eq!(partitions, 2);
    for length in 0..whole.len() {
        // Cut between two partitions it is whole, which the checksum knows better.
        if let Ok(some) = super::data::decode(table, &whole[..length]) {
            assert!(some.len() < partitions);
        }
    }
    for at in 0..whole.len() {
        let mut wrong = whole.clone();
        wrong[at] ^= 0xff;
        // No panic, and no memory taken for what is not there.
        super::data::decode(table, &wrong).ok();
    }
}
