//! DESCRIBE.

use crate::failure::Failure;
use crate::parse::cursor::Cursor;
use crate::parse::lexer::Kind as Token;
use crate::parse::syntax::describe::{Describe, Kind, What};

impl Cursor<'_> {
    /// Behind DESCRIBE.
    pub(super) fn describe(&mut self) -> Result<Describe, Failure> {
        let what = self.described()?;
        let internals = self.eat_words(&["with"]);
        if internals {
            self.expect_words(&["internals"])?;
        }
        Ok(Describe { what, internals })
    }

    fn described(&mut self) -> Result<What, Failure> {
        const LISTS: [(&str, Kind); 6] = [
            ("keyspaces", Kind::Keyspace),
            ("tables", Kind::Table),
            ("columnfamilies", Kind::Table),
            ("types", Kind::Type),
            ("functions", Kind::Function),
            ("aggregates", Kind::Aggregate),
        ];
        const ONES: [(&str, Kind); 6] = [
            ("table", Kind::Table),
            ("columnfamily", Kind::Table),
            ("index", Kind::Index),
            ("type", Kind::Type),
            ("function", Kind::Function),
            ("aggregate", Kind::Aggregate),
        ];
        for (word, kind) in LISTS {
            if self.eat_words(&[word]) {
                return Ok(What::List(kind));
            }
        }
        if self.eat_words(&["cluster"]) {
            return Ok(What::Cluster);
        }
        let full = self.eat_words(&["full"]);
        if full || self.is_word(0, "schema") {
            self.expect_words(&["schema"])?;
            return Ok(What::Schema { full });
        }
        let only = self.eat_words(&["only"]);
        if only || self.is_word(0, "keyspace") {
            self.expect_words(&["keyspace"])?;
            let name = self.is_name(0).then(|| self.name()).transpose()?;
            return Ok(What::Keyspace { name, only });
        }
        if self.eat_words(&["materialized"]) {
            self.expect_words(&["view"])?;
            return Ok(What::One(Kind::View, self.qualified_name()?));
        }
        for (word, kind) in ONES {
            // Most of these words are names too: `DESCRIBE type` is of something called so.
            let named = matches!(self.peek(1).kind, Token::Word | Token::Quoted);
            if (named || !self.is_name(0)) && self.eat_words(&[word]) {
                return Ok(What::One(kind, self.qualified_name()?));
            }
        }
        Ok(What::Any(self.qualified_name()?))
    }
}
