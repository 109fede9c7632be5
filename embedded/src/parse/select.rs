//! SELECT, and what it selects.

use crate::failure::Failure;
use crate::parse::cursor::Cursor;
use crate::parse::lexer::Kind;
use crate::parse::syntax::{
    Direction, Name, QualifiedName, Select, Selected, Selection, Selector, Term,
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
        let group_by = match self.eat_words(&["group", "by"]) {
            true => self.list(Self::name)?,
            false => Vec::new(),
        };
        let order_by = match self.eat_words(&["order", "by"]) {
            true => self.list(Self::ordering)?,
            false => Vec::new(),
        };
        let per_partition_limit = self.optional_term(&["per", "partition", "limit"])?;
        let limit = self.optional_term(&["limit"])?;
        let allow_filtering = self.eat_words(&["allow", "filtering"]);
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

    fn optional_term(&mut self, words: &[&str]) -> Result<Option<Term>, Failure> {
        match self.eat_words(words) {
            true => Ok(Some(self.term()?)),
            false => Ok(None),
        }
    }

    /// `column [ASC | DESC]`
    pub(super) fn ordering(&mut self) -> Result<(Name, Direction), Failure> {
        let column = self.name()?;
        if self.eat_words(&["desc"]) {
            return Ok((column, Direction::Descending));
        }
        self.eat_words(&["asc"]);
        Ok((column, Direction::Ascending))
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

    fn selector(&mut self) -> Result<Selector, Failure> {
        self.nested(|c| {
            let mut selector = c.simple_selector()?;
            // Each step nests what was read so far one level deeper.
            for _ in 0..32 {
                if c.eat(".") {
                    selector = Selector::Field(Box::new(selector), c.name()?);
                } else if c.eat("[") {
                    selector = Selector::Element(Box::new(selector), c.term()?);
                    c.expect("]")?;
                } else {
                    break;
                }
            }
            Ok(selector)
        })
    }

    fn simple_selector(&mut self) -> Result<Selector, Failure> {
        let token = self.peek(0);
        if token.kind == Kind::Word && self.is_sign(1, "(") {
            match token.text.to_ascii_lowercase().as_str() {
                "count" if self.counts_rows() => {
                    self.next();
                    self.next();
                    self.next();
                    self.expect(")")?;
                    return Ok(Selector::CountRows);
                }
                "writetime" => return Ok(Selector::WriteTime(self.only_argument()?)),
                "ttl" => return Ok(Selector::Ttl(self.only_argument()?)),
                "cast" => {
                    self.next();
                    self.next();
                    let selector = Box::new(self.selector()?);
                    self.expect_words(&["as"])?;
                    let ty = self.type_name()?;
                    self.expect(")")?;
                    return Ok(Selector::Cast(selector, ty));
                }
                _ => {}
            }
        }
        if self.is_call() {
            let function = self.function_name()?;
            self.expect("(")?;
            return Ok(Selector::Call(
                function,
                self.list_until(")", Self::selector)?,
            ));
        }
        if self.is_name(0) {
            return Ok(Selector::Column(self.name()?));
        }
        Ok(Selector::Term(self.term()?))
    }

    /// Whether `count(*)` or `count(1)` stands here.
    fn counts_rows(&self) -> bool {
        let one = self.peek(2);
        self.is_sign(2, "*") || one.kind == Kind::Integer && one.text == "1"
    }

    /// `word(selector)`
    fn only_argument(&mut self) -> Result<Box<Selector>, Failure> {
        self.next();
        self.expect("(")?;
        let selector = self.selector()?;
        self.expect(")")?;
        Ok(Box::new(selector))
    }

    /// Whether `name(` or `keyspace.name(` stands here.
    pub(super) fn is_call(&self) -> bool {
        let name = self.is_name(0) || self.is_word(0, "token");
        name && self.is_sign(1, "(")
            || self.is_name(0)
                && self.is_sign(1, ".")
                && (self.is_name(2) || self.is_word(2, "token"))
                && self.is_sign(3, "(")
    }

    /// The name of a function, `token` among them.
    pub(super) fn function_name(&mut self) -> Result<QualifiedName, Failure> {
        if self.eat_words(&["token"]) {
            return Ok(QualifiedName {
                keyspace: None,
                name: "token".into(),
            });
        }
        if self.is_sign(1, ".") && self.is_word(2, "token") {
            let keyspace = Some(self.name()?);
            self.next();
            self.next();
            return Ok(QualifiedName {
                keyspace,
                name: "token".into(),
            });
        }
        self.qualified_name()
    }

    /// `[COLUMNFAMILY] [keyspace.]name`
    pub(super) fn table_name(&mut self) -> Result<QualifiedName, Failure> {
        self.eat_words(&["columnfamily"]);
        self.qualified_name()
    }
}
