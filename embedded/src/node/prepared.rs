//! The prepared statements of one node.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use scylla_orm_driver::token::murmur3;
use scylla_orm_driver::value::Column;

use crate::exec::plan::Plan;

/// The name of a prepared statement: the same text in the same keyspace has the same one on every node.
pub(crate) type Id = [u8; 16];

/// Servers forget statements too; a client prepares again.
const KEPT: usize = 10_000;

/// The prepared statements of one node, the oldest forgotten when there are too many.
#[derive(Default)]
pub(crate) struct PreparedStatements {
    plans: HashMap<Id, Kept>,
    order: VecDeque<Id>,
}

struct Kept {
    text: Arc<str>,
    plan: Arc<Plan>,
}

impl PreparedStatements {
    /// Keeps `plan` and gives its id.
    pub(crate) fn keep(&mut self, keyspace: Option<&str>, text: &str, plan: Arc<Plan>) -> Id {
        let id = id(keyspace.unwrap_or_default(), text);
        let kept = Kept {
            text: text.into(),
            plan,
        };
        if self.plans.insert(id, kept).is_none() {
            self.order.push_back(id);
        }
        while self.order.len() > KEPT {
            if let Some(oldest) = self.order.pop_front() {
                self.plans.remove(&oldest);
            }
        }
        id
    }

    pub(crate) fn find(&self, id: &[u8]) -> Option<Arc<Plan>> {
        Some(Arc::clone(&self.plans.get(id)?.plan))
    }

    /// Its text and its plan.
    pub(crate) fn described(&self, id: &[u8]) -> Option<(Arc<str>, Arc<Plan>)> {
        let kept = self.plans.get(id)?;
        Some((Arc::clone(&kept.text), Arc::clone(&kept.plan)))
    }

    /// Forgets a plan that no longer fits the schema.
    pub(crate) fn forget(&mut self, id: &[u8]) {
        self.plans.remove(id);
        self.order.retain(|kept| kept[..] != *id);
    }

    /// Forgets all, as a restart does.
    pub(crate) fn clear(&mut self) {
        self.plans.clear();
        self.order.clear();
    }
}

/// The id of a result's columns: another one if any of them has another name or type.
pub(crate) fn result_id(columns: &[Column]) -> Id {
    let text: String = columns
        .iter()
        .map(|column| format!("{}\0{}\0", column.name, column.ty))
        .collect();
    id("", &text)
}

/// Servers take MD5 of keyspace and text. Clients must not rely on it, so any hash of 16 bytes does.
fn id(keyspace: &str, text: &str) -> Id {
    let half = |salt: u8| {
        let bytes = [&[salt], keyspace.as_bytes(), &[0], text.as_bytes()].concat();
        murmur3(&bytes).0.to_be_bytes()
    };
    let mut id = Id::default();
    let (first, second) = id.split_at_mut(8);
    first.copy_from_slice(&half(1));
    second.copy_from_slice(&half(2));
    id
}
