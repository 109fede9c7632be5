//! Rows that remember what was read.

use std::collections::BTreeMap;

use scylla_orm::prelude::*;
use scylla_orm::{ErrorKind, Session};

use crate::{Post, run, set};

#[tokio::test]
async fn a_tracked_row_writes_what_was_changed() {
    run(async |session| {
        Post::full(1).insert().await.unwrap();
        let mut row = Post::read(1).await.tracked();

        // What others do meanwhile stays.
        let theirs =
            Post::objects().filter((Post::AUTHOR.eq("ann"), Post::YEAR.eq(2026), Post::ID.eq(1)));
        theirs
            .update((Post::TITLE.set("theirs"), Post::LINES.set(["z"])))
            .await
            .unwrap();

        // Once before, so that the statement is prepared.
        row.stars = Some(8);
        row.save().await.unwrap();
        assert!(!row.is_changed());
        let sent = sent(session);
        row.save().await.unwrap();
        assert_eq!(
            self::sent(session),
            sent,
            "nothing was changed, so nothing is sent"
        );

        row.stars = Some(9);
        row.pinned = None;
        row.tags.insert("c".into());
        row.tags.remove("a");
        row.links.clear();
        assert!(row.is_changed());
        row.save().await.unwrap();
        assert_eq!(self::sent(session), sent + 1, "one statement");
        assert!(!row.is_changed());
        let expected = Post {
            title: Some("theirs".into()),
            lines: vec!["z".into()],
            stars: Some(9),
            pinned: None,
            tags: set(["b", "c"]),
            links: BTreeMap::new(),
            ..Post::full(1)
        };
        assert_eq!(Post::read(1).await, expected);

        // There and back again is no change; null is one.
        row.stars = None;
        row.stars = Some(9);
        assert!(!row.is_changed());
        row.stars = None;
        row.save().await.unwrap();
        assert_eq!(Post::read(1).await.stars, None);

        row.id = 2;
        let error = row.save().await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{error}");
        assert!(
            error.to_string().contains("key column `id` was changed"),
            "{error}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_tracked_row_that_was_deleted_is_made_of_its_changes() {
    run(async |_| {
        Post::full(1).insert().await.unwrap();
        let mut row = Post::read(1).await.tracked();
        row.delete().await.unwrap();
        row.stars = Some(5);
        row.save().await.unwrap();
        let shared = Post {
            pinned: Some(1),
            friends: set(["bob"]),
            ..Post::bare(1)
        };
        // A frozen collection that is null reads as empty, too.
        assert_eq!(
            Post::read(1).await,
            Post {
                stars: Some(5),
                ..shared
            }
        );
    })
    .await;
}

/// Statements that the session sent.
fn sent(session: &Session) -> u64 {
    session
        .driver()
        .traffic()
        .iter()
        .map(|traffic| traffic.requests)
        .sum()
}
