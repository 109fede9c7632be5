//! Every type with ordinary values, the least and the greatest, nulls, and empty ones.

use std::io;

use crate::client::Client;

/// Column types, and for each an ordinary value, then others. They are literals or functions of CQL.
const TYPES: [(&str, &[&str]); 43] = [
    ("ascii", &["'plain'", "''", "'\u{7f}~ '"]),
    (
        "bigint",
        &[
            "1",
            "-9223372036854775808",
            "9223372036854775807",
            "blob_as_bigint(0x)",
        ],
    ),
    ("blob", &["0xcafe", "0x", "0x00ff"]),
    ("boolean", &["true", "false", "blob_as_boolean(0x)"]),
    (
        "date",
        &[
            "'2014-07-14'",
            "'-5877641-06-23'",
            "'+5881580-07-11'",
            "'1970-01-01'",
            "'1969-12-31'",
        ],
    ),
    (
        "decimal",
        &[
            "1.5",
            "-1.50",
            "0",
            "1e3",
            "-0.001",
            "123456789012345678901234567890.123456789",
            "1e-2147483647",
            "blob_as_decimal(0x)",
        ],
    ),
    (
        "double",
        &[
            "1.5",
            "-0.0",
            "NaN",
            "Infinity",
            "-Infinity",
            "1.7976931348623157e308",
            "4.9e-324",
            "blob_as_double(0x)",
        ],
    ),
    (
        "duration",
        &[
            "1y2mo3w4d5h6m7s8ms9us10ns",
            "-1mo2d3ns",
            "0s",
            "2147483647mo2147483647d9223372036854775807ns",
        ],
    ),
    (
        "float",
        &[
            "1.5",
            "-0.0",
            "NaN",
            "3.4028235e38",
            "1.4e-45",
            "blob_as_float(0x)",
        ],
    ),
    (
        "inet",
        &["'127.0.0.1'", "'2001:db8::1'", "'::'", "blob_as_inet(0x)"],
    ),
    (
        "int",
        &["1", "-2147483648", "2147483647", "blob_as_int(0x)"],
    ),
    ("smallint", &["1", "-32768", "32767"]),
    ("text", &["'käse'", "''", "'🦀 it''s'"]),
    (
        "time",
        &["'08:12:54.123456789'", "'00:00:00'", "'23:59:59.999999999'"],
    ),
    (
        "timestamp",
        &[
            "'2014-07-14T01:02:03.004Z'",
            "-1",
            "0",
            "9223372036854775807",
            "-9223372036854775808",
            "blob_as_timestamp(0x)",
        ],
    ),
    (
        "timeuuid",
        &[
            "50554d6e-29bb-11e5-b345-feff819cdc9f",
            "min_timeuuid(0)",
            "max_timeuuid('2014-07-14')",
            "blob_as_timeuuid(0x)",
        ],
    ),
    ("tinyint", &["1", "-128", "127"]),
    (
        "uuid",
        &[
            "123e4567-e89b-12d3-a456-426655440000",
            "00000000-0000-0000-0000-000000000000",
            "blob_as_uuid(0x)",
        ],
    ),
    (
        "varint",
        &[
            "0",
            "127",
            "128",
            "255",
            "256",
            "-1",
            "-128",
            "-129",
            "-256",
            "123456789012345678901234567890",
            "blob_as_varint(0x)",
        ],
    ),
    ("list<int>", &["[1, 2]", "[3, 1, 3]"]),
    ("set<text>", &["{'b', 'a', ''}"]),
    ("map<text, bigint>", &["{'b': 1, 'a': -1}"]),
    ("set<int>", &["{-1, 1, 0}"]),
    (
        "set<timeuuid>",
        &["{50554d6e-29bb-11e5-b345-feff819cdc9f, 50554d6e-29bb-11e5-7345-feff819cdc9f}"],
    ),
    (
        "set<uuid>",
        &["{50554d6e-29bb-11e5-b345-feff819cdc9f, 123e4567-e89b-42d3-a456-426655440000}"],
    ),
    ("set<decimal>", &["{1.0, -1.5, 1e3, 0.05}"]),
    ("map<varint, duration>", &["{256: 1d, -1: 2mo}"]),
    ("frozen<list<text>>", &["['a']", "[]"]),
    (
        "frozen<set<double>>",
        &["{1.5, -0.0, NaN, -Infinity}", "{}"],
    ),
    (
        "frozen<map<inet, boolean>>",
        &["{'::1': true, '127.0.0.1': false}", "{}"],
    ),
    ("list<frozen<list<frozen<set<int>>>>>", &["[[{1}, {}], []]"]),
    (
        "map<int, frozen<map<text, frozen<tuple<int, text>>>>>",
        &["{1: {'a': (1, null), 'b': (null, 'x')}}"],
    ),
    (
        "tuple<int, text, double>",
        &["(1, 'a', 1.5)", "(null, null, null)", "(1)"],
    ),
    ("frozen<tuple<list<int>, tuple<text>>>", &["([1], ('a'))"]),
    (
        "rec_types.point",
        &["{x: 1, y: 2, label: 'here'}", "{x: 1}"],
    ),
    (
        "frozen<rec_types.point>",
        &["{x: 1, y: 2, label: 'here'}", "{y: null}"],
    ),
    (
        "list<frozen<rec_types.\"Odd type\">>",
        &["[{\"Odd field\": {x: 1}, tags: {'a'}}]"],
    ),
    ("vector<float, 3>", &["[1.5, -1, 0]"]),
    ("vector<text, 2>", &["['a', 'bc']", "['', '']"]),
    ("vector<frozen<list<int>>, 2>", &["[[1], []]"]),
    ("vector<vector<smallint, 2>, 2>", &["[[1, 2], [3, 4]]"]),
    (
        "list<frozen<vector<uuid, 1>>>",
        &["[[123e4567-e89b-12d3-a456-426655440000]]"],
    ),
    (
        "'org.apache.cassandra.db.marshal.CompositeType(org.apache.cassandra.db.marshal.Int32Type,org.apache.cassandra.db.marshal.UTF8Type)'",
        &["'1:a'"],
    ),
];

pub(super) fn run(client: &mut Client) -> io::Result<()> {
    client.enter()?;
    super::keyspace(client, "rec_types")?;
    client.must("CREATE TYPE rec_types.point (x int, y int, label text)")?;
    client.must(
        "CREATE TYPE rec_types.\"Odd type\" (\"Odd field\" frozen<point>, tags frozen<set<text>>)",
    )?;
    for (n, (ty, values)) in TYPES.iter().enumerate() {
        let table = format!("rec_types.t{n}");
        client.must(&format!(
            "CREATE TABLE {table} (pk int PRIMARY KEY, v {ty})"
        ))?;
        client.must(&format!("INSERT INTO {table} (pk, v) VALUES (0, null)"))?;
        for (pk, value) in values.iter().enumerate() {
            client.must(&format!(
                "INSERT INTO {table} (pk, v) VALUES ({}, {value})",
                pk + 1
            ))?;
        }
        client.prepare(&format!("INSERT INTO {table} (pk, v) VALUES (?, ?)"))?;
        client.must(&format!("SELECT * FROM {table}"))?;
    }
    counters(client)?;
    every_type(client)
}

fn counters(client: &mut Client) -> io::Result<()> {
    client.must("CREATE TABLE rec_types.counters (pk int PRIMARY KEY, n counter, m counter)")?;
    client.must("UPDATE rec_types.counters SET n = n + 5 WHERE pk = 1")?;
    client.prepare("UPDATE rec_types.counters SET n = n - ? WHERE pk = ?")?;
    client.must("SELECT * FROM rec_types.counters")?;
    Ok(())
}

/// One row of all the types, so that one description has them all.
fn every_type(client: &mut Client) -> io::Result<()> {
    let columns = |each: &dyn Fn(usize) -> String| {
        let all: Vec<String> = (0..TYPES.len()).map(each).collect();
        all.join(", ")
    };
    let declared = columns(&|n| format!("v{n} {}", TYPES[n].0));
    let (names, values) = (
        columns(&|n| format!("v{n}")),
        columns(&|n| TYPES[n].1[0].to_owned()),
    );
    client.must(&format!(
        "CREATE TABLE rec_types.every (pk int PRIMARY KEY, {declared})"
    ))?;
    client.must(&format!(
        "INSERT INTO rec_types.every (pk, {names}) VALUES (1, {values})"
    ))?;
    client.must("SELECT * FROM rec_types.every")?;
    Ok(())
}
