//! What Cassandra and ScyllaDB say where a text stops being CQL.

use std::borrow::Cow;

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::{Cursor, unquoted};
use crate::parse::lexer::{Kind, Token};
use crate::parse::types::is_native;

impl<'t> Cursor<'t> {
    /// The next token fits no rule that could follow.
    pub(in crate::parse) fn no_alternative(&self) -> Failure {
        self.no_alternative_at(0)
    }

    /// As [`no_alternative`](Self::no_alternative), where the server looks `ahead` tokens ahead before it chooses a rule.
    pub(in crate::parse) fn no_alternative_at(&self, ahead: usize) -> Failure {
        let what = format!("no viable alternative at input '{}'", self.shown(ahead));
        // Of what it has looked at, it shows two tokens.
        self.error_at(ahead, ahead.min(2), &what)
    }

    /// One thing alone could follow, and the next token is another.
    pub(in crate::parse) fn mismatch(&self, expected: &str) -> Failure {
        let what = format!("mismatched input '{}' expecting {expected}", self.shown(0));
        // Behind the name of a native type the server has looked one token further.
        let native = |last: Token<'_>| last.kind == Kind::Word && is_native(last.text);
        self.error_at(0, usize::from(self.last(1).is_some_and(native)), &what)
    }

    /// An error at the next token.
    pub(in crate::parse) fn error(&self, what: &str) -> Failure {
        self.error_at(0, 0, what)
    }

    /// An error at the token `ahead`, of a rule that begins at the next one and was looked at up to the token `looked`.
    fn error_at(&self, ahead: usize, looked: usize, what: &str) -> Failure {
        let token = self.peek(ahead);
        // Where a text ends too early Cassandra knows no place.
        if token.kind == Kind::End && self.flavor == Flavor::Cassandra {
            return Failure::syntax(format!("line 0:-1 {what}"));
        }
        let snippet = match self.flavor {
            Flavor::Scylla => String::new(),
            Flavor::Cassandra => format!(" {}", self.snippet(looked)),
        };
        Failure::syntax(format!(
            "line {}:{} {what}{snippet}",
            token.line, token.column
        ))
    }

    /// A token as errors name it: by Cassandra without quotes.
    fn shown(&self, ahead: usize) -> Cow<'t, str> {
        let token = self.peek(ahead);
        match (token.kind, self.flavor) {
            (Kind::End, _) => "<EOF>".into(),
            (Kind::String | Kind::Quoted, Flavor::Cassandra) => unquoted(token.text).into(),
            _ => token.text.into(),
        }
    }

    /// Cassandra shows the text from ten tokens before the wrong one, blanks counted, without line breaks, and as many
    /// tokens behind it as it has looked at. What it marks is as long as the token without its quotes.
    fn snippet(&self, looked: usize) -> String {
        let wrong = self.peek(0);
        let (mut from, mut counted) = (wrong.start, 0);
        for token in self.tokens.iter().take(self.at).rev() {
            let end = token.start + token.text.len();
            for start in [end, token.start] {
                if start < from && counted < 10 {
                    from = start;
                    counted += 1;
                }
            }
        }
        let before = if from == 0 { "" } else { "..." };
        let length = self.shown(0).chars().count();
        let of_wrong = wrong.text.char_indices().nth(length);
        let marked = wrong.start + of_wrong.map_or(wrong.text.len(), |(at, _)| at);
        let last = self.peek(looked);
        let to = match looked {
            0 => marked,
            _ => last.start + last.text.len(),
        };
        let after = if to >= self.text.trim_end().len() {
            ""
        } else {
            "..."
        };
        let part = |from: usize, to: usize| {
            let part = self.text.get(from..to).unwrap_or_default();
            part.replace(['\r', '\n'], "")
        };
        let (good, wrong) = (part(from, wrong.start), part(wrong.start, marked));
        format!("({before}{good}[{wrong}]{}{after})", part(marked, to))
    }
}
