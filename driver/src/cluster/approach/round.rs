//! Candidates at their several steps: a name is resolved, an address connected to, a node asked.

use std::collections::{BTreeMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use futures_core::future::BoxFuture;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::cluster::approach::{Begun, Candidate, Found, STAGGER, Search};
use crate::cluster::discover::Discovered;
use crate::cluster::failure::of_opening;
use crate::cluster::link::{EVENTS, Link};
use crate::cluster::{ContactPoint, Settings};
use crate::conn::Conn;
use crate::conn::failure::Failure;
use crate::error::{Attempt, ErrorKind, Result};
use crate::frame::Frame;
use crate::pool::Dialing;

/// What goes on at a moment.
pub(super) struct Round<'a> {
    search: &'a Search<'a>,
    /// Not begun yet, in order.
    pub(super) waiting: VecDeque<Candidate>,
    /// When the next is begun.
    pub(super) next: Instant,
    pub(super) names: Steps<BoxFuture<'static, Resolved>>,
    pub(super) dials: Steps<Dial>,
    pub(super) talks: Steps<BoxFuture<'static, Told>>,
    /// The connections of `talks`, and when they were begun.
    talking: Vec<(Arc<Conn>, Instant)>,
    /// Addresses that were begun.
    seen: HashSet<SocketAddr>,
    /// Whom is waited for, and in what.
    under_way: BTreeMap<Box<str>, &'static str>,
    pub(super) failed: Vec<Attempt>,
}

type Resolved = (ContactPoint, Result<Vec<SocketAddr>, Box<str>>);
type Told = (Arc<Conn>, Result<(Link, Discovered)>);

/// A set of futures whose next output is waited for.
pub(super) struct Steps<F>(FuturesUnordered<F>);

impl<F: Future> Steps<F> {
    pub(super) async fn next(&mut self) -> Option<F::Output> {
        self.0.next().await
    }
}

const RESOLVING: &str = "its name was still being resolved";
const CONNECTING: &str = "it had not accepted the connection, or not greeted";
const ASKING: &str = "it had not told yet what it knows of the cluster";
const WAITING: &str = "its turn had not come";

impl<'a> Round<'a> {
    pub(super) fn new(search: &'a Search<'a>, waiting: VecDeque<Candidate>) -> Round<'a> {
        Round {
            search,
            waiting,
            next: Instant::now(),
            names: Steps(FuturesUnordered::new()),
            dials: Steps(FuturesUnordered::new()),
            talks: Steps(FuturesUnordered::new()),
            talking: Vec::new(),
            seen: HashSet::new(),
            under_way: BTreeMap::new(),
            failed: Vec::new(),
        }
    }

    /// Nobody is left to wait for.
    pub(super) fn is_over(&self) -> bool {
        let idle = self.names.0.is_empty() && self.dials.0.is_empty() && self.talks.0.is_empty();
        idle && self.waiting.is_empty()
    }

    /// Begins with the next candidate.
    pub(super) fn begin(&mut self) {
        let settings = self.search.settings;
        match self.waiting.pop_front() {
            Some(Candidate::Point(point)) => {
                self.under_way.insert(point.to_string().into(), RESOLVING);
                let resolving = resolve(settings, &point);
                self.names.0.push(Box::pin(async move {
                    let addresses = resolving.await;
                    (point, addresses)
                }));
            }
            Some(Candidate::Address(address)) if self.seen.insert(address) => {
                self.under_way
                    .insert(address.to_string().into(), CONNECTING);
                let (sender, events) = mpsc::channel(EVENTS);
                let dialer = Arc::clone(self.search.dialer);
                let opening = async move { Conn::open(&dialer, address, None, Some(sender)).await };
                self.dials.0.push(Dial {
                    address,
                    begun: Instant::now(),
                    events: Some(events),
                    opening: Box::pin(opening),
                });
            }
            // Two names of one address.
            Some(Candidate::Address(_)) => return self.next = Instant::now(),
            None => return,
        }
        self.next = Instant::now() + STAGGER;
    }

    /// The addresses take the place of their name.
    pub(super) fn resolved(
        &mut self,
        point: &ContactPoint,
        addresses: Result<Vec<SocketAddr>, Box<str>>,
    ) {
        match addresses {
            Ok(addresses) => {
                self.under_way.remove(&*point.to_string());
                for address in addresses.into_iter().rev() {
                    self.waiting.push_front(Candidate::Address(address));
                }
                self.next = Instant::now();
            }
            Err(reason) => self.fail(point.to_string(), ErrorKind::Connect { reason }),
        }
    }

    pub(super) fn dialed(&mut self, dialed: Dialed) {
        let conn = match dialed.result {
            Ok(conn) => conn,
            Err(failure) => return self.fail(dialed.address.to_string(), of_opening(&failure)),
        };
        self.under_way
            .insert(dialed.address.to_string().into(), ASKING);
        self.talking.push((Arc::clone(&conn), dialed.begun));
        let asking = Link::open(
            Arc::clone(&conn),
            dialed.events,
            self.search.settings.metadata_timeout,
            self.search.settings.translator.clone(),
        );
        self.talks.0.push(Box::pin(async move {
            let told = asking.await;
            (conn, told)
        }));
    }

    /// A node has told what it knows, or could not.
    pub(super) fn talked(&mut self, (conn, told): Told) -> Option<Found> {
        let at = self.talking.iter().position(|(c, _)| Arc::ptr_eq(c, &conn));
        let (_, begun) = self.talking.swap_remove(at?);
        let kind = match told {
            Ok((link, told)) => match self.stranger(&told) {
                None => {
                    return Some(Found {
                        link,
                        told,
                        begun,
                        rest: self.rest(),
                    });
                }
                Some(reason) => ErrorKind::Connect { reason },
            },
            Err(error) => error.kind().clone(),
        };
        self.fail(conn.address().to_string(), kind);
        None
    }

    /// Why the node does not belong to the cluster that is looked for, if it does not.
    fn stranger(&self, told: &Discovered) -> Option<Box<str>> {
        let (name, expected) = (&*told.cluster, self.search.cluster?);
        (name != expected)
            .then(|| format!("it belongs to the cluster `{name}`, not to `{expected}`").into())
    }

    /// What was begun with others than the one that has answered.
    fn rest(&mut self) -> Vec<Begun> {
        let dials = std::mem::take(&mut self.dials.0).into_iter();
        let dials = dials.map(|dial| Begun {
            address: dial.address,
            begun: dial.begun,
            opening: dial.opening,
        });
        let talking = self.talking.drain(..).map(|(conn, begun)| Begun {
            address: conn.address(),
            begun,
            opening: Box::pin(std::future::ready(Ok(conn))),
        });
        dials.chain(talking).collect()
    }

    /// The time is over: whoever has not answered by now is not waited for.
    pub(super) fn give_up(&mut self) {
        for candidate in std::mem::take(&mut self.waiting) {
            let target = match candidate {
                Candidate::Point(point) => point.to_string(),
                Candidate::Address(address) if self.seen.contains(&address) => continue,
                Candidate::Address(address) => address.to_string(),
            };
            self.under_way.insert(target.into(), WAITING);
        }
        for (target, what) in std::mem::take(&mut self.under_way) {
            let reason = format!("{what} when the time to connect was over");
            self.fail(
                target.into(),
                ErrorKind::Connect {
                    reason: reason.into(),
                },
            );
        }
        // Dropped: what is under way closes itself in order.
        self.names.0.clear();
        self.dials.0.clear();
        self.talks.0.clear();
        self.talking.clear();
    }

    fn fail(&mut self, target: String, kind: ErrorKind) {
        self.under_way.remove(&*target);
        self.next = Instant::now();
        self.failed.push(Attempt::new(target, None, kind));
    }
}

/// An address that is being connected to.
pub(super) struct Dial {
    address: SocketAddr,
    begun: Instant,
    events: Option<mpsc::Receiver<Frame>>,
    opening: Dialing,
}

/// How that ended.
pub(super) struct Dialed {
    address: SocketAddr,
    begun: Instant,
    events: mpsc::Receiver<Frame>,
    result: Result<Arc<Conn>, Failure>,
}

impl Future for Dial {
    type Output = Dialed;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Dialed> {
        let result = ready!(self.opening.as_mut().poll(cx));
        Poll::Ready(Dialed {
            address: self.address,
            begun: self.begun,
            events: self
                .events
                .take()
                .expect("a future is not polled after its end"),
            result,
        })
    }
}

/// All addresses of a contact point.
fn resolve(
    settings: &Settings,
    point: &ContactPoint,
) -> impl Future<Output = Result<Vec<SocketAddr>, Box<str>>> + Send + use<> {
    let timeout = settings.conn.connect_timeout;
    let begun = point.parts().map(|(host, port)| {
        let resolving = settings.resolver.resolve(host, port);
        (host.to_owned(), resolving)
    });
    async move {
        let (host, resolving) = begun.ok_or("it is not a host and a port")?;
        let resolved = tokio::time::timeout(timeout, resolving)
            .await
            .map_err(|_| format!("the name `{host}` was not resolved in time"))?
            .map_err(|error| format!("the name `{host}` cannot be resolved: {error}"))?;
        match resolved.as_slice() {
            [] => Err(format!("the name `{host}` has no address").into()),
            _ => Ok(resolved),
        }
    }
}
