//! A write with conditions.

use std::marker::PhantomData;

use crate::connection::Session;
use crate::cql::Raw;
use crate::error::Result;
use crate::exec::{Call, Exec, Lwt, LwtWrite, Part, ReadNamed, serial_settings, settings};
use crate::table::Table;

use super::using::Using;

/// An update or delete with conditions; `T` is what a row has in their columns when they do not hold.
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct Conditional<'s, M, T> {
    raw: Raw,
    call: Call<'s>,
    using: Using,
    read: ReadNamed<T>,
    of: PhantomData<fn() -> M>,
}

impl<'s, M: Table, T> Conditional<'s, M, T> {
    pub(super) fn new(raw: Raw, call: Call<'s>, using: Using, read: ReadNamed<T>) -> Self {
        Conditional {
            raw,
            call,
            using,
            read,
            of: PhantomData,
        }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Conditional<'t, M, T> {
        Conditional::new(self.raw, self.call.on(session), self.using, self.read)
    }

    settings!(call);
    serial_settings!(call);

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

impl<'s, M: Table, T> IntoFuture for Conditional<'s, M, T> {
    type Output = Result<Lwt<T>>;
    type IntoFuture = LwtWrite<'s, T>;

    fn into_future(self) -> LwtWrite<'s, T> {
        let raw = self.using.before(self.raw);
        LwtWrite::new(Exec::new(M::definition(), raw, self.call), self.read)
    }
}
