//! The schema of the whole cluster at one moment.

use std::collections::BTreeMap;
use std::sync::Arc;

use uuid::Uuid;

use super::{KeyspaceInfo, TableInfo};

/// The schema as it was read last. Nobody edits it: a change makes a new one, which shares with the one before the
/// keyspaces that are the same.
///
/// # Examples
/// ```no_run
/// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
/// let schema = session.schema().await?;
/// if let Some(table) = schema.table("climate", "observations") {
///     let key: Vec<_> = table.partition_key().map(|column| &column.name).collect();
///     println!("the partition key is {key:?}");
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Schema {
    version: Option<Uuid>,
    keyspaces: BTreeMap<String, Arc<KeyspaceInfo>>,
}

impl Schema {
    /// All of it; what is as it was `before` is shared with that.
    pub(crate) fn new(
        version: Option<Uuid>,
        keyspaces: Vec<KeyspaceInfo>,
        before: &Schema,
    ) -> Schema {
        let keyspaces = keyspaces.into_iter().map(|new| before.share(new));
        Schema {
            version,
            keyspaces: keyspaces.collect(),
        }
    }

    /// With the keyspaces of these names as they are now; those that are not among `now` are gone.
    pub(crate) fn with<'a>(
        &self,
        names: impl IntoIterator<Item = &'a str>,
        now: Vec<KeyspaceInfo>,
    ) -> Schema {
        let mut keyspaces = self.keyspaces.clone();
        for name in names {
            keyspaces.remove(name);
        }
        keyspaces.extend(now.into_iter().map(|new| self.share(new)));
        Schema {
            version: self.version,
            keyspaces,
        }
    }

    fn share(&self, new: KeyspaceInfo) -> (String, Arc<KeyspaceInfo>) {
        let name = new.name.clone();
        let same = self.keyspaces.get(&name).filter(|old| ***old == new);
        (name, same.cloned().unwrap_or_else(|| Arc::new(new)))
    }

    /// What the node that was asked called this schema when it was read whole for the last time. Single keyspaces may
    /// have been read since.
    pub fn version(&self) -> Option<Uuid> {
        self.version
    }

    /// The keyspaces, by name.
    pub fn keyspaces(&self) -> impl Iterator<Item = &Arc<KeyspaceInfo>> {
        self.keyspaces.values()
    }

    /// The keyspace of that name, as it is spelled in the system tables: without quotes.
    pub fn keyspace(&self, name: &str) -> Option<&Arc<KeyspaceInfo>> {
        self.keyspaces.get(name)
    }

    /// The table or materialized view of that name.
    pub fn table(&self, keyspace: &str, name: &str) -> Option<&TableInfo> {
        self.keyspaces.get(keyspace)?.table(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::topology::Strategy;

    fn keyspace(name: &str, durable_writes: bool) -> KeyspaceInfo {
        KeyspaceInfo {
            name: name.to_owned(),
            strategy: Strategy::Local,
            replication: BTreeMap::new(),
            durable_writes,
            tables: BTreeMap::new(),
            views: BTreeMap::new(),
            types: BTreeMap::new(),
            functions: Vec::new(),
            aggregates: Vec::new(),
        }
    }

    fn names(schema: &Schema) -> Vec<&str> {
        schema.keyspaces().map(|k| k.name.as_str()).collect()
    }

    #[test]
    fn what_is_the_same_is_shared() {
        let all = vec![
            keyspace("a", true),
            keyspace("b", true),
            keyspace("c", true),
        ];
        let first = Schema::new(None, all, &Schema::default());
        let shared = |now: &Schema, name: &str| match (now.keyspace(name), first.keyspace(name)) {
            (Some(now), Some(then)) => Arc::ptr_eq(now, then),
            _ => false,
        };
        let again = Schema::new(
            None,
            vec![keyspace("a", true), keyspace("b", false)],
            &first,
        );
        assert_eq!(names(&again), ["a", "b"]);
        assert!(shared(&again, "a") && !shared(&again, "b"));
        let part = first.with(
            ["b", "c", "d"],
            vec![keyspace("b", true), keyspace("d", true)],
        );
        assert_eq!(names(&part), ["a", "b", "d"], "`c` is gone, `d` is new");
        assert!(shared(&part, "a") && shared(&part, "b"));
    }
}
