//! `UPDATE` by query.

use std::marker::PhantomData;

use crate::column::{Assign, IfCond};
use crate::connection::Session;
use crate::cql::{Flag, Raw, Verb};
use crate::error::Result;
use crate::exec::{Call, Exec, Part, Write, settings};
use crate::table::Table;

use super::conditional::Conditional;
use super::using::{Using, timestamp_setting, using_settings};

/// An update by query. It reads nothing, and makes a row that is not there.
#[derive(Debug)]
#[must_use = "does nothing until awaited"]
pub struct Update<'s, M> {
    /// The filters' values come first, as they were given, and behind them those of the assignments. One buffer is
    /// turned once, at the end, instead of two being joined.
    raw: Raw,
    /// Where the assignments' values begin.
    assigned: usize,
    call: Call<'s>,
    using: Using,
    of: PhantomData<fn() -> M>,
}

impl<'s, M: Table> Update<'s, M> {
    pub(crate) fn new(mut raw: Raw, call: Call<'s>, assignments: impl Assign<M>) -> Self {
        let assigned = raw.values.len();
        raw.shape.set_verb(Verb::Update);
        assignments.apply(&mut raw);
        Update {
            raw,
            assigned,
            call,
            using: Using::default(),
            of: PhantomData,
        }
    }

    /// Runs on this session.
    pub fn on<'t>(self, session: &'t Session) -> Update<'t, M> {
        let Update {
            raw,
            assigned,
            call,
            using,
            of,
        } = self;
        Update {
            raw,
            assigned,
            call: call.on(session),
            using,
            of,
        }
    }

    settings!(call);
    using_settings!();

    /// Writes only if the conditions hold for the row as it is.
    pub fn only_if<C: IfCond<M>>(self, conditions: C) -> Conditional<'s, M, C::Row> {
        let (mut raw, call, using) = self.ordered();
        conditions.apply(&mut raw);
        Conditional::new(raw, call, using, |row, _| C::read(row).map(Some))
    }

    /// Writes only if there is such a row.
    pub fn if_exists(self) -> Conditional<'s, M, ()> {
        let (mut raw, call, using) = self.ordered();
        raw.shape.flag(Flag::IF_EXISTS);
        // What came may be the static columns of its partition.
        Conditional::new(raw, call, using, |_, _| Ok(None))
    }

    /// The statement and the encoded values of its bind markers, without a server.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks.
    pub fn cql(&self) -> Result<(String, Vec<u8>)> {
        complete(self.raw.clone(), self.assigned, self.using).cql(M::definition())
    }

    pub(super) fn into_part(self) -> Part {
        let raw = complete(self.raw, self.assigned, self.using);
        Part::new(M::definition(), raw, &self.call)
    }

    /// The values in the order of the text: SET, WHERE.
    fn ordered(self) -> (Raw, Call<'s>, Using) {
        let mut raw = self.raw;
        raw.values.rotate_left(self.assigned);
        (raw, self.call, self.using)
    }
}

impl<'s, M: Table> IntoFuture for Update<'s, M> {
    type Output = Result<()>;
    type IntoFuture = Write<'s>;

    fn into_future(self) -> Write<'s> {
        let raw = complete(self.raw, self.assigned, self.using);
        Write::new(Exec::new(M::definition(), raw, self.call))
    }
}

/// The values in the order of the text: USING, SET, WHERE.
fn complete(mut raw: Raw, assigned: usize, using: Using) -> Raw {
    raw.values.rotate_left(assigned);
    using.before(raw)
}
