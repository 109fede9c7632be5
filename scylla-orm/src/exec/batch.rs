//! Writes that are sent as one.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::future::BoxFuture;
use scylla_orm_driver::session::Answer;
use scylla_orm_driver::statement::{self, BatchKind, Options};
use scylla_orm_driver::value::{Cells, FromCql};

use crate::connection::{On, Session, Statement};
use crate::cql::Raw;
use crate::error::{Error, Result};
use crate::table::{NamedRow, TableDef};

use super::{Call, Lwt, prepare};

/// One statement of a batch.
#[derive(Debug)]
pub struct Part {
    pub(crate) table: &'static TableDef,
    pub(crate) raw: Raw,
    /// Whether it says how it is executed, which only the batch can.
    says_how: bool,
}

impl Part {
    pub(crate) fn new(table: &'static TableDef, raw: Raw, call: &Call<'_>) -> Part {
        Part {
            table,
            raw,
            says_how: call.options.is_some() || matches!(call.on, On::Given(_)),
        }
    }

    /// What is sent: one statement for each partition key, if it names several.
    fn apart(self, number: usize) -> Result<Vec<Raw>> {
        if self.says_how {
            return Err(Error::invalid(format!(
                "statement {number} of a batch says how it is executed, with `.on(..)`, `.consistency(..)` or the like; \
                 say it of the batch"
            ))
            .of(self.table.model));
        }
        let mut statements: Vec<Raw> = match self.raw.fan(self.table) {
            Some(fan) => (0..fan.len()).filter_map(|n| fan.statement(n)).collect(),
            None => vec![self.raw],
        };
        statements.iter_mut().for_each(Raw::finish);
        Ok(statements)
    }
}

/// What a batch is, and how it is sent.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) kind: BatchKind,
    /// Whether all statements must write to one partition.
    pub(crate) of_one_partition: bool,
    pub(crate) parts: Vec<Part>,
}

/// A batch without an answer.
///
/// # Errors
/// [`ErrorKind::Invalid`](crate::error::ErrorKind::Invalid) with the rule that it breaks, and then nothing was sent;
/// what the server says; what the session says, if there is none or no node can be asked.
///
/// # Cancel safety
/// It can be dropped at any moment. Once it was polled, it may be written all the same; of one partition all of it, or
/// nothing.
#[must_use = "futures do nothing unless awaited"]
pub struct BatchWrite<'s>(State<'s>);

/// A batch with conditions.
///
/// # Errors
/// As [`BatchWrite`]. After a timeout it is not known whether it was written.
///
/// # Cancel safety
/// It can be dropped at any moment. Once it was polled, all of it may be written all the same.
#[must_use = "futures do nothing unless awaited"]
pub struct BatchLwtWrite<'s>(State<'s>);

enum State<'s> {
    /// The session is looked up at the first poll, as of every statement.
    Start(Plan, Call<'s>),
    Sent(BoxFuture<'static, Result<Answer>>),
    Done,
}

impl<'s> BatchWrite<'s> {
    pub(crate) fn new(plan: Plan, call: Call<'s>) -> Self {
        BatchWrite(State::Start(plan, call))
    }
}

impl<'s> BatchLwtWrite<'s> {
    pub(crate) fn new(plan: Plan, call: Call<'s>) -> Self {
        BatchLwtWrite(State::Start(plan, call))
    }
}

impl Future for BatchWrite<'_> {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.0.poll(cx).map_ok(drop)
    }
}

impl Future for BatchLwtWrite<'_> {
    type Output = Result<Lwt<Answer>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(self.0.poll(cx))?;
        Poll::Ready(answer.map_or(Ok(Lwt::Applied), outcome))
    }
}

impl State<'_> {
    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Answer>>> {
        loop {
            match std::mem::replace(self, State::Done) {
                State::Start(plan, _) if plan.parts.is_empty() => return Poll::Ready(Ok(None)),
                State::Start(plan, call) => {
                    let session = call.on.session()?;
                    let options = call.options.map_or_else(Options::default, |o| *o);
                    *self = State::Sent(Box::pin(send(session, plan, options)));
                }
                State::Sent(mut sent) => {
                    let Poll::Ready(answer) = sent.as_mut().poll(cx) else {
                        *self = State::Sent(sent);
                        return Poll::Pending;
                    };
                    return Poll::Ready(answer.map(Some));
                }
                // As a write that is polled after it has resolved.
                State::Done => return Poll::Ready(Ok(None)),
            }
        }
    }
}

async fn send(session: Session, plan: Plan, mut options: Options) -> Result<Answer> {
    let mut batch = statement::Batch::new(plan.kind);
    let mut all_idempotent = true;
    let mut partition = None;
    for (number, part) in (1..).zip(plan.parts) {
        let table = part.table;
        for raw in part.apart(number)? {
            let statement = found(&session, table, &raw).await?;
            if plan.of_one_partition {
                let this = Partition::of(&statement, &raw.values);
                let first = partition.get_or_insert_with(|| this.clone());
                if *first != this {
                    let error = elsewhere(number, first, &this).of(table.model);
                    return Err(error.in_cql(statement.prepared.text()));
                }
            }
            all_idempotent &= statement.idempotent;
            batch.push_encoded(statement.prepared.clone(), raw.values, statement.values);
        }
    }
    options.idempotent |= all_idempotent;
    Ok(session.driver().batch(&batch.with(options)).await?)
}

async fn found(session: &Session, table: &'static TableDef, raw: &Raw) -> Result<Arc<Statement>> {
    match session.statement(prepare::key(table, &raw.shape)) {
        Some(held) => Ok(held.into_shared()),
        None => prepare::prepare(session, table, &raw.shape).await,
    }
}

/// Which partition a statement writes to.
#[derive(Clone, PartialEq, Eq)]
struct Partition {
    table: Box<str>,
    key: Vec<Box<[u8]>>,
}

impl Partition {
    fn of(statement: &Statement, values: &[u8]) -> Partition {
        let mut cells = Cells::new(values);
        let cells = (0..statement.values).map_while(|_| cells.next().ok());
        let cells: Vec<_> = cells.map(Option::unwrap_or_default).collect();
        let positions = statement.prepared.partition_key().iter();
        let key = positions.filter_map(|at| cells.get(usize::from(*at)));
        let (keyspace, table) = statement.prepared.table().unwrap_or_default();
        Partition {
            table: format!("{keyspace}.{table}").into(),
            key: key.map(|cell| Box::from(*cell)).collect(),
        }
    }
}

/// A batch of one partition has a statement that writes to `other`, and not to that of the first.
#[cold]
fn elsewhere(number: usize, first: &Partition, other: &Partition) -> Error {
    let place = match first.table == other.table {
        true => "partition",
        false => "table",
    };
    Error::invalid(format!(
        "statement {number} of a batch writes to another {place} than the first: `Batch::new()` is for one partition of \
         one table; `Batch::logged()` writes to several, all of it or nothing, at the cost of a log"
    ))
}

/// What the server says of the conditions. Those that hold are answered by `[applied]` alone, or as those that do not.
fn outcome(answer: Answer) -> Result<Lwt<Answer>> {
    let broken = |_| {
        Error::invalid("the answer to a batch with conditions does not say whether it was applied")
    };
    let row = NamedRow::read(answer.columns(), &mut answer.cells()).map_err(broken)?;
    let applied = row.cell("[applied]").flatten();
    let alone = row.width() == 1;
    Ok(match bool::decode(applied).map_err(broken)? {
        true => Lwt::Applied,
        false if alone => Lwt::Missing,
        false => Lwt::Existing(answer),
    })
}

impl fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            State::Start(plan, _) => plan.fmt(f),
            State::Sent(_) => f.write_str("Sent"),
            State::Done => f.write_str("Done"),
        }
    }
}

impl fmt::Debug for BatchWrite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BatchWrite").field(&self.0).finish()
    }
}

impl fmt::Debug for BatchLwtWrite<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("BatchLwtWrite").field(&self.0).finish()
    }
}
