//! Writes: insert, save, tracked rows, update and delete by query, what is written for how long and when.

use std::collections::{BTreeMap, BTreeSet};

use scylla_orm::Session;
use scylla_orm::prelude::*;
use tests::target::Target;

mod all;
mod counters;
mod delete;
mod insert;
mod statics;
mod tracked;
mod update;
mod using;

#[derive(Model, Debug, Clone, PartialEq, Default)]
pub(crate) struct Post {
    #[cql(partition_key)]
    pub(crate) author: String,
    #[cql(clustering_key(desc))]
    pub(crate) year: i32,
    #[cql(clustering_key)]
    pub(crate) id: i64,
    #[cql(static_column)]
    pub(crate) pinned: Option<i64>,
    #[cql(static_column)]
    pub(crate) friends: BTreeSet<String>,
    pub(crate) title: Option<String>,
    pub(crate) stars: Option<i32>,
    pub(crate) tags: BTreeSet<String>,
    pub(crate) lines: Vec<String>,
    pub(crate) links: BTreeMap<String, i32>,
    #[cql(frozen)]
    pub(crate) fixed: Vec<i32>,
}

impl Post {
    pub(crate) fn full(id: i64) -> Self {
        Post {
            author: "ann".into(),
            year: 2026,
            id,
            pinned: Some(1),
            friends: set(["bob"]),
            title: Some("title".into()),
            stars: Some(3),
            tags: set(["a", "b"]),
            lines: vec!["x".into(), "y".into(), "x".into()],
            links: [("k".into(), 1), ("l".into(), 2)].into(),
            fixed: vec![1],
        }
    }

    /// A row with this key and nothing else.
    pub(crate) fn bare(id: i64) -> Self {
        Post {
            author: "ann".into(),
            year: 2026,
            id,
            ..Post::default()
        }
    }

    pub(crate) async fn read(id: i64) -> Self {
        Post::get(("ann", 2026, id)).await.unwrap()
    }
}

/// Runs a test where there is a table of posts.
pub(crate) async fn run(test: impl AsyncFnOnce(&Session)) {
    let target = Target::start().await;
    let test = async |session: &Session| {
        sync_table::<Post>().await.unwrap();
        test(session).await;
    };
    target.within("model_write", test).await;
}

pub(crate) fn set<const N: usize>(texts: [&str; N]) -> BTreeSet<String> {
    texts.map(str::to_owned).into()
}

pub(crate) fn lines<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).into()
}
