//! Batches: writes that are one request, and are done together or not at all.

use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, Session};
use scylla_orm_embedded::ShardTraffic;
use tests::poll::written;
use tests::target::Target;

#[derive(Model, Debug, Clone, PartialEq)]
struct Post {
    #[cql(partition_key)]
    author: String,
    #[cql(clustering_key)]
    id: i32,
    #[cql(static_column)]
    posts: Option<i32>,
    title: Option<String>,
}

#[derive(Model, Debug, Clone, PartialEq)]
struct ByTitle {
    #[cql(partition_key)]
    title: String,
    author: String,
    id: i32,
}

#[derive(Model, Debug, PartialEq)]
struct Hits {
    #[cql(partition_key)]
    page: String,
    views: Counter,
}

impl Post {
    fn new(author: &str, id: i32) -> Post {
        Post {
            author: author.into(),
            id,
            posts: None,
            title: Some(format!("t{id}")),
        }
    }

    async fn of(author: &str) -> Vec<Post> {
        let posts = Post::objects().filter(Post::AUTHOR.eq(author));
        posts.all().await.unwrap()
    }
}

/// The partition of this author.
macro_rules! author {
    ($author:expr) => {
        Post::objects().filter(Post::AUTHOR.eq($author))
    };
}

/// The row of this author.
macro_rules! post {
    ($author:expr, $id:expr) => {
        author!($author).filter(Post::ID.eq($id))
    };
}

#[tokio::test]
async fn one_partition_is_one_request() {
    run(async |target, _| {
        written(Post::new("ann", 1).insert()).await.unwrap();
        if let Some(cluster) = target.cluster() {
            cluster.reset_traffic();
        }
        let mut batch = Batch::new()
            .with(Post::new("ann", 2).insert())
            .with(post!("ann", 1).delete())
            .with(author!("ann").update(Post::POSTS.set(2)));
        let more = [3, 4].map(|id| Post::new("ann", id));
        for post in &more {
            batch.push(post.save().ttl(1000));
        }
        assert_eq!((batch.len(), batch.is_empty()), (5, false));
        batch.await.unwrap();
        if let Some(cluster) = target.cluster() {
            let sum = |of: fn(&ShardTraffic) -> u64| cluster.traffic().iter().map(of).sum::<u64>();
            assert_eq!(sum(|t| t.requests), 1);
            if !target.has_tablets() {
                assert_eq!(sum(|t| t.reached_owner), 1);
            }
        }
        // A null of the saves and a value of the update have one time: the null wins, as a deletion does.
        let expected = [2, 3, 4].map(|id| Post::new("ann", id));
        assert_eq!(Post::of("ann").await, expected);
    })
    .await;
}

#[tokio::test]
async fn another_partition_is_refused_before_anything_is_sent() {
    run(async |_, _| {
        let (ann, bob) = (Post::new("ann", 1), Post::new("bob", 1));
        let by_title = ByTitle {
            title: "t1".into(),
            author: "ann".into(),
            id: 1,
        };
        let two = Batch::new().with(ann.insert()).with(bob.insert());
        refused(
            two.await,
            "statement 2 of a batch writes to another partition than the first",
        );
        let two = Batch::new().with(ann.insert()).with(by_title.insert());
        refused(
            two.await,
            "statement 2 of a batch writes to another table than the first",
        );
        let both = Post::objects().filter(Post::AUTHOR.is_in(["ann", "bob"]));
        let two = Batch::new().with(both.update(Post::POSTS.set(1)));
        refused(
            two.await,
            "statement 1 of a batch writes to another partition than the first",
        );
        assert_eq!(Post::of("ann").await, []);
        assert_eq!(Post::of("bob").await, []);
    })
    .await;
}

#[tokio::test]
async fn what_a_statement_says_of_its_execution_is_refused() {
    run(async |_, session| {
        let post = Post::new("ann", 1);
        let one = Batch::new().with(post.insert().on(session));
        refused(one.await, "statement 1 of a batch says how it is executed");
        let level = scylla_orm::driver::frame::Consistency::One;
        let one = Batch::new().with(post.insert().consistency(level));
        refused(one.await, "say it of the batch");
        Batch::new()
            .on(session)
            .consistency(level)
            .with(post.insert())
            .await
            .unwrap();
        assert_eq!(Post::of("ann").await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn an_empty_batch_sends_nothing() {
    // There is no session here.
    Batch::new().await.unwrap();
    Batch::logged().await.unwrap();
    Batch::counters().await.unwrap();
    let one = Batch::new().with(post!("ann", 1).delete());
    let error = one.await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::NoSession), "{error}");
}

#[tokio::test]
async fn a_logged_batch_writes_tables_and_partitions() {
    run(async |_, _| {
        let (ann, bob) = (Post::new("ann", 1), Post::new("bob", 1));
        let by_title = ByTitle {
            title: "t1".into(),
            author: "ann".into(),
            id: 1,
        };
        let both = Post::objects().filter(Post::AUTHOR.is_in(["ann", "bob"]));
        Batch::logged()
            .with(ann.insert())
            .with(bob.insert())
            .with(by_title.insert())
            .with(both.update(Post::POSTS.set(7)))
            .await
            .unwrap();
        for post in [ann, bob] {
            let expected = Post {
                posts: Some(7),
                ..post
            };
            assert_eq!(Post::of(&expected.author).await, [expected]);
        }
        assert_eq!(ByTitle::get("t1").await.unwrap(), by_title);
    })
    .await;
}

#[tokio::test]
async fn counters_are_counted_together() {
    run(async |_, _| {
        let hits = |page| Hits::objects().filter(Hits::PAGE.eq(page));
        Batch::counters()
            .with(hits("/a").update(Hits::VIEWS.inc(2)))
            .with(hits("/b").update(Hits::VIEWS.inc(3)))
            .with(hits("/a").update(Hits::VIEWS.inc(5)))
            .await
            .unwrap();
        assert_eq!(Hits::get("/a").await.unwrap().views, Counter(7));
        assert_eq!(Hits::get("/b").await.unwrap().views, Counter(3));
    })
    .await;
}

#[tokio::test]
async fn one_time_for_all_and_one_of_its_own() {
    run(async |_, _| {
        let (first, second) = (Post::new("ann", 1), Post::new("ann", 2));
        let batch = Batch::new().timestamp(1000);
        let batch = batch
            .with(first.insert())
            .with(second.insert().timestamp(3000));
        batch.await.unwrap();
        // Between the two: the one is gone, the other stays.
        author!("ann").delete().timestamp(2000).await.unwrap();
        assert_eq!(Post::of("ann").await, [second]);
    })
    .await;
}

#[tokio::test]
async fn conditions_hold_for_all_or_none() {
    run(async |_, _| {
        let (first, second) = (Post::new("ann", 1), Post::new("ann", 2));
        let both = || {
            Batch::new()
                .with(first.insert().if_not_exists())
                .with(second.insert().if_not_exists())
                .with(author!("ann").update(Post::POSTS.set(2)))
        };
        assert!(both().await.unwrap().is_applied());
        let posts = Post::of("ann").await;
        assert_eq!(
            posts.iter().map(|p| (p.id, p.posts)).collect::<Vec<_>>(),
            [(1, Some(2)), (2, Some(2))]
        );

        // The second is there already, so the third is not written either.
        let third = Post::new("ann", 3);
        let batch = Batch::new().with(third.insert().if_not_exists());
        let batch = batch.with(second.insert().if_not_exists());
        let met = batch.await.unwrap().existing().unwrap();
        assert!(met.columns().iter().any(|c| *c.name == *"title"));
        assert_eq!(Post::of("ann").await.len(), 2);

        let batch = Batch::new()
            .with(third.insert())
            .with(post!("ann", 9).update(Post::TITLE.set("x")).if_exists());
        assert!(!batch.await.unwrap().is_applied());
        let batch = Batch::new().with(third.insert()).with(
            post!("ann", 1)
                .update(Post::TITLE.set("new"))
                .only_if(Post::TITLE.eq("t1")),
        );
        assert!(batch.await.unwrap().is_applied());
        let titles: Vec<_> = Post::of("ann")
            .await
            .into_iter()
            .map(|p| p.title.unwrap())
            .collect();
        assert_eq!(titles, ["new", "t2", "t3"]);
    })
    .await;
}

fn refused<T: std::fmt::Debug>(outcome: scylla_orm::Result<T>, rule: &str) {
    let error = outcome.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
    assert!(error.to_string().contains(rule), "{error}");
}

async fn run(test: impl AsyncFnOnce(&Target, &Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Post>().await.unwrap();
        sync_table::<ByTitle>().await.unwrap();
        sync_table::<Hits>().await.unwrap();
        test(&target, session).await;
    };
    target.within("model_batch", test).await;
}
