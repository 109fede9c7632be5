//! Deadlines as coarse ticks, and the one task that enforces them.
//!
//! A timer per request costs more than the request (measured: 600 instructions of 2,100). So time is counted
//! in ticks of 10 ms, a request writes its last tick into its slot, and one task per session walks the slots
//! each tick. The task ends when nothing has been in flight for a while: an idle session wakes nobody.

use std::fmt;
use std::sync::atomic::{
    AtomicBool, AtomicU32, Ordering::Acquire, Ordering::Relaxed, Ordering::Release,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::runtime::Handle;
use tokio::time::MissedTickBehavior;

use crate::clock::Clock;

/// A moment, in ticks of [`Deadlines::TICK`] since the session began. Ticks wrap around after 497 days, so two
/// of them compare rightly when they are less than half of that apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tick(u32);

impl Tick {
    /// Whether this moment has come when it is `now`.
    #[inline]
    pub fn is_over(self, now: Tick) -> bool {
        now.0.wrapping_sub(self.0) <= u32::MAX / 2
    }

    /// The time from an earlier moment to this one.
    pub(crate) fn since(self, earlier: Tick) -> Duration {
        Deadlines::TICK * self.0.wrapping_sub(earlier.0)
    }

    /// The moment `ticks` later.
    fn later(self, ticks: u32) -> Tick {
        Tick(self.0.wrapping_add(ticks))
    }

    /// The moment `time` later, to the tick; never more than half of the way around.
    pub(crate) fn plus(self, time: Duration) -> Tick {
        self.later(Deadlines::ticks(time))
    }
}

/// Something whose deadlines are enforced.
pub trait Sweep: Send + Sync {
    /// Ends the wait of everybody whose deadline is over. False if nobody is left waiting.
    fn sweep(&self, now: Tick) -> bool;
}

/// The deadlines of one session.
pub struct Deadlines {
    clock: Arc<dyn Clock>,
    start: Instant,
    runtime: Handle,
    /// The current tick, stored by the sweeper; reading it costs nothing. Stale while `idle`.
    now: AtomicU32,
    /// No sweeper runs: who begins to wait starts one.
    idle: AtomicBool,
    swept: Mutex<Vec<Weak<dyn Sweep>>>,
}

impl Deadlines {
    /// How coarse deadlines are. A deadline is late by at most four ticks. It is early only after the whole
    /// runtime was stuck, and even then what had arrived meanwhile is delivered first.
    pub const TICK: Duration = Duration::from_millis(10);

    /// The sweeper keeps ticking so long with nothing in flight, so that a request now and then does not
    /// start a task each.
    const LINGER: u32 = 100;

    /// No timeout is longer than this (124 days).
    const FAR: u32 = 1 << 30;

    /// Deadlines by `clock`; the sweeper will run on the current runtime.
    ///
    /// # Panics
    ///
    /// Outside of a tokio runtime.
    pub fn new(clock: Arc<dyn Clock>) -> Arc<Deadlines> {
        Arc::new(Deadlines {
            start: clock.now(),
            clock,
            runtime: Handle::current(),
            now: AtomicU32::new(0),
            idle: AtomicBool::new(true),
            swept: Mutex::new(Vec::new()),
        })
    }

    /// The tick at which `timeout` from now is over.
    #[inline]
    pub fn after(&self, timeout: Duration) -> Tick {
        // One more, because a part of the current tick is over already.
        self.now().later(Self::ticks(timeout) + 1)
    }

    /// The current tick. While requests are under way it is one load.
    #[inline]
    pub(crate) fn now(&self) -> Tick {
        if self.idle.load(Acquire) {
            self.measure()
        } else {
            Tick(self.now.load(Relaxed))
        }
    }

    fn ticks(time: Duration) -> u32 {
        let ticks = time.as_millis().div_ceil(Self::TICK.as_millis());
        u32::try_from(ticks).unwrap_or(Self::FAR).min(Self::FAR)
    }

    /// Time left until `deadline`; zero when it is over.
    pub fn left(&self, deadline: Tick) -> Duration {
        let now = self.measure();
        if deadline.is_over(now) {
            return Duration::ZERO;
        }
        Self::TICK.saturating_mul(deadline.0.wrapping_sub(now.0))
    }

    /// Sweeps `target` from now on, for as long as it lives.
    pub fn watch(&self, target: Weak<dyn Sweep>) {
        let mut swept = self.lock();
        swept.retain(|target| target.strong_count() > 0);
        swept.push(target);
    }

    /// Must follow every beginning of a wait, after the lock that [`Sweep::sweep`] takes was held for it: either
    /// the sweeper saw the wait, or this sees that there is no sweeper.
    #[inline]
    pub fn wake(self: &Arc<Self>) {
        if self.idle.load(Relaxed) {
            self.start();
        }
    }

    #[cold]
    fn start(self: &Arc<Self>) {
        // The tick first: who reads `idle == false` must not read a tick of long ago.
        self.now.store(self.measure().0, Relaxed);
        if self.idle.swap(false, Release) {
            self.runtime.spawn(Arc::clone(self).run());
        }
    }

    async fn run(self: Arc<Self>) {
        let mut ticks = tokio::time::interval(Self::TICK);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        let mut quiet = 0;
        loop {
            ticks.tick().await;
            // Sweeping by the tick before: after a stall, answers that have arrived get one round first.
            let before = Tick(self.now.swap(self.measure().0, Relaxed));
            quiet = if self.sweep(before) { 0 } else { quiet + 1 };
            if quiet < Self::LINGER {
                continue;
            }
            self.idle.store(true, Release);
            // Somebody may have begun to wait, and seen a sweeper, just before.
            if !self.sweep(before) || !self.idle.swap(false, Release) {
                return;
            }
            quiet = 0;
        }
    }

    /// False if nobody is waiting anywhere.
    fn sweep(&self, now: Tick) -> bool {
        let mut targets = Vec::new();
        self.lock().retain(|target| {
            let target = target.upgrade();
            targets.extend(target.clone());
            target.is_some()
        });
        // Wakers are foreign code: they run without the lock.
        targets
            .iter()
            .fold(false, |waiting, target| target.sweep(now) | waiting)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Weak<dyn Sweep>>> {
        self.swept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn measure(&self) -> Tick {
        let ticks = self
            .clock
            .now()
            .saturating_duration_since(self.start)
            .as_millis()
            / Self::TICK.as_millis();
        // Wraps on purpose, see `Tick`.
        Tick(u32::try_from(ticks % (1 << 32)).unwrap_or(0))
    }
}

impl fmt::Debug for Deadlines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deadlines").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use tokio::sync::watch;

    /// Waits until a deadline; tells when it was swept.
    struct Waiter {
        deadline: Mutex<Option<Tick>>,
        over: watch::Sender<bool>,
    }

    impl Waiter {
        fn new(deadlines: &Deadlines) -> Arc<Waiter> {
            let waiter = Arc::new(Waiter {
                deadline: Mutex::new(None),
                over: watch::Sender::new(false),
            });
            let weak: Weak<Waiter> = Arc::downgrade(&waiter);
            deadlines.watch(weak);
            waiter
        }

        /// How long it really takes until a deadline of `timeout` is enforced.
        async fn wait(&self, deadlines: &Arc<Deadlines>, timeout: Duration) -> Duration {
            let start = tokio::time::Instant::now();
            self.over.send_replace(false);
            *self.deadline.lock().unwrap() = Some(deadlines.after(timeout));
            deadlines.wake();
            self.over.subscribe().wait_for(|over| *over).await.unwrap();
            start.elapsed()
        }
    }

    impl Sweep for Waiter {
        fn sweep(&self, now: Tick) -> bool {
            let mut deadline = self.deadline.lock().unwrap();
            if deadline.is_some_and(|deadline| deadline.is_over(now)) {
                *deadline = None;
                self.over.send_replace(true);
            }
            deadline.is_some()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn are_never_early_and_at_most_four_ticks_late() {
        let deadlines = Deadlines::new(Arc::new(SystemClock));
        let waiter = Waiter::new(&deadlines);
        for ms in [0, 1, 9, 10, 11, 250, 10_000] {
            let timeout = Duration::from_millis(ms);
            let took = waiter.wait(&deadlines, timeout).await;
            assert!(took >= timeout, "{ms} ms: {took:?}");
            assert!(took <= timeout + 4 * Deadlines::TICK, "{ms} ms: {took:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn stop_ticking_when_idle_and_start_again() {
        let deadlines = Deadlines::new(Arc::new(SystemClock));
        let waiter = Waiter::new(&deadlines);
        for _ in 0..3 {
            assert!(deadlines.idle.load(Acquire));
            let took = waiter.wait(&deadlines, Duration::from_millis(50)).await;
            assert!(took < Duration::from_millis(90), "{took:?}");
            tokio::time::sleep(Duration::from_secs(3600)).await;
        }
        assert_eq!(Arc::strong_count(&deadlines), 1, "no sweeper is left");
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_right_after_a_long_rest_is_not_early() {
        let deadlines = Deadlines::new(Arc::new(SystemClock));
        tokio::time::sleep(Duration::from_secs(3600)).await;
        deadlines.wake();
        let second = Duration::from_secs(1);
        assert!(deadlines.left(deadlines.after(second)) >= second);
    }

    #[test]
    fn ticks_compare_across_the_wrap() {
        let check = |tick: u32, now: u32, over: bool| {
            assert_eq!(Tick(tick).is_over(Tick(now)), over, "{tick} at {now}");
        };
        check(5, 5, true);
        check(5, 4, false);
        check(5, 6, true);
        check(2, u32::MAX, false);
        check(u32::MAX, 2, true);
    }
}
