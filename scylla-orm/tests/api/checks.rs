//! The rules at run time, for queries that are put together there.

use scylla_orm::prelude::*;
use scylla_orm::{Error, ErrorKind};
use uuid::Uuid;

use crate::models::{Hits, Post};

/// `expected` is the rule that the query breaks, or the text behind the table's name.
fn check(query: Select<'_, Post>, expected: &str) {
    match query.cql() {
        Ok((text, _)) => assert_eq!(text.split_once("blog.posts").unwrap().1, expected),
        Err(error) => assert_eq!(rule(&error), expected),
    }
}

fn rule(error: &Error) -> &str {
    match error.kind() {
        ErrorKind::Invalid(rule) => rule,
        other => panic!("{other:?}"),
    }
}

fn open() -> Select<'static, Post> {
    Post::objects().dynamic()
}

// A query can be named, stored, returned, cloned, and built under `if`.
struct Feed {
    query: Select<'static, Post>,
}

fn feed(author: &str, newer: Option<i64>, slug: Option<&str>) -> Feed {
    let mut query = Post::objects()
        .filter((Post::AUTHOR.eq(author), Post::BUCKET.eq(1)))
        .build();
    if let Some(time) = newer {
        query = query.filter(Post::CREATED.gt(time));
    }
    Feed {
        query: query.filter_if(slug, |slug| Post::SLUG.eq(slug)),
    }
}

fn key() -> Select<'static, Post> {
    feed("a", None, None).query
}

#[test]
fn a_query_can_grow_at_run_time() {
    check(
        feed("a", Some(1), None).query,
        " WHERE author = ? AND bucket = ? AND created > ?",
    );
    check(
        feed("a", None, Some("s")).query.clone(),
        " WHERE author = ? AND bucket = ? AND slug = ?",
    );
    check(open().limit(3), " LIMIT ?");
    check(open().scan(), "");
    let mut many = key().allow_filtering();
    let mut text = " WHERE author = ? AND bucket = ?".to_owned();
    for i in 0..12 {
        many = many.filter(Post::TAGS.contains(i.to_string()));
        text += " AND tags CONTAINS ?";
    }
    check(many, &(text + " ALLOW FILTERING"));
}

#[test]
fn the_partition_key_is_filtered_whole() {
    let bucket = "partition key column `bucket` has no `.eq(..)` or `.is_in(..)` filter";
    check(open().filter(Post::AUTHOR.eq("a")), bucket);
    check(
        open()
            .filter(Post::AUTHOR.eq("a"))
            .filter(Post::SLUG.eq("a")),
        bucket,
    );
    check(
        open().filter(Post::CREATED.eq(1)),
        "partition key column `author` has no `.eq(..)` or `.is_in(..)` filter",
    );
    check(
        open().filter(Post::AUTHOR.gt("a")),
        "a partition key column takes only `.eq(..)` or `.is_in(..)`, and `author` is one",
    );
    check(
        open(),
        "this query reads the whole table of `Post`: add a filter or `.limit(n)`, or say `.scan()` if you mean every row",
    );
}

#[test]
fn clustering_columns_are_filtered_in_order() {
    let gap = "clustering column `id` is filtered, but one before it is not fixed";
    check(key().filter(Post::ID.eq(Uuid::nil())), gap);
    check(
        key()
            .filter(Post::CREATED.gt(1))
            .filter(Post::ID.eq(Uuid::nil())),
        gap,
    );
    check(
        key()
            .filter(Post::SLUG.eq("s"))
            .filter(Post::ID.eq(Uuid::nil())),
        gap,
    );
    check(
        key()
            .filter(Post::CREATED.is_in([1, 2]))
            .filter(Post::ID.gt(Uuid::nil())),
        " WHERE author = ? AND bucket = ? AND created IN ? AND id > ?",
    );
}

#[test]
fn a_column_is_restricted_once() {
    check(
        key().filter(Post::AUTHOR.eq("b")),
        "column `author` is restricted twice",
    );
    check(
        key().filter((Post::CREATED.gt(1), Post::CREATED.ge(1))),
        "column `created` is restricted twice",
    );
    check(
        key().filter((Post::CREATED.eq(1), Post::CREATED.ge(1))),
        "column `created` is restricted twice",
    );
    check(
        key()
            .filter((Post::V.eq(1), Post::V.eq(2)))
            .allow_filtering(),
        "column `v` is restricted twice",
    );
}

#[test]
fn at_most_one_index_answers() {
    let filtering = |name: &str| {
        format!(
            "the filter on `{name}` needs `.allow_filtering()`: the server would check `{name}` row by row"
        )
    };
    check(key().filter(Post::V.eq(1)), &filtering("v"));
    check(
        key().filter(Post::PINNED.eq(Uuid::nil())),
        &filtering("pinned"),
    );
    check(
        open().filter(Post::KIND.eq("k")).filter(Post::SLUG.eq("s")),
        &filtering("slug"),
    );
    check(
        open().filter(Post::V.eq(1)).filter(Post::SLUG.eq("s")),
        &filtering("v"),
    );
    check(open().filter(Post::SLUG.gt("s")), &filtering("slug"));
    check(open().filter(Post::SLUG.is_in(["s"])), &filtering("slug"));
    check(
        open()
            .filter(Post::CREATED.eq(1))
            .filter(Post::SLUG.eq("s")),
        &filtering("created"),
    );
    check(open().filter(Post::SLUG.eq("s")), " WHERE slug = ?");
}

/// What types do not see is checked for typed queries too.
#[test]
fn typed_queries_are_checked_for_the_rest() {
    let sorted = Post::objects()
        .filter((Post::AUTHOR.eq("a"), Post::BUCKET.eq(1)))
        .order_by(Post::CREATED.asc())
        .filter(Post::SLUG.eq("s"));
    check(
        sorted.build(),
        "`.order_by(..)` does not go with a filter on `slug`: an index has no order",
    );

    let row = || {
        Post::objects().filter((
            Post::AUTHOR.eq("a"),
            Post::BUCKET.eq(1),
            Post::CREATED.eq(1),
            Post::ID.eq(Uuid::nil()),
        ))
    };
    let write = |error: scylla_orm::Result<(String, Vec<u8>)>, expected: &str| {
        assert_eq!(rule(&error.unwrap_err()), expected);
    };
    write(
        row().update((Post::V.set(1), Post::V.set(2))).cql(),
        "column `v` is set twice in one update",
    );
    write(
        row()
            .update((Post::TAGS.set(["a"]), Post::TAGS.add(["b"])))
            .cql(),
        "column `tags` is set twice in one update",
    );
    assert!(
        row()
            .update((Post::LINKS.put("a", 1), Post::LINKS.put("b", 2)))
            .cql()
            .is_ok()
    );
    write(
        row()
            .update(Post::V.set(1))
            .timestamp(1)
            .only_if(Post::V.eq(2))
            .cql(),
        "a conditional write has no `.timestamp(..)`: the replicas agree on one",
    );
    let several = Post::objects().filter((
        Post::AUTHOR.eq("a"),
        Post::BUCKET.is_in([1]),
        Post::CREATED.eq(1),
        Post::ID.eq(Uuid::nil()),
    ));
    write(
        several.update(Post::V.set(1)).if_exists().cql(),
        "a conditional write names one row: key column `bucket` is filtered by `.is_in(..)`",
    );
    let partition = || Post::objects().filter((Post::AUTHOR.eq("a"), Post::BUCKET.eq(1)));
    write(
        partition().delete().only_if(Post::V.eq(2)).cql(),
        "clustering column `created` has no `.eq(..)` filter",
    );
    assert!(
        partition()
            .delete()
            .only_if(Post::PINNED.eq(Uuid::nil()))
            .cql()
            .is_ok()
    );
    let _ = Hits::objects();
}
