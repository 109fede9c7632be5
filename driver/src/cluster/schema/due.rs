//! What of the schema is to be read, and when.

use std::collections::BTreeSet;
use std::sync::Arc;

use tokio::sync::oneshot;

use crate::cluster::events::Schedule;
use crate::error::Result;
use crate::topology::Schema;

/// What is to be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Work {
    Keyspaces(BTreeSet<String>),
    All,
}

/// Changes of more keyspaces than these are reason to read all of them.
const MOST: usize = 32;

/// What is to be read, when, and who waits for it.
#[derive(Debug)]
pub(super) struct Due {
    work: Work,
    pub(super) schedule: Schedule,
    pub(super) waiting: Vec<oneshot::Sender<Result<Arc<Schema>>>>,
}

impl Default for Due {
    fn default() -> Due {
        Due {
            work: Work::Keyspaces(BTreeSet::new()),
            // The readings of the topology look for changes that no event told.
            schedule: Schedule::new(None),
            waiting: Vec::new(),
        }
    }
}

impl Due {
    pub(super) fn add(&mut self, work: Work) {
        match (&mut self.work, work) {
            (Work::All, _) => {}
            (Work::Keyspaces(names), Work::Keyspaces(more)) => {
                names.extend(more);
                if names.len() > MOST {
                    self.work = Work::All;
                }
            }
            (work, Work::All) => *work = Work::All,
        }
    }

    /// All of it, taken out: a reading begins.
    pub(super) fn take(&mut self) -> (Work, Vec<oneshot::Sender<Result<Arc<Schema>>>>) {
        self.schedule.done();
        let work = std::mem::replace(&mut self.work, Work::Keyspaces(BTreeSet::new()));
        (work, std::mem::take(&mut self.waiting))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(names: &[&str]) -> Work {
        Work::Keyspaces(names.iter().map(|name| (*name).to_owned()).collect())
    }

    #[tokio::test]
    async fn changes_add_up_and_many_are_all() {
        let mut due = Due::default();
        due.add(names(&["a"]));
        due.add(names(&["b", "a"]));
        assert_eq!(due.take().0, names(&["a", "b"]));
        assert_eq!(due.take().0, names(&[]));
        due.add(Work::All);
        due.add(names(&["a"]));
        assert_eq!(due.take().0, Work::All);
        for n in 0..=MOST {
            due.add(names(&[&n.to_string()]));
        }
        assert_eq!(due.take().0, Work::All);
    }
}
