//! `update` by query.

use scylla_orm::prelude::*;

use crate::{Post, lines, run, set};

#[tokio::test]
async fn an_update_changes_what_it_names() {
    /// One update, and what it makes of the row.
    macro_rules! check {
        ($assignments:expr, |$row:ident| $change:expr) => {
            Post::full(1).save().await.unwrap();
            let query = Post::objects().filter((
                Post::AUTHOR.eq("ann"),
                Post::YEAR.eq(2026),
                Post::ID.eq(1),
            ));
            query.update($assignments).await.unwrap();
            let mut $row = Post::full(1);
            $change;
            assert_eq!(Post::read(1).await, $row, stringify!($assignments));
        };
    }
    run(async |_| {
        check!(Post::TITLE.set("new"), |row| row.title = Some("new".into()));
        check!(Post::TITLE.set_null(), |row| row.title = None);
        check!((Post::TITLE.set(""), Post::STARS.set(0)), |row| {
            (row.title, row.stars) = (Some("".into()), Some(0));
        });
        check!(Post::TAGS.set(["c"]), |row| row.tags = set(["c"]));
        check!(Post::TAGS.set([] as [&str; 0]), |row| row.tags.clear());
        check!(Post::TAGS.add(["c", "a"]), |row| row.tags =
            set(["a", "b", "c"]));
        check!(Post::TAGS.add([] as [&str; 0]), |row| row.tags =
            set(["a", "b"]));
        check!(Post::TAGS.remove(["a", "none"]), |row| row.tags =
            set(["b"]));
        check!(Post::TAGS.remove(["a", "b"]), |row| row.tags.clear());
        check!(Post::LINES.append(["z", "x"]), |row| row
            .lines
            .extend(["z".to_owned(), "x".to_owned()]));
        check!(Post::LINES.prepend(["1", "2"]), |row| row.lines =
            lines(["1", "2", "x", "y", "x"]));
        check!(Post::LINES.remove(["x"]), |row| row.lines = lines(["y"]));
        check!(Post::LINES.set_at(1, "Y"), |row| row.lines[1] = "Y".into());
        check!(Post::LINKS.put("k", 7), |row| row
            .links
            .insert("k".into(), 7));
        check!(Post::LINKS.put("new", 7), |row| row
            .links
            .insert("new".into(), 7));
        check!(Post::LINKS.remove(["k"]), |row| row.links.remove("k"));
        check!(Post::LINKS.set([("m", 1)]), |row| row.links =
            [("m".into(), 1)].into());
        check!(
            (Post::LINKS.put("m", 1), Post::LINKS.remove(["k"])),
            |row| {
                row.links.remove("k");
                row.links.insert("m".into(), 1)
            }
        );
        check!(Post::FIXED.set([5, 5]), |row| row.fixed = vec![5, 5]);
        check!(Post::FIXED.set_null(), |row| row.fixed = vec![]);
        check!((Post::PINNED.set(2), Post::STARS.set(2)), |row| (
            row.pinned, row.stars
        ) =
            (Some(2), Some(2)));
        check!((Post::FRIENDS.add(["eve"]), Post::TAGS.add(["c"])), |row| {
            row.friends.insert("eve".into());
            row.tags.insert("c".into())
        });
    })
    .await;
}

#[tokio::test]
async fn an_update_makes_rows_and_may_name_several() {
    run(async |_| {
        let year = || Post::objects().filter((Post::AUTHOR.eq("ann"), Post::YEAR.eq(2026)));
        let update = year()
            .filter(Post::ID.is_in([3, 1]))
            .update((Post::STARS.set(5), Post::LINES.append(["l"])));
        update.await.unwrap();
        let row = |id| Post {
            stars: Some(5),
            lines: lines(["l"]),
            ..Post::bare(id)
        };
        assert_eq!(year().all().await.unwrap(), [row(1), row(3)]);
        let error = year()
            .filter(Post::ID.eq(9))
            .update(Post::LINES.set_at(0, "x"))
            .await
            .unwrap_err();
        assert!(
            error.driver().is_some(),
            "a list that is not there has no first element: {error}"
        );

        let set_twice = year()
            .filter(Post::ID.eq(1))
            .update((Post::STARS.set(1), Post::STARS.set(2)));
        let error = set_twice.await.unwrap_err();
        assert_eq!(
            error.to_string().split(';').next(),
            Some("`Post`: column `stars` is set twice in one update")
        );
    })
    .await;
}
