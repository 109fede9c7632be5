//! The models of the cases; and, as a library whose items users reach, a test of what lints say about generated code.

#![deny(
    warnings,
    missing_docs,
    unreachable_pub,
    unnameable_types,
    missing_debug_implementations,
    missing_copy_implementations
)]

use std::collections::{HashMap, HashSet};

use scylla_orm::prelude::*;
use uuid::Uuid;

/// A view.
pub mod view;

pub use view::PostBySlug;

/// What a case can name: what users would, and a key.
pub mod prelude {
    pub use crate::{Hits, Post, PostBySlug, Talk, Weather, id, pk, row};
    pub use scylla_orm::prelude::*;
    pub use uuid::Uuid;
}

/// A model with every role of column.
#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "blog", table = "posts")]
#[expect(missing_docs, reason = "those of its constants are the derive's")]
pub struct Post {
    #[cql(partition_key)]
    pub author: String,
    #[cql(partition_key)]
    pub bucket: i32,
    #[cql(clustering_key(desc))]
    pub created: i64,
    #[cql(clustering_key)]
    pub id: Uuid,
    #[cql(static_column)]
    pub pinned: Option<Uuid>,
    #[cql(index)]
    pub slug: String,
    #[cql(index)]
    pub kind: String,
    pub title: Option<String>,
    pub v: i32,
    pub tags: HashSet<String>,
    pub lines: Vec<String>,
    pub links: HashMap<String, i32>,
    #[cql(frozen)]
    pub fixed: HashSet<String>,
    pub r#type: Option<i32>,
    pub weather: Weather,
}

/// Counters.
#[derive(Model, Debug, Clone, Copy)]
#[cql(keyspace = "blog", table = "hits")]
#[expect(missing_docs, reason = "those of its constants are the derive's")]
pub struct Hits {
    #[cql(partition_key)]
    pub page: Uuid,
    #[cql(counter)]
    pub views: Counter,
}

/// A clustering column of text.
#[derive(Model, Debug, Clone)]
#[expect(missing_docs, reason = "those of its constants are the derive's")]
pub struct Talk {
    #[cql(partition_key)]
    pub room: i32,
    #[cql(clustering_key)]
    pub title: String,
}

/// An enum that is stored as text.
#[derive(CqlEnum, Debug, Clone, Copy, PartialEq)]
pub enum Weather {
    /// Stored as `Sun`.
    Sun,
    /// Stored as `Rain`.
    Rain,
}

/// A value for the key.
pub fn id() -> Uuid {
    Uuid::nil()
}

/// Both columns of the partition key.
#[macro_export]
macro_rules! pk {
    () => {
        ($crate::Post::AUTHOR.eq("a"), $crate::Post::BUCKET.eq(1))
    };
}

/// The whole primary key.
#[macro_export]
macro_rules! row {
    () => {
        (
            $crate::Post::AUTHOR.eq("a"),
            $crate::Post::BUCKET.eq(1),
            $crate::Post::CREATED.eq(1),
            $crate::Post::ID.eq($crate::id()),
        )
    };
}
