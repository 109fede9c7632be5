//! SELECT, clause by clause.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::Cursor;
use crate::parse::syntax::select::Grouping;
use crate::parse::syntax::{
    Direction, Name, Ordering, QualifiedName, Select, Selected, Selection, Term,
};

impl Cursor<'_> {
    /// Behind SELECT.
    pub(super) fn select(&mut self) -> Result<Select, Failure> {
        let json = self.modifier("json");
        let distinct = self.modifier("distinct");
        let selected = self.selected()?;
        self.expect_words(&["from"])?;
        let from = self.table_name()?;
        let relations = self.optional_where()?;
        let group_by = match self.clause(&["group", "by"])? {
            true => self.list(Self::grouping)?,
            false => Vec::new(),
        };
        let order_by = match self.clause(&["order", "by"])? {
            true => self.list(Self::result_ordering)?,
            false => Vec::new(),
        };
        let per_partition_limit = self.optional_limit(&["per", "partition", "limit"])?;
        let limit = self.optional_limit(&["limit"])?;
        let allow_filtering = self.clause(&["allow", "filtering"])?;
        let own = self.is_word(0, "bypass") || self.is_word(0, "using");
        if own && self.flavor == Flavor::Cassandra {
            return Err(self.no_alternative());
        }
        let bypass_cache = self.eat_words(&["bypass", "cache"]);
        let timeout = self.optional_term(&["using", "timeout"])?;
        Ok(Select {
            json,
            distinct,
            selected,
            from,
            relations,
            group_by,
            order_by,
            per_partition_limit,
            limit,
            allow_filtering,
            bypass_cache,
            timeout,
        })
    }

    /// A word that changes the meaning of SELECT, unless it is itself what is selected.
    fn modifier(&mut self, word: &str) -> bool {
        let selected = [",", ".", "[", "("]
            .iter()
            .any(|sign| self.is_sign(1, sign))
            || self.is_word(1, "from")
            || self.is_word(1, "as");
        !selected && self.eat_words(&[word])
    }

    /// Steps over the words of a clause if the first of them is next.
    fn clause(&mut self, words: &[&str]) -> Result<bool, Failure> {
        let begins = words.first().is_some_and(|word| self.is_word(0, word));
        if begins {
            self.expect_words(words)?;
        }
        Ok(begins)
    }

    /// On Cassandra a whole number or a marker, and no other term.
    fn optional_limit(&mut self, words: &[&str]) -> Result<Option<Term>, Failure> {
        match (self.clause(words)?, self.flavor) {
            (false, _) => Ok(None),
            (true, Flavor::Cassandra) => Ok(Some(self.whole_number()?)),
            (true, Flavor::Scylla) => Ok(Some(self.term()?)),
        }
    }

    fn optional_term(&mut self, words: &[&str]) -> Result<Option<Term>, Failure> {
        match self.eat_words(words) {
            true => Ok(Some(self.term()?)),
            false => Ok(None),
        }
    }

    /// `column [ASC | DESC]`
    pub(super) fn ordering(&mut self) -> Result<(Name, Direction), Failure> {
        Ok((self.name()?, self.direction()))
    }

    /// `[ASC | DESC]`
    fn direction(&mut self) -> Direction {
        if self.eat_words(&["desc"]) {
            return Direction::Descending;
        }
        self.eat_words(&["asc"]);
        Direction::Ascending
    }

    /// `column [ANN OF vector] [ASC | DESC]`
    fn result_ordering(&mut self) -> Result<Ordering, Failure> {
        if !(self.is_name(0) && self.is_word(1, "ann") && self.is_word(2, "of")) {
            let (column, direction) = self.ordering()?;
            return Ok(Ordering {
                column,
                nearest_to: None,
                direction,
            });
        }
        let column = self.name()?;
        self.expect_words(&["ann", "of"])?;
        let nearest_to = Some(self.simple_term()?);
        let direction = self.direction();
        Ok(Ordering {
            column,
            nearest_to,
            direction,
        })
    }

    /// `column`, and on Cassandra `function(column, argument…)`.
    fn grouping(&mut self) -> Result<Grouping, Failure> {
        if self.flavor == Flavor::Scylla || !self.is_call(0) {
            let column = self.name()?;
            return Ok(Grouping {
                column,
                function: None,
            });
        }
        let function = self.function_name()?;
        self.expect("(")?;
        let mut column = None;
        let arguments = self.list_until(")", |c| {
            if column.is_none() && c.is_name(0) && !c.is_call(0) {
                column = Some(c.name()?);
                return Ok(None);
            }
            c.term().map(Some)
        })?;
        match column {
            Some(column) => Ok(Grouping {
                column,
                function: Some((function, arguments)),
            }),
            None => Err(self.no_alternative()),
        }
    }

    pub(super) fn selected(&mut self) -> Result<Selected, Failure> {
        if self.eat("*") {
            return Ok(Selected::All);
        }
        let selection = |c: &mut Self| {
            let selector = c.selector()?;
            let alias = match c.eat_words(&["as"]) {
                true => Some(c.name()?),
                false => None,
            };
            Ok(Selection { selector, alias })
        };
        Ok(Selected::Some(self.list(selection)?))
    }

    /// `[COLUMNFAMILY] [keyspace.]name`
    pub(super) fn table_name(&mut self) -> Result<QualifiedName, Failure> {
        self.eat_words(&["columnfamily"]);
        self.qualified_name()
    }
}
