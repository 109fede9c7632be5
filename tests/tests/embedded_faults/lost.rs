//! Requests and answers that get lost, and statements that are forgotten.

use std::time::Instant;

use scylla_orm::driver::ErrorKind;
use scylla_orm::driver::statement::{Batch, BatchKind};
use scylla_orm_embedded::Fault;
use scylla_orm_embedded::fault::{Opcode, ServerError, ServerErrorKind};
use tests::poll::PROMPT;

use super::{Fixture, KEYS, TIMEOUT};

/// The deadline ends the wait, the connection lives on, and the write is in doubt: it happened or not.
#[tokio::test]
async fn answers_and_requests() {
    let f = Fixture::start().await;
    let before = connections(&f);
    for (executed, k) in [(true, KEYS), (false, KEYS + 1)] {
        let writes = Fault::on().statement("INSERT INTO ks.t");
        let lost = f.cluster.fault(writes.drop_answer().executed(executed));
        let start = Instant::now();
        let error = f.write(k).await.unwrap_err();
        let took = start.elapsed();
        println!("executed: {executed}: {error}, after {took:?}");
        assert!(
            matches!(error.kind(), ErrorKind::Timeout { .. }),
            "{error:?}"
        );
        assert!(took >= TIMEOUT && took < PROMPT, "{took:?}");
        assert_eq!((lost.hits(), f.is_there(k).await), (1, executed));
    }
    assert_eq!(connections(&f), before);
    f.end().await;
}

/// A timeout of the server after which the row is there all the same.
#[tokio::test]
async fn a_write_that_timed_out_but_happened() {
    let f = Fixture::start().await;
    let timed_out = ServerErrorKind::WriteTimeout {
        consistency: scylla_orm_embedded::fault::Consistency::LocalQuorum,
        received: 1,
        required: 2,
        write: scylla_orm_embedded::fault::WriteType::Simple,
    };
    let timed_out = ServerError::new(timed_out, "Operation timed out");
    let writes = Fault::on().statement("INSERT INTO ks.t");
    let fault = f.cluster.fault(writes.error(timed_out).executed(true));
    let error = f.write(KEYS).await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::WriteTimeout { received: 1, .. }),
        "{error:?}"
    );
    assert_eq!((fault.hits(), f.is_there(KEYS).await), (1, true));
    f.end().await;
}

/// Told once per node, on demand, and nobody notices.
#[tokio::test]
async fn prepared_statements() {
    let f = Fixture::start().await;
    let forgotten = f.cluster.fault(
        Fault::on()
            .opcode(Opcode::Execute)
            .node(1)
            .first(1)
            .forget_prepared(),
    );
    for k in 0..KEYS {
        f.read(k).await.unwrap();
    }
    assert_eq!(forgotten.hits(), 1);
    assert_eq!(
        (prepares(&f), f.attempts()),
        (1, usize::try_from(KEYS).unwrap() + 2)
    );
    drop(forgotten);

    let forgotten = f
        .cluster
        .fault(Fault::on().opcode(Opcode::Batch).first(1).forget_prepared());
    let mut batch = Batch::new(BatchKind::Unlogged);
    batch.push(&f.insert, (KEYS, "a")).unwrap();
    batch.push(&f.insert, (KEYS + 1, "b")).unwrap();
    f.session.batch(&batch).await.unwrap();
    assert_eq!((forgotten.hits(), prepares(&f)), (1, 1));
    assert!(f.is_there(KEYS + 1).await);

    // For ever: the driver does not go round in circles.
    let forgotten = f
        .cluster
        .fault(Fault::on().opcode(Opcode::Execute).forget_prepared());
    let error = f.read(1).await.unwrap_err();
    println!(
        "forgotten again and again: {error}; {} requests",
        forgotten.hits()
    );
    assert!(matches!(error.kind(), ErrorKind::Unprepared), "{error:?}");
    assert!(forgotten.hits() <= 6, "{}", forgotten.hits());
    drop(forgotten);
    f.read(1).await.unwrap();
    f.end().await;
}

/// One that cannot be prepared fails by its own deadline, and not for ever.
#[tokio::test]
async fn the_answer_to_prepare() {
    let f = Fixture::start().await;
    let lost = f
        .cluster
        .fault(Fault::on().opcode(Opcode::Prepare).first(1).drop_answer());
    let start = Instant::now();
    let result = f.session.prepare("SELECT v FROM ks.t WHERE k = ?").await;
    let took = start.elapsed();
    println!("{:?} after {took:?}", result.as_ref().map(drop));
    assert!(took < TIMEOUT + PROMPT, "{took:?}");
    assert_eq!(lost.hits(), 1);
    f.session
        .prepare("SELECT v FROM ks.t WHERE k = ?")
        .await
        .unwrap();
    f.end().await;
}

fn prepares(f: &Fixture) -> usize {
    let requests = f.cluster.requests();
    let prepares = requests.iter().filter(|r| r.opcode == Opcode::Prepare);
    prepares.count()
}

fn connections(f: &Fixture) -> Vec<Vec<usize>> {
    (0..super::NODES)
        .map(|node| f.cluster.connections(node))
        .collect()
}
