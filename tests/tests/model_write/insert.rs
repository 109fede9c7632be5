//! `insert` and `save` of whole rows.

use scylla_orm::prelude::*;

use crate::{Post, run, set};

#[tokio::test]
async fn insert_leaves_none_as_it_was() {
    run(async |_| {
        Post::full(1).insert().await.unwrap();
        let mut news = Post {
            stars: Some(4),
            fixed: vec![2],
            ..Post::bare(1)
        };
        news.insert().await.unwrap();
        let mut expected = Post {
            stars: Some(4),
            fixed: vec![2],
            ..Post::full(1)
        };
        assert_eq!(Post::read(1).await, expected);

        news.stars = None;
        let insert = news
            .insert()
            .null(Post::STARS)
            .null(Post::TAGS)
            .null(Post::PINNED);
        insert.null(Post::FIXED).await.unwrap();
        (expected.stars, expected.pinned) = (None, None);
        expected.tags.clear();
        // `.null(..)` is for fields that say nothing: an empty frozen collection, and this one, say something.
        assert_eq!(Post::read(1).await, expected);

        Post::bare(2).insert().await.unwrap();
        let shared = Post {
            friends: set(["bob"]),
            ..Post::bare(2)
        };
        assert_eq!(Post::read(2).await, shared);
    })
    .await;
}

#[tokio::test]
async fn save_writes_the_whole_row() {
    run(async |_| {
        for row in [Post::full(1), Post::bare(1), Post::full(1)] {
            row.save().await.unwrap();
            assert_eq!(Post::read(1).await, row);
        }
        assert_eq!(Post::objects().scan().count().await.unwrap(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_row_made_by_update_vanishes_with_its_last_value() {
    run(async |_| {
        let query = |id| {
            Post::objects().filter((Post::AUTHOR.eq("ann"), Post::YEAR.eq(2026), Post::ID.eq(id)))
        };
        Post {
            stars: Some(1),
            ..Post::bare(1)
        }
        .insert()
        .await
        .unwrap();
        query(2).update(Post::STARS.set(1)).await.unwrap();
        query(1).update(Post::FIXED.set_null()).await.unwrap();
        for id in [1, 2] {
            assert!(query(id).exists().await.unwrap());
            query(id).update(Post::STARS.set_null()).await.unwrap();
        }
        assert!(query(1).exists().await.unwrap());
        assert!(!query(2).exists().await.unwrap());
    })
    .await;
}
