//! What events say of single nodes: passed on at once, but not more often than is of use.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::time::Instant;

/// One node is hinted at no more than once in this time: a flood of events must not make its pool dial at full speed.
const PAUSE: Duration = Duration::from_secs(1);

/// Hints by node. Only those of nodes that the session knows come here, so they are not many.
#[derive(Debug, Default)]
pub(super) struct Hints(HashMap<SocketAddr, Hint>);

#[derive(Debug)]
struct Hint {
    /// When one was passed on.
    last: Instant,
    /// Up or down: the latest since then.
    waiting: Option<bool>,
}

impl Hints {
    /// A hint has come. True if it is to be passed on now; else its turn comes at [`next`](Hints::next), unless another
    /// takes its place.
    pub(super) fn put(&mut self, node: SocketAddr, up: bool) -> bool {
        let now = Instant::now();
        match self.0.get_mut(&node) {
            Some(hint) if now < hint.last + PAUSE => {
                hint.waiting = Some(up);
                false
            }
            _ => {
                let (last, waiting) = (now, None);
                self.0.insert(node, Hint { last, waiting });
                true
            }
        }
    }

    /// When the next one is due, if any waits.
    pub(super) fn next(&self) -> Option<Instant> {
        let waiting = self.0.values().filter(|hint| hint.waiting.is_some());
        waiting.map(|hint| hint.last + PAUSE).min()
    }

    /// Those that are due.
    pub(super) fn take(&mut self) -> Vec<(SocketAddr, bool)> {
        let now = Instant::now();
        // Of nodes that are gone, as of those that are calm, nothing is kept.
        self.0
            .retain(|_, hint| hint.waiting.is_some() || now < hint.last + PAUSE);
        let due = self.0.iter_mut().filter(|(_, h)| h.last + PAUSE <= now);
        due.filter_map(|(node, hint)| {
            hint.last = now;
            Some((*node, hint.waiting.take()?))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_passes_at_once_and_the_last_of_a_flood_a_second_later() {
        let (a, b) = (
            SocketAddr::from(([127, 0, 0, 1], 9042)),
            SocketAddr::from(([127, 0, 0, 2], 9042)),
        );
        let mut hints = Hints::default();
        assert!(hints.put(a, true));
        assert_eq!(hints.next(), None);
        for n in 0..1000 {
            assert!(!hints.put(a, n % 2 == 0));
        }
        assert!(hints.put(b, true), "another node's is not held back");
        assert_eq!(hints.next(), Some(Instant::now() + PAUSE));
        assert_eq!(hints.take(), []);
        tokio::time::advance(PAUSE).await;
        assert_eq!(hints.take(), [(a, false)]);
        assert_eq!(hints.next(), None);
        tokio::time::advance(PAUSE).await;
        assert_eq!(hints.take(), []);
        assert!(hints.0.is_empty());
    }
}
