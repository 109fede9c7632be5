//! Models that have every kind of column.

use std::collections::{HashMap, HashSet};

use scylla_orm::prelude::*;
use uuid::Uuid;

#[derive(Model, Debug, Clone, PartialEq)]
#[cql(keyspace = "blog", table = "posts")]
pub(crate) struct Post {
    /// Who wrote it.
    #[cql(partition_key)]
    pub(crate) author: String,
    #[cql(partition_key)]
    pub(crate) bucket: i32,
    #[cql(clustering_key(desc))]
    pub(crate) created: i64,
    #[cql(clustering_key)]
    pub(crate) id: Uuid,
    #[cql(static_column)]
    pub(crate) pinned: Option<Uuid>,
    #[cql(index)]
    pub(crate) slug: String,
    #[cql(index)]
    pub(crate) kind: String,
    pub(crate) title: Option<String>,
    pub(crate) v: i32,
    pub(crate) tags: HashSet<String>,
    pub(crate) lines: Vec<String>,
    pub(crate) links: HashMap<String, i32>,
    #[cql(frozen)]
    pub(crate) fixed: HashSet<String>,
    pub(crate) r#type: Option<i32>,
}

impl Post {
    /// A row of which `pinned`, `title`, `lines`, `links` and `type` are null.
    pub(crate) fn sample() -> Self {
        Post {
            author: "ann".into(),
            bucket: 1,
            created: 7,
            id: Uuid::nil(),
            pinned: None,
            slug: "s".into(),
            kind: "k".into(),
            title: None,
            v: 1,
            tags: ["a".to_owned()].into(),
            lines: vec![],
            links: HashMap::new(),
            fixed: HashSet::new(),
            r#type: None,
        }
    }
}

#[derive(Model, Debug)]
#[cql(keyspace = "blog")]
pub(crate) struct Hits {
    #[cql(partition_key)]
    pub(crate) page: Uuid,
    pub(crate) views: Counter,
}

/// Names that must be quoted, a key in another order than the fields', one key column.
#[derive(Model, Debug, Clone, PartialEq)]
#[cql(table = "Order", rename_all = "camelCase")]
pub(crate) struct Order {
    pub(crate) from: Option<String>,
    #[cql(partition_key)]
    pub(crate) order_id: i32,
}
