//! Named futures: one untyped state machine does the work, the typed ones are shells that decode.
//!
//! All are `Send` and can be dropped at any moment: a read then costs nothing more, a write may still happen.
//!
//! ```text
//! Start ─▶ (Preparing) ─▶ Sent ─▶ page ─▶ Sent ─▶ page ─▶ Done
//!    └───▶ Several: one such machine per partition key of an `.is_in(..)`
//! ```

use std::fmt;
use std::future::poll_fn;
use std::mem;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::future::BoxFuture;
use futures_core::stream::BoxStream;
use scylla_orm_driver::frame::response::Rows;
use scylla_orm_driver::session::{Answer, Run};
use scylla_orm_driver::statement::Options;

use crate::connection::{Held, Lease, On, Session};
use crate::cql::Raw;
use crate::error::{Error, Result};
use crate::table::TableDef;

mod all;
mod batch;
mod call;
mod chain;
mod count;
mod exists;
mod expect;
mod explain;
mod first;
mod get;
mod lwt;
mod merge;
mod page;
mod prepare;
mod read;
mod send;
mod several;
mod stream;
mod token;
mod write;

pub use all::All;
pub use batch::{BatchLwtWrite, BatchWrite, Part};
pub use count::Count;
pub use exists::Exists;
pub use first::First;
pub use get::Get;
pub use lwt::{Lwt, LwtWrite};
pub use page::{NextPage, Page};
pub use stream::Stream;
pub use token::PageToken;
pub use write::Write;

pub(crate) use batch::Plan;
pub(crate) use call::{Call, page_settings, serial_settings, settings};
pub(crate) use lwt::ReadNamed;
pub(crate) use read::ReadRow;
use send::send;
use several::Several;

/// A statement under way. It yields the pages of its rows; one without rows yields one page that is empty.
pub(crate) struct Exec<'s> {
    table: &'static TableDef,
    phase: Phase<'s>,
    /// Whether what is fetched ahead is to be about one page, not as much as can be.
    sparing: bool,
    /// See [`answers_in_full`](Exec::answers_in_full).
    in_full: bool,
}

enum Phase<'s> {
    /// Not polled yet.
    Start(Raw, Call<'s>),
    /// Sent for the first time in this session: the cold path.
    Preparing(BoxFuture<'static, Result<(Run, Held<'static>)>>),
    /// In flight, or about to fetch the next page.
    Sent(Run, Held<'s>),
    /// A request per partition key.
    Several(BoxStream<'static, Result<Rows>>),
    /// It failed, and it is being found out why.
    Failed(BoxFuture<'static, Error>),
    /// The last page was handed out.
    Read(Held<'s>),
    Done,
}

impl<'s> Exec<'s> {
    /// `raw` is complete but for [`finish`](Raw::finish). The session is found at the first poll.
    pub(crate) fn new(table: &'static TableDef, raw: Raw, call: Call<'s>) -> Self {
        Exec {
            table,
            phase: Phase::Start(raw, call),
            sparing: false,
            in_full: false,
        }
    }

    /// The model's facts.
    pub(crate) fn table(&self) -> &'static TableDef {
        self.table
    }

    /// The statement in CQL, once it was sent as one request.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.phase {
            Phase::Sent(_, statement) | Phase::Read(statement) => Some(statement.prepared.text()),
            _ => None,
        }
    }

    /// Runs on a session, unless it runs already.
    pub(crate) fn on<'t>(self, session: &'t Session) -> Exec<'t> {
        let phase = match self.phase {
            Phase::Start(raw, call) => Phase::Start(raw, call.on(session)),
            _ => Phase::Done,
        };
        Exec {
            phase,
            sparing: self.sparing,
            ..Exec::done(self.table)
        }
    }

    /// Whether it names no session, and was not polled yet.
    fn is_ambient(&self) -> bool {
        matches!(&self.phase, Phase::Start(_, call) if matches!(call.on, On::Ambient))
    }

    /// What it is made of, if it was not polled yet.
    fn into_parts(self) -> Option<(Raw, Call<'s>)> {
        match self.phase {
            Phase::Start(raw, call) => Some((raw, call)),
            _ => None,
        }
    }

    /// How it is executed; what is said after the first poll has no effect.
    pub(crate) fn call(&mut self) -> Option<&mut Call<'s>> {
        match &mut self.phase {
            Phase::Start(_, call) => Some(call),
            _ => None,
        }
    }

    /// Fetches ahead about one page only, for one that hands out rows while others are fetched.
    pub(crate) fn sparing(self) -> Self {
        Exec {
            sparing: true,
            ..self
        }
    }

    /// Whether the server answered a conditional write with the old row in full, null if there is none (ScyllaDB), or
    /// with `[applied]` alone if there is none (Cassandra).
    pub(crate) fn answers_in_full(&self) -> bool {
        self.in_full
    }

    /// The next page; `None` after the last. A page may be empty and not be the last. After an error it is at its end.
    #[inline]
    pub(crate) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Rows>>> {
        loop {
            let next = match &mut self.phase {
                Phase::Sent(run, _) => match ready!(Pin::new(run).poll(cx)) {
                    Ok(answer) => {
                        if let Some(id) = answer.tracing_id() {
                            recorded(self.table, &answer, id);
                        }
                        return Poll::Ready(Some(self.page(answer.into_rows())));
                    }
                    Err(error) => self.failed(error),
                },
                Phase::Start(..) => self.start(),
                Phase::Preparing(future) => {
                    let prepared = ready!(future.as_mut().poll(cx));
                    prepared.map(|(run, statement)| Phase::Sent(run, statement))
                }
                Phase::Several(pages) => return pages.as_mut().poll_next(cx),
                Phase::Failed(future) => Err(ready!(future.as_mut().poll(cx))),
                Phase::Read(_) | Phase::Done => return Poll::Ready(None),
            };
            match next {
                Ok(phase) => self.phase = phase,
                Err(error) => {
                    self.phase = Phase::Done;
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }

    /// The next page, as [`poll_next`](Exec::poll_next).
    pub(crate) async fn next(&mut self) -> Option<Result<Rows>> {
        poll_fn(|cx| self.poll_next(cx)).await
    }

    /// On a session that was found, from somewhere in its result on.
    fn begin(
        table: &'static TableDef,
        lease: Lease<'s>,
        raw: Raw,
        options: Options,
        from: Option<Bytes>,
    ) -> Self {
        Exec {
            phase: send(table, lease, raw, options, from),
            ..Exec::done(table)
        }
    }

    fn done(table: &'static TableDef) -> Self {
        Exec {
            table,
            phase: Phase::Done,
            sparing: false,
            in_full: false,
        }
    }

    /// Finds the session and the statement.
    #[inline]
    fn start(&mut self) -> Result<Phase<'s>> {
        let Phase::Start(raw, call) = mem::replace(&mut self.phase, Phase::Done) else {
            return Ok(Phase::Done);
        };
        let lease = call.on.find()?;
        let options = call
            .options
            .map_or_else(Options::default, |options| *options);
        if let Some(fan) = raw.fan(self.table) {
            let several = Several::new(self.table, lease.into_session(), raw, fan, options)?;
            return Ok(Phase::Several(several.into_pages(self.sparing)));
        }
        Ok(send(self.table, lease, raw, options, None))
    }

    /// Checks a page's columns, unless they are those of the page before, and looks for the next page.
    #[inline]
    fn page(&mut self, rows: Rows) -> Result<Rows> {
        let Phase::Sent(run, statement) = &mut self.phase else {
            return Ok(rows);
        };
        self.in_full = statement.in_full;
        let columns = &rows.metadata.columns;
        if statement.has_columns && !statement.accepts(columns) {
            if let Err(error) = expect::columns(self.table, columns) {
                let error = error.in_cql(statement.prepared.text());
                self.phase = Phase::Done;
                return Err(error);
            }
            statement.accept(columns);
        }
        match &rows.metadata.paging_state {
            None => {
                if let Phase::Sent(_, statement) = mem::replace(&mut self.phase, Phase::Done) {
                    self.phase = Phase::Read(statement);
                }
            }
            Some(state) => run.next_page(state.clone()),
        }
        Ok(rows)
    }

    #[cold]
    fn failed(&mut self, error: scylla_orm_driver::Error) -> Result<Phase<'s>> {
        let Phase::Sent(run, statement) = &self.phase else {
            return Err(error.into());
        };
        if !explain::is_worth_a_look(&error) {
            return Err(Error::from(error).of(self.table.model));
        }
        let (table, driver) = (self.table, run.session().clone());
        let keyspace = statement
            .prepared
            .table()
            .map(|(keyspace, _)| keyspace.to_owned());
        Ok(Phase::Failed(Box::pin(async move {
            explain::explain(&driver, table, keyspace.as_deref(), error).await
        })))
    }
}

#[cold]
fn recorded(table: &TableDef, answer: &Answer, id: uuid::Uuid) {
    tracing::info!(model = table.model, node = %answer.node(), trace = %id, "the server recorded how it executed this");
}

impl fmt::Debug for Exec<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let phase = match &self.phase {
            Phase::Start(raw, ..) => return f.debug_tuple("Exec").field(raw).finish(),
            Phase::Preparing(_) => "Preparing",
            Phase::Sent(..) => "Sent",
            Phase::Several(_) => "Several",
            Phase::Failed(_) => "Failed",
            Phase::Read(_) => "Read",
            Phase::Done => "Done",
        };
        f.debug_tuple("Exec").field(&phase).finish()
    }
}
