//! Named futures: one untyped state machine does the work, the typed ones are shells that decode.
//!
//! All are `Send` and can be dropped at any moment: a read then costs nothing more, a write may still happen.

use std::pin::Pin;
use std::task::{Context, Poll};

use scylla_orm_driver::session::Answer;
use scylla_orm_driver::value::{Cells, Fault};

use crate::connection::On;
use crate::cql::Raw;
use crate::error::{Error, ErrorKind, Result};
use crate::table::TableDef;

mod all;
mod call;
mod count;
mod exists;
mod first;
mod get;
mod lwt;
mod page;
mod stream;
mod write;

pub use all::All;
pub use count::Count;
pub use exists::Exists;
pub use first::First;
pub use get::Get;
pub use lwt::{Lwt, LwtWrite};
pub use page::{NextPage, Page, PageToken};
pub use stream::Stream;
pub use write::Write;

pub(crate) use call::{Call, page_settings, serial_settings, settings};
pub(crate) use lwt::ReadNamed;

/// Reads a row whose cells stand in the order in which the statement selects them; a fault comes with the place of
/// its column there. A plain function, so that futures are typed by what they return and by nothing else.
pub(crate) type ReadRow<T> = fn(&mut Cells<'_>) -> Result<T, (u16, Fault)>;

/// A statement under way: not yet sent, being prepared, or in flight.
#[derive(Debug)]
pub(crate) struct Exec<'s> {
    table: &'static TableDef,
    phase: Phase<'s>,
}

#[derive(Debug)]
enum Phase<'s> {
    Start(Raw, Call<'s>),
    Done,
}

impl<'s> Exec<'s> {
    /// `raw` is complete but for [`finish`](Raw::finish). The session is found at the first poll.
    pub(crate) fn new(table: &'static TableDef, raw: Raw, call: Call<'s>) -> Self {
        Exec {
            table,
            phase: Phase::Start(raw, call),
        }
    }

    /// The model's facts.
    pub(crate) fn table(&self) -> &'static TableDef {
        self.table
    }

    /// Runs on a session, unless it runs already.
    pub(crate) fn on<'t>(self, session: &'t crate::connection::Session) -> Exec<'t> {
        let phase = match self.phase {
            Phase::Start(raw, call) => Phase::Start(raw, call.on(session)),
            Phase::Done => Phase::Done,
        };
        Exec {
            table: self.table,
            phase,
        }
    }

    /// How it is executed; what is said after the first poll has no effect.
    pub(crate) fn call(&mut self) -> Option<&mut Call<'s>> {
        match &mut self.phase {
            Phase::Start(_, call) => Some(call),
            Phase::Done => None,
        }
    }

    /// Whether the server answers a conditional write with the old row in full, null if there is none (ScyllaDB), or
    /// with `[applied]` alone if there is none (Cassandra).
    pub(crate) fn answers_in_full(&self) -> bool {
        false
    }
}

impl Future for Exec<'_> {
    type Output = Result<Answer>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Result<Answer>> {
        match std::mem::replace(&mut self.phase, Phase::Done) {
            Phase::Start(
                raw,
                Call {
                    on: On::Ambient | On::Given(_),
                    options,
                },
            ) => {
                drop((raw, options));
                Poll::Ready(Err(Error::new(ErrorKind::NoSession)))
            }
            Phase::Done => Poll::Pending,
        }
    }
}

/// Decodes the rows of an answer, as many as `most`.
fn rows<T>(
    table: &'static TableDef,
    answer: &Answer,
    most: usize,
    read: ReadRow<T>,
) -> Result<Vec<T>> {
    let count = answer.count().min(most);
    let mut cells = answer.cells();
    // A row has at least one byte per column's length, so a count that is not true reserves nothing.
    let mut rows = Vec::with_capacity(count.min(cells.rest().len()));
    for row in 0..count {
        match read(&mut cells) {
            Ok(value) => rows.push(value),
            Err((column, fault)) => {
                let name = answer.columns().get(usize::from(column));
                let column = name.map_or_else(|| "?".into(), |column| column.name.clone());
                return Err(Error::new(ErrorKind::Decode { column, row, fault }).of(table.model));
            }
        }
    }
    Ok(rows)
}
