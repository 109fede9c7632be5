//! Two limits at once.

use futures_core::future::BoxFuture;

use super::{Entrance, Full, Place, Throttle};
use crate::policy::Shared;

/// Two throttles, one after the other: a request begins when both let it.
///
/// The first is asked first, and its place is held while the request waits for the second. With a [`Rate`](super::Rate) and
/// a [`Concurrency`](super::Concurrency) the rate belongs in front: what waits for its time takes no place then.
///
/// # Examples
/// ```
/// use scylla_orm_driver::Session;
/// use scylla_orm_driver::policy::throttle::{Both, Concurrency, Rate};
///
/// let limits = Both::new(Rate::per_second(10_000), Concurrency::new(128));
/// let builder = Session::builder().throttle(limits);
/// ```
#[derive(Debug)]
pub struct Both {
    first: Shared<dyn Throttle>,
    second: Shared<dyn Throttle>,
}

impl Both {
    /// `first`, then `second`.
    pub fn new(
        first: impl Into<Shared<dyn Throttle>>,
        second: impl Into<Shared<dyn Throttle>>,
    ) -> Both {
        Both {
            first: first.into(),
            second: second.into(),
        }
    }
}

impl Throttle for Both {
    fn enter(&self) -> Entrance {
        let first = Place::of(self.first.clone());
        match self.first.enter() {
            Entrance::Open => then(first, &self.second),
            Entrance::Queue(turn) => {
                let second = self.second.clone();
                first.keep();
                let first = self.first.clone();
                Entrance::Queue(Box::pin(async move {
                    turn.await?;
                    match then(Place::of(first), &second) {
                        Entrance::Open => Ok(()),
                        Entrance::Queue(turn) => turn.await,
                        Entrance::Refused(full) => Err(full),
                    }
                }))
            }
            Entrance::Refused(full) => {
                first.keep();
                Entrance::Refused(full)
            }
        }
    }

    fn leave(&self) {
        self.first.leave();
        self.second.leave();
    }
}

/// Asks the second. If it does not let the request in, the place at the first is given back.
fn then(first: Place, second: &Shared<dyn Throttle>) -> Entrance {
    match second.enter() {
        Entrance::Open => {
            first.keep();
            Entrance::Open
        }
        Entrance::Queue(turn) => Entrance::Queue(after(first, turn)),
        Entrance::Refused(full) => Entrance::Refused(full),
    }
}

fn after(
    first: Place,
    turn: BoxFuture<'static, Result<(), Full>>,
) -> BoxFuture<'static, Result<(), Full>> {
    Box::pin(async move {
        turn.await?;
        first.keep();
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::super::Concurrency;
    use super::*;

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    enum How {
        Open,
        Queued,
        Refused,
    }

    fn how(entrance: &Entrance) -> How {
        match entrance {
            Entrance::Open => How::Open,
            Entrance::Queue(_) => How::Queued,
            Entrance::Refused(_) => How::Refused,
        }
    }

    /// Asks three times with limits of `first` and `second` and a queue of one each, gives up what waits, ends what is in, and
    /// asks again: nobody holds anything then.
    fn check(first: usize, second: usize, expected: [How; 3]) {
        let limit = |limit| -> Shared<dyn Throttle> { Concurrency::new(limit).queue(1).into() };
        let both = Both::new(limit(first), limit(second));
        let mut entered: Vec<_> = (0..3).map(|_| both.enter()).collect();
        let found: Vec<_> = entered.iter().map(how).collect();
        assert_eq!(found, expected, "{first} {second}");
        for entrance in &mut entered {
            if let Entrance::Queue(turn) = entrance {
                assert_eq!(turn.now_or_never(), None);
            }
        }
        drop(entered);
        found
            .iter()
            .filter(|h| **h == How::Open)
            .for_each(|_| both.leave());
        assert!(matches!(both.enter(), Entrance::Open), "{first} {second}");
    }

    #[test]
    fn each_may_hold_a_request_back() {
        use How::{Open, Queued, Refused};
        check(1, 1, [Open, Queued, Refused]);
        check(1, 9, [Open, Queued, Refused]);
        check(9, 1, [Open, Queued, Refused]);
        check(2, 1, [Open, Queued, Queued]);
        check(9, 2, [Open, Open, Queued]);
    }

    #[test]
    fn a_turn_is_that_of_both() {
        let both = Both::new(Concurrency::new(1), Concurrency::new(1));
        assert!(matches!(both.enter(), Entrance::Open));
        let Entrance::Queue(mut turn) = both.enter() else {
            panic!("one place is there");
        };
        assert_eq!((&mut turn).now_or_never(), None);
        both.leave();
        assert_eq!((&mut turn).now_or_never(), Some(Ok(())));
        both.leave();
        assert!(matches!(both.enter(), Entrance::Open));
    }
}
