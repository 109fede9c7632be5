//! What all faults that a request meets amount to.

use std::sync::Arc;
use std::time::Duration;

use scylla_orm_driver::frame::response::ServerError;
use tokio::sync::watch;

use crate::fault::Rule;
use crate::fault::action::{Action, Rewrite};

/// What all faults that a request meets amount to.
pub(crate) struct Effects {
    /// It is done what the request asks for.
    pub(crate) execute: bool,
    /// The statements that it executes are forgotten before.
    pub(crate) forget: bool,
    /// The answer, in the place of the right one.
    pub(crate) error: Option<ServerError>,
    pub(crate) delay: Duration,
    /// How often the answer is sent.
    pub(crate) copies: usize,
    /// The answer waits for others of its group.
    pub(crate) group: Option<(Arc<Rule>, usize)>,
    /// The connection ends in the place of the answer.
    pub(crate) end: Option<End>,
    /// Nothing is done or read before this is true.
    pub(crate) stop: Option<watch::Receiver<bool>>,
    edits: Vec<Edit>,
}

/// How a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Fin,
    Rst,
}

/// What a new connection has to wait for.
#[derive(Debug)]
pub(crate) enum Hold {
    For(Duration),
    Until(watch::Receiver<bool>),
}

enum Edit {
    Rewrite(Rewrite),
    Garble(Arc<Rule>, usize),
    Stream(i16),
}

impl Default for Effects {
    fn default() -> Effects {
        Effects {
            execute: true,
            forget: false,
            error: None,
            delay: Duration::ZERO,
            copies: 1,
            group: None,
            end: None,
            stop: None,
            edits: Vec::new(),
        }
    }
}

impl Effects {
    pub(super) fn add(&mut self, rule: &Arc<Rule>, action: &Action, executed: bool) {
        self.execute &= executed;
        match action {
            Action::Delay(delay) => self.delay += rule.random().between(delay.least, delay.most),
            Action::Drop => self.copies = 0,
            Action::Duplicate => self.copies *= 2,
            Action::Reorder(size) => self.group = Some((Arc::clone(rule), *size)),
            Action::CutFin => self.end = Some(End::Fin),
            Action::CutRst => self.end = Some(End::Rst),
            Action::Rewrite(change) => self.edits.push(Edit::Rewrite(Arc::clone(change))),
            Action::Garble(bytes) => self.edits.push(Edit::Garble(Arc::clone(rule), *bytes)),
            Action::WrongStream(by) => self.edits.push(Edit::Stream(*by)),
            Action::Error(error) => self.error = Some(error.clone()),
            Action::Forget => self.forget = true,
            Action::StopReading => self.stop = Some(rule.removal()),
            // Of connections.
            Action::Accept(_) => {}
        }
    }

    /// Does to the answer what is to be done to it.
    pub(crate) fn edit(&self, answer: &mut Vec<u8>) {
        for edit in &self.edits {
            match edit {
                Edit::Rewrite(change) => change(answer),
                Edit::Garble(rule, bytes) => garble(rule, *bytes, answer),
                Edit::Stream(by) => redirect(*by, answer),
            }
        }
    }
}

/// Other values at so many places. One place may be met twice, but is never what it was.
fn garble(rule: &Rule, bytes: usize, answer: &mut [u8]) {
    let mut random = rule.random();
    let before = answer.to_vec();
    for _ in 0..bytes {
        let at = random.index(before.len());
        let (Some(byte), Some(was)) = (answer.get_mut(at), before.get(at)) else {
            continue;
        };
        // All values but the old one.
        let by = u8::try_from(1 + random.below(255)).unwrap_or(1);
        *byte = was.wrapping_add(by);
    }
}

/// Puts another stream into the header: its third and fourth byte.
fn redirect(by: i16, answer: &mut [u8]) {
    if let Some(stream) = answer.get_mut(2..4)
        && let Ok(bytes) = <[u8; 2]>::try_from(&*stream)
    {
        let wrong = i16::from_be_bytes(bytes).wrapping_add(by);
        stream.copy_from_slice(&wrong.to_be_bytes());
    }
}

impl Hold {
    /// Waits until the connection may be accepted.
    pub(crate) async fn over(self) {
        match self {
            Hold::For(delay) => tokio::time::sleep(delay).await,
            Hold::Until(mut removed) => {
                // The sender goes when the fault does.
                removed.wait_for(|removed| *removed).await.ok();
            }
        }
    }
}
