//! Differences that statements do not show: what is on the wire.

use scylla_orm::driver::Session;
use scylla_orm::driver::frame::Opcode;
use scylla_orm::driver::wire::{
    Reader, put_int, put_long_string, put_short, put_short_bytes, put_string_list, put_string_map,
};
use scylla_orm_embedded::Flavor;
use tests::raw::{Client, frame, query};

use crate::Server;

/// The differences that have their cases here.
pub const ROWS: [&str; 7] = [
    "protocol",
    "detect",
    "duration on v4",
    "vector class text",
    "page_size 0",
    "index event",
    "result metadata change on v4",
];

const OPTIONS: u8 = 0x05;
const PREPARE: u8 = 0x09;
const EXECUTE: u8 = 0x0a;
const REGISTER: u8 = 0x0b;

/// Skip metadata; a page size.
const SKIP: u8 = 0x02;
const PAGE_SIZE: u8 = 0x04;

/// Flags of the metadata of rows.
const NO_METADATA: i32 = 0x04;
const CHANGED: i32 = 0x08;

/// Each difference, in a keyspace of its own.
pub async fn check(server: &Server) {
    let keyspace = format!("wire_{}", &uuid::Uuid::new_v4().simple().to_string()[..8]);
    let statements = [
        "CREATE KEYSPACE $ WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}",
        "CREATE TABLE $.t (p int PRIMARY KEY, d duration, v vector<float, 3>)",
        "INSERT INTO $.t (p, d, v) VALUES (1, 1mo, [1, 2, 3])",
        "INSERT INTO $.t (p) VALUES (2)",
    ];
    for cql in statements {
        run(&server.session, &cql.replace('$', &keyspace)).await;
    }
    version(server).await;
    detect(server).await;
    types(server, &keyspace).await;
    page_size(server, &keyspace).await;
    exists(server, &keyspace).await;
    index(server, &keyspace).await;
    metadata(server, &keyspace).await;
    run(&server.session, &format!("DROP KEYSPACE {keyspace}")).await;
}

/// protocol
async fn version(server: &Server) {
    for (version, scylla, cassandra) in [
        (4, (0x84, ""), (0x84, "")),
        (
            5,
            (0x84, "Invalid or unsupported protocol version: 5"),
            (0x85, ""),
        ),
        (
            7,
            (0x84, "Invalid or unsupported protocol version: 7"),
            (
                0x85,
                "Invalid or unsupported protocol version (7); supported versions are (3/v3, 4/v4, 5/v5, 6/v6-beta)",
            ),
        ),
    ] {
        let (answered, refusal) = server.pick(scylla, cassandra);
        let mut client = Client::connect(&server.address).await;
        let mut options = frame(0, OPTIONS, &[]);
        options[0] = version;
        client.send(&options).await;
        if refusal.is_empty() {
            let answer = client.answer().await.unwrap();
            assert_eq!(
                (answer.version | 0x80, answer.opcode),
                (answered, Opcode::Supported)
            );
            continue;
        }
        let (version, _, code, text) = client.versioned_error().await;
        assert_eq!((version | 0x80, code, &*text), (answered, 0x0a, refusal));
        match server.flavor {
            Flavor::Scylla => assert_eq!(client.answer().await, None, "it ends the connection"),
            Flavor::Cassandra => {
                client.send(&frame(0, OPTIONS, &[])).await;
                assert_eq!(client.answer().await.unwrap().opcode, Opcode::Supported);
            }
        }
    }
}

/// detect
async fn detect(server: &Server) {
    let mut client = Client::connect(&server.address).await;
    client.send(&frame(0, OPTIONS, &[])).await;
    let answer = client.answer().await.unwrap();
    let mut reader = Reader::new(&answer.body);
    let mut keys = Vec::new();
    for _ in 0..reader.short("keys").unwrap() {
        keys.push(reader.string("a key").unwrap());
        reader.string_list("its values").unwrap();
    }
    keys.sort_unstable();
    let scylla = keys.iter().filter(|key| key.starts_with("SCYLLA_"));
    let versions = keys.contains(&"PROTOCOL_VERSIONS");
    assert_eq!(
        (scylla.count() > 5, versions),
        server.pick((true, false), (false, true)),
        "{keys:?}"
    );
    for key in [
        "SCYLLA_SHARD",
        "SCYLLA_NR_SHARDS",
        "SCYLLA_SHARDING_IGNORE_MSB",
        "SCYLLA_HOST_ID",
    ] {
        assert_eq!(
            keys.contains(&key),
            server.flavor == Flavor::Scylla,
            "{key}"
        );
    }
}

/// duration on v4, vector class text
async fn types(server: &Server, keyspace: &str) {
    let class = |name: &str| {
        let mut option = vec![0, 0];
        put_short_bytes(&mut option, name.as_bytes(), "a class").unwrap();
        option
    };
    let marshal = "org.apache.cassandra.db.marshal";
    for (column, scylla, cassandra) in [
        (
            "d",
            vec![0, 0x15],
            class(&format!("{marshal}.DurationType")),
        ),
        (
            "v",
            class(&format!("{marshal}.VectorType({marshal}.FloatType, 3)")),
            class(&format!("{marshal}.VectorType({marshal}.FloatType , 3)")),
        ),
    ] {
        let mut client = Client::ready(&server.address).await;
        client
            .send(&query(&format!(
                "SELECT {column} FROM {keyspace}.t WHERE p = 2"
            )))
            .await;
        let answer = client.answer().await.unwrap().body;
        let mut reader = Reader::new(&answer);
        assert_eq!(rows(&mut reader), (1, 1));
        assert_eq!(reader.string("keyspace").unwrap(), keyspace);
        assert_eq!(reader.string("table").unwrap(), "t");
        assert_eq!(reader.string("column").unwrap(), column);
        // The number of rows, and the only cell of the only one: null.
        let rest = [
            server.pick(scylla, cassandra),
            vec![0, 0, 0, 1],
            vec![0xff; 4],
        ]
        .concat();
        assert_eq!(reader.rest(), rest, "{column}");
    }
}

/// page_size 0
async fn page_size(server: &Server, keyspace: &str) {
    let mut body = Vec::new();
    put_long_string(&mut body, &format!("SELECT p FROM {keyspace}.t"), "query").unwrap();
    put_short(&mut body, 1);
    body.push(PAGE_SIZE);
    put_int(&mut body, 0);
    let mut client = Client::ready(&server.address).await;
    client.send(&frame(0, 7, &body)).await;
    match server.flavor {
        Flavor::Cassandra => {
            let (_, code, text) = client.error().await;
            assert_eq!((code, &*text), (0x0a, "The page size cannot be 0"));
        }
        Flavor::Scylla => {
            let answer = client.answer().await.unwrap().body;
            let mut reader = Reader::new(&answer);
            assert_eq!(rows(&mut reader), (1, 1), "no paging state");
            assert!(
                reader.rest().ends_with(&[0, 0, 0, 4, 0, 0, 0, 2]),
                "both rows"
            );
        }
    }
}

/// AlreadyExists text: Cassandra 5.0.7 has ScyllaDB's, but for types.
async fn exists(server: &Server, keyspace: &str) {
    let replication = "{'class': 'SimpleStrategy', 'replication_factor': 1}";
    for (cql, table, text) in [
        (
            format!("CREATE KEYSPACE $ WITH replication = {replication}"),
            "",
            "Cannot add existing keyspace \"$\"",
        ),
        (
            "CREATE TABLE $.t (p int PRIMARY KEY)".to_owned(),
            "t",
            "Cannot add already existing table \"t\" to keyspace \"$\"",
        ),
    ] {
        let mut client = Client::ready(&server.address).await;
        client.send(&query(&cql.replace('$', keyspace))).await;
        let answer = client.answer().await.unwrap();
        let mut reader = Reader::new(&answer.body);
        assert_eq!(reader.int("code").unwrap(), 0x2400);
        assert_eq!(
            reader.string("message").unwrap(),
            text.replace('$', keyspace)
        );
        assert_eq!(reader.string("keyspace").unwrap(), keyspace);
        assert_eq!(reader.string("table").unwrap(), table);
    }
}

/// index event
async fn index(server: &Server, keyspace: &str) {
    let mut client = Client::ready(&server.address).await;
    let mut body = Vec::new();
    put_string_list(&mut body, &["SCHEMA_CHANGE"], "types").unwrap();
    client.send(&frame(0, REGISTER, &body)).await;
    assert_eq!(client.answer().await.unwrap().opcode, Opcode::Ready);
    for (cql, scylla, cassandra) in [
        (
            "CREATE TABLE $.i (p int PRIMARY KEY, v int)",
            "CREATED i",
            "CREATED i",
        ),
        (
            "CREATE INDEX x ON $.i (v)",
            "CREATED x_index, UPDATED i",
            "UPDATED i",
        ),
        ("DROP INDEX $.x", "DROPPED x_index, UPDATED i", "UPDATED i"),
    ] {
        run(&server.session, &cql.replace('$', keyspace)).await;
        // All that came before the event of another statement.
        run(
            &server.session,
            &format!("CREATE TABLE {keyspace}.last (p int PRIMARY KEY)"),
        )
        .await;
        let mut events = Vec::new();
        while events.last().is_none_or(|last| last != "CREATED last") {
            events.push(event(&mut client, keyspace).await);
        }
        events.pop();
        run(&server.session, &format!("DROP TABLE {keyspace}.last")).await;
        assert_eq!(event(&mut client, keyspace).await, "DROPPED last");
        events.sort_unstable();
        assert_eq!(events.join(", "), server.pick(scylla, cassandra), "{cql}");
    }
}

/// What an event says of a table of the keyspace.
async fn event(client: &mut Client, keyspace: &str) -> String {
    loop {
        let answer = client.answer().await.unwrap();
        assert_eq!((answer.stream, answer.opcode), (-1, Opcode::Event));
        let mut reader = Reader::new(&answer.body);
        assert_eq!(reader.string("type").unwrap(), "SCHEMA_CHANGE");
        let change = reader.string("change").unwrap();
        let target = reader.string("target").unwrap();
        if reader.string("keyspace").unwrap() == keyspace && target == "TABLE" {
            return format!("{change} {}", reader.string("name").unwrap());
        }
    }
}

/// result metadata change on v4
async fn metadata(server: &Server, keyspace: &str) {
    let mut client = Client::connect(&server.address).await;
    let mut startup = Vec::new();
    let options = [("CQL_VERSION", "3.0.0"), ("SCYLLA_USE_METADATA_ID", "")];
    put_string_map(&mut startup, &options, "options").unwrap();
    client.send(&frame(0, 1, &startup)).await;
    assert_eq!(client.answer().await.unwrap().opcode, Opcode::Ready);
    run(
        &server.session,
        &format!("CREATE TABLE {keyspace}.m (p int PRIMARY KEY)"),
    )
    .await;
    run(
        &server.session,
        &format!("INSERT INTO {keyspace}.m (p) VALUES (1)"),
    )
    .await;
    let cql = format!("SELECT * FROM {keyspace}.m");
    let (_, of_one_column) = prepare(&mut client, server, &cql).await;
    run(
        &server.session,
        &format!("ALTER TABLE {keyspace}.m ADD v int"),
    )
    .await;
    let (id, of_two) = prepare(&mut client, server, &cql).await;
    for (known, scylla) in [(of_one_column, CHANGED), (of_two, NO_METADATA)] {
        let mut body = Vec::new();
        put_short_bytes(&mut body, &id, "id").unwrap();
        if let Some(known) = known {
            put_short_bytes(&mut body, &known, "result id").unwrap();
        }
        put_short(&mut body, 1);
        body.push(SKIP);
        client.send(&frame(0, EXECUTE, &body)).await;
        let answer = client.answer().await.unwrap();
        assert_eq!(answer.opcode, Opcode::Result);
        let (flags, columns) = rows(&mut Reader::new(&answer.body));
        let expected = server.pick(scylla, NO_METADATA);
        assert_eq!((flags & (CHANGED | NO_METADATA), columns), (expected, 2));
    }
}

/// The ids of a statement and of its result, which ScyllaDB has if it was asked for them.
async fn prepare(client: &mut Client, server: &Server, cql: &str) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut body = Vec::new();
    put_long_string(&mut body, cql, "query").unwrap();
    client.send(&frame(0, PREPARE, &body)).await;
    let answer = client.answer().await.unwrap();
    let mut reader = Reader::new(&answer.body);
    assert_eq!(reader.int("kind").unwrap(), 4);
    let id = reader.short_bytes("id").unwrap().to_vec();
    let result = (server.flavor == Flavor::Scylla).then(|| reader.short_bytes("result id"));
    let result = result.map(|id| id.unwrap().to_vec());
    // No markers, so no key: the flags and counts of both metadata tell whether an id was in between.
    assert_eq!(reader.int("flags").unwrap() & !1, 0, "{cql}");
    assert_eq!(reader.int("markers").unwrap(), 0, "{cql}");
    (id, result)
}

/// The flags and columns of rows.
fn rows(reader: &mut Reader<'_>) -> (i32, i32) {
    assert_eq!(reader.int("kind").unwrap(), 2);
    (reader.int("flags").unwrap(), reader.int("columns").unwrap())
}

async fn run(session: &Session, cql: &str) {
    let answer = session.query(cql, ()).await;
    answer.unwrap_or_else(|error| panic!("{cql}: {error}"));
}
