//! Answers that are there, and do not go out yet.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::Clock;
use crate::fault::Rule;

/// How long an answer waits for the others of its group.
const PATIENCE: Duration = Duration::from_millis(20);

/// Answers that are there, and do not go out yet.
#[derive(Default)]
pub(super) struct Later {
    /// By the time that they are due; among equals in the order in which they came.
    held: BinaryHeap<Reverse<(Instant, u64, Vec<u8>)>>,
    /// The same, for answers that wait for the cluster's clock, in microseconds.
    waiting: BinaryHeap<Reverse<(i64, u64, Vec<u8>)>>,
    came: u64,
    groups: Vec<Group>,
}

/// Answers that are to go out together, in another order.
struct Group {
    rule: Arc<Rule>,
    /// Each with its delay.
    answers: Vec<(Duration, Vec<u8>)>,
    /// When it goes out even if it is not full.
    until: Instant,
}

impl Later {
    /// Puts an answer out after `delay`.
    pub(super) fn hold(&mut self, delay: Duration, answer: Vec<u8>, write: &mut Vec<u8>) {
        if delay.is_zero() {
            write.extend(answer);
            return;
        }
        self.came += 1;
        let due = Instant::now() + delay;
        self.held.push(Reverse((due, self.came, answer)));
    }

    /// Puts an answer out when the cluster's clock is at `due`, in microseconds.
    pub(super) fn wait(&mut self, due: i64, answer: Vec<u8>) {
        self.came += 1;
        self.waiting.push(Reverse((due, self.came, answer)));
    }

    /// When the next of them is due.
    pub(super) fn due_by_clock(&self) -> Option<i64> {
        self.waiting.peek().map(|Reverse((due, ..))| *due)
    }

    /// Puts out what is due now.
    pub(super) fn take_by_clock(&mut self, now: i64, write: &mut Vec<u8>) {
        while self
            .waiting
            .peek()
            .is_some_and(|Reverse((due, ..))| *due <= now)
        {
            if let Some(Reverse((.., answer))) = self.waiting.pop() {
                write.extend(answer);
            }
        }
    }

    /// Puts an answer out when `size` answers to which `rule` applies are there.
    pub(super) fn group(
        &mut self,
        (rule, size): &(Arc<Rule>, usize),
        delay: Duration,
        answer: Vec<u8>,
        write: &mut Vec<u8>,
    ) {
        let own = |group: &Group| Arc::ptr_eq(&group.rule, rule);
        let at = self.groups.iter().position(own).unwrap_or_else(|| {
            self.groups.push(Group {
                rule: Arc::clone(rule),
                answers: Vec::new(),
                until: Instant::now() + PATIENCE,
            });
            self.groups.len() - 1
        });
        let Some(group) = self.groups.get_mut(at) else {
            return;
        };
        group.answers.push((delay, answer));
        if group.answers.len() >= *size {
            let group = self.groups.swap_remove(at);
            self.release(group, write);
        }
    }

    /// When the next answer is due.
    pub(super) fn due(&self) -> Option<Instant> {
        let held = self.held.peek().map(|Reverse((due, ..))| *due);
        let groups = self.groups.iter().map(|group| group.until).min();
        [held, groups].into_iter().flatten().min()
    }

    /// Puts out what is due.
    pub(super) fn take(&mut self, write: &mut Vec<u8>) {
        let now = Instant::now();
        let (over, waiting) = self.groups.drain(..).partition(|group| group.until <= now);
        self.groups = waiting;
        let over: Vec<Group> = over;
        for group in over {
            self.release(group, write);
        }
        while self
            .held
            .peek()
            .is_some_and(|Reverse((due, ..))| *due <= now)
        {
            if let Some(Reverse((.., answer))) = self.held.pop() {
                write.extend(answer);
            }
        }
    }

    fn release(&mut self, mut group: Group, write: &mut Vec<u8>) {
        group.rule.random().shuffle(&mut group.answers);
        for (delay, answer) in group.answers {
            self.hold(delay, answer, write);
        }
    }
}

/// Waits until the clock is there; for ever if there is no such time.
pub(super) async fn by_clock(clock: &Clock, due: Option<i64>) {
    match due {
        Some(due) => clock.reaches(due).await,
        None => std::future::pending().await,
    }
}

/// Waits until then; for ever if there is no such time.
pub(super) async fn at(due: Option<Instant>) {
    match due {
        Some(due) => tokio::time::sleep_until(due).await,
        None => std::future::pending().await,
    }
}
