//! `DELETE` of rows.

use std::marker::PhantomData;

use crate::column::IfCond;
use crate::connection::Session;
use crate::cql::{Flag, Raw};
use crate::error::Result;
use crate::exec::{Call, Exec, Part, Write, settings};
use crate::table::Table;

use super::conditional::Conditional;
use super::using::{Using, timestamp_setting};

/// A delete of a row, of a range of rows, or of a partition.
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct Delete<'s, M> {
    raw: Raw,
    call: Call<'s>,
    using: Using,
    of: PhantomData<fn() -> M>,
}

impl<'s, M: Table> Delete<'s, M> {
    pub(crate) fn new(raw: Raw, call: Call<'s>) -> Self {
        Delete {
            raw,
            call,
            using: Using::default(),
            of: PhantomData,
        }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Delete<'t, M> {
        Delete {
            raw: self.raw,
            call: self.call.on(session),
            using: self.using,
            of: PhantomData,
        }
    }

    settings!(call);
    timestamp_setting!();

    /// Deletes only if the conditions hold for the row as it is.
    pub fn only_if<C: IfCond<M>>(mut self, conditions: C) -> Conditional<'s, M, C::Row> {
        conditions.apply(&mut self.raw);
        Conditional::new(self.raw, self.call, self.using, |row, _| {
            C::read(row).map(Some)
        })
    }

    /// Deletes only if there is such a row, and says whether there was.
    pub fn if_exists(mut self) -> Conditional<'s, M, ()> {
        self.raw.shape.flag(Flag::IF_EXISTS);
        // What came may be the static columns of its partition.
        Conditional::new(self.raw, self.call, self.using, |_, _| Ok(None))
    }

    /// The statement and the encoded values of its bind markers, without a server.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks.
    pub fn cql(&self) -> Result<(String, Vec<u8>)> {
        self.using.before(self.raw.clone()).cql(M::definition())
    }

    pub(super) fn into_part(self) -> Part {
        let raw = self.using.before(self.raw);
        Part::new(M::definition(), raw, &self.call)
    }
}

impl<'s, M: Table> IntoFuture for Delete<'s, M> {
    type Output = Result<()>;
    type IntoFuture = Write<'s>;

    fn into_future(self) -> Write<'s> {
        let raw = self.using.before(self.raw);
        Write::new(Exec::new(M::definition(), raw, self.call))
    }
}
