//! Every code of the protocol, as bytes.

use super::*;
use crate::frame::response::Response;
use crate::frame::{Dialect, Version, check};

fn check_with(features: &Features, kind: ServerErrorKind, code: &str, extra: &str) {
    let error = Response::Error(ServerError::new(kind, "no"));
    check::response(features, &error, &format!("{code} 0002 6e6f {extra}"));
}

fn check(kind: ServerErrorKind, code: &str, extra: &str) {
    check_with(&Features::default(), kind, code, extra);
}

#[test]
fn kinds_without_fields() {
    check(ServerErrorKind::Server, "00000000", "");
    check(ServerErrorKind::Protocol, "0000000a", "");
    check(ServerErrorKind::BadCredentials, "00000100", "");
    check(ServerErrorKind::Overloaded, "00001001", "");
    check(ServerErrorKind::Bootstrapping, "00001002", "");
    check(ServerErrorKind::Truncate, "00001003", "");
    check(ServerErrorKind::CdcWriteFailure, "00001600", "");
    check(ServerErrorKind::Syntax, "00002000", "");
    check(ServerErrorKind::Unauthorized, "00002100", "");
    check(ServerErrorKind::Invalid, "00002200", "");
    check(ServerErrorKind::Config, "00002300", "");
    let code = 0x1234;
    check(ServerErrorKind::Unknown { code }, "00001234", "");
}

#[test]
fn unavailable_and_timeouts() {
    let consistency = Consistency::Quorum;
    let kind = ServerErrorKind::Unavailable {
        consistency,
        required: 2,
        alive: 1,
    };
    check(kind, "00001000", "0004 00000002 00000001");
    for (write, name) in [
        (WriteType::Simple, "0006 53494d504c45"),
        (WriteType::Batch, "0005 4241544348"),
        (
            WriteType::UnloggedBatch,
            "000e 554e4c4f474745445f4241544348",
        ),
        (WriteType::Counter, "0007 434f554e544552"),
        (WriteType::BatchLog, "0009 42415443485f4c4f47"),
        (WriteType::Cas, "0003 434153"),
        (WriteType::View, "0004 56494557"),
        (WriteType::Cdc, "0003 434443"),
        (WriteType::Other("X".to_owned()), "0001 58"),
    ] {
        let kind = ServerErrorKind::WriteTimeout {
            consistency,
            received: 1,
            required: 2,
            write,
        };
        check(kind, "00001100", &format!("0004 00000001 00000002 {name}"));
    }
    let kind = ServerErrorKind::ReadTimeout {
        consistency,
        received: 1,
        required: 2,
        data_present: true,
    };
    check(kind, "00001200", "0004 00000001 00000002 01");
    let kind = ServerErrorKind::CasWriteUnknown {
        consistency,
        received: 1,
        required: 2,
    };
    check(kind, "00001700", "0004 00000001 00000002");
}

#[test]
fn failures_of_replicas() {
    let mut features = Features::default();
    let read = |failures, reasons| ServerErrorKind::ReadFailure {
        consistency: Consistency::All,
        received: 1,
        required: 3,
        failures,
        reasons,
        data_present: false,
    };
    let write = |failures, reasons| ServerErrorKind::WriteFailure {
        consistency: Consistency::All,
        received: 1,
        required: 3,
        failures,
        reasons,
        write: WriteType::Simple,
    };
    let replicas = "0005 00000001 00000003";
    let two = format!("{replicas} 00000002");
    check(read(2, vec![]), "00001300", &format!("{two} 00"));
    let simple = "0006 53494d504c45";
    check(write(2, vec![]), "00001500", &format!("{two} {simple}"));
    features.version = Version::V5;
    let reasons = vec![("127.0.0.2".parse().unwrap(), 1)];
    let one = format!("{replicas} 00000001 04 7f000002 0001");
    let kind = read(1, reasons.clone());
    check_with(&features, kind, "00001300", &format!("{one} 00"));
    let kind = write(1, reasons);
    check_with(&features, kind, "00001500", &format!("{one} {simple}"));
}

#[test]
fn kinds_that_name_things() {
    let (keyspace, function) = ("ks".to_owned(), "f".to_owned());
    let kind = ServerErrorKind::FunctionFailure {
        keyspace: keyspace.clone(),
        function,
        arguments: vec!["int".to_owned()],
    };
    check(kind, "00001400", "0002 6b73 0001 66 0001 0003 696e74");
    let kind = |table: &str| ServerErrorKind::AlreadyExists {
        keyspace: keyspace.clone(),
        table: table.to_owned(),
    };
    check(kind("t"), "00002400", "0002 6b73 0001 74");
    check(kind(""), "00002400", "0002 6b73 0000");
    let id = Bytes::from_static(&[0xca, 0xfe]);
    check(ServerErrorKind::Unprepared { id }, "00002500", "0002 cafe");
}

#[test]
fn rate_limits_as_negotiated() {
    let kind = ServerErrorKind::RateLimited {
        write: true,
        by_coordinator: false,
    };
    let negotiated = Features::of(Dialect::Scylla);
    check_with(&negotiated, kind.clone(), "0000f000", "01 00");
    let mut out = Vec::new();
    let error = ServerError::new(kind, "no");
    error.encode(&Features::default(), &mut out).unwrap();
    assert_eq!(out, check::hex("00002300 0002 6e6f"));
}

#[test]
fn texts() {
    let shown = |kind, message: &str| ServerError::new(kind, message).to_string();
    let invalid = shown(ServerErrorKind::Invalid, "Unknown identifier x");
    assert_eq!(invalid, "invalid request: Unknown identifier x");
    assert_eq!(shown(ServerErrorKind::Overloaded, ""), "overloaded");
    let kind = ServerErrorKind::WriteTimeout {
        consistency: Consistency::Quorum,
        received: 1,
        required: 2,
        write: WriteType::Cas,
    };
    assert_eq!(
        shown(kind, ""),
        "write timeout: QUORUM needs 2 replicas, 1 answered (write type CAS)"
    );
}
