//! How a query of a model is executed: profile, retry policy, idempotence, tracing, and whatever else the driver can be told.

use std::sync::{Arc, Mutex};

use scylla_orm::driver::frame::Consistency;
use scylla_orm::driver::policy::profile::{Profile, Settings};
use scylla_orm::driver::policy::retry::{Decision, RetryPolicy, Tried};
use scylla_orm::driver::policy::throttle::{Entrance, Full, Throttle};
use scylla_orm::driver::statement::Target as At;
use scylla_orm::prelude::*;
use scylla_orm::{Error, driver};
use tests::log::Log;
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Note {
    #[cql(partition_key)]
    id: i32,
    text: String,
    tags: Vec<String>,
}

fn note() -> Note {
    Note {
        id: 1,
        text: "one".into(),
        tags: Vec::new(),
    }
}

/// Lets nobody in: what says so has come to the driver with its profile.
#[derive(Debug)]
struct Shut;

impl Throttle for Shut {
    fn enter(&self) -> Entrance {
        Entrance::Refused(Full {
            queued: 0,
            limit: 0,
        })
    }
}

/// Notes of each failure whether its request may be sent twice, and gives up.
#[derive(Debug, Clone, Default)]
struct Asked(Arc<Mutex<Vec<bool>>>);

impl RetryPolicy for Asked {
    fn decide(&self, _: &driver::ErrorKind, request: &Tried<'_>) -> Decision {
        self.0.lock().unwrap().push(request.idempotent);
        Decision::Rethrow
    }
}

/// Each kind of query, told by `$how` how it is executed, ends as `$check` wants.
macro_rules! each_kind {
    ($how:ident($with:expr), $check:expr) => {
        let one = || Note::objects().filter(Note::ID.eq(1));
        $check("all", one().$how($with).all().await.map(drop));
        $check("first", one().$how($with).first().await.map(drop));
        $check("count", one().$how($with).count().await.map(drop));
        let only = one().only(Note::TEXT).$how($with);
        $check("only", only.all().await.map(drop));
        let dynamic = one().dynamic().$how($with);
        $check("dynamic", dynamic.all().await.map(drop));
        $check("get", Note::get(1).$how($with).await.map(drop));
        $check("insert", note().insert().$how($with).await);
        let row = note();
        let new = row.insert().if_not_exists().$how($with);
        $check("insert new", new.await.map(drop));
        $check("save", note().save().$how($with).await);
        let update = one().update(Note::TEXT.set("x"));
        $check("update", update.$how($with).await);
        let update = one().update(Note::TEXT.set("x")).if_exists();
        $check("conditional", update.$how($with).await.map(drop));
        $check("delete", one().delete().$how($with).await);
    };
}

async fn run(test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let within = target.within("options", async |session| {
        sync_table::<Note>().await.unwrap();
        note().insert().await.unwrap();
        test(session).await;
    });
    within.await;
}

#[tokio::test]
async fn a_query_has_a_profile_of_its_own() {
    run(async |_| {
        let shut = Profile::new(Settings::new().throttle(Shut));
        let check = |what: &str, result: Result<(), Error>| {
            let error = result.expect_err(what).to_string();
            assert!(error.contains("too many requests wait"), "{what}: {error}");
        };
        each_kind!(profile(&shut), check);
        // Nothing was done, and the next one is the session's again.
        shut.replace(Settings::new());
        assert_eq!(Note::get(1).profile(&shut).await.unwrap(), note());
        assert_eq!(Note::get(1).await.unwrap(), note());
    })
    .await;
}

#[tokio::test]
async fn a_query_says_whatever_else_the_driver_can_be_told() {
    run(async |_| {
        let nowhere = At::only(uuid::Uuid::nil());
        let check = |what: &str, result: Result<(), Error>| {
            let error = result.expect_err(what).to_string();
            assert!(error.contains("no node has"), "{what}: {error}");
        };
        each_kind!(options(|options| options.target(nowhere)), check);
    })
    .await;
}

#[tokio::test]
async fn a_query_has_a_retry_policy_and_says_whether_it_may_be_done_twice() {
    let target = Target::start().await;
    let keyspace = target.keyspace_of("options", 1).await;
    let points = target.contact_points().iter().map(String::as_str);
    let builder = Session::builder().contact_points(points);
    let session = builder.keyspace(&*keyspace).connect().await.unwrap();
    session
        .scope(async {
            sync_table::<Note>().await.unwrap();
            note().insert().await.unwrap();
            let asked = Asked::default();
            // There is one copy: no node can be found for the second.
            let check = |what: &str, result: Result<(), Error>, expected: &[bool]| {
                assert!(result.is_err(), "{what}");
                let found = std::mem::take(&mut *asked.0.lock().unwrap());
                assert_eq!(found, expected, "{what}");
            };
            let two = Consistency::Two;
            let one = || Note::objects().filter(Note::ID.eq(1));
            let append = || one().update(Note::TAGS.append(["a"])).consistency(two);
            let read = Note::get(1).consistency(two).retry_policy(asked.clone());
            check("a read", read.await.map(drop), &[true]);
            let read = one().consistency(two).retry_policy(asked.clone()).all();
            check("rows", read.await.map(drop), &[true]);
            let row = note();
            let write = row.insert().consistency(two).retry_policy(asked.clone());
            check("a row", write.await, &[true]);
            let write = append().retry_policy(asked.clone());
            check("an element more", write.await, &[false]);
            let write = append().retry_policy(asked.clone()).idempotent();
            check("an element or two", write.await, &[true]);
        })
        .await;
    drop_keyspace(&*keyspace)
        .allow_drop(&*keyspace)
        .on(&session)
        .await
        .unwrap();
    session.close().await.unwrap();
}

#[tokio::test]
async fn a_query_is_traced() {
    let log = Log::start();
    let target = Target::start().await;
    let within = target.within("options", async |_| {
        sync_table::<Note>().await.unwrap();
        note().insert().tracing().await.unwrap();
        assert_eq!(Note::get(1).tracing().await.unwrap(), note());
        let rows = Note::objects().filter(Note::ID.eq(1)).tracing().all();
        assert_eq!(rows.await.unwrap(), [note()]);
    });
    within.await;
    let lines = log.lines();
    let told = |line: &&String| line.contains("the server recorded how");
    // The embedded cluster records none.
    let expected = if target.cluster().is_some() { 0 } else { 3 };
    assert_eq!(lines.iter().filter(told).count(), expected, "{lines:#?}");
}
