//! Each decision by failure and write type, as data.

use std::sync::Mutex;

use super::*;
use crate::frame::response::WriteType;

/// How a request may be: idempotent, not idempotent, serial, and idempotent but tried again once already.
const REQUESTS: [(&str, bool, bool, u32); 4] = [
    ("idempotent", true, false, 0),
    ("other", false, false, 0),
    ("serial", false, true, 0),
    ("again", true, false, 1),
];

const QUORUM: Consistency = Consistency::Quorum;

fn tried(idempotent: bool, serial: bool, retries: u32) -> Tried<'static> {
    Tried {
        idempotent,
        serial,
        retries,
        ..Tried::new("SELECT", QUORUM)
    }
}

/// A decision in short: `-` the caller gets it, `same`, `next`, `ignore`, with the level if it is another.
fn short(decision: Decision) -> String {
    let level = |again: Again| {
        let level = again.consistency.map(|level| format!(" {level}"));
        level.unwrap_or_default()
    };
    match decision {
        Decision::Rethrow => "-".to_owned(),
        Decision::Ignore => "ignore".to_owned(),
        Decision::Retry(again) => format!("same{}", level(again)),
        Decision::RetryNextHost(again) => format!("next{}", level(again)),
    }
}

/// One row for each failure; one column for each of [`REQUESTS`].
#[track_caller]
fn check(policy: &dyn RetryPolicy, table: &[(ErrorKind, [&str; 4])]) {
    for (failure, expected) in table {
        for ((name, idempotent, serial, retries), expected) in REQUESTS.iter().zip(expected) {
            let request = tried(*idempotent, *serial, *retries);
            let found = short(policy.decide(failure, &request));
            assert_eq!(&found, expected, "{failure:?}, {name}");
        }
    }
}

fn broken(sent: bool) -> ErrorKind {
    ErrorKind::Broken {
        reason: "reset".into(),
        sent,
    }
}

fn late(sent: bool) -> ErrorKind {
    ErrorKind::Timeout {
        after: Duration::from_secs(1),
        sent,
    }
}

fn unavailable(alive: i32) -> ErrorKind {
    ErrorKind::Unavailable {
        consistency: QUORUM,
        required: 3,
        alive,
    }
}

fn read(received: i32, data_present: bool) -> ErrorKind {
    ErrorKind::ReadTimeout {
        consistency: QUORUM,
        received,
        required: 3,
        data_present,
    }
}

fn write(write: WriteType, received: i32) -> ErrorKind {
    ErrorKind::WriteTimeout {
        consistency: QUORUM,
        received,
        required: 3,
        write,
    }
}

fn server(code: i32) -> ErrorKind {
    ErrorKind::Server {
        code,
        message: "no".into(),
    }
}

fn failures() -> [ErrorKind; 6] {
    let message = || "no".into();
    [
        ErrorKind::RateLimited { message: message() },
        ErrorKind::Syntax { message: message() },
        ErrorKind::Invalid { message: message() },
        ErrorKind::Unauthorized { message: message() },
        ErrorKind::ReadFailure {
            consistency: QUORUM,
            received: 1,
            required: 2,
            failures: 1,
            message: message(),
        },
        ErrorKind::WriteFailure {
            consistency: QUORUM,
            received: 1,
            required: 2,
            failures: 1,
            message: message(),
        },
    ]
}

/// All that a server may say was written, and one that it may say one day.
fn write_types() -> [WriteType; 9] {
    [
        WriteType::Simple,
        WriteType::Batch,
        WriteType::UnloggedBatch,
        WriteType::Counter,
        WriteType::BatchLog,
        WriteType::Cas,
        WriteType::View,
        WriteType::Cdc,
        WriteType::Other("NEW".to_owned()),
    ]
}

#[test]
fn standard_never_does_twice_what_may_not_be_done_twice() {
    let message = || "no".into();
    let policy = Standard::default();
    check(
        &policy,
        &[
            (broken(false), ["next"; 4]),
            (broken(true), ["next", "-", "-", "next"]),
            (late(false), ["next"; 4]),
            (late(true), ["next", "-", "-", "next"]),
            (ErrorKind::Busy, ["next"; 4]),
            (ErrorKind::Bootstrapping { message: message() }, ["next"; 4]),
            (
                ErrorKind::Overloaded { message: message() },
                ["next", "-", "-", "-"],
            ),
            (server(0), ["next", "-", "-", "next"]),
            (server(0x1003), ["next", "-", "-", "next"]),
            (server(0x2400), ["-"; 4]),
            (unavailable(2), ["next", "next", "-", "-"]),
            (read(3, false), ["same", "same", "-", "-"]),
            (read(4, false), ["same", "same", "-", "-"]),
            (read(3, true), ["-"; 4]),
            (read(2, false), ["-"; 4]),
        ],
    );
    for failure in failures() {
        check(&policy, &[(failure, ["-"; 4])]);
    }
    for written in write_types() {
        let expected = match written {
            WriteType::BatchLog => ["same", "-", "-", "-"],
            _ => ["-"; 4],
        };
        for received in 0..3 {
            check(&policy, &[(write(written.clone(), received), expected)]);
        }
    }
}

#[test]
fn standard_retries_as_often_as_it_is_told() {
    for (times, retries, expected) in [(0, 0, "-"), (3, 2, "next"), (3, 3, "-")] {
        let request = tried(true, false, retries);
        let found = short(Standard::times(times).decide(&unavailable(1), &request));
        assert_eq!(found, expected, "{times} {retries}");
    }
}

#[test]
fn fallthrough_never_retries() {
    for failure in [broken(false), broken(true), unavailable(2), read(3, false)] {
        check(&Fallthrough, &[(failure, ["-"; 4])]);
    }
    for written in write_types() {
        check(&Fallthrough, &[(write(written, 1), ["-"; 4])]);
    }
}

#[test]
fn downgrading_asks_for_less_when_less_is_there() {
    let policy = Downgrading::default();
    check(
        &policy,
        &[
            (unavailable(0), ["-"; 4]),
            (unavailable(1), ["same ONE", "same ONE", "-", "-"]),
            (unavailable(2), ["same TWO", "same TWO", "-", "-"]),
            (unavailable(5), ["same THREE", "same THREE", "-", "-"]),
            (read(0, false), ["-"; 4]),
            (read(1, false), ["same ONE", "same ONE", "-", "-"]),
            (read(2, true), ["same TWO", "same TWO", "-", "-"]),
            (read(3, false), ["same", "same", "-", "-"]),
            (read(3, true), ["-"; 4]),
            // As the standard rules.
            (broken(true), ["next", "-", "-", "next"]),
            (server(0), ["next", "-", "-", "next"]),
        ],
    );
    for written in write_types() {
        let (none, one, two) = match written {
            WriteType::Simple | WriteType::Batch | WriteType::Counter => {
                let ignore = ["ignore", "ignore", "-", "-"];
                (["-"; 4], ignore, ignore)
            }
            WriteType::UnloggedBatch => (
                ["-"; 4],
                ["same ONE", "-", "-", "-"],
                ["same TWO", "-", "-", "-"],
            ),
            WriteType::BatchLog => {
                let same = ["same", "-", "-", "-"];
                (same, same, same)
            }
            _ => (["-"; 4], ["-"; 4], ["-"; 4]),
        };
        for (received, expected) in [(0, none), (1, one), (2, two)] {
            check(&policy, &[(write(written.clone(), received), expected)]);
        }
    }
}

#[test]
fn a_downgrade_is_a_lower_level_and_stays_in_its_data_centre() {
    use Consistency::{All, EachQuorum, LocalOne, LocalQuorum, One, Three, Two};
    for (from, alive, expected) in [
        (All, 2, "same TWO"),
        (EachQuorum, 1, "same ONE"),
        (Three, 2, "same TWO"),
        (Two, 2, "-"),
        (Two, 1, "same ONE"),
        (One, 1, "-"),
        (LocalOne, 1, "-"),
        (LocalQuorum, 1, "same LOCAL_ONE"),
        (LocalQuorum, 2, "same LOCAL_ONE"),
    ] {
        let request = Tried::new("SELECT", from);
        let found = Downgrading::default().decide(&unavailable(alive), &request);
        assert_eq!(short(found), expected, "{from} {alive}");
    }
}

#[test]
fn each_downgrade_is_recorded() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = seen.clone();
    let policy = Downgrading::default().on_downgrade(move |downgrade| {
        let to = downgrade
            .to
            .map_or("ignored".to_owned(), |to| to.to_string());
        let line = format!("{}: {} to {to}", downgrade.statement, downgrade.from);
        record.lock().unwrap().push(line);
    });
    for failure in [
        unavailable(1),
        unavailable(0),
        read(2, false),
        read(3, false),
        write(WriteType::Counter, 1),
        broken(true),
    ] {
        policy.decide(&failure, &tried(true, false, 0));
        policy.decide(&failure, &tried(true, true, 0));
        policy.decide(&failure, &tried(true, false, 1));
    }
    let expected = [
        "SELECT: QUORUM to ONE",
        "SELECT: QUORUM to TWO",
        "SELECT: QUORUM to ignored",
    ];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[test]
fn backoff_pauses_longer_each_time_and_gives_up() {
    let ms = Duration::from_millis;
    let policy = ExponentialBackoff::times(3).between(ms(100), ms(300));
    for (n, random, expected) in [
        (0, 0.0, 50),
        (0, 0.5, 100),
        (0, 1.0, 150),
        (1, 0.5, 200),
        (2, 0.5, 300),
        (9, 1.0, 350),
        (99, 0.0, 250),
    ] {
        assert_eq!(policy.pause(n, random), ms(expected), "{n} {random}");
    }
    let pause = |decision| match decision {
        Decision::Retry(again) | Decision::RetryNextHost(again) => Some(again.after),
        _ => None,
    };
    for retries in 0..3 {
        for failure in [unavailable(2), read(3, false), server(0), broken(true)] {
            let decision = policy.decide(&failure, &tried(true, false, retries));
            let pause = pause(decision).expect("another attempt");
            let middle = ms(100 << retries).min(ms(300));
            assert!(
                pause >= middle - ms(50) && pause <= middle + ms(50),
                "{pause:?}"
            );
        }
    }
    for failure in [unavailable(2), read(3, false), server(0)] {
        let decision = policy.decide(&failure, &tried(true, false, 3));
        assert_eq!(decision, Decision::Rethrow, "{failure:?}");
        let decision = policy.decide(&failure, &tried(false, true, 0));
        assert_eq!(decision, Decision::Rethrow, "{failure:?}");
    }
    // What was not sent costs no time.
    let decision = policy.decide(&broken(false), &tried(false, false, 9));
    assert_eq!(decision, Decision::retry_next_host());
}
