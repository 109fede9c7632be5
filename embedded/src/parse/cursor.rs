//! Where the parser stands in the tokens, and what it says when they end its way.

mod error;

use std::collections::HashMap;

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::lexer::{self, Kind, Token};
use crate::parse::syntax::{Name, QualifiedName};

/// How deep terms, types and selectors may nest: far beyond any use, far from the end of the stack.
const DEPTH: usize = 100;

/// How many operators one expression may have: each puts what stands before it one level deeper.
const OPERATORS: usize = 50;

/// Words that are no names unless quoted, sorted.
const RESERVED: [&str; 64] = [
    "add",
    "allow",
    "alter",
    "and",
    "apply",
    "asc",
    "authorize",
    "batch",
    "begin",
    "by",
    "columnfamily",
    "create",
    "default",
    "delete",
    "desc",
    "describe",
    "drop",
    "entries",
    "execute",
    "false",
    "from",
    "full",
    "grant",
    "if",
    "in",
    "index",
    "infinity",
    "insert",
    "into",
    "is",
    "keyspace",
    "limit",
    "materialized",
    "mbean",
    "mbeans",
    "modify",
    "nan",
    "norecursive",
    "not",
    "null",
    "of",
    "on",
    "or",
    "order",
    "primary",
    "rename",
    "replace",
    "revoke",
    "schema",
    "select",
    "set",
    "table",
    "to",
    "token",
    "true",
    "truncate",
    "unlogged",
    "unset",
    "update",
    "use",
    "using",
    "view",
    "where",
    "with",
];

/// A place in the tokens of a statement. The grammar is in its other `impl` blocks, one file per clause.
pub(super) struct Cursor<'t> {
    text: &'t str,
    tokens: Vec<Token<'t>>,
    end: Token<'t>,
    at: usize,
    depth: usize,
    /// How many operators the outermost expression has so far.
    operators: usize,
    pub(super) flavor: Flavor,
    pub(super) markers: Vec<Option<Name>>,
    /// Which of them have a name that they share, on ScyllaDB.
    named: HashMap<Name, usize>,
}

impl<'t> Cursor<'t> {
    /// At the first token of `text`.
    pub(super) fn new(text: &'t str, flavor: Flavor) -> Result<Self, Failure> {
        let mut tokens = lexer::tokens(text, flavor)?;
        let end = tokens.pop().expect("the lexer always adds the end");
        Ok(Cursor {
            text,
            tokens,
            end,
            at: 0,
            depth: 0,
            operators: 0,
            flavor,
            markers: Vec::new(),
            named: HashMap::new(),
        })
    }

    /// The token `ahead` behind the next one.
    pub(super) fn peek(&self, ahead: usize) -> Token<'t> {
        *self.tokens.get(self.at + ahead).unwrap_or(&self.end)
    }

    /// The token that stands so many before the next one.
    fn last(&self, behind: usize) -> Option<Token<'t>> {
        let at = self.at.checked_sub(behind)?;
        self.tokens.get(at).copied()
    }

    /// Steps over the next token.
    pub(super) fn next(&mut self) -> Token<'t> {
        let token = self.peek(0);
        self.at += 1;
        token
    }

    /// Steps over tokens that have been looked at.
    pub(super) fn skip(&mut self, tokens: usize) {
        self.at += tokens;
    }

    pub(super) fn is_sign(&self, ahead: usize, sign: &str) -> bool {
        let token = self.peek(ahead);
        token.kind == Kind::Sign && token.text == sign
    }

    pub(super) fn is_word(&self, ahead: usize, word: &str) -> bool {
        let token = self.peek(ahead);
        token.kind == Kind::Word && token.text.eq_ignore_ascii_case(word)
    }

    /// Whether a name stands there: a quoted one, or a word that is not reserved.
    pub(super) fn is_name(&self, ahead: usize) -> bool {
        let token = self.peek(ahead);
        token.kind == Kind::Quoted || token.kind == Kind::Word && !is_reserved(token.text)
    }

    /// Steps over `sign` if it is next.
    pub(super) fn eat(&mut self, sign: &str) -> bool {
        let found = self.is_sign(0, sign);
        self.at += usize::from(found);
        found
    }

    /// Steps over `words` if all of them are next.
    pub(super) fn eat_words(&mut self, words: &[&str]) -> bool {
        let found = words
            .iter()
            .enumerate()
            .all(|(i, word)| self.is_word(i, word));
        if found {
            self.at += words.len();
        }
        found
    }

    pub(super) fn expect(&mut self, sign: &str) -> Result<(), Failure> {
        if self.eat(sign) {
            return Ok(());
        }
        Err(self.mismatch(&format!("'{sign}'")))
    }

    pub(super) fn expect_words(&mut self, words: &[&str]) -> Result<(), Failure> {
        for word in words {
            if !self.eat_words(&[word]) {
                return Err(self.mismatch(&format!("K_{}", word.to_ascii_uppercase())));
            }
        }
        Ok(())
    }

    /// The end of the statement, behind an optional `;`.
    pub(super) fn expect_end(&mut self) -> Result<(), Failure> {
        self.eat(";");
        match self.peek(0).kind {
            Kind::End => Ok(()),
            Kind::Word if self.is_behind_relation() => Err(self.no_alternative()),
            _ => Err(self.mismatch("EOF")),
        }
    }

    /// Whether the last two tokens are an operator and a constant: a relation could go on behind them.
    pub(super) fn is_behind_relation(&self) -> bool {
        let constant = |token: Token<'_>| !matches!(token.kind, Kind::Sign | Kind::Word);
        let operator = |token: Token<'_>| {
            token.kind == Kind::Sign && ["=", "!=", "<", "<=", ">", ">="].contains(&token.text)
        };
        self.last(1).is_some_and(constant) && self.last(2).is_some_and(operator)
    }

    /// A name: folded to lower case, or without its quotes.
    pub(super) fn name(&mut self) -> Result<Name, Failure> {
        if !self.is_name(0) {
            return Err(self.no_alternative());
        }
        let token = self.next();
        Ok(match token.kind {
            Kind::Quoted => unquoted(token.text).into(),
            _ => token.text.to_ascii_lowercase().into(),
        })
    }

    /// `name` or `keyspace.name`.
    pub(super) fn qualified_name(&mut self) -> Result<QualifiedName, Failure> {
        let first = self.name()?;
        if !self.eat(".") {
            return Ok(QualifiedName {
                keyspace: None,
                name: first,
            });
        }
        let name = self.name()?;
        Ok(QualifiedName {
            keyspace: Some(first),
            name,
        })
    }

    /// One or more of something, with commas between.
    pub(super) fn list<T>(
        &mut self,
        mut one: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        let mut all = vec![one(self)?];
        while self.eat(",") {
            all.push(one(self)?);
        }
        Ok(all)
    }

    /// As [`list`](Self::list), possibly empty, up to the sign `close`, which is stepped over.
    pub(super) fn list_until<T>(
        &mut self,
        close: &str,
        one: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<Vec<T>, Failure> {
        if self.eat(close) {
            return Ok(Vec::new());
        }
        let all = self.list(one)?;
        self.expect(close)?;
        Ok(all)
    }

    /// Parses what is one level deeper, within bounds.
    pub(super) fn nested<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.depth == DEPTH {
            return Err(self.error("expression nested too deeply"));
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    /// Parses an expression of operators, which stands inside another one or begins to be counted.
    pub(super) fn expression<T>(
        &mut self,
        inner: impl FnOnce(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if self.depth == 0 {
            self.operators = 0;
        }
        self.nested(inner)
    }

    /// Counts an operator, within bounds.
    pub(super) fn count_operator(&mut self) -> Result<(), Failure> {
        if self.operators == OPERATORS {
            return Err(self.error("expression nested too deeply"));
        }
        self.operators += 1;
        Ok(())
    }

    /// The index of a marker. Two `:x` are one variable on ScyllaDB, two on Cassandra.
    pub(super) fn marker(&mut self, name: Option<Name>) -> usize {
        let next = self.markers.len();
        if let Some(name) = &name
            && self.flavor == Flavor::Scylla
        {
            let index = *self.named.entry(name.clone()).or_insert(next);
            if index < next {
                return index;
            }
        }
        self.markers.push(name);
        next
    }
}

/// Whether a word needs quotes to be a name.
fn is_reserved(word: &str) -> bool {
    let folded = || word.bytes().map(|byte| byte.to_ascii_lowercase());
    let found = RESERVED.binary_search_by(|reserved| reserved.bytes().cmp(folded()));
    found.is_ok()
}

/// The content of a text in quotes of one kind, or in `$$`.
pub(super) fn unquoted(text: &str) -> String {
    if let Some(inside) = text.strip_prefix("$$") {
        return inside.strip_suffix("$$").unwrap_or(inside).to_owned();
    }
    let quote = text.get(..1).unwrap_or_default();
    let inside = text
        .get(1..text.len().saturating_sub(1))
        .unwrap_or_default();
    inside.replace(&quote.repeat(2), quote)
}

#[cfg(test)]
mod tests {
    use super::{RESERVED, is_reserved, unquoted};

    #[test]
    fn reserved_words() {
        assert!(RESERVED.is_sorted());
        assert!(
            RESERVED
                .iter()
                .all(|word| is_reserved(&word.to_ascii_uppercase()))
        );
        assert!(!is_reserved("key") && !is_reserved("") && !is_reserved("selects"));
    }

    #[test]
    fn quotes_come_off() {
        for (text, expected) in [
            ("'it''s'", "it's"),
            (r#""A""b""#, r#"A"b"#),
            ("$$a'b$$", "a'b"),
            ("''", ""),
        ] {
            assert_eq!(unquoted(text), expected);
        }
    }
}
