//! The futures: small, `Send`, and good for `spawn`.

use scylla_orm::prelude::*;
use scylla_orm::{Error, ErrorKind};
use uuid::Uuid;

use crate::models::Post;

/// An upper bound in bytes: each is moved several times on its way.
fn check<T: Send + 'static>(name: &str, value: &T, most: usize) {
    let size = size_of_val(value);
    assert!(size <= most, "{name}: {size} bytes, more than {most}");
}

#[test]
fn futures_are_send_and_small() {
    let key = || Post::objects().filter((Post::AUTHOR.eq("a"), Post::BUCKET.eq(1)));
    let row = || key().filter((Post::CREATED.eq(7), Post::ID.eq(Uuid::nil())));
    check("Query", &key(), 80);
    check("Select", &key().build(), 80);
    check("All", &key().all(), 256);
    check("First", &key().first(), 256);
    check("Count", &key().count(), 256);
    check("Get", &Post::get(("a", 1, 1, Uuid::nil())), 256);
    check("Update", &row().update(Post::V.set(1)), 128);
    check("Write", &row().update(Post::V.set(1)).into_future(), 256);
    check(
        "LwtWrite",
        &row()
            .update(Post::V.set(1))
            .only_if(Post::V.eq(1))
            .into_future(),
        256,
    );
    let post: &'static Post = Box::leak(Box::new(Post::sample()));
    check("Insert", &post.insert(), 96);
    check("Insert's future", &post.insert().into_future(), 256);
    let tracked: &'static mut Tracked<Post> = Box::leak(Box::new(Post::sample().tracked()));
    check("Tracked's future", &tracked.save().into_future(), 288);
    check("async", &async move { key().all().await }, 272);
}

#[tokio::test]
async fn without_a_session_there_is_an_error() {
    let no_session = |error: Error| matches!(error.kind(), ErrorKind::NoSession);
    assert!(no_session(
        Post::objects().limit(1).all().await.unwrap_err()
    ));
    assert!(no_session(
        Post::get(("a", 1, 1, Uuid::nil()))
            .optional()
            .await
            .unwrap_err()
    ));
    assert!(no_session(Post::sample().insert().await.unwrap_err()));
    assert!(no_session(
        Post::objects()
            .limit(1)
            .only((Post::V, Post::TITLE))
            .all()
            .await
            .unwrap_err()
    ));
    let mut tracked = Post::sample().tracked();
    tracked.save().await.unwrap();
    tracked.v = 2;
    assert!(no_session(tracked.save().await.unwrap_err()));
    assert!(tracked.is_changed());
}
