//! The text of writes, and the values that go with it.

use scylla_orm::prelude::*;
use uuid::Uuid;

use crate::models::{Hits, Order, Post};

const UNSET: [u8; 4] = [0xff, 0xff, 0xff, 0xfe];
const NULL: [u8; 4] = [0xff, 0xff, 0xff, 0xff];

fn cells(mut values: &[u8]) -> Vec<&[u8]> {
    let mut cells = vec![];
    while let Some((head, rest)) = values.split_first_chunk::<4>() {
        let length = usize::try_from(i32::from_be_bytes(*head)).unwrap_or(0);
        let (cell, after) = values.split_at(4 + length);
        assert_eq!(after, &rest[length..]);
        cells.push(cell);
        values = after;
    }
    cells
}

fn nulls(values: &[u8]) -> (usize, usize) {
    let of = |mark: [u8; 4]| {
        cells(values)
            .into_iter()
            .filter(|cell| *cell == mark)
            .count()
    };
    (of(UNSET), of(NULL))
}

macro_rules! row {
    () => {
        Post::objects().filter((
            Post::AUTHOR.eq("ann"),
            Post::BUCKET.eq(1),
            Post::CREATED.eq(7),
            Post::ID.eq(Uuid::nil()),
        ))
    };
}

const KEY: &str = "WHERE author = ? AND bucket = ? AND created = ? AND id = ?";

#[test]
fn insert_leaves_out_what_is_null() {
    let post = Post::sample();
    let (text, values) = post.insert().cql().unwrap();
    assert_eq!(
        text,
        "INSERT INTO blog.posts (author, bucket, created, id, pinned, slug, kind, title, v, tags, lines, links, fixed, \
         type) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    );
    assert_eq!(cells(&values).len(), 14);
    assert_eq!(nulls(&values), (5, 0));
    let (text, values) = post
        .insert()
        .null(Post::TITLE)
        .ttl(60)
        .timestamp(9)
        .cql()
        .unwrap();
    assert!(text.ends_with("?) USING TTL ? AND TIMESTAMP ?"), "{text}");
    assert_eq!(nulls(&values), (4, 1));
    assert!(values.ends_with(b"\0\0\0\x04\0\0\0\x3c\0\0\0\x08\0\0\0\0\0\0\0\x09"));
    let text = post.insert().if_not_exists().ttl(1).cql().unwrap().0;
    assert!(text.ends_with("?) IF NOT EXISTS USING TTL ?"), "{text}");
}

#[test]
fn save_writes_the_whole_row() {
    let (_, values) = Post::sample().save().cql().unwrap();
    assert_eq!(nulls(&values), (0, 5));
}

#[test]
fn an_empty_frozen_collection_is_a_value() {
    let (_, values) = Post::sample().save().cql().unwrap();
    assert_eq!(cells(&values)[12], b"\0\0\0\x04\0\0\0\0");
    assert_eq!(cells(&values)[10], NULL);
}

#[test]
fn update_sets_before_it_filters() {
    let all = row!()
        .update((
            Post::TITLE.set("t"),
            Post::TAGS.add(["x", "y"]),
            Post::LINES.append(["l"]),
            Post::LINKS.put("k", 3),
            Post::LINES.set_at(0, "z"),
        ))
        .ttl(3);
    let (text, values) = all.cql().unwrap();
    let sets = "title = ?, tags = tags + ?, lines = lines + ?, links[?] = ?, lines[?] = ?";
    assert_eq!(
        text,
        format!("UPDATE blog.posts USING TTL ? SET {sets} {KEY}")
    );
    assert_eq!(
        values,
        [
            &b"\0\0\0\x04\0\0\0\x03"[..],
            b"\0\0\0\x01t",
            b"\0\0\0\x0e\0\0\0\x02\0\0\0\x01x\0\0\0\x01y",
            b"\0\0\0\x09\0\0\0\x01\0\0\0\x01l",
            b"\0\0\0\x01k\0\0\0\x04\0\0\0\x03",
            b"\0\0\0\x04\0\0\0\0\0\0\0\x01z",
            b"\0\0\0\x03ann\0\0\0\x04\0\0\0\x01\0\0\0\x08\0\0\0\0\0\0\0\x07\0\0\0\x10",
            &[0; 16],
        ]
        .concat()
    );
    let removed = row!().update((
        Post::TITLE.set_null(),
        Post::TAGS.remove(["x"]),
        Post::LINKS.remove(["k"]),
        Post::LINES.prepend(&["a".to_owned()]),
    ));
    let sets = "title = ?, tags = tags - ?, links = links - ?, lines = ? + lines";
    assert_eq!(
        removed.cql().unwrap().0,
        format!("UPDATE blog.posts SET {sets} {KEY}")
    );
}

#[test]
fn update_of_static_columns_and_counters() {
    let partition = Post::objects().filter((Post::AUTHOR.eq("ann"), Post::BUCKET.eq(1)));
    let text = partition
        .update(Post::PINNED.set(Uuid::nil()))
        .cql()
        .unwrap()
        .0;
    assert_eq!(
        text,
        "UPDATE blog.posts SET pinned = ? WHERE author = ? AND bucket = ?"
    );
    let hits = || Hits::objects().filter(Hits::PAGE.eq(Uuid::nil()));
    let text = hits().update(Hits::VIEWS.inc(1)).cql().unwrap().0;
    assert_eq!(
        text,
        "UPDATE blog.hits SET views = views + ? WHERE page = ?"
    );
    let text = hits().update(Hits::VIEWS.dec(1)).cql().unwrap().0;
    assert_eq!(
        text,
        "UPDATE blog.hits SET views = views - ? WHERE page = ?"
    );
}

#[test]
fn conditions_come_last() {
    let update = row!()
        .update(Post::TITLE.set("n"))
        .ttl(1)
        .only_if((Post::TITLE.eq("t"), Post::V.lt(3)));
    let (text, values) = update.cql().unwrap();
    assert_eq!(
        text,
        format!("UPDATE blog.posts USING TTL ? SET title = ? {KEY} IF title = ? AND v < ?")
    );
    assert!(values.starts_with(b"\0\0\0\x04\0\0\0\x01\0\0\0\x01n\0\0\0\x03ann"));
    assert!(values.ends_with(b"\0\0\0\x01t\0\0\0\x04\0\0\0\x03"));
    let text = row!().update(Post::V.set(1)).if_exists().cql().unwrap().0;
    assert_eq!(text, format!("UPDATE blog.posts SET v = ? {KEY} IF EXISTS"));
    let nulls = (
        Post::TITLE.is_null(),
        Post::SLUG.is_not_null().and(Post::V.ne(3)),
    );
    let (text, values) = row!().delete().only_if(nulls).cql().unwrap();
    assert!(
        text.ends_with(" IF title = null AND slug != null AND v != ?"),
        "{text}"
    );
    assert!(values.ends_with(&[0, 0, 0, 4, 0, 0, 0, 3]));
    let text = row!().delete().only_if(Post::TAGS.contains("x")).cql();
    assert_eq!(
        text.unwrap().0,
        format!("DELETE FROM blog.posts {KEY} IF tags CONTAINS ?")
    );
}

#[test]
fn delete_takes_a_row_a_range_or_a_partition() {
    let (text, values) = Post::sample().delete().timestamp(5).cql().unwrap();
    assert_eq!(
        text,
        format!("DELETE FROM blog.posts USING TIMESTAMP ? {KEY}")
    );
    assert!(values.starts_with(b"\0\0\0\x08\0\0\0\0\0\0\0\x05\0\0\0\x03ann"));
    let range = Post::objects().filter((
        Post::AUTHOR.eq("ann"),
        Post::BUCKET.eq(1),
        Post::CREATED.lt(7),
    ));
    assert_eq!(
        range.delete().cql().unwrap().0,
        "DELETE FROM blog.posts WHERE author = ? AND bucket = ? AND created < ?"
    );
    assert_eq!(
        row!().delete().if_exists().cql().unwrap().0,
        format!("DELETE FROM blog.posts {KEY} IF EXISTS")
    );
}

#[test]
fn a_tracked_row_writes_what_was_changed() {
    let mut post = Post::sample().tracked();
    assert!(!post.is_changed());
    assert!(post.save().cql().unwrap().is_none());
    post.title = Some("new".into());
    post.tags.clear();
    let (text, values) = post.save().ttl(5).cql().unwrap().unwrap();
    let sets = "pinned = ?, slug = ?, kind = ?, title = ?, v = ?, tags = ?, lines = ?, links = ?, fixed = ?, type = ?";
    assert_eq!(
        text,
        format!("UPDATE blog.posts USING TTL ? SET {sets} {KEY}")
    );
    assert_eq!(nulls(&values), (8, 1));
    assert_eq!(cells(&values)[4], b"\0\0\0\x03new");
    assert_eq!(cells(&values).len(), 15);
    post.bucket = 9;
    let error = post.save().cql().unwrap_err().to_string();
    assert!(
        error.starts_with("`Post`: key column `bucket` was changed"),
        "{error}"
    );

    let mut order = Order {
        from: None,
        order_id: 3,
    }
    .tracked();
    order.from = Some("x".into());
    let (text, values) = order.save().cql().unwrap().unwrap();
    assert_eq!(
        text,
        "UPDATE \"Order\" SET \"from\" = ? WHERE \"orderId\" = ?"
    );
    assert_eq!(values, b"\0\0\0\x01x\0\0\0\x04\0\0\0\x03");
}
