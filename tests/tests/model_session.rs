//! Which session a statement runs on, and in which keyspace.

use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, driver};
use tests::poll::written;
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Note {
    #[cql(partition_key)]
    id: i32,
    text: String,
}

impl Note {
    fn new(text: &str) -> Self {
        Note {
            id: 1,
            text: text.into(),
        }
    }
}

/// Two sessions with a table of notes each, which say whose they are.
struct Two {
    target: Target,
    a: Session,
    b: Session,
}

impl Two {
    async fn new() -> Two {
        let target = Target::start().await;
        let (a, b) = (
            target.session("model_session_a").await,
            target.session("model_session_b").await,
        );
        for (session, text) in [(&a, "a"), (&b, "b")] {
            sync_table::<Note>().on(session).await.unwrap();
            Note::new(text).insert().on(session).await.unwrap();
        }
        Two { target, a, b }
    }

    async fn close(self) {
        for session in [&self.a, &self.b] {
            let keyspace = session.keyspace().unwrap();
            drop_keyspace(keyspace)
                .allow_drop(keyspace)
                .on(session)
                .await
                .unwrap();
            session.close().await.unwrap();
        }
        drop(self.target);
    }
}

async fn text() -> String {
    Note::get(1).await.unwrap().text
}

/// A default is for the whole process, so one test has all that must happen before it, and after it.
#[tokio::test]
async fn the_named_session_then_the_one_in_scope_then_the_default() {
    let two = Two::new().await;
    let (a, b) = (&two.a, &two.b);
    let error = Note::get(1).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoSession), "{error}");
    assert!(matches!(
        Session::current().unwrap_err().kind(),
        ErrorKind::NoSession
    ));
    let error = Note::new("x").insert().await.unwrap_err();
    assert!(error.to_string().contains(".on(&session)"), "{error}");

    a.set_default().unwrap();
    let error = b.set_default().unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::DefaultAlreadySet),
        "{error}"
    );
    assert_eq!(text().await, "a");
    assert_eq!(Session::current().unwrap().keyspace(), a.keyspace());
    b.scope(async {
        assert_eq!(text().await, "b");
        assert_eq!(Session::current().unwrap().keyspace(), b.keyspace());
        assert_eq!(Note::get(1).on(a).await.unwrap().text, "a");
        a.scope(async { assert_eq!(text().await, "a") }).await;
        assert_eq!(text().await, "b");

        // A task of its own does not inherit the scope; what is handed to it, it has.
        assert_eq!(tokio::spawn(text()).await.unwrap(), "a");
        let current = Session::current().unwrap();
        let given = tokio::spawn(async move { Note::get(1).on(&current).await });
        assert_eq!(given.await.unwrap().unwrap().text, "b");
        let current = Session::current().unwrap();
        let scoped = tokio::spawn(async move { current.scope(text()).await });
        assert_eq!(scoped.await.unwrap(), "b");
        // Futures that one task runs are in its scope, all of them.
        let (one, other) = tokio::join!(text(), text());
        assert_eq!((&*one, &*other), ("b", "b"));
    })
    .await;
    assert_eq!(text().await, "a");
    two.close().await;
}

#[tokio::test]
#[expect(
    clippy::async_yields_async,
    reason = "the future is built here and polled elsewhere"
)]
async fn it_is_looked_up_at_the_first_poll() {
    let two = Two::new().await;
    let (a, b) = (&two.a, &two.b);
    let query = Note::objects().filter(Note::ID.eq(1)).build();
    let built_in_a = a.scope(async { query.clone().get() }).await;
    assert_eq!(b.scope(built_in_a).await.unwrap().text, "b");
    for (session, expected) in [(a, "a"), (b, "b"), (a, "a")] {
        assert_eq!(
            query.clone().on(session).get().await.unwrap().text,
            expected
        );
        assert_eq!(
            session
                .scope(query.clone().first())
                .await
                .unwrap()
                .unwrap()
                .text,
            expected
        );
    }
    two.close().await;
}

#[tokio::test]
async fn each_verb_takes_a_session() {
    let two = Two::new().await;
    let (a, b) = (&two.a, &two.b);
    let query = || Note::objects().filter(Note::ID.eq(1));
    query().on(b).update(Note::TEXT.set("1")).await.unwrap();
    let update = query().update(Note::TEXT.set("2")).on(b);
    written(update).await.unwrap();
    query()
        .update(Note::TEXT.set("3"))
        .only_if(Note::TEXT.eq("2"))
        .on(b)
        .await
        .unwrap();
    query()
        .update(Note::TEXT.set("4"))
        .if_exists()
        .on(b)
        .await
        .unwrap();
    assert_eq!(query().on(b).only(Note::TEXT).get().await.unwrap(), "4");
    assert_eq!(query().only(Note::TEXT).on(b).get().await.unwrap(), "4");
    let mut tracked = Note::get(1).on(b).await.unwrap().tracked();
    tracked.text = "5".into();
    tracked.save().on(b).await.unwrap();
    assert_eq!(query().dynamic().on(b).get().await.unwrap().text, "5");
    written(Note::new("6").save().on(b)).await.unwrap();
    assert!(
        !Note::new("7")
            .insert()
            .if_not_exists()
            .on(b)
            .await
            .unwrap()
            .is_applied()
    );
    assert_eq!(Note::objects().on(b).scan().count().await.unwrap(), 1);
    query().delete().on(b).await.unwrap();
    Note::new("8").delete().on(b).await.unwrap();
    assert!(!query().on(b).exists().await.unwrap());
    assert_eq!(Note::get(1).on(a).await.unwrap().text, "a");
    two.close().await;
}

#[tokio::test]
async fn sessions_may_share_a_driver() {
    let two = Two::new().await;
    let other = Session::over(two.a.driver().clone(), two.b.keyspace());
    for (session, expected) in [(&two.a, "a"), (&other, "b"), (&two.a, "a"), (&other, "b")] {
        assert_eq!(Note::get(1).on(session).await.unwrap().text, expected);
    }
    two.close().await;
}

#[tokio::test]
async fn a_model_may_say_its_keyspace() {
    const KEYSPACE: &str = "model_session_fixed";

    #[derive(Model, Debug, PartialEq)]
    #[cql(keyspace = "model_session_fixed")]
    struct Fixed {
        #[cql(partition_key)]
        id: i32,
    }

    let two = Two::new().await;
    let without = Session::over(two.a.driver().clone(), None);
    create_keyspace(KEYSPACE, Replication::simple(1))
        .on(&without)
        .await
        .unwrap();
    sync_table::<Fixed>().on(&without).await.unwrap();
    Fixed { id: 1 }.insert().on(&two.a).await.unwrap();
    assert_eq!(Fixed::get(1).on(&without).await.unwrap(), Fixed { id: 1 });

    let error = Note::get(1).on(&without).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoKeyspace), "{error}");
    assert_eq!(error.model(), Some("Note"));
    assert!(error.to_string().contains("#[cql(keyspace"), "{error}");
    drop_keyspace(KEYSPACE)
        .allow_drop(KEYSPACE)
        .on(&without)
        .await
        .unwrap();
    two.close().await;
}

#[tokio::test]
async fn a_closed_session_says_so() {
    let two = Two::new().await;
    let clone = two.target.session("model_session_c").await;
    let session = clone.clone();
    sync_table::<Note>().on(&session).await.unwrap();
    let keyspace = session.keyspace().unwrap().to_owned();
    clone.close().await.unwrap();
    session.close().await.unwrap();
    for _ in 0..2 {
        let error = Note::new("x").insert().on(&session).await.unwrap_err();
        let kind = error.driver().map(driver::Error::kind);
        assert!(matches!(kind, Some(driver::ErrorKind::Closed)), "{error}");
    }
    assert_eq!(Note::get(1).on(&two.a).await.unwrap().text, "a");
    drop_keyspace(&*keyspace)
        .allow_drop(&*keyspace)
        .on(&two.a)
        .await
        .unwrap();
    two.close().await;
}
