//! A statement as text.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use crate::frame::Consistency;
use crate::policy::Shared;
use crate::policy::profile::Profile;
use crate::policy::retry::RetryPolicy;

use super::{Options, Target};

/// CQL text and how to execute it. Anything that is text turns into one: `session.query("SELECT …", ())`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    text: Arc<str>,
    options: Options,
}

/// What a statement does, by its first word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verb {
    /// `SELECT`
    Read,
    /// `INSERT`, `UPDATE`, `DELETE`
    Write,
    /// `USE`
    Use,
    /// Everything else: it is not prepared.
    Other,
}

impl Statement {
    /// A statement with the session's options.
    pub fn new(text: impl Into<Arc<str>>) -> Statement {
        Statement {
            text: text.into(),
            options: Options::default(),
        }
    }

    /// The CQL text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How it is to be executed.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// Executes it as `options` say.
    pub fn with(mut self, options: Options) -> Statement {
        self.options = options;
        self
    }

    /// How many replicas must answer.
    pub fn consistency(mut self, consistency: Consistency) -> Statement {
        self.options.consistency = Some(consistency);
        self
    }

    /// For conditional writes: `SERIAL` or `LOCAL_SERIAL`.
    pub fn serial_consistency(mut self, consistency: Consistency) -> Statement {
        self.options.serial_consistency = Some(consistency);
        self
    }

    /// How long the request may take, all its attempts together.
    pub fn timeout(mut self, timeout: Duration) -> Statement {
        self.options.timeout = Some(timeout);
        self
    }

    /// Rows per page; 0: all rows in one answer.
    pub fn page_size(mut self, rows: u32) -> Statement {
        self.options.page_size = Some(rows);
        self
    }

    /// The write time, in microseconds since 1970.
    pub fn timestamp(mut self, microseconds: i64) -> Statement {
        self.options.timestamp = Some(microseconds);
        self
    }

    /// Whether it may be sent again when it is not known whether it was executed.
    pub fn idempotent(mut self, idempotent: bool) -> Statement {
        self.options.idempotent = idempotent;
        self
    }

    /// Whether the server is to record how it executes it.
    pub fn tracing(mut self, tracing: bool) -> Statement {
        self.options.tracing = tracing;
        self
    }

    /// Executes it with the settings of `profile` where it has none of its own.
    pub fn profile(mut self, profile: &Profile) -> Statement {
        self.options = self.options.profile(profile);
        self
    }

    /// What follows a failed attempt, instead of the session's policy.
    pub fn retry_policy(mut self, policy: impl Into<Shared<dyn RetryPolicy>>) -> Statement {
        self.options = self.options.retry_policy(policy);
        self
    }

    /// How long one attempt may take, see [`SessionBuilder::attempt_timeout`](crate::SessionBuilder::attempt_timeout).
    pub fn attempt_timeout(mut self, timeout: Duration) -> Statement {
        self.options = self.options.attempt_timeout(timeout);
        self
    }

    /// Sends it to this node.
    pub fn target(mut self, target: Target) -> Statement {
        self.options = self.options.target(target);
        self
    }

    /// Tells the server this beside the message, see [`Options::payload`].
    pub fn payload(mut self, key: impl Into<String>, value: impl Into<Bytes>) -> Statement {
        self.options = self.options.payload(key, value);
        self
    }

    pub(crate) fn shared_text(&self) -> &Arc<str> {
        &self.text
    }

    pub(crate) fn verb(&self) -> Verb {
        Verb::of(&self.text)
    }
}

impl<T: Into<Arc<str>>> From<T> for Statement {
    fn from(text: T) -> Statement {
        Statement::new(text)
    }
}

impl Verb {
    pub(crate) fn of(text: &str) -> Verb {
        let word: String = after_comments(text)
            .chars()
            .take_while(char::is_ascii_alphabetic)
            .collect();
        match word.to_ascii_uppercase().as_str() {
            "SELECT" => Verb::Read,
            "INSERT" | "UPDATE" | "DELETE" => Verb::Write,
            "USE" => Verb::Use,
            _ => Verb::Other,
        }
    }
}

/// Whether a write has the word `IF`, which no write without a condition has outside of quotes.
pub(super) fn has_condition(text: &str) -> bool {
    let mut quote = None;
    let bare = text.chars().map(|c| match (quote, c) {
        (None, '\'' | '"') => {
            quote = Some(c);
            ' '
        }
        (Some(open), _) => {
            // A doubled quote closes and opens again.
            if c == open {
                quote = None;
            }
            ' '
        }
        _ => c,
    });
    let bare: String = bare.collect();
    bare.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word.eq_ignore_ascii_case("if"))
}

/// The text from its first word on.
fn after_comments(text: &str) -> &str {
    let mut rest = text.trim_start();
    loop {
        let comment = if rest.starts_with("--") || rest.starts_with("//") {
            rest.split_once('\n')
        } else if rest.starts_with("/*") {
            rest.split_once("*/")
        } else {
            return rest;
        };
        match comment {
            Some((_, after)) => rest = after.trim_start(),
            None => return "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_condition_by_its_word() {
        for (text, expected) in [
            ("INSERT INTO t (a) VALUES (?) IF NOT EXISTS", true),
            ("update t set a = 1 where k = 1 if(a = 2)", true),
            ("INSERT INTO t (a, b) VALUES (' if ', 'it''s if')", false),
            ("UPDATE t SET \"if\" = 1 WHERE k = 1", false),
            ("UPDATE gif SET iffy = 1, a_if = 2 WHERE k = 1", false),
        ] {
            assert_eq!(has_condition(text), expected, "{text}");
        }
    }

    #[test]
    fn knows_a_statement_by_its_first_word() {
        for (text, expected) in [
            ("SELECT * FROM k.t", Verb::Read),
            ("  select a from t", Verb::Read),
            (
                "-- a comment\n/* and\nanother */ insert into t",
                Verb::Write,
            ),
            ("update t", Verb::Write),
            ("DELETE FROM t", Verb::Write),
            ("USE k", Verb::Use),
            ("BEGIN BATCH", Verb::Other),
            ("CREATE TABLE t", Verb::Other),
            ("selection", Verb::Other),
            ("-- nothing", Verb::Other),
            ("", Verb::Other),
        ] {
            assert_eq!(Verb::of(text), expected, "{text}");
        }
    }
}
