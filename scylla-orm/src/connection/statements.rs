//! The prepared statements of the models, by model and shape.

use std::sync::Arc;

use super::cache::Cache;
use super::slots::Slots;
use super::{Held, Statement};

/// What finds a statement: a number per model, and the shape of the statement.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Key<'a> {
    /// From 1, dense.
    pub(crate) model: usize,
    /// The shape.
    pub(crate) shape: u128,
    /// What of the shape did not fit.
    pub(crate) spill: &'a [u16],
    /// Whether the number of such shapes is bounded by the code.
    pub(crate) bounded: bool,
}

/// The prepared statements of the models. Those whose number is bounded by the code are never removed, and found
/// without a lock; those made at run time, and the very long ones, are in a cache.
#[derive(Debug, Default)]
pub(super) struct Statements {
    slots: Slots<Arc<Statement>>,
    cache: Cache<Arc<Statement>>,
}

impl Statements {
    #[inline]
    pub(super) fn find(&self, key: Key<'_>) -> Option<Held<'_>> {
        if key.is_fixed() {
            self.slots.find(key.model, key.shape).map(Held::Lent)
        } else {
            self.cache.find(key).map(Held::Shared)
        }
    }

    pub(super) fn keep(&self, key: Key<'_>, statement: Arc<Statement>) -> Arc<Statement> {
        if key.is_fixed() {
            self.slots.keep(key.model, key.shape, statement).clone()
        } else {
            self.cache.keep(key, statement)
        }
    }
}

impl Key<'_> {
    /// Whether it belongs into the slots.
    #[inline]
    fn is_fixed(&self) -> bool {
        self.bounded && self.spill.is_empty() && Slots::<()>::has_room_for(self.model)
    }
}
