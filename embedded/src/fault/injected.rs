//! The faults in force, and the handles by which they are removed.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

use crate::fault::action::Action;
use crate::fault::effects::{Effects, Hold};
use crate::fault::random::Random;
use crate::fault::{Fault, Subject};

/// A fault in force. It is removed by [`remove`](Injected::remove), or when this is dropped.
#[must_use = "dropping it removes the fault"]
pub struct Injected {
    faults: Arc<Faults>,
    rule: Arc<Rule>,
}

/// The faults that are in force in a cluster.
#[derive(Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<Arc<Rule>>>,
    /// How many there are, for those who need not look if there are none.
    count: AtomicUsize,
}

/// A fault in force, and what it has seen.
pub(crate) struct Rule {
    fault: Fault,
    /// What met all but the number of times.
    seen: AtomicU64,
    hits: AtomicU64,
    random: Mutex<Random>,
    /// Those who wait for the end of the fault, wait for this.
    removed: watch::Sender<bool>,
}

impl Injected {
    /// How many requests, or connections, it was applied to.
    pub fn hits(&self) -> u64 {
        self.rule.hits.load(Relaxed)
    }

    /// Removes the fault: what it holds up goes on, what is delayed still comes in its time.
    pub fn remove(self) {
        drop(self);
    }
}

impl Drop for Injected {
    fn drop(&mut self) {
        self.faults.remove(&self.rule);
    }
}

impl Faults {
    pub(crate) fn inject(self: &Arc<Self>, fault: Fault) -> Injected {
        let rule = Arc::new(Rule {
            seen: AtomicU64::new(0),
            hits: AtomicU64::new(0),
            random: Mutex::new(Random::new(fault.condition.seed)),
            removed: watch::Sender::new(false),
            fault,
        });
        let mut rules = lock(&self.rules);
        rules.push(Arc::clone(&rule));
        self.count.store(rules.len(), Relaxed);
        drop(rules);
        Injected {
            faults: Arc::clone(self),
            rule,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.count.load(Relaxed) == 0
    }

    /// What happens to a request.
    pub(crate) fn on_request(&self, subject: &Subject<'_>) -> Effects {
        let mut effects = Effects::default();
        for rule in self.rules() {
            if !matches!(rule.fault.action, Action::Accept(_))
                && rule.is_hit(rule.fault.condition.judge(subject))
            {
                effects.add(&rule, &rule.fault.action, rule.fault.executed);
            }
        }
        effects
    }

    /// What a new connection has to wait for.
    pub(crate) fn on_accept(&self, node: usize, shard: u16) -> Vec<Hold> {
        let mut holds = Vec::new();
        for rule in self.rules() {
            if let Action::Accept(delay) = &rule.fault.action
                && rule.is_hit(rule.fault.condition.judge_place(node, shard))
            {
                holds.push(match delay {
                    Some(delay) => Hold::For(rule.random().between(delay.least, delay.most)),
                    None => Hold::Until(rule.removal()),
                });
            }
        }
        holds
    }

    /// The nodes that stand still: all that reaches them is left unread, so they do not answer the other nodes either.
    pub(crate) fn frozen(&self) -> Vec<usize> {
        let mut frozen = Vec::new();
        for rule in self.rules() {
            if matches!(rule.fault.action, Action::StopReading) {
                frozen.extend(rule.fault.condition.whole_nodes());
            }
        }
        frozen
    }

    /// Those in force now. Predicates are users' code, and run without the lock.
    fn rules(&self) -> Vec<Arc<Rule>> {
        if self.is_empty() {
            return Vec::new();
        }
        lock(&self.rules).clone()
    }

    fn remove(&self, rule: &Arc<Rule>) {
        let mut rules = lock(&self.rules);
        rules.retain(|other| !Arc::ptr_eq(other, rule));
        self.count.store(rules.len(), Relaxed);
        drop(rules);
        rule.removed.send_replace(true);
    }
}

impl Rule {
    /// Whether it is applied to what meets its condition with this probability.
    fn is_hit(&self, probability: Option<f64>) -> bool {
        let met = probability.is_some_and(|p| p >= 1.0 || self.random().chance(p));
        if !met {
            return false;
        }
        let condition = &self.fault.condition;
        let earlier = self.seen.fetch_add(1, Relaxed);
        let hit = earlier
            .checked_sub(condition.from)
            .is_some_and(|nth| nth < condition.count);
        if hit {
            self.hits.fetch_add(1, Relaxed);
        }
        hit
    }

    pub(crate) fn random(&self) -> MutexGuard<'_, Random> {
        lock(&self.random)
    }

    /// Becomes true when the fault is removed.
    pub(crate) fn removal(&self) -> watch::Receiver<bool> {
        self.removed.subscribe()
    }
}

impl fmt::Debug for Injected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Injected")
            .field("fault", &self.rule.fault)
            .field("hits", &self.hits())
            .finish()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use scylla_orm_driver::frame::Opcode;

    use super::*;
    use crate::fault::Condition;

    /// Of `asked` equal requests, the numbers of those that are hit.
    fn hits(condition: Condition, asked: u64) -> Vec<u64> {
        let faults = Arc::new(Faults::default());
        let injected = faults.inject(condition.drop_answer());
        let subject = Subject {
            node: 0,
            shard: 0,
            opcode: Opcode::Query,
            statements: &[],
        };
        let hit = |_: &u64| faults.on_request(&subject).copies == 0;
        let hits: Vec<u64> = (1..=asked).filter(hit).collect();
        assert_eq!(injected.hits(), hits.len() as u64);
        injected.remove();
        assert!(faults.is_empty() && faults.on_request(&subject).copies == 1);
        hits
    }

    #[test]
    fn times_count_what_meets_the_rest() {
        assert_eq!(hits(Fault::on(), 3), [1, 2, 3]);
        assert_eq!(hits(Fault::on().nth(2), 5), [2]);
        assert_eq!(hits(Fault::on().first(2), 5), [1, 2]);
        assert_eq!(hits(Fault::on().node(1), 5), [0; 0]);
        assert_eq!(hits(Fault::on().probability(0.0), 50), [0; 0]);
        let some = hits(Fault::on().probability(0.5).seed(3), 100);
        assert!((30..70).contains(&some.len()), "{some:?}");
        assert_eq!(some, hits(Fault::on().probability(0.5).seed(3), 100));
        assert_ne!(some, hits(Fault::on().probability(0.5).seed(4), 100));
        let second = hits(Fault::on().probability(0.5).seed(3).nth(2), 100);
        assert_eq!(second, some[1..2]);
    }
}
