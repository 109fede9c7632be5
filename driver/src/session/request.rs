//! What the retry loop sends: the messages of applications, seen alike.

mod batch;

use std::sync::Arc;
use std::time::Duration;

use crate::cluster::Route;
use crate::frame::request::{Execute, Prepare, Query};
use crate::frame::{Consistency, Features, Flags, Opcode, Params, Values};
use crate::policy::retry::Tried;
use crate::routing;
use crate::session::observe::Subject;
use crate::session::{Defaults, Execution};
use crate::statement::{Batch, Entry, Known, Options, Prepared, Sent, Statement, Verb};
use crate::wire::TooLong;

/// A message of an application.
#[derive(Debug, Clone, Copy)]
pub(super) struct Request<'a> {
    pub(super) message: Message<'a>,
    /// The message's own, and what its profile says.
    pub(super) options: &'a Options,
    pub(super) defaults: &'a Defaults,
    /// What a retry policy has changed the consistency level to.
    pub(super) level: Option<Consistency>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum Message<'a> {
    Execute(&'a Execution),
    /// A statement that is not prepared, without values.
    Query(&'a Statement),
    /// Its write time was drawn, if it needs one.
    Batch(&'a Batch, Option<i64>),
    Prepare(&'a Arc<str>),
}

impl Message<'_> {
    /// How it is to be executed.
    pub(super) fn options(&self) -> Options {
        match self {
            Message::Execute(execution) => execution.options.clone(),
            Message::Query(statement) => statement.options().clone(),
            Message::Batch(batch, _) => batch.options().clone(),
            Message::Prepare(_) => Options::default(),
        }
    }
}

impl<'a> Request<'a> {
    /// What it is about, for those who look at it.
    pub(super) fn subject(&self) -> Subject {
        let (operation, statement) = match self.message {
            Message::Execute(execution) => ("EXECUTE", Some(&execution.statement)),
            Message::Query(_) => ("QUERY", None),
            Message::Prepare(_) => ("PREPARE", None),
            Message::Batch(batch, _) => ("BATCH", batch.entries().iter().find_map(Entry::prepared)),
        };
        Subject {
            operation,
            text: self.text(),
            statement: statement.cloned(),
        }
    }

    pub(super) fn opcode(&self) -> Opcode {
        match self.message {
            Message::Execute(_) => Opcode::Execute,
            Message::Query(_) => Opcode::Query,
            Message::Batch(..) => Opcode::Batch,
            Message::Prepare(_) => Opcode::Prepare,
        }
    }

    pub(super) fn flags(&self) -> Flags {
        match self.message {
            Message::Prepare(_) => Flags::NONE,
            _ => self.options.flags(),
        }
    }

    fn consistency(&self) -> Consistency {
        let asked = self.level.or(self.options.consistency);
        asked.unwrap_or(self.defaults.consistency)
    }

    /// Another consistency level for the attempts that follow. A serial level promises what no other does: it stays.
    pub(super) fn lower(&mut self, level: Option<Consistency>) {
        match level {
            Some(level) if self.consistency().is_serial() && !level.is_serial() => {
                tracing::warn!(%level, "a retry policy asks for another level than a serial one: not done");
            }
            Some(level) => self.level = Some(level),
            None => {}
        }
    }

    pub(super) fn attempt_timeout(&self) -> Option<Duration> {
        let own = self.options.more().and_then(|more| more.attempt_timeout);
        own.or(self.defaults.attempt_timeout)
    }

    /// The text that errors name.
    pub(super) fn text(&self) -> Arc<str> {
        match self.message {
            Message::Execute(execution) => execution.statement.shared_text().clone(),
            Message::Query(statement) => statement.shared_text().clone(),
            Message::Prepare(text) => text.clone(),
            Message::Batch(batch, _) => match batch.entries() {
                [] => "an empty batch".into(),
                [entry] => entry.text().clone(),
                [entry, rest @ ..] => {
                    format!("{} … and {} more in the batch", entry.text(), rest.len()).into()
                }
            },
        }
    }

    /// About how many bytes it has.
    pub(super) fn size(&self) -> usize {
        match self.message {
            Message::Execute(execution) => execution.values.len(),
            Message::Query(statement) => statement.text().len(),
            Message::Batch(batch, _) => batch.entries().iter().map(|e| e.values.len()).sum(),
            Message::Prepare(text) => text.len(),
        }
    }

    /// The prepared statement whose answer it is.
    pub(super) fn answered(&self) -> Option<&'a Prepared> {
        match self.message {
            Message::Execute(execution) => Some(&execution.statement),
            _ => None,
        }
    }

    /// The statements that the server must know.
    pub(super) fn prepared(&self) -> Vec<&'a Prepared> {
        match self.message {
            Message::Execute(execution) => vec![&execution.statement],
            Message::Batch(batch, _) => {
                let mut distinct: Vec<&Prepared> = Vec::new();
                for one in batch.entries().iter().filter_map(Entry::prepared) {
                    if !distinct.iter().any(|other| other.is(one)) {
                        distinct.push(one);
                    }
                }
                distinct
            }
            Message::Query(_) | Message::Prepare(_) => Vec::new(),
        }
    }

    /// What decides where it goes. It begins as `any`, which knows what the session allows.
    pub(super) fn route(&self, any: Route<'a>) -> Route<'a> {
        match self.message {
            Message::Execute(execution) => execution.route(any),
            Message::Batch(batch, _) => batch.route(any),
            Message::Prepare(_) => any,
            // Changes of the schema go to one node, the same for everybody, as long as it is there: concurrent changes
            // through several nodes are what makes schemas disagree.
            Message::Query(_) => Route {
                start: Some(0),
                ..any
            },
        }
    }

    pub(super) fn is_idempotent(&self) -> bool {
        self.kind().0
    }

    /// What a retry policy is to know; `retries` as there.
    pub(super) fn tried<'t>(&self, text: &'t str, retries: u32) -> Tried<'t> {
        let (idempotent, serial) = self.kind();
        let mut tried = Tried::new(text, self.consistency());
        (tried.idempotent, tried.serial, tried.retries) = (idempotent, serial, retries);
        tried
    }

    /// Whether it is idempotent, and whether it is serial.
    fn kind(&self) -> (bool, bool) {
        let (idempotent, conditional) = match self.message {
            Message::Execute(execution) => {
                let statement = &execution.statement;
                (statement.is_read(), statement.is_lwt())
            }
            Message::Prepare(_) => (true, false),
            Message::Batch(batch, _) => (false, batch.is_conditional()),
            Message::Query(_) => (false, false),
        };
        let idempotent = !conditional && (idempotent || self.options.idempotent);
        (idempotent, conditional || self.consistency().is_serial())
    }

    /// Appends its body.
    pub(super) fn encode(
        &self,
        features: &Features,
        sent: &Sent,
        tablet: u8,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        match self.message {
            Message::Execute(execution) => {
                let level = self.level.or(execution.options.consistency);
                let level = level.unwrap_or(self.defaults.consistency);
                execution.encode((level, self.defaults), features, (sent, tablet), out)
            }
            Message::Query(statement) => {
                self.options.put_before(out)?;
                let params = Params {
                    consistency: self.consistency(),
                    serial_consistency: self.serial_consistency(),
                    timestamp: self.options.timestamp,
                    ..Params::default()
                };
                let text = statement.text();
                Query { text, params }.encode(features, out)
            }
            Message::Batch(batch, timestamp) => {
                self.options.put_before(out)?;
                self.encode_batch(batch, timestamp, features, out)
            }
            Message::Prepare(text) => {
                let keyspace = None;
                Prepare { text, keyspace }.encode(features, out)
            }
        }
    }

    fn serial_consistency(&self) -> Option<Consistency> {
        self.options
            .serial_consistency
            .or(self.defaults.serial_consistency)
    }
}

impl Execution {
    /// Where it goes.
    #[inline]
    pub(super) fn route<'a>(&'a self, any: Route<'a>) -> Route<'a> {
        self.statement
            .route(Values::new(self.count, &self.values), any)
    }

    /// Appends the body of EXECUTE at a consistency level; `sent` is from [`Prepared::to_send`], `tablet` from
    /// [`State::tablet_block`](crate::cluster::State::tablet_block).
    #[inline]
    pub(super) fn encode(
        &self,
        (consistency, defaults): (Consistency, &Defaults),
        features: &Features,
        (sent, tablet): (&Sent, u8),
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        let options = &self.options;
        options.put_before(out)?;
        let now;
        let known: &Known = match sent {
            Some(sent) => sent,
            None => {
                now = self.statement.known();
                &now
            }
        };
        let rows = options.page_size.unwrap_or(defaults.page_size);
        let paged = rows > 0 && self.statement.verb() == Verb::Read;
        Execute {
            id: &known.id,
            result_id: &known.result_id,
            params: Params {
                consistency,
                values: Values::new(self.count, &self.values),
                // Only with an id of the columns: without one the server would not say that the table was altered.
                skip_metadata: sent.as_ref().is_some_and(|sent| sent.may_skip()),
                page_size: paged.then(|| i32::try_from(rows).unwrap_or(i32::MAX)),
                paging_state: self.paging_state.as_deref(),
                serial_consistency: options.serial_consistency.or(defaults.serial_consistency),
                timestamp: options.timestamp,
                keyspace: None,
                now_in_seconds: None,
            },
            tablet,
        }
        .encode(features, out)
    }
}

impl Prepared {
    #[inline]
    fn route<'a>(&'a self, values: Values<'_>, any: Route<'a>) -> Route<'a> {
        Route {
            table: self.table_name(),
            token: routing::token(self, values).or(any.token),
            stable: self.is_lwt(),
            ..any
        }
    }
}
