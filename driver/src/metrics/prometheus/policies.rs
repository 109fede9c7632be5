//! What policies decided, as lines.

use super::{Metrics, Page, head, line};

impl Page {
    /// One line for each policy and decision.
    pub(super) fn policies(&mut self, metrics: &Metrics) {
        let (text, kind) = (&mut self.text, "counter");
        let name = "retry_decisions_total";
        head(text, name, kind, "Failed attempts, by what followed");
        for counts in &metrics.retries {
            for (decision, count) in [
                ("retry", counts.retried),
                ("ignore", counts.ignored),
                ("rethrow", counts.rethrown),
                ("stop", counts.stopped),
            ] {
                let labels = format!("policy=\"{}\",decision=\"{decision}\"", counts.policy);
                line(text, name, &labels, count);
            }
        }
        let (copies, won) = ("speculative_copies_total", "speculative_wins_total");
        head(text, copies, kind, "Copies of requests that were sent");
        for counts in &metrics.speculations {
            let labels = format!("policy=\"{}\"", counts.policy);
            line(text, copies, &labels, counts.copies);
        }
        head(text, won, kind, "Requests that a copy answered");
        for counts in &metrics.speculations {
            let labels = format!("policy=\"{}\"", counts.policy);
            line(text, won, &labels, counts.won);
        }
    }
}
