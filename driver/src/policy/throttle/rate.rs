//! So many requests in a second.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::time::{Instant, sleep_until};

use super::line::Line;
use super::{Entrance, QUEUE, Throttle};

/// Lets so many requests begin in a second. Others wait, in the order in which they came, until they are due.
///
/// After a pause as many as a burst begin at once, and then each at its time. Rates above a thousand a second come in small
/// groups while requests wait, since timers are as fine as a millisecond; the rate itself is kept.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::throttle::Rate;
///
/// let builder = Session::builder().throttle(Rate::per_second(5_000).burst(200).queue(10_000));
/// ```
#[derive(Debug)]
pub struct Rate {
    bucket: Arc<Bucket>,
    line: Arc<Line>,
}

#[derive(Debug)]
struct Bucket {
    /// From one request to the next.
    interval: Duration,
    /// How far `next` may be ahead of the time when a request begins.
    burst: Duration,
    /// When a request would be due if there were no bursts.
    next: Mutex<Instant>,
    /// The one who is next, waiting for its time; the others wait for it.
    turn: Semaphore,
}

impl Rate {
    /// At most so many requests in a second, at least 1. A tenth of them may begin at once, at least 1, and 1,024 wait.
    pub fn per_second(requests: u32) -> Rate {
        let requests = requests.max(1);
        let interval = Duration::from_secs(1) / requests;
        Rate::new(interval, requests / 10, Line::new(QUEUE))
    }

    /// So many may begin at once after a pause, at least 1.
    pub fn burst(self, requests: u32) -> Rate {
        Rate::new(self.bucket.interval, requests, self.line)
    }

    /// So many requests wait at most; 0: none, what cannot begin at once is refused.
    pub fn queue(self, limit: usize) -> Rate {
        Rate {
            line: Line::new(limit),
            ..self
        }
    }

    fn new(interval: Duration, burst: u32, line: Arc<Line>) -> Rate {
        let bucket = Arc::new(Bucket {
            interval,
            burst: interval * (burst.max(1) - 1),
            next: Mutex::new(Instant::now()),
            turn: Semaphore::new(1),
        });
        Rate { bucket, line }
    }
}

impl Bucket {
    /// Begins a request that came at `came`, or says when it is due. One that has waited is not delayed by how late it was
    /// woken: else each would add that to the interval.
    fn take(&self, came: Instant, now: Instant) -> Result<(), Instant> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = came.max(*next);
        match begins.checked_sub(self.burst) {
            Some(due) if due > now => Err(due),
            _ => {
                *next = begins + self.interval;
                Ok(())
            }
        }
    }

    async fn wait(&self, came: Instant) {
        // It is never closed. Whoever is dropped here lets the next one go on.
        let _turn = self.turn.acquire().await;
        while let Err(due) = self.take(came, Instant::now()) {
            sleep_until(due).await;
        }
    }
}

impl Throttle for Rate {
    fn enter(&self) -> Entrance {
        let now = Instant::now();
        if self.line.is_empty() && self.bucket.take(now, now).is_ok() {
            return Entrance::Open;
        }
        let waiter = match self.line.join() {
            Ok(waiter) => waiter,
            Err(full) => return Entrance::Refused(full),
        };
        let bucket = self.bucket.clone();
        Entrance::Queue(Box::pin(async move {
            bucket.wait(now).await;
            drop(waiter);
            Ok(())
        }))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::future::{join_all, select_all};

    use super::super::Full;
    use super::*;

    fn open(throttle: &Rate) -> bool {
        matches!(throttle.enter(), Entrance::Open)
    }

    fn queued(throttle: &Rate) -> futures_core::future::BoxFuture<'static, Result<(), Full>> {
        match throttle.enter() {
            Entrance::Queue(turn) => turn,
            other => panic!("{other:?}"),
        }
    }

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[tokio::test(start_paused = true)]
    async fn a_burst_and_then_each_at_its_time() {
        let throttle = Rate::per_second(10).burst(3).queue(0);
        let at_once = (0..5).filter(|_| open(&throttle)).count();
        assert_eq!(at_once, 3);
        tokio::time::advance(ms(99)).await;
        assert!(!open(&throttle));
        tokio::time::advance(ms(1)).await;
        assert!(open(&throttle) && !open(&throttle));
        tokio::time::advance(ms(60_000)).await;
        assert_eq!((0..5).filter(|_| open(&throttle)).count(), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn those_who_wait_get_their_turn_in_order_and_at_the_rate() {
        let throttle = Rate::per_second(10).burst(1).queue(4);
        assert!(open(&throttle));
        let begun = Instant::now();
        let turns: Vec<_> = (0..4).map(|_| queued(&throttle)).collect();
        assert!(
            matches!(throttle.enter(), Entrance::Refused(full) if full == Full { queued: 4, limit: 4 })
        );
        let times = turns.into_iter().map(async |turn| {
            turn.await.unwrap();
            begun.elapsed()
        });
        let times = join_all(times).await;
        assert_eq!(times, [100, 200, 300, 400].map(ms));
        // The line is empty, and nothing was saved up.
        assert!(!open(&throttle));
    }

    /// The clock of timers goes in milliseconds.
    #[tokio::test(start_paused = true)]
    async fn a_rate_that_is_finer_than_timers_is_kept() {
        let throttle = Rate::per_second(20_000).burst(1).queue(20_000);
        let begun = Instant::now();
        let turns = (0..20_000).filter_map(|_| match throttle.enter() {
            Entrance::Queue(turn) => Some(turn),
            _ => None,
        });
        assert!(join_all(turns).await.len() >= 19_990);
        let took = begun.elapsed();
        assert!((ms(990)..ms(1_010)).contains(&took), "{took:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn one_who_gives_up_passes_the_turn_on() {
        let throttle = Rate::per_second(10).burst(1).queue(2);
        assert!(open(&throttle));
        let begun = Instant::now();
        let (_, _, second) = {
            let both = select_all([queued(&throttle), queued(&throttle)]);
            let both = tokio::time::timeout(ms(50), both);
            assert!(both.await.is_err(), "none is due");
            select_all([queued(&throttle), queued(&throttle)]).await
        };
        assert_eq!(begun.elapsed(), ms(100));
        drop(second);
        assert!(throttle.line.is_empty());
        tokio::time::advance(ms(100)).await;
        assert!(open(&throttle));
    }
}
