//! `.ttl(..)` and `.timestamp(..)`.

use std::time::Duration;

use scylla_orm::Session;
use scylla_orm::prelude::*;
use tests::target::Target;

use crate::{Post, lines, run};

/// Long ago, in microseconds.
const OLD: i64 = 1_000;

#[tokio::test]
async fn what_was_written_later_wins() {
    run(async |session| {
        let row = |stars| Post {
            stars: Some(stars),
            ..Post::bare(1)
        };
        let query = || {
            Post::objects().filter((Post::AUTHOR.eq("ann"), Post::YEAR.eq(2026), Post::ID.eq(1)))
        };
        row(1).insert().timestamp(OLD).await.unwrap();
        assert_eq!(writetime(session).await, OLD);
        row(2).insert().timestamp(OLD - 1).await.unwrap();
        assert_eq!(Post::read(1).await.stars, Some(1));
        row(3).save().timestamp(OLD + 1).await.unwrap();
        assert_eq!(Post::read(1).await.stars, Some(3));
        query()
            .update(Post::STARS.set(4))
            .timestamp(OLD + 3)
            .await
            .unwrap();
        let mut tracked = Post::read(1).await.tracked();
        tracked.stars = Some(5);
        tracked.save().timestamp(OLD + 2).await.unwrap();
        assert_eq!(Post::read(1).await.stars, Some(4));

        query().delete().timestamp(OLD).await.unwrap();
        assert!(query().exists().await.unwrap());
        row(4).delete().timestamp(OLD + 10).await.unwrap();
        assert!(!query().exists().await.unwrap());
        row(6).insert().timestamp(OLD + 9).await.unwrap();
        assert!(
            !query().exists().await.unwrap(),
            "a delete of the future hides it"
        );
        row(7).insert().await.unwrap();
        assert_eq!(Post::read(1).await.stars, Some(7));
        assert!(
            writetime(session).await > 1_000_000_000_000_000,
            "the session draws microseconds"
        );
    })
    .await;
}

#[tokio::test]
async fn a_time_to_live_is_that_of_what_was_written() {
    run(async |session| {
        let query = || {
            Post::objects().filter((Post::AUTHOR.eq("ann"), Post::YEAR.eq(2026), Post::ID.eq(1)))
        };
        let near =
            |left: Option<i32>, ttl: i32| left.is_some_and(|left| left <= ttl && left > ttl - 30);
        let mut tracked = Post::full(1).tracked();

        Post::full(1).insert().ttl(1000).await.unwrap();
        assert!(near(ttl(session, "title").await, 1000));
        query().update(Post::STARS.set(1)).ttl(2000).await.unwrap();
        assert!(near(ttl(session, "stars").await, 2000));
        assert!(near(ttl(session, "title").await, 1000));
        tracked.title = None;
        tracked.fixed = vec![9];
        tracked.save().ttl(3000).await.unwrap();
        assert!(near(ttl(session, "fixed").await, 3000));
        assert!(near(ttl(session, "stars").await, 2000));
        Post::full(1).save().await.unwrap();
        assert_eq!(ttl(session, "stars").await, None);

        let table = format!("{}.post", session.keyspace().unwrap());
        let alter = format!("ALTER TABLE {table} WITH default_time_to_live = 5000");
        session.execute(alter, ()).await.unwrap();
        Post::full(1).insert().await.unwrap();
        assert!(near(ttl(session, "stars").await, 5000));
        Post::full(1).insert().ttl(0).await.unwrap();
        assert_eq!(
            ttl(session, "stars").await,
            None,
            "0 overrides the table's default"
        );

        let error = Post::full(1).insert().ttl(u32::MAX).await.unwrap_err();
        assert!(error.driver().is_some(), "more than 20 years: {error}");
    })
    .await;
}

#[tokio::test]
async fn what_has_lived_its_time_is_gone() {
    let target = Target::start().await;
    let test = async |_: &Session| {
        sync_table::<Post>().await.unwrap();
        let query = |id| {
            Post::objects().filter((Post::AUTHOR.eq("ann"), Post::YEAR.eq(2026), Post::ID.eq(id)))
        };
        Post {
            lines: lines(["short"]),
            ..Post::full(1)
        }
        .insert()
        .ttl(1)
        .await
        .unwrap();
        Post::bare(2).insert().await.unwrap();
        query(2)
            .update((Post::STARS.set(1), Post::LINES.append(["short"])))
            .ttl(1)
            .await
            .unwrap();
        query(2).update(Post::LINES.append(["long"])).await.unwrap();
        query(3).update(Post::STARS.set(1)).ttl(1).await.unwrap();
        target.pass(Duration::from_secs(2)).await;
        let all = Post::objects().filter(Post::AUTHOR.eq("ann"));
        let expected = Post {
            lines: lines(["long"]),
            ..Post::bare(2)
        };
        assert_eq!(all.all().await.unwrap(), [expected]);
    };
    target.within("model_write", test).await;
}

async fn writetime(session: &Session) -> i64 {
    let cql = format!(
        "SELECT writetime(stars) FROM {}.post",
        session.keyspace().unwrap()
    );
    let answer = session.execute(cql, ()).await.unwrap();
    answer.first_as::<(i64,)>().unwrap().unwrap().0
}

/// How many seconds a column of the only row has left.
async fn ttl(session: &Session, column: &str) -> Option<i32> {
    let cql = format!(
        "SELECT ttl({column}) FROM {}.post",
        session.keyspace().unwrap()
    );
    let answer = session.execute(cql, ()).await.unwrap();
    answer.first_as::<(Option<i32>,)>().unwrap().unwrap().0
}
