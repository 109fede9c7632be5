//! `INSERT` of a whole row.

use crate::connection::Session;
use crate::cql::Raw;
use crate::error::Result;
use crate::exec::{Call, Exec, Part, Write, settings};
use crate::table::Table;

use super::insert;
use super::using::{Using, timestamp_setting, using_settings};

/// A write of the whole row, `None` as null.
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct Save<'a, M> {
    row: &'a M,
    call: Call<'a>,
    using: Using,
}

impl<'a, M: Table> Save<'a, M> {
    pub(crate) fn new(row: &'a M) -> Self {
        Save {
            row,
            call: Call::default(),
            using: Using::default(),
        }
    }

    /// Runs on this session.
    pub fn on(mut self, session: &'a Session) -> Self {
        self.call = self.call.on(session);
        self
    }

    settings!(call);
    using_settings!();

    /// The statement and the encoded values of its bind markers, without a server.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks.
    pub fn cql(&self) -> Result<(String, Vec<u8>)> {
        self.raw().cql(M::definition())
    }

    /// The write itself, which does not need the row any more.
    pub(crate) fn detached(&self) -> Write<'static> {
        Write::new(Exec::new(M::definition(), self.raw(), Call::default()))
    }

    pub(super) fn into_part(self) -> Part {
        Part::new(M::definition(), self.raw(), &self.call)
    }

    fn raw(&self) -> Raw {
        let mut raw = insert::row(self.row, |_| true);
        self.using.append(&mut raw);
        raw
    }
}

impl<'a, M: Table> IntoFuture for Save<'a, M> {
    type Output = Result<()>;
    type IntoFuture = Write<'a>;

    fn into_future(self) -> Write<'a> {
        Write::new(Exec::new(M::definition(), self.raw(), self.call))
    }
}
