//! Requests while faults are in force or a log is kept: what they say, and what becomes of them.

use std::future::pending;
use std::sync::PoisonError;

use bytes::BytesMut;
use scylla_orm_driver::frame::request::{BatchSource, Request};
use scylla_orm_driver::frame::{HEADER, Header, Payload, Values, payload_of_request};
use scylla_orm_driver::wire::Cell;

use crate::fault::{Effects, End, Said, Subject};
use crate::node::requests::RequestRecord;
use crate::node::traffic::Reached;
use crate::peer::answer::Answer;
use crate::peer::{Peer, Then};

/// A request that is there, and waits for the end of a fault.
pub(super) struct Stopped {
    header: Header,
    frame: BytesMut,
    effects: Effects,
}

impl Peer {
    /// Whether anybody wants to know what requests say.
    pub(super) fn is_watched(&self) -> bool {
        !self.shared.faults.is_empty() || self.shared.requests.is_on() || self.shared.echo
    }

    /// Answers a request, unless faults have it otherwise.
    pub(super) fn answer_watched(
        &mut self,
        header: Header,
        frame: BytesMut,
        write: &mut Vec<u8>,
    ) -> Then {
        let features = self.format.features;
        let body = frame.get(HEADER..).unwrap_or_default();
        let Ok(request) = Request::decode(header.opcode, header.flags, body, &features) else {
            return self.answer(header, body, write);
        };
        let payload = payload_of_request(header.flags, body).unwrap_or_default();
        let said = self.said(&request);
        let subject = Subject {
            node: self.node,
            shard: self.shard,
            opcode: header.opcode,
            statements: &said,
        };
        let effects = self.shared.faults.on_request(&subject);
        if effects.stop.is_some() {
            self.stopped = Some(Stopped {
                header,
                frame,
                effects,
            });
            return Then::Continue;
        }
        self.apply((header, payload), &request, said, &effects, write)
    }

    /// Goes on with the request that was stopped.
    pub(super) fn resume(&mut self, write: &mut Vec<u8>) -> Then {
        let Some(stopped) = self.stopped.take() else {
            return Then::Continue;
        };
        let Stopped {
            header,
            frame,
            effects,
        } = stopped;
        let features = self.format.features;
        let body = frame.get(HEADER..).unwrap_or_default();
        match Request::decode(header.opcode, header.flags, body, &features) {
            Ok(request) => {
                let payload = payload_of_request(header.flags, body).unwrap_or_default();
                let said = self.said(&request);
                self.apply((header, payload), &request, said, &effects, write)
            }
            Err(_) => self.answer(header, body, write),
        }
    }

    fn apply(
        &mut self,
        (header, payload): (Header, Payload),
        request: &Request<'_>,
        said: Vec<Said>,
        effects: &Effects,
        write: &mut Vec<u8>,
    ) -> Then {
        if effects.forget {
            self.forget(request);
        }
        let mut executed = effects.execute.then(|| self.respond(request));
        if let Some(answer) = executed.as_mut().filter(|_| self.shared.echo) {
            answer.echo(&payload);
        }
        let arrived = self.arrived.take();
        let reached = arrived.as_ref().map(|arrival| arrival.reached);
        self.note((header, payload), said, reached);
        if let Some(end) = effects.end {
            return match end {
                End::Fin => Then::Close,
                End::Rst => Then::Reset,
            };
        }
        let answer = match &effects.error {
            Some(error) => Answer::error(error.clone()),
            None => match executed {
                Some(answer) => answer,
                // Lost on its way.
                None => return Then::Continue,
            },
        };
        let mut bytes = Vec::new();
        answer.put(header.stream, &self.format, &mut bytes);
        effects.edit(&mut bytes);
        let delay = effects.delay + arrived.map_or_else(Default::default, |arrival| arrival.hop);
        for _ in 0..effects.copies {
            let bytes = bytes.clone();
            match &effects.group {
                _ if !answer.after.is_zero() => self.wait(answer.after + delay, bytes),
                Some(group) => self.later.group(group, delay, bytes, write),
                None => self.later.hold(delay, bytes, write),
            }
        }
        match answer.closes {
            true => Then::Close,
            false => Then::Continue,
        }
    }

    fn note(
        &self,
        (header, payload): (Header, Payload),
        said: Vec<Said>,
        reached: Option<Reached>,
    ) {
        if !self.shared.requests.is_on() {
            return;
        }
        let (statement, table) = match said.into_iter().next() {
            Some(said) => (Some(said.text), said.table),
            None => (None, None),
        };
        self.shared.requests.push(RequestRecord {
            node: self.node,
            shard: self.shard,
            opcode: header.opcode,
            statement,
            table,
            reached,
            payload,
        });
    }

    /// The statements of a request, as far as this node knows them.
    fn said(&self, request: &Request<'_>) -> Vec<Said> {
        let one = match request {
            Request::Query(query) => Some(self.said_as_text(query.text, query.params.values)),
            Request::Prepare(prepare) => Some(self.said_as_text(prepare.text, Values::default())),
            Request::Execute(execute) => self.said_as_prepared(execute.id, execute.params.values),
            Request::Batch(batch) => {
                let statements = batch.statements.iter();
                let said = statements.filter_map(|statement| match statement.source {
                    BatchSource::Text(text) => Some(self.said_as_text(text, statement.values)),
                    BatchSource::Prepared(id) => self.said_as_prepared(id, statement.values),
                });
                return said.collect();
            }
            _ => None,
        };
        one.into_iter().collect()
    }

    fn said_as_text(&self, text: &str, values: Values<'_>) -> Said {
        let plan = self.shared.engine.prepare(text, self.keyspace.as_deref());
        Said {
            text: text.into(),
            values: copied(values),
            table: plan.ok().and_then(|plan| plan.table.clone()),
        }
    }

    fn said_as_prepared(&self, id: &[u8], values: Values<'_>) -> Option<Said> {
        let statements = &self.place().prepared;
        let statements = statements.lock().unwrap_or_else(PoisonError::into_inner);
        let (text, plan) = statements.described(id)?;
        Some(Said {
            text,
            values: copied(values),
            table: plan.table.clone(),
        })
    }

    /// Forgets the prepared statements that a request executes.
    fn forget(&self, request: &Request<'_>) {
        let mut statements = self
            .place()
            .prepared
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        match request {
            Request::Execute(execute) => statements.forget(execute.id),
            Request::Batch(batch) => {
                for statement in &batch.statements {
                    if let BatchSource::Prepared(id) = statement.source {
                        statements.forget(id);
                    }
                }
            }
            _ => {}
        }
    }
}

/// Without their names; what cannot be read is left out, and the statement fails by itself.
fn copied(values: Values<'_>) -> Vec<Option<Box<[u8]>>> {
    let bytes = values.iter().map(|(_, cell)| match cell {
        Cell::Value(bytes) => Some(bytes.into()),
        Cell::Null | Cell::Unset => None,
    });
    bytes.collect()
}

/// Waits for the end of the fault that has stopped a request; for ever if there is none.
pub(super) async fn resumed(stopped: Option<&mut Stopped>) {
    match stopped.and_then(|stopped| stopped.effects.stop.as_mut()) {
        Some(removed) => {
            // The sender goes when the fault does.
            removed.wait_for(|removed| *removed).await.ok();
        }
        None => pending().await,
    }
}
