//! Statements that this session has prepared: bounded, and each prepared by one caller while the others wait.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OnceCell;

use crate::error::Result;
use crate::statement::Prepared;

/// Prepared statements by text.
#[derive(Debug)]
pub(super) struct Statements {
    limit: usize,
    table: Mutex<Table>,
}

#[derive(Debug, Default)]
struct Table {
    entries: HashMap<Arc<str>, Entry>,
    /// Counts uses, to tell which entry was not used for longest.
    uses: u64,
}

#[derive(Debug)]
struct Entry {
    cell: Cell,
    used: u64,
}

/// What came of preparing a statement, failure included: all who wait for it share it.
type Cell = Arc<OnceCell<Result<Prepared>>>;

impl Statements {
    pub(super) fn new(limit: usize) -> Statements {
        Statements {
            limit: limit.max(1),
            table: Mutex::default(),
        }
    }

    /// The statement of that text; `prepare` is called by one of those who wait for it. If its caller gives up, another
    /// of them calls it. If it fails, it has failed for all of them: each trying in turn would take as many times as long.
    /// Whoever comes later tries anew.
    pub(super) async fn find(
        &self,
        text: &str,
        prepare: impl AsyncFnOnce(Arc<str>) -> Result<Prepared>,
    ) -> Result<Prepared> {
        let (text, cell) = self.cell(text);
        let found = cell.get_or_init(|| prepare(text.clone())).await;
        if found.is_err() {
            self.drop_failed(&text, &cell);
        }
        found.clone()
    }

    /// The next who asks for it has it prepared anew.
    pub(super) fn forget(&self, statement: &Prepared) {
        let mut table = self.lock();
        let entry = table.entries.get(statement.text());
        let is = |found: &Result<Prepared>| found.as_ref().is_ok_and(|p| p.is(statement));
        if entry.is_some_and(|e| e.cell.get().is_some_and(is)) {
            table.entries.remove(statement.text());
        }
    }

    fn cell(&self, text: &str) -> (Arc<str>, Cell) {
        let mut table = self.lock();
        table.uses += 1;
        let used = table.uses;
        if let Some((text, _)) = table.entries.get_key_value(text) {
            let text = text.clone();
            if let Some(entry) = table.entries.get_mut(&text) {
                entry.used = used;
                return (text, entry.cell.clone());
            }
        }
        if table.entries.len() >= self.limit {
            table.evict();
        }
        let (text, cell): (Arc<str>, Cell) = (text.into(), Arc::default());
        let entry = Entry {
            cell: cell.clone(),
            used,
        };
        table.entries.insert(text.clone(), entry);
        (text, cell)
    }

    /// A text that cannot be prepared takes no place.
    fn drop_failed(&self, text: &Arc<str>, cell: &Cell) {
        let mut table = self.lock();
        let own = table
            .entries
            .get(text)
            .is_some_and(|e| Arc::ptr_eq(&e.cell, cell));
        if own {
            table.entries.remove(text);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    /// Removes what was not used for longest. A walk, once per statement that is new to a full table.
    fn evict(&mut self) {
        let oldest = self.entries.iter().min_by_key(|(_, entry)| entry.used);
        if let Some(text) = oldest.map(|(text, _)| text.clone()) {
            self.entries.remove(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::ErrorKind;
    use crate::frame::response::{Metadata, Prepared as Told};
    use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

    fn prepared(text: Arc<str>) -> Prepared {
        Prepared::new(
            text,
            Told {
                id: bytes::Bytes::new(),
                result_id: bytes::Bytes::new(),
                markers: Arc::default(),
                partition_key: Vec::new(),
                lwt: false,
                result: Metadata::new(Arc::default()),
            },
        )
    }

    /// Asks for each text in turn; returns how many were prepared.
    async fn count(statements: &Statements, texts: &[&str]) -> usize {
        let calls = AtomicUsize::new(0);
        for text in texts {
            let prepare = async |text| {
                calls.fetch_add(1, Relaxed);
                Ok(prepared(text))
            };
            statements.find(text, prepare).await.unwrap();
        }
        calls.into_inner()
    }

    #[tokio::test]
    async fn the_least_recently_used_goes_first() {
        let statements = Statements::new(2);
        assert_eq!(count(&statements, &["a", "b", "a", "b"]).await, 2);
        assert_eq!(count(&statements, &["a", "c", "a", "b", "c"]).await, 3);
    }

    #[tokio::test]
    async fn many_who_ask_at_once_cause_one_preparation() {
        let statements = Statements::new(8);
        let calls = AtomicUsize::new(0);
        let ask = || {
            statements.find("a", async |text| {
                calls.fetch_add(1, Relaxed);
                tokio::task::yield_now().await;
                Ok(prepared(text))
            })
        };
        let all = futures_util::future::join_all((0..10).map(|_| ask())).await;
        assert!(all.iter().all(Result::is_ok));
        assert_eq!(calls.into_inner(), 1);
    }

    #[tokio::test]
    async fn many_who_ask_at_once_share_a_failure() {
        let statements = Statements::new(8);
        let calls = AtomicUsize::new(0);
        let ask = || {
            statements.find("a", async |_| {
                calls.fetch_add(1, Relaxed);
                tokio::task::yield_now().await;
                Err(ErrorKind::NoHost.into())
            })
        };
        let all = futures_util::future::join_all((0..10).map(|_| ask())).await;
        assert!(all.iter().all(Result::is_err));
        assert_eq!(calls.into_inner(), 1);
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let statements = Statements::new(8);
        let failed = statements
            .find("a", async |_| Err(ErrorKind::NoHost.into()))
            .await;
        assert!(failed.is_err());
        assert!(statements.lock().entries.is_empty());
        assert_eq!(count(&statements, &["a"]).await, 1);
    }

    #[tokio::test]
    async fn a_forgotten_statement_is_prepared_anew() {
        let statements = Statements::new(8);
        let first = statements
            .find("a", async |text| Ok(prepared(text)))
            .await
            .unwrap();
        statements.forget(&first);
        assert_eq!(count(&statements, &["a"]).await, 1);
        statements.forget(&first);
        assert_eq!(count(&statements, &["a"]).await, 0);
    }
}
