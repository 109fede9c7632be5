//! What policies and profiles put on the wire.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::fake::{Fake, Reply, error, is_execute};
use crate::error::ErrorKind;
use crate::frame::Consistency;
use crate::frame::request::Request;
use crate::frame::response::ServerErrorKind;
use crate::policy::profile::{Profile, Settings};
use crate::policy::retry::{Decision, RetryPolicy, Tried};
use crate::policy::speculation::Constant;
use crate::policy::timestamp::ServerSide;
use crate::session::Execution;
use crate::statement::{Batch, BatchKind, Options, Statement};

const READ: &str = "SELECT v FROM k.t WHERE id = ?";
const WRITE: &str = "INSERT INTO k.t (id) VALUES (?)";

type Levels = Arc<Mutex<Vec<Consistency>>>;

/// Notes the levels of EXECUTEs, and refuses the first so many.
fn levels(refused: usize) -> (Levels, impl Fn(usize, &Request<'_>) -> Reply) {
    let seen = Levels::default();
    let notes = seen.clone();
    let script = move |_, request: &Request<'_>| {
        let Request::Execute(execute) = request else {
            return Reply::Normal;
        };
        let mut notes = notes.lock().unwrap();
        notes.push(execute.params.consistency);
        match notes.len() <= refused {
            true => error(ServerErrorKind::Overloaded, "later"),
            false => Reply::Normal,
        }
    };
    (seen, script)
}

/// Says `ONE` when it is asked first, and gives up then.
#[derive(Debug)]
struct Lower;

impl RetryPolicy for Lower {
    fn decide(&self, _: &ErrorKind, request: &Tried<'_>) -> Decision {
        match request.retries {
            0 => Decision::retry().at(Consistency::One),
            _ => Decision::Rethrow,
        }
    }
}

#[tokio::test]
async fn a_level_is_the_statements_or_the_profiles_or_the_sessions() {
    use Consistency::{All, LocalOne, LocalQuorum, Three, Two};
    let (seen, script) = levels(0);
    let fake = Fake::start(1, script).await;
    let own = Profile::new(Settings::new());
    let session = fake.builder().profile(&own).connect().await.unwrap();
    let other = Profile::new(Settings::new().consistency(Two));
    let read = session.prepare(READ).await.unwrap();
    let ask = async |options: Options| {
        let execution = Execution::bind(&read, (1,)).unwrap().with(options);
        session.run(execution).await.unwrap();
    };
    ask(Options::default()).await;
    own.replace(Settings::new().consistency(All));
    ask(Options::default()).await;
    ask(Options::default().profile(&other)).await;
    other.replace(Settings::new().consistency(Three));
    ask(Options::default().profile(&other)).await;
    let options = Options {
        consistency: Some(LocalOne),
        ..Options::default()
    };
    ask(options.profile(&other)).await;
    let expected = [LocalQuorum, All, Two, Three, LocalOne];
    assert_eq!(*seen.lock().unwrap(), expected);
}

#[tokio::test]
async fn a_retry_has_the_level_that_the_policy_says_but_a_serial_one_stays() {
    use Consistency::{LocalSerial, One, Quorum};
    for (level, then) in [(Quorum, One), (LocalSerial, LocalSerial)] {
        let (seen, script) = levels(1);
        let fake = Fake::start(1, script).await;
        let session = fake.builder().retry_policy(Lower).connect().await.unwrap();
        let statement = Statement::new(READ).consistency(level);
        session.query(statement, (1,)).await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [level, then]);
    }
}

#[tokio::test]
async fn copies_carry_one_write_time_and_the_loser_is_given_up() {
    let silent = Mutex::new(true);
    let fake = Fake::start(2, move |_, request| match request {
        Request::Execute(_) if std::mem::take(&mut *silent.lock().unwrap()) => Reply::Silence,
        _ => Reply::Normal,
    })
    .await;
    let policy = Constant::new(Duration::from_millis(20), 1);
    let session = fake.builder().speculation(policy).connect().await.unwrap();
    let statement = Statement::new(WRITE).idempotent(true);
    session.query(statement, (1,)).await.unwrap();
    let times = fake.times();
    assert!(times.len() == 2 && times[0].is_some(), "{times:?}");
    assert_eq!(times[0], times[1]);
    let asked = fake.log().into_iter();
    let nodes: Vec<usize> = asked
        .filter(|(_, asked)| asked.starts_with("EXECUTE"))
        .map(|(node, _)| node)
        .collect();
    assert_ne!(nodes[0], nodes[1]);
}

#[tokio::test]
async fn a_batch_is_copied_only_if_its_writer_says_that_it_may() {
    for (idempotent, expected) in [(false, 1), (true, 2)] {
        let silent = Mutex::new(true);
        let fake = Fake::start(2, move |_, request| match request {
            Request::Batch(_) if std::mem::take(&mut *silent.lock().unwrap()) => Reply::Silence,
            _ => Reply::Normal,
        })
        .await;
        let policy = Constant::new(Duration::from_millis(20), 5);
        let session = fake.builder().speculation(policy).connect().await.unwrap();
        let mut batch = Batch::new(BatchKind::Unlogged);
        batch.push_text("DELETE FROM k.t WHERE id = 3");
        let batch = batch.with(Options {
            idempotent,
            timeout: Some(Duration::from_millis(500)),
            ..Options::default()
        });
        let answer = session.batch(&batch).await;
        assert_eq!(answer.is_ok(), idempotent);
        assert_eq!(fake.count("BATCH of 1"), expected);
    }
}

#[tokio::test]
async fn the_server_says_the_time_if_the_session_does_not() {
    let fake = Fake::plain(1).await;
    let builder = fake.builder().timestamp_generator(ServerSide);
    let session = builder.connect().await.unwrap();
    session.query(WRITE, (1,)).await.unwrap();
    let timed = Statement::new(WRITE).timestamp(7);
    session.query(timed, (1,)).await.unwrap();
    assert_eq!(fake.times(), [None, Some(7)]);
}

#[tokio::test]
async fn attempts_that_fail_in_a_race_share_one_count() {
    let fake = Fake::start(3, |_, request| match is_execute(request) {
        true => error(ServerErrorKind::Overloaded, "later"),
        false => Reply::Normal,
    })
    .await;
    let policy = Constant::new(Duration::from_secs(60), 5);
    let session = fake.builder().speculation(policy).connect().await.unwrap();
    let error = session.query(READ, (1,)).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::Overloaded { .. }),
        "{error}"
    );
    assert_eq!(error.attempts().len(), 2, "{error:#?}");
    // What is wrong for every node is not asked of another.
    let fake = Fake::start(3, |_, request| match is_execute(request) {
        true => error_of_syntax(),
        false => Reply::Normal,
    })
    .await;
    let policy = Constant::new(Duration::from_secs(60), 5);
    let session = fake.builder().speculation(policy).connect().await.unwrap();
    let error = session.query(READ, (1,)).await.unwrap_err();
    assert!(error.is_invalid() && error.attempts().len() == 1, "{error}");
}

fn error_of_syntax() -> Reply {
    error(ServerErrorKind::Syntax, "what?")
}
