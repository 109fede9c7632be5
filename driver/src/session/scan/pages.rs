//! A scan under way: pages of many ranges, as they come.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use futures_core::Stream;
use futures_core::future::BoxFuture;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, Sleep, sleep_until};

use crate::error::Result;
use crate::session::attempt::pause;
use crate::session::race::is_final;
use crate::session::{Answer, Execution, Session};
use crate::statement::{Options, Prepared, Target};
use crate::token::Token;

use super::checkpoint::{Checkpoint, done};
use super::cut::Piece;
use super::owners::Lane;
use super::pace::Paces;

/// The pauses before a page is asked for anew: the first, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));

/// A scan under way: what [`ScanBuilder::start`](super::ScanBuilder::start) returns. A stream of pages, of all ranges as
/// they come.
///
/// Of each range that is read one page is asked for or held, while others are dealt with. Each page is a request of its
/// own, with the whole timeout of its options and the session's retries; one that fails all the same is asked for anew,
/// from where its range stands, as [`retries`](super::ScanBuilder::retries) says.
pub struct Scan {
    session: Session,
    settings: Settings,
    lanes: Vec<Lane>,
    /// The lane that has the next turn.
    turn: usize,
    running: FuturesUnordered<BoxFuture<'static, Landed>>,
    /// What has come and waits to be given.
    landed: VecDeque<Landed>,
    /// Ranges that are not read to their end, by where they begin.
    left: BTreeMap<i64, Piece>,
    /// Tokens in them.
    width: u128,
    /// Rings when the next request may be made.
    alarm: Option<Pin<Box<Sleep>>>,
}

/// What does not change, except how much was done.
pub(super) struct Settings {
    pub(super) statement: Prepared,
    pub(super) print: i64,
    pub(super) options: Options,
    pub(super) per_lane: usize,
    pub(super) retries: u32,
    pub(super) paces: Paces,
}

/// What came of a request for a page.
struct Landed {
    lane: usize,
    piece: Piece,
    failures: u32,
    result: Result<Answer>,
}

impl Scan {
    pub(super) fn new(session: Session, settings: Settings, lanes: Vec<Lane>) -> Scan {
        let pieces = lanes.iter().flat_map(|lane| &lane.waiting);
        let left: BTreeMap<i64, Piece> = pieces.map(|(p, _)| (p.after, p.clone())).collect();
        Scan {
            session,
            settings,
            lanes,
            turn: 0,
            running: FuturesUnordered::new(),
            landed: VecDeque::new(),
            width: left.values().map(|piece| u128::from(piece.width())).sum(),
            left,
            alarm: None,
        }
    }

    /// The next page that has rows; `None` after the last. After an error the scan can go on: the range that failed has
    /// its turn again behind the others.
    ///
    /// # Errors
    /// As [`Session::run`], when the retries of a page have come to nothing.
    ///
    /// # Cancel safety
    /// No page is lost.
    pub async fn next(&mut self) -> Result<Option<Answer>> {
        poll_fn(|cx| self.poll_page(cx)).await.transpose()
    }

    /// How far it has come: pages that were given count as done, so take it when the last one has been dealt with. It
    /// costs as much as there are ranges left.
    pub fn checkpoint(&self) -> Checkpoint {
        Checkpoint::new(self.settings.print, self.left.values().cloned())
    }

    /// Which part of the ring is read, from 0 to 1. A range counts when all of it is.
    pub fn progress(&self) -> f64 {
        done(self.width)
    }

    fn poll_page(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Answer>>> {
        loop {
            self.begin(cx);
            let landed = match self.landed.pop_front() {
                Some(landed) => landed,
                None => match ready!(self.running.poll_next_unpin(cx)) {
                    Some(landed) => landed,
                    None if self.left.is_empty() => return Poll::Ready(None),
                    // The alarm wakes this task.
                    None => return Poll::Pending,
                },
            };
            if let Some(result) = self.land(landed) {
                self.go_on(cx);
                return Poll::Ready(Some(result));
            }
        }
    }

    /// Asks for what may be asked for, so that it comes while the caller deals with what came.
    fn go_on(&mut self, cx: &mut Context<'_>) {
        self.begin(cx);
        while let Poll::Ready(Some(landed)) = self.running.poll_next_unpin(cx) {
            self.landed.push_back(landed);
        }
    }

    /// Begins requests, as long as lanes are free and it is not too fast.
    fn begin(&mut self, cx: &mut Context<'_>) {
        while let Some(at) = self.free() {
            let now = Instant::now();
            if let Some(next) = self.settings.paces.next(now) {
                let alarm = self
                    .alarm
                    .get_or_insert_with(|| Box::pin(sleep_until(next)));
                alarm.as_mut().reset(next);
                if alarm.as_mut().poll(cx).is_pending() {
                    return;
                }
            }
            let Some(lane) = self.lanes.get_mut(at) else {
                return;
            };
            let Some((piece, failures)) = lane.waiting.pop_front() else {
                return;
            };
            lane.running += 1;
            let target = lane.target;
            self.turn = at + 1;
            self.settings.paces.requests.pay(1, now);
            self.running.push(self.ask(at, target, piece, failures));
        }
    }

    /// The next lane that has something to do and may.
    fn free(&self) -> Option<usize> {
        let count = self.lanes.len();
        let from_turn = (0..count).map(|n| (self.turn + n) % count);
        let is_free =
            |lane: &Lane| lane.running < self.settings.per_lane && !lane.waiting.is_empty();
        let mut lanes = from_turn.filter(|at| self.lanes.get(*at).is_some_and(is_free));
        lanes.next()
    }

    /// Asks for the next page of a range.
    fn ask(
        &self,
        lane: usize,
        target: Option<Target>,
        piece: Piece,
        failures: u32,
    ) -> BoxFuture<'static, Landed> {
        let options = self.settings.options.clone().token(Token(piece.to));
        let options = match target {
            Some(target) => options.target(target),
            None => options,
        };
        let bound = Execution::bind(&self.settings.statement, (piece.after, piece.to));
        let session = self.session.clone();
        Box::pin(async move {
            pause(pause_after(failures)).await;
            let result = match bound {
                Ok(mut execution) => {
                    execution.paging_state.clone_from(&piece.state);
                    session.run(execution.with(options)).await
                }
                Err(error) => Err(error),
            };
            Landed {
                lane,
                piece,
                failures,
                result,
            }
        })
    }

    /// Takes note of what has come; `None` if that is nothing for the caller.
    fn land(&mut self, landed: Landed) -> Option<Result<Answer>> {
        let Landed {
            lane,
            mut piece,
            failures,
            result,
        } = landed;
        let lane = self.lanes.get_mut(lane)?;
        lane.running -= 1;
        let answer = match result {
            Ok(answer) => answer,
            Err(error) if failures < self.settings.retries && !is_final(&error) => {
                lane.waiting.push_front((piece, failures + 1));
                return None;
            }
            Err(error) => {
                lane.waiting.push_back((piece, 0));
                return Some(Err(error));
            }
        };
        match answer.paging_state() {
            Some(state) => {
                piece.state = Some(Box::from(&**state));
                self.left.insert(piece.after, piece.clone());
                lane.waiting.push_front((piece, 0));
            }
            None => {
                self.left.remove(&piece.after);
                self.width -= u128::from(piece.width());
            }
        }
        self.settings.paces.rows.pay(answer.count(), Instant::now());
        (answer.count() > 0).then_some(Ok(answer))
    }
}

impl Stream for Scan {
    type Item = Result<Answer>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.poll_page(cx)
    }
}

impl fmt::Debug for Scan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scan")
            .field("statement", &self.settings.statement)
            .field("under_way", &self.running.len())
            .field("ranges_left", &self.left.len())
            .finish_non_exhaustive()
    }
}

/// How long to wait before a page is asked for again that has failed so often.
fn pause_after(failures: u32) -> Duration {
    let (first, longest) = PAUSES;
    match failures.checked_sub(1) {
        None => Duration::ZERO,
        Some(doubled) => first.saturating_mul(1 << doubled.min(16)).min(longest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_the_longest() {
        for (failures, millis) in [(0, 0), (1, 100), (2, 200), (6, 3200), (7, 5000), (99, 5000)] {
            assert_eq!(
                pause_after(failures),
                Duration::from_millis(millis),
                "{failures}"
            );
        }
    }
}
