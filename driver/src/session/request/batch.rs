//! A batch as a message.

use std::sync::Arc;

use crate::cluster::Route;
use crate::frame::request::{
    Batch as Frame, BatchKind as FrameKind, BatchSource, BatchStatement as FrameStatement,
};
use crate::frame::{Features, Values};
use crate::statement::{Batch, BatchKind, BatchStatement, Entry, Prepared};
use crate::wire::TooLong;

use super::Request;

impl Request<'_> {
    pub(super) fn encode_batch(
        &self,
        batch: &Batch,
        timestamp: Option<i64>,
        features: &Features,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        // The ids may be replaced at any moment: they are held until the frame is written.
        let ids: Vec<_> = batch
            .entries()
            .iter()
            .map(|e| e.prepared().map(|p| p.known().id.clone()))
            .collect();
        let statements = batch
            .entries()
            .iter()
            .zip(&ids)
            .map(|(entry, id)| FrameStatement {
                source: match id {
                    Some(id) => BatchSource::Prepared(id),
                    None => BatchSource::Text(entry.text()),
                },
                values: Values::new(entry.count, &entry.values),
            });
        Frame {
            kind: match batch.kind() {
                BatchKind::Logged => FrameKind::Logged,
                BatchKind::Unlogged => FrameKind::Unlogged,
                BatchKind::Counter => FrameKind::Counter,
            },
            statements: statements.collect(),
            consistency: self.consistency(),
            serial_consistency: self.serial_consistency(),
            timestamp,
            keyspace: None,
            now_in_seconds: None,
        }
        .encode(features, out)
    }
}

impl Entry {
    pub(super) fn text(&self) -> &Arc<str> {
        match &self.statement {
            BatchStatement::Text(text) => text,
            BatchStatement::Prepared(prepared) => prepared.shared_text(),
        }
    }

    pub(super) fn prepared(&self) -> Option<&Prepared> {
        match &self.statement {
            BatchStatement::Text(_) => None,
            BatchStatement::Prepared(prepared) => Some(prepared),
        }
    }

    fn route<'a>(&'a self, any: Route<'a>) -> Route<'a> {
        match self.prepared() {
            Some(prepared) => prepared.route(Values::new(self.count, &self.values), any),
            None => any,
        }
    }
}

impl Batch {
    /// To the owners of the first partition that its values tell.
    pub(super) fn route<'a>(&'a self, any: Route<'a>) -> Route<'a> {
        let mut routes = self.entries().iter().map(|entry| entry.route(any));
        routes.find(|route| route.token.is_some()).unwrap_or(any)
    }

    /// Whether one of its statements has a condition, as far as servers say.
    pub(in crate::session) fn is_conditional(&self) -> bool {
        self.entries()
            .iter()
            .filter_map(Entry::prepared)
            .any(Prepared::is_lwt)
    }
}
