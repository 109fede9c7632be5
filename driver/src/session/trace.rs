//! How a server executed a request, as it recorded it.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use uuid::Uuid;

use crate::error::Result;
use crate::frame::Consistency;
use crate::session::{Answer, Session};
use crate::statement::Statement;
use crate::value::Timestamp;

const SESSION: &str = "SELECT client, command, coordinator, duration, parameters, request, started_at \
                       FROM system_traces.sessions WHERE session_id = ?";
const EVENTS: &str = "SELECT event_id, activity, source, source_elapsed, thread FROM system_traces.events \
                      WHERE session_id = ?";

/// A server writes down what it did only after it has answered: so long it is waited for that.
const PATIENCE: Duration = Duration::from_secs(2);
/// The first pause between two looks; each pause is twice the one before.
const PAUSE: Duration = Duration::from_millis(3);

/// How a server executed a request that asked for [`tracing`](crate::statement::Options::tracing).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Trace {
    /// What [`Answer::tracing_id`] said.
    pub id: Uuid,
    /// The node that was asked.
    pub coordinator: Option<IpAddr>,
    /// Who asked.
    pub client: Option<IpAddr>,
    /// What kind of message it was: `QUERY`.
    pub command: Option<String>,
    /// What was done, in the words of the server.
    pub request: Option<String>,
    /// What the server wrote down of it, the statement and its values among them.
    pub parameters: BTreeMap<String, String>,
    /// When it began.
    pub started_at: Option<Timestamp>,
    /// How long it took; `None` if the server has not ended it yet.
    pub duration: Option<Duration>,
    /// What happened, in order.
    pub events: Vec<TraceEvent>,
}

/// Something that happened while a request was executed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TraceEvent {
    /// What.
    pub activity: String,
    /// On which node.
    pub source: Option<IpAddr>,
    /// How long after that node had begun with the request.
    pub elapsed: Option<Duration>,
    /// In which thread; on ScyllaDB its name ends with the shard.
    pub thread: Option<String>,
}

impl Session {
    /// How a server executed the request whose answer has that [`tracing_id`](Answer::tracing_id). It is waited for, two
    /// seconds at most, until the server has written down that the request is over; what is there then is returned.
    /// `None` if nothing is: servers keep traces for a day.
    ///
    /// # Errors
    /// As [`run`](Session::run).
    ///
    /// # Examples
    /// ```no_run
    /// # async fn example(session: scylla_orm_driver::Session) -> scylla_orm_driver::Result<()> {
    /// use scylla_orm_driver::statement::Statement;
    ///
    /// let read = Statement::new("SELECT v FROM k.t WHERE id = 1").tracing(true);
    /// let answer = session.query(read, ()).await?;
    /// if let Some(id) = answer.tracing_id() {
    ///     for event in session.trace(id).await?.iter().flat_map(|trace| &trace.events) {
    ///         println!("{:?} {:?}: {}", event.elapsed, event.source, event.activity);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub async fn trace(&self, id: Uuid) -> Result<Option<Trace>> {
        // Few clusters keep more than one copy of traces where it matters.
        let one = |cql| Statement::new(cql).consistency(Consistency::One);
        let begun = tokio::time::Instant::now();
        let mut pause = PAUSE;
        let mut trace = loop {
            let found = read(id, &self.query(one(SESSION), (id,)).await?)?;
            let over = found.as_ref().is_some_and(|trace| trace.duration.is_some());
            if over || begun.elapsed() + pause > PATIENCE {
                break found;
            }
            tokio::time::sleep(pause).await;
            pause *= 2;
        };
        if let Some(trace) = &mut trace {
            let mut pages = self.query_pages(one(EVENTS), (id,)).await?;
            while let Some(page) = pages.next().await? {
                trace.events.extend(events(&page)?);
            }
        }
        Ok(trace)
    }
}

/// The trace without its events; `None` if there is none.
fn read(id: Uuid, answer: &Answer) -> Result<Option<Trace>> {
    type Row = (
        Option<IpAddr>,
        Option<String>,
        Option<IpAddr>,
        Option<i32>,
        Option<BTreeMap<String, String>>,
        Option<String>,
        Option<Timestamp>,
    );
    let trace = |row: Row| {
        let (client, command, coordinator, duration, parameters, request, started_at) = row;
        Trace {
            id,
            coordinator,
            client,
            command,
            request,
            parameters: parameters.unwrap_or_default(),
            started_at,
            duration: duration.map(micros),
            events: Vec::new(),
        }
    };
    Ok(answer.first_as::<Row>()?.map(trace))
}

fn events(page: &Answer) -> Result<Vec<TraceEvent>> {
    type Row = (
        Uuid,
        Option<String>,
        Option<IpAddr>,
        Option<i32>,
        Option<String>,
    );
    let rows: Vec<Row> = page.all_as()?;
    let event = |(_, activity, source, elapsed, thread): Row| TraceEvent {
        activity: activity.unwrap_or_default(),
        source,
        elapsed: elapsed.map(micros),
        thread,
    };
    Ok(rows.into_iter().map(event).collect())
}

fn micros(micros: i32) -> Duration {
    Duration::from_micros(u64::try_from(micros).unwrap_or(0))
}
