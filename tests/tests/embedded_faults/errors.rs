//! Every error that a server can answer: what a read and a write become, and how often they are sent.

use scylla_orm::driver::Result;
use scylla_orm_embedded::Fault;
use scylla_orm_embedded::fault::{Consistency, Opcode, ServerError, ServerErrorKind, WriteType};

use super::{Fixture, name};

/// The outcome and the number of attempts.
type Expected = (&'static str, usize);

/// Answered once, in the place of the answer: what becomes of a read, and of a write that may not be sent twice.
async fn check(f: &Fixture, kind: ServerErrorKind, read: Expected, write: Expected) {
    let once = |kind: &ServerErrorKind| {
        let error = ServerError::new(kind.clone(), "by a fault");
        f.cluster.fault(
            Fault::on()
                .opcode(Opcode::Execute)
                .keyspace("ks")
                .first(1)
                .error(error),
        )
    };
    f.attempts();
    let fault = once(&kind);
    let found = outcome(f.read(7).await);
    assert_eq!(
        (&*found, f.attempts(), fault.hits()),
        (read.0, read.1, 1),
        "read: {kind:?}"
    );
    drop(fault);
    let fault = once(&kind);
    let found = outcome(f.write(7).await);
    assert_eq!(
        (&*found, f.attempts(), fault.hits()),
        (write.0, write.1, 1),
        "write: {kind:?}"
    );
    println!("{read:?} {write:?} {kind:?}");
}

fn outcome(result: Result<()>) -> String {
    result.map_or_else(|error| name(&error), |()| "ok".to_owned())
}

const QUORUM: Consistency = Consistency::LocalQuorum;

#[tokio::test]
async fn of_replicas() {
    use ServerErrorKind as Kind;
    let f = Fixture::start().await;
    let unavailable = Kind::Unavailable {
        consistency: QUORUM,
        required: 2,
        alive: 1,
    };
    check(&f, unavailable, ("ok", 2), ("ok", 2)).await;
    let read = |received, data_present| Kind::ReadTimeout {
        consistency: QUORUM,
        received,
        required: 2,
        data_present,
    };
    check(&f, read(2, false), ("ok", 2), ("ok", 2)).await;
    check(&f, read(1, false), ("ReadTimeout", 1), ("ReadTimeout", 1)).await;
    check(&f, read(2, true), ("ReadTimeout", 1), ("ReadTimeout", 1)).await;
    let write = |write| Kind::WriteTimeout {
        consistency: QUORUM,
        received: 1,
        required: 2,
        write,
    };
    for kind in [
        WriteType::Simple,
        WriteType::Counter,
        WriteType::Cas,
        WriteType::View,
    ] {
        check(&f, write(kind), ("WriteTimeout", 1), ("WriteTimeout", 1)).await;
    }
    check(
        &f,
        write(WriteType::BatchLog),
        ("ok", 2),
        ("WriteTimeout", 1),
    )
    .await;
    let failure = Kind::ReadFailure {
        consistency: QUORUM,
        received: 1,
        required: 2,
        failures: 1,
        reasons: Vec::new(),
        data_present: true,
    };
    check(&f, failure, ("ReadFailure", 1), ("ReadFailure", 1)).await;
    let failure = Kind::WriteFailure {
        consistency: QUORUM,
        received: 1,
        required: 2,
        failures: 1,
        reasons: Vec::new(),
        write: WriteType::Simple,
    };
    check(&f, failure, ("WriteFailure", 1), ("WriteFailure", 1)).await;
    let unknown = Kind::CasWriteUnknown {
        consistency: Consistency::Serial,
        received: 1,
        required: 2,
    };
    // As version 4 says it.
    check(&f, unknown, ("WriteTimeout", 1), ("WriteTimeout", 1)).await;
    check(&f, Kind::CdcWriteFailure, ("Server", 1), ("Server", 1)).await;
    f.end().await;
}

#[tokio::test]
async fn of_the_coordinator() {
    use ServerErrorKind as Kind;
    let f = Fixture::start().await;
    check(&f, Kind::Overloaded, ("ok", 2), ("Overloaded", 1)).await;
    check(&f, Kind::Bootstrapping, ("ok", 2), ("ok", 2)).await;
    check(&f, Kind::Server, ("ok", 2), ("Server", 1)).await;
    check(&f, Kind::Truncate, ("ok", 2), ("Server", 1)).await;
    for write in [true, false] {
        let limited = Kind::RateLimited {
            write,
            by_coordinator: true,
        };
        check(&f, limited, ("RateLimited", 1), ("RateLimited", 1)).await;
    }
    let unknown = Kind::Unknown { code: 0x7777 };
    check(&f, unknown, ("Server", 1), ("Server", 1)).await;
    f.end().await;
}

#[tokio::test]
async fn of_the_statement() {
    use ServerErrorKind as Kind;
    let f = Fixture::start().await;
    for (kind, expected) in [
        (Kind::Syntax, "Syntax"),
        (Kind::Unauthorized, "Unauthorized"),
        (Kind::Invalid, "Invalid"),
        (Kind::Config, "Config"),
        (Kind::Protocol, "Server"),
        (Kind::BadCredentials, "Auth"),
    ] {
        check(&f, kind, (expected, 1), (expected, 1)).await;
    }
    let exists = Kind::AlreadyExists {
        keyspace: "ks".into(),
        table: "t".into(),
    };
    check(&f, exists, ("AlreadyExists", 1), ("AlreadyExists", 1)).await;
    let function = Kind::FunctionFailure {
        keyspace: "ks".into(),
        function: "f".into(),
        arguments: vec!["int".into()],
    };
    check(&f, function, ("Server", 1), ("Server", 1)).await;
    f.end().await;
}
