//! What is sent again, where, and how often.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use scylla_orm::driver::error::Then;
use scylla_orm::driver::frame::response::WriteType as Written;
use scylla_orm::driver::policy::Shared;
use scylla_orm::driver::policy::retry::{
    Downgrading, ExponentialBackoff, Fallthrough, RetryBudget, RetryPolicy, Standard,
};
use scylla_orm::driver::session::{Answer, Execution};
use scylla_orm::driver::statement::{Options, Prepared};
use scylla_orm::driver::{ErrorKind, Result};
use scylla_orm_embedded::Fault;
use scylla_orm_embedded::fault::{
    Consistency, Injected, Opcode, ServerError, ServerErrorKind, WriteType,
};

use super::Fixture;

impl Fixture {
    /// The next so many EXECUTEs are answered with that error, in the place of being executed.
    fn fails(&self, times: u64, kind: ServerErrorKind) -> Injected {
        self.asked();
        let error = ServerError::new(kind, "by a fault");
        let on = Fault::on().opcode(Opcode::Execute).keyspace("ks");
        self.cluster.fault(on.first(times).error(error))
    }

    async fn run(&self, statement: &Prepared, k: i32, options: Options) -> Result<Answer> {
        let execution = match statement.is_read() {
            true => Execution::bind(statement, (k,))?,
            false => Execution::bind(statement, (k, k))?,
        };
        self.session.run(execution.with(options)).await
    }
}

fn unavailable(alive: i32) -> ServerErrorKind {
    ServerErrorKind::Unavailable {
        consistency: Consistency::LocalQuorum,
        required: 2,
        alive,
    }
}

fn write_timeout(write: WriteType, received: i32) -> ServerErrorKind {
    ServerErrorKind::WriteTimeout {
        consistency: Consistency::LocalQuorum,
        received,
        required: 2,
        write,
    }
}

fn by(policy: impl Into<Shared<dyn RetryPolicy>>) -> Options {
    Options::default().retry_policy(policy)
}

#[tokio::test]
async fn a_statement_has_its_own_policy() {
    let f = Fixture::start().await;
    for (options, times, attempts, ok) in [
        (Options::default(), 1, 2, true),
        (Options::default(), 2, 2, false),
        (by(Fallthrough), 1, 1, false),
        (by(Standard::times(3)), 3, 4, true),
    ] {
        let fault = f.fails(times, unavailable(1));
        let result = f.run(&f.select, 1, options.clone()).await;
        assert_eq!(result.is_ok(), ok, "{options:?} {result:?}");
        let asked = f.asked();
        assert_eq!(asked.len(), attempts, "{options:?} {asked:?}");
        // The next node each time.
        let mut distinct = asked.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), asked.len(), "{asked:?}");
        drop(fault);
    }
    let counted = f.session.metrics().retries;
    let of = |name| counted.iter().find(|counts| counts.policy == name).unwrap();
    assert_eq!(
        (of("Fallthrough").retried, of("Fallthrough").rethrown),
        (0, 1)
    );
    assert_eq!((of("Standard").retried, of("Standard").rethrown), (5, 1));
    f.end().await;
}

#[tokio::test]
async fn downgrades_are_recorded_and_done() {
    let f = Fixture::start().await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let record = seen.clone();
    let policy: Shared<dyn RetryPolicy> = Downgrading::default()
        .on_downgrade(move |d| {
            let to = d.to.map(|to| to.to_string());
            record.lock().unwrap().push((d.from.to_string(), to));
        })
        .into();
    let one = Some("LOCAL_ONE".to_owned());
    let level = || "LOCAL_QUORUM".to_owned();
    let fault = f.fails(1, unavailable(1));
    let answer = f.run(&f.select, 3, by(policy.clone())).await.unwrap();
    assert_eq!(answer.first_as::<(i32,)>().unwrap(), Some((3,)));
    let asked = f.asked();
    assert!(asked.len() == 2 && asked[0] == asked[1], "{asked:?}");
    drop(fault);
    // A write that one replica has counts as done.
    let fault = f.fails(1, write_timeout(WriteType::Simple, 1));
    let answer = f.run(&f.insert, 3, by(policy.clone())).await.unwrap();
    assert_eq!((answer.count(), f.asked().len()), (0, 1));
    drop(fault);
    // One that none has does not.
    let fault = f.fails(1, write_timeout(WriteType::Simple, 0));
    let error = f.run(&f.insert, 3, by(policy.clone())).await.unwrap_err();
    let is_simple = |write: &Written| *write == Written::Simple;
    assert!(
        matches!(error.kind(), ErrorKind::WriteTimeout { write, .. } if is_simple(write)),
        "{error}"
    );
    drop(fault);
    assert_eq!(*seen.lock().unwrap(), [(level(), one), (level(), None)]);
    f.end().await;
}

#[tokio::test]
async fn backoff_waits_between_attempts_within_the_deadline() {
    let f = Fixture::start().await;
    let pause = Duration::from_millis(200);
    let policy = || ExponentialBackoff::times(3).between(pause, pause);
    let fault = f.fails(2, unavailable(1));
    let begun = Instant::now();
    f.run(&f.select, 1, by(policy())).await.unwrap();
    // Two pauses of 200 ms, each up to half of that shorter.
    assert!(begun.elapsed() >= pause);
    assert_eq!(f.asked().len(), 3);
    drop(fault);
    // A pause that is longer than the time that is left is not begun.
    let fault = f.fails(9, unavailable(1));
    let options = Options {
        timeout: Some(Duration::from_secs(5)),
        ..by(ExponentialBackoff::times(9).between(Duration::from_secs(60), Duration::from_secs(60)))
    };
    let error = f.run(&f.select, 1, options).await.unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert_eq!(f.asked().len(), 1);
    drop(fault);
    f.end().await;
}

#[tokio::test]
async fn a_session_makes_no_more_retries_than_its_budget() {
    let f = Fixture::with(|b| b.retry_budget(RetryBudget::new(0.0, 3))).await;
    let fault = f.fails(u64::MAX, unavailable(1));
    for k in 0..10 {
        assert!(f.run(&f.select, k, Options::default()).await.is_err());
    }
    assert_eq!(f.asked().len(), 13);
    drop(fault);
    f.end().await;
}

#[tokio::test]
async fn an_error_tells_the_history_of_its_request() {
    let f = Fixture::start().await;
    let fault = f.fails(9, unavailable(1));
    let policy = ExponentialBackoff::times(2);
    let policy = policy.between(Duration::from_millis(100), Duration::from_millis(100));
    let error = f.run(&f.select, 1, by(policy)).await.unwrap_err();
    drop(fault);
    let history: Vec<_> = error.attempts().iter().map(|a| (a.copy, a.then)).collect();
    let expected = [(0, Then::NextNode), (0, Then::NextNode), (0, Then::Nothing)];
    assert_eq!(history, expected);
    let asked = f.asked();
    for (attempt, node) in error.attempts().iter().zip(asked) {
        assert_eq!(*attempt.target, *f.cluster.contact_points()[node]);
        assert!(matches!(attempt.kind, ErrorKind::Unavailable { .. }));
    }
    let ended: Vec<Duration> = error.attempts().iter().map(|a| a.ended).collect();
    // Two pauses of at least 50 ms lie between the first and the last; these times are 20 ms coarse.
    assert!(ended.is_sorted(), "{ended:?}");
    assert!(
        ended[2] >= ended[0] + Duration::from_millis(60),
        "{ended:?}"
    );
    f.end().await;
}

#[tokio::test]
async fn an_attempt_that_takes_too_long_is_made_elsewhere() {
    let limit = Duration::from_millis(300);
    let f = Fixture::with(|b| b.attempt_timeout(limit)).await;
    let silent = || {
        f.asked();
        let on = Fault::on().opcode(Opcode::Execute).keyspace("ks");
        f.cluster.fault(on.first(1).drop_answer())
    };
    let fault = silent();
    let begun = Instant::now();
    f.run(&f.select, 1, Options::default()).await.unwrap();
    assert!(begun.elapsed() >= limit);
    assert_eq!(f.asked().len(), 2);
    drop(fault);
    // What may have been done is not done twice, unless its writer says that it may.
    let fault = silent();
    let error = f.run(&f.insert, 1, Options::default()).await.unwrap_err();
    drop(fault);
    let ErrorKind::Timeout { after, sent: true } = error.kind() else {
        panic!("{error}");
    };
    assert_eq!((*after, f.asked().len()), (limit, 1));
    let fault = silent();
    let options = Options {
        idempotent: true,
        ..Options::default()
    };
    f.run(&f.insert, 1, options).await.unwrap();
    assert_eq!(f.asked().len(), 2);
    drop(fault);
    // The deadline of the request is over all attempts.
    f.asked();
    let on = Fault::on().opcode(Opcode::Execute).keyspace("ks");
    let fault = f.cluster.fault(on.drop_answer());
    let whole = Duration::from_millis(700);
    let options = Options {
        timeout: Some(whole),
        ..Options::default()
    };
    let error = f.run(&f.select, 1, options).await.unwrap_err();
    drop(fault);
    assert!(
        matches!(error.kind(), ErrorKind::Timeout { after, .. } if *after == whole),
        "{error}"
    );
    assert_eq!(error.attempts().len(), 3, "{error:#?}");
    f.end().await;
}
