//! `delete` of rows, ranges and partitions.

use scylla_orm::prelude::*;

use crate::{Post, run};

#[tokio::test]
async fn a_delete_takes_a_row_a_range_or_a_partition() {
    /// What is left of years 1 to 3 with ids 1 to 3.
    macro_rules! check {
        ($filter:expr, $left:expr) => {
            for year in 1..=3 {
                for id in 1..=3 {
                    Post {
                        year,
                        ..Post::bare(id)
                    }
                    .insert()
                    .await
                    .unwrap();
                }
            }
            Post {
                author: "bob".into(),
                ..Post::bare(1)
            }
            .insert()
            .await
            .unwrap();
            Post::objects()
                .filter(Post::AUTHOR.eq("ann"))
                .filter($filter)
                .delete()
                .await
                .unwrap();
            let left = Post::objects()
                .filter(Post::AUTHOR.eq("ann"))
                .only((Post::YEAR, Post::ID));
            let expected: &[(i32, i64)] = &$left;
            assert_eq!(left.all().await.unwrap(), expected, stringify!($filter));
        };
    }
    run(async |_| {
        check!(
            (Post::YEAR.eq(2), Post::ID.eq(2)),
            [
                (3, 1),
                (3, 2),
                (3, 3),
                (2, 1),
                (2, 3),
                (1, 1),
                (1, 2),
                (1, 3)
            ]
        );
        check!(
            Post::YEAR.eq(2),
            [(3, 1), (3, 2), (3, 3), (1, 1), (1, 2), (1, 3)]
        );
        check!(Post::YEAR.is_in([1, 3]), [(2, 1), (2, 2), (2, 3)]);
        check!(Post::YEAR.gt(1), [(1, 1), (1, 2), (1, 3)]);
        check!(
            Post::YEAR.ge(1).and(Post::YEAR.lt(3)),
            [(3, 1), (3, 2), (3, 3)]
        );
        check!(
            (Post::YEAR.is_in([1, 2, 3]), Post::ID.is_in([1, 2])),
            [(3, 3), (2, 3), (1, 3)]
        );
        check!(
            (Post::YEAR.eq(3), Post::ID.le(2)),
            [(3, 3), (2, 1), (2, 2), (2, 3), (1, 1), (1, 2), (1, 3)]
        );

        Post {
            year: 3,
            ..Post::bare(3)
        }
        .delete()
        .await
        .unwrap();
        let several = Post::objects().filter(Post::AUTHOR.is_in(["ann", "bob", "none"]));
        assert_eq!(several.dynamic().count().await.unwrap(), 7);
        Post::objects()
            .filter(Post::AUTHOR.is_in(["ann", "bob"]))
            .delete()
            .await
            .unwrap();
        assert_eq!(Post::objects().scan().count().await.unwrap(), 0);
    })
    .await;
}
