//! Lengths and counts that cannot be: each is refused before anything is allocated by it.

use bytes::Bytes;
use scylla_orm_driver::frame::request::Request;
use scylla_orm_driver::frame::response::Response;
use scylla_orm_driver::frame::{Dialect, Features, Flags, Header, Opcode, Version};
use scylla_orm_driver::value::{FromCql, Type, Value};
use scylla_orm_driver::wire::Malformed;

/// So much may be taken in all: the text of an error, a few types that were there.
const ALLOWED: u64 = 64 << 10;

/// Bytes from hexadecimal digits; blanks are for the reader.
pub(crate) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.chunks(2).map(byte).collect()
}

fn refused<T, E>(what: &str, read: impl FnOnce() -> Result<T, E>) {
    let mut ended_well = false;
    let used = allocation_counter::measure(|| ended_well = read().is_ok()).bytes_total;
    assert!(!ended_well, "{what} was accepted");
    assert!(used <= ALLOWED, "{what} took {used} bytes");
}

fn features(version: Version) -> Features {
    let mut features = Features::of(Dialect::Cassandra);
    features.version = version;
    features
}

#[test]
fn lengths_of_frames() {
    for length in ["ffffffff", "7fffffff", "80000000", "10000001"] {
        let header = hex(&format!("84 00 0001 08 {length}"));
        refused(length, || Header::parse(header.first_chunk().unwrap()));
    }
}

/// Of responses: `#` stands for each impossible number.
#[test]
fn counts_in_responses() {
    use Opcode::{AuthSuccess, Error, Event, Result, Supported};
    let column = "0002 6b73 0001 74 0001 61 0009";
    let bodies = [
        (
            "row count",
            Result,
            0,
            format!("00000002 00000001 00000001 {column} # 00000001"),
        ),
        (
            "row count without columns",
            Result,
            0,
            "00000002 00000004 00000001 #".into(),
        ),
        (
            "column count",
            Result,
            0,
            format!("00000002 00000001 # {column}"),
        ),
        (
            "column count of no table",
            Result,
            0,
            format!("00000002 00000000 # {column}"),
        ),
        (
            "paging state",
            Result,
            0,
            "00000002 00000003 00000001 7fffffff ab #".into(),
        ),
        (
            "markers",
            Result,
            0,
            "00000004 0001 aa 00000001 # 00000000".into(),
        ),
        (
            "partition key",
            Result,
            0,
            "00000004 0001 aa 00000001 00000001 #".into(),
        ),
        (
            "result columns",
            Result,
            0,
            "00000004 0001 aa 00000000 00000000 00000000 00000000 #".into(),
        ),
        ("payload value", Result, 4, "0001 0001 61 7fffffff #".into()),
        ("token", AuthSuccess, 0, "7fffffff #".into()),
        ("warnings", Result, 8, "ffff #".into()),
        ("payload", Result, 4, "ffff #".into()),
        ("options", Supported, 0, "ffff #".into()),
        ("option values", Supported, 0, "0001 0001 61 ffff #".into()),
        (
            "arguments",
            Error,
            0,
            "00001400 0000 0000 0000 ffff #".into(),
        ),
        ("event", Event, 0, "ffff #".into()),
    ];
    for (what, opcode, flags, body) in bodies {
        for number in ["7fffffff", "ffffffff", "80000000"] {
            let body = Bytes::from(hex(&body.replace('#', number)));
            for version in [Version::V4, Version::V5] {
                let name = format!("{what} {number} {version}");
                refused(&name, || {
                    Response::decode(opcode, Flags(flags), body.clone(), &features(version), None)
                });
            }
        }
    }
}

#[test]
fn counts_of_failures() {
    for code in ["1300", "1500"] {
        for number in ["7fffffff", "ffffffff", "80000000"] {
            let body = hex(&format!(
                "0000{code} 0000 0001 00000001 00000001 {number} 04 7f000001 0001"
            ));
            let read = || {
                Response::decode(
                    Opcode::Error,
                    Flags::NONE,
                    body.clone().into(),
                    &features(Version::V5),
                    None,
                )
            };
            refused(&format!("{code} {number}"), read);
        }
    }
}

#[test]
fn counts_in_requests() {
    use Opcode::{AuthResponse, Batch, Execute, Prepare, Query, Register, Startup};
    let bodies = [
        ("statement", Query, "7fffffff 61"),
        ("negative statement", Query, "ffffffff 61"),
        ("values", Query, "00000001 61 0001 01 ffff"),
        ("a value", Query, "00000001 61 0001 01 0001 7fffffff"),
        (
            "a negative value",
            Query,
            "00000001 61 0001 01 0001 fffffffd",
        ),
        ("paging state", Query, "00000001 61 0001 08 7fffffff"),
        ("statement id", Execute, "ffff 61"),
        ("text", Prepare, "7fffffff 61"),
        ("statements", Batch, "00 ffff"),
        ("text in a batch", Batch, "00 0001 00 7fffffff 61"),
        ("values in a batch", Batch, "00 0001 00 00000001 61 ffff"),
        ("options", Startup, "ffff"),
        ("events", Register, "ffff"),
        ("token", AuthResponse, "7fffffff 61"),
    ];
    for (what, opcode, body) in bodies {
        let body = hex(body);
        refused(what, || {
            Request::decode(opcode, Flags::NONE, &body, &features(Version::V4))
        });
    }
    let body = hex("ffff");
    refused("payload", || {
        Request::decode(
            Opcode::Options,
            Flags::PAYLOAD,
            &body,
            &features(Version::V4),
        )
    });
}

/// Rows of one column of this type, and no row.
fn of_type(option: &[u8]) -> Result<(), Malformed> {
    let body = [
        &hex("00000002 00000001 00000001 0000 0000 0000")[..],
        option,
        &[0; 4],
    ]
    .concat();
    Response::decode(
        Opcode::Result,
        Flags::NONE,
        body.into(),
        &Features::default(),
        None,
    )
    .map(drop)
}

fn refused_type(what: &str, option: &[u8]) {
    refused(what, || of_type(option));
}

#[test]
fn types() {
    let class = |name: &str| {
        let name = name.as_bytes();
        let length = u16::try_from(name.len()).unwrap().to_be_bytes();
        [&[0, 0], &length[..], name].concat()
    };
    assert!(of_type(&hex("0009")).is_ok());
    refused_type("tuple members", &hex("0031 ffff"));
    refused_type("fields", &hex("0030 0000 0000 ffff"));
    refused_type("nested lists", &[0, 0x20].repeat(10_000));
    refused_type("nested maps", &[0, 0x21].repeat(10_000));
    refused_type("nested tuples", &[0, 0x31, 0, 1].repeat(10_000));
    // A class that is not understood is a type of its own, whose values are bytes.
    let marshal = "org.apache.cassandra.db.marshal.";
    for name in [
        format!("{marshal}VectorType({marshal}FloatType, 4294967295)"),
        format!("{marshal}VectorType({marshal}FloatType, -1)"),
        format!("{marshal}VectorType({marshal}FloatType, 65536)"),
        "ListType(".repeat(7_000),
    ] {
        assert!(of_type(&class(&name)).is_ok());
        refused(&name[..40], || Type::parse_class(&name).map_err(drop));
    }
    let nested = "list<".repeat(10_000);
    refused("nested text", || {
        Type::parse(&nested, &|_| None).map_err(drop)
    });
    refused("dimension", || {
        Type::parse("vector<int, 4294967295>", &|_| None).map_err(drop)
    });
}

#[test]
fn counts_in_values() {
    let ty = |text: &str| Type::parse(text, &|_| None).unwrap();
    for (text, bytes) in [
        ("list<int>", "7fffffff"),
        ("list<int>", "ffffffff"),
        ("list<int>", "00000001 7fffffff 00"),
        ("set<text>", "7fffffff"),
        ("map<int, int>", "7fffffff 00000004 00000001"),
        ("map<int, int>", "80000000"),
        ("tuple<int, text>", "7fffffff 00"),
        ("vector<float, 65535>", "00000000"),
        ("vector<text, 65535>", "ff ffffffffffffffff 61"),
        ("vector<vector<vector<uuid, 65535>, 65535>, 65535>", "00"),
        ("vector<frozen<list<int>>, 2>", "04 7fffffff 04 7fffffff"),
        (
            "list<frozen<list<frozen<list<int>>>>>",
            "00000001 00000008 7fffffff 7fffffff",
        ),
        ("duration", "ff ffffffffffffffff"),
        ("decimal", "7fffff"),
    ] {
        let (ty, bytes) = (ty(text), hex(bytes));
        refused(text, || Value::decode(&ty, Some(&bytes)));
        refused(text, || ty.validate(&bytes));
    }
    let claimed = hex("7fffffff 00000004 00000001");
    refused("Vec", || Vec::<i32>::decode(Some(&claimed)));
    refused("HashSet", || {
        std::collections::HashSet::<i32>::decode(Some(&claimed))
    });
    refused("HashMap", || {
        std::collections::HashMap::<i32, i32>::decode(Some(&claimed))
    });
    refused("array", || <[String; 4]>::decode(Some(&claimed)));
}
