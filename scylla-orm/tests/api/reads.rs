//! The text of queries, and the values that go with it.

use std::borrow::Cow;
use std::collections::HashSet;

use scylla_orm::prelude::*;
use uuid::Uuid;

use crate::models::{Hits, Order, Post};

const COLUMNS: &str =
    "author, bucket, created, id, pinned, slug, kind, title, v, tags, lines, links, fixed, type";

/// `expected` is what follows `SELECT … FROM blog.posts`.
fn check(query: Select<'_, Post>, expected: &str) {
    assert_eq!(
        query.cql().unwrap().0,
        format!("SELECT {COLUMNS} FROM blog.posts{expected}")
    );
}

fn check_values(query: Select<'_, Post>, expected: &[u8]) {
    assert_eq!(query.cql().unwrap().1, expected);
}

#[test]
fn conditions_take_what_stands_for_the_value() {
    let (name, id, buckets) = ("ann".to_owned(), Uuid::nil(), vec![1, 2]);
    let key = " WHERE author = ? AND bucket = ?";
    check(
        Post::objects()
            .filter((Post::AUTHOR.eq("ann"), Post::BUCKET.eq(1)))
            .build(),
        key,
    );
    check(
        Post::objects()
            .filter(Post::AUTHOR.eq(&name))
            .filter(Post::BUCKET.eq(&1))
            .build(),
        key,
    );
    check(
        Post::objects()
            .filter(Post::AUTHOR.eq(name.clone()).and(Post::BUCKET.eq(1)))
            .build(),
        key,
    );
    check(
        Post::objects()
            .filter(Post::AUTHOR.eq(Cow::from("x")).and(Post::BUCKET.eq(1)))
            .build(),
        key,
    );
    let several = " WHERE author IN ? AND bucket IN ?";
    check(
        Post::objects()
            .filter(Post::AUTHOR.is_in(["a", "b"]))
            .filter(Post::BUCKET.is_in(&buckets))
            .build(),
        several,
    );
    check(
        Post::objects()
            .filter(Post::AUTHOR.is_in(&[&name]))
            .filter(Post::BUCKET.is_in(0..3))
            .build(),
        several,
    );
    check(
        Post::objects()
            .filter(Post::AUTHOR.is_in(["a"].iter()))
            .filter(Post::BUCKET.is_in([1]))
            .build(),
        several,
    );
    let row = Post::objects()
        .filter(Post::CREATED.eq(1))
        .filter((Post::AUTHOR.eq("a"), Post::BUCKET.eq(1)))
        .filter(Post::ID.gt(id))
        .order_by(Post::CREATED.asc())
        .limit(3);
    check(
        row.build(),
        " WHERE created = ? AND author = ? AND bucket = ? AND id > ? ORDER BY created ASC LIMIT ?",
    );
}

#[test]
fn every_clause_has_its_text() {
    let key = (Post::AUTHOR.eq("ann"), Post::BUCKET.eq(1));
    let in_key = |rest: &str| format!(" WHERE author = ? AND bucket = ?{rest}");
    let ranged = Post::objects()
        .filter(key)
        .filter(Post::CREATED.ge(1).and(Post::CREATED.lt(2)));
    check(ranged.build(), &in_key(" AND created >= ? AND created < ?"));
    let sorted = Post::objects()
        .filter(key)
        .order_by((Post::CREATED.desc(), Post::ID.asc()));
    check(sorted.build(), &in_key(" ORDER BY created DESC"));
    let backwards = Post::objects()
        .filter(key)
        .order_by((Post::CREATED.asc(), Post::ID.desc()));
    check(backwards.build(), &in_key(" ORDER BY created ASC"));
    check(
        Post::objects().filter(Post::SLUG.eq("s")).build(),
        " WHERE slug = ?",
    );
    check(
        Post::objects()
            .filter(key)
            .filter(Post::SLUG.eq("s"))
            .build(),
        &in_key(" AND slug = ?"),
    );
    let matching = Post::objects()
        .filter(Post::TITLE.like("a%"))
        .allow_filtering();
    check(matching.build(), " WHERE title LIKE ? ALLOW FILTERING");
    let collections = Post::objects()
        .filter(key)
        .filter((
            Post::TAGS.contains("x"),
            Post::LINKS.contains_key("x"),
            Post::LINKS.contains(1),
        ))
        .filter(Post::FIXED.eq(HashSet::new()))
        .allow_filtering();
    check(
        collections.build(),
        &in_key(
            " AND tags CONTAINS ? AND links CONTAINS KEY ? AND links CONTAINS ? AND fixed = ? ALLOW FILTERING",
        ),
    );
    check(Post::objects().limit(5).build(), " LIMIT ?");
    check(Post::objects().scan().build(), "");
}

#[test]
fn eight_conditions_go_into_a_tuple() {
    let all = (
        Post::AUTHOR.eq("a"),
        Post::BUCKET.eq(1),
        Post::CREATED.eq(1),
        Post::ID.eq(Uuid::nil()),
        Post::SLUG.eq("s"),
        Post::V.eq(1),
        Post::KIND.eq("k"),
        Post::TITLE.eq("t"),
    );
    let text = " WHERE author = ? AND bucket = ? AND created = ? AND id = ? AND slug = ? AND v = ? AND kind = ? AND \
                title = ? ALLOW FILTERING";
    check(Post::objects().filter(all).allow_filtering().build(), text);
}

#[test]
fn values_are_encoded_in_the_order_of_the_text() {
    let key = (Post::AUTHOR.eq("ann"), Post::BUCKET.eq(1));
    check_values(
        Post::objects().filter(key).build(),
        b"\0\0\0\x03ann\0\0\0\x04\0\0\0\x01",
    );
    check_values(Post::objects().limit(5).build(), b"\0\0\0\x04\0\0\0\x05");
    check_values(
        Post::objects().filter(Post::AUTHOR.is_in(["a", ""])).filter(Post::BUCKET.is_in(1..2)).limit(2).build(),
        b"\0\0\0\x0d\0\0\0\x02\0\0\0\x01a\0\0\0\0\0\0\0\x0c\0\0\0\x01\0\0\0\x04\0\0\0\x01\0\0\0\x04\0\0\0\x02",
    );
}

#[test]
fn a_part_of_the_columns() {
    let key = (Post::AUTHOR.eq("ann"), Post::BUCKET.eq(1));
    let some = Post::objects()
        .filter(key)
        .limit(2)
        .only((Post::TITLE, Post::TYPE));
    let (text, values) = some.cql().unwrap();
    assert_eq!(
        text,
        "SELECT title, type FROM blog.posts WHERE author = ? AND bucket = ? LIMIT ?"
    );
    assert_eq!(
        values,
        b"\0\0\0\x03ann\0\0\0\x04\0\0\0\x01\0\0\0\x04\0\0\0\x02"
    );
    let one = Post::objects().scan().only(Post::TAGS).cql().unwrap().0;
    assert_eq!(one, "SELECT tags FROM blog.posts");
}

#[test]
fn names_are_quoted_where_cql_asks_for_it() {
    let query = Order::objects().filter(Order::ORDER_ID.eq(1)).build();
    let text = "SELECT \"from\", \"orderId\" FROM \"Order\" WHERE \"orderId\" = ?";
    assert_eq!(query.cql().unwrap().0, text);
    assert_eq!(format!("{query:?}"), format!("Query({text:?})"));
    assert_eq!(
        Hits::objects()
            .filter(Hits::PAGE.eq(Uuid::nil()))
            .build()
            .cql()
            .unwrap()
            .0,
        "SELECT page, views FROM blog.hits WHERE page = ?"
    );
}

/// Local names like columns must keep their meaning.
#[test]
fn columns_shadow_nothing() {
    fn f(slug: bool, author: i32, id: u8) -> (bool, i32, u8) {
        (slug, author, id)
    }
    assert_eq!(f(true, 1, 2), (true, 1, 2));
    assert_eq!(Post::AUTHOR.name(), "author");
    assert_eq!(format!("{:?}", Post::AUTHOR.eq("x")), "author = \"x\"");
}

/// A user's own methods of the same name win, silently; ours stay reachable.
#[test]
fn own_methods_win() {
    #[derive(Model)]
    #[cql(keyspace = "ks")]
    struct Own {
        #[cql(partition_key)]
        id: i32,
        v: i32,
    }
    impl Own {
        fn delete(&self) -> i32 {
            self.v
        }
        fn objects() -> u8 {
            7
        }
    }
    let own = Own { id: 1, v: 2 };
    assert_eq!((own.delete(), Own::objects()), (2, 7));
    assert_eq!(
        Model::delete(&own).cql().unwrap().0,
        "DELETE FROM ks.own WHERE id = ?"
    );
    let query = <Own as Model>::objects().filter(Own::ID.eq(own.id)).build();
    assert_eq!(
        query.cql().unwrap().0,
        "SELECT id, v FROM ks.own WHERE id = ?"
    );
}
