//! Static columns.

use scylla_orm::prelude::*;

use crate::{Post, run, set};

#[tokio::test]
async fn statics_belong_to_the_partition() {
    run(async |_| {
        let partition = || Post::objects().filter(Post::AUTHOR.eq("ann"));
        partition()
            .update((Post::PINNED.set(7), Post::FRIENDS.add(["bob"])))
            .await
            .unwrap();
        assert_eq!(
            partition()
                .only((Post::AUTHOR, Post::PINNED))
                .all()
                .await
                .unwrap()
                .len(),
            1
        );
        Post::bare(1).insert().await.unwrap();
        Post::bare(2).insert().await.unwrap();
        for id in [1, 2] {
            let expected = Post {
                pinned: Some(7),
                friends: set(["bob"]),
                ..Post::bare(id)
            };
            assert_eq!(Post::read(id).await, expected);
        }
        partition().update(Post::PINNED.set_null()).await.unwrap();
        Post {
            friends: set(["eve"]),
            ..Post::bare(1)
        }
        .insert()
        .await
        .unwrap();
        assert_eq!(
            Post::read(2).await,
            Post {
                friends: set(["eve"]),
                ..Post::bare(2)
            }
        );
        // They survive the rows, and end with the partition.
        partition()
            .filter(Post::YEAR.eq(2026))
            .delete()
            .await
            .unwrap();
        assert_eq!(
            partition().only(Post::FRIENDS).all().await.unwrap(),
            [set(["eve"])]
        );
        partition().delete().await.unwrap();
        assert_eq!(partition().only(Post::FRIENDS).all().await.unwrap(), []);
    })
    .await;
}
