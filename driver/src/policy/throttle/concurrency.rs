//! So many requests at once.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::line::Line;
use super::{Entrance, QUEUE, Throttle};

/// Lets so many requests be under way at once. Others wait, in the order in which they came, until one ends.
///
/// How many are needed to keep a cluster busy: what it answers in a second, times the seconds that an answer takes. 10,000 a
/// second at 5 ms are 50.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::Shared;
/// use scylla_orm_driver::policy::profile::{Profile, Settings};
/// use scylla_orm_driver::policy::throttle::{Concurrency, Throttle};
///
/// // Reports take eight places at most, and never one of the others'.
/// let reports = Profile::new(Settings::new().throttle(Concurrency::new(8)));
/// let builder = Session::builder().throttle(Concurrency::new(256).queue(100));
///
/// // Two sessions with one limit.
/// let limit: Shared<dyn Throttle> = Concurrency::new(64).into();
/// let (one, other) = (Session::builder().throttle(limit.clone()), Session::builder().throttle(limit));
/// ```
#[derive(Debug)]
pub struct Concurrency {
    places: Arc<Semaphore>,
    line: Arc<Line>,
}

impl Concurrency {
    /// At most `limit` requests at once, at least 1, and 1,024 in the queue.
    pub fn new(limit: usize) -> Concurrency {
        let limit = limit.clamp(1, Semaphore::MAX_PERMITS);
        Concurrency {
            places: Arc::new(Semaphore::new(limit)),
            line: Line::new(QUEUE),
        }
    }

    /// So many requests wait at most; 0: none, what cannot begin at once is refused.
    pub fn queue(self, limit: usize) -> Concurrency {
        Concurrency {
            line: Line::new(limit),
            ..self
        }
    }
}

impl Throttle for Concurrency {
    #[inline]
    fn enter(&self) -> Entrance {
        // None is left as long as anybody waits: the semaphore hands places to its queue first.
        if let Ok(place) = self.places.try_acquire() {
            place.forget();
            return Entrance::Open;
        }
        let waiter = match self.line.join() {
            Ok(waiter) => waiter,
            Err(full) => return Entrance::Refused(full),
        };
        let places = self.places.clone();
        Entrance::Queue(Box::pin(async move {
            // It is never closed.
            if let Ok(place) = places.acquire().await {
                place.forget();
            }
            drop(waiter);
            Ok(())
        }))
    }

    #[inline]
    fn leave(&self) {
        self.places.add_permits(1);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::super::Full;
    use super::*;

    fn queued(
        throttle: &impl Throttle,
    ) -> futures_core::future::BoxFuture<'static, Result<(), Full>> {
        match throttle.enter() {
            Entrance::Queue(mut turn) => {
                assert_eq!((&mut turn).now_or_never(), None);
                turn
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn those_who_wait_get_their_turn_in_order() {
        let throttle = Concurrency::new(1).queue(2);
        assert!(matches!(throttle.enter(), Entrance::Open));
        let (mut first, mut second) = (queued(&throttle), queued(&throttle));
        let full = Full {
            queued: 2,
            limit: 2,
        };
        assert!(matches!(throttle.enter(), Entrance::Refused(found) if found == full));
        throttle.leave();
        assert_eq!((&mut second).now_or_never(), None);
        assert_eq!((&mut first).now_or_never(), Some(Ok(())));
        throttle.leave();
        assert_eq!((&mut second).now_or_never(), Some(Ok(())));
        throttle.leave();
        assert!(matches!(throttle.enter(), Entrance::Open));
    }

    /// Also one whose turn has come, and who does not know it yet.
    #[test]
    fn one_who_gives_up_passes_the_turn_on() {
        let throttle = Concurrency::new(1).queue(2);
        assert!(matches!(throttle.enter(), Entrance::Open));
        let (first, mut second) = (queued(&throttle), queued(&throttle));
        throttle.leave();
        drop(first);
        let mut third = queued(&throttle);
        assert_eq!((&mut second).now_or_never(), Some(Ok(())));
        assert_eq!((&mut third).now_or_never(), None);
    }
}
