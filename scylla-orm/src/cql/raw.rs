//! A statement under construction: its shape and its encoded values.

use scylla_orm_driver::wire;

use crate::error::{Error, Result};
use crate::table::TableDef;

use super::shape::{Flag, Op, Shape, Verb};

/// Room for the values of most queries, so that building one allocates once.
const VALUES: usize = 128;

/// A statement under construction. Values are encoded as they are given, so it borrows nothing.
#[derive(Debug, Clone)]
pub struct Raw {
    /// What it does.
    pub(crate) shape: Shape,
    /// The `[value]`s of the bind markers, in the order of the text, one behind the other.
    pub(crate) values: Vec<u8>,
    /// The number for `LIMIT ?`, which comes behind all other values.
    pub(crate) limit: i32,
}

impl Raw {
    pub(crate) fn new(verb: Verb) -> Self {
        Raw {
            shape: Shape::new(verb),
            values: Vec::with_capacity(VALUES),
            limit: 0,
        }
    }

    /// Adds a clause and its value. Generic over the value only, not over the column: one instance serves every model.
    #[inline]
    pub(crate) fn bind<V>(&mut self, column: u8, op: Op, value: V, put: fn(V, &mut Vec<u8>)) {
        self.shape.clause(column, op);
        wire::put_sized(&mut self.values, |out| put(value, out));
    }

    /// Adds a clause whose value is null.
    pub(crate) fn bind_null(&mut self, column: u8, op: Op) {
        self.shape.clause(column, op);
        self.null();
    }

    /// Adds a value that belongs to no clause of its own.
    #[inline]
    pub(crate) fn value(&mut self, put: impl FnOnce(&mut Vec<u8>)) {
        wire::put_sized(&mut self.values, put);
    }

    pub(crate) fn null(&mut self) {
        wire::put_int(&mut self.values, -1);
    }

    pub(crate) fn unset(&mut self) {
        wire::put_int(&mut self.values, -2);
    }

    pub(crate) fn set_limit(&mut self, rows: u32) {
        self.limit = i32::try_from(rows).unwrap_or(i32::MAX);
        self.shape.flag(Flag::LIMIT);
    }

    /// The values are complete: appends the one for LIMIT. Call it once, last.
    pub(crate) fn finish(&mut self) {
        if self.shape.has(Flag::LIMIT) {
            let limit = self.limit;
            self.value(|out| wire::put_int(out, limit));
        }
    }

    /// The statement and its encoded values, checked, as they would be sent but for the keyspace of the session.
    pub(crate) fn cql(mut self, table: &TableDef) -> Result<(String, Vec<u8>)> {
        self.shape
            .check(table)
            .map_err(|rule| Error::invalid(rule).of(table.model))?;
        self.finish();
        Ok((self.shape.text(table, table.keyspace), self.values))
    }
}
