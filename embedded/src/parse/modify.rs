//! INSERT, UPDATE, DELETE, BATCH.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::Cursor;
use crate::parse::lexer::Kind;
use crate::parse::syntax::{
    Assignment, Batch, BatchKind, Change, Delete, Insert, InsertSource, Modification, Target, Term,
    Update, Using,
};

impl Cursor<'_> {
    /// None if the next word begins something else.
    pub(super) fn modification(&mut self) -> Result<Option<Modification>, Failure> {
        if self.eat_words(&["insert"]) {
            return Ok(Some(Modification::Insert(self.insert()?)));
        }
        if self.eat_words(&["update"]) {
            return Ok(Some(Modification::Update(self.update()?)));
        }
        if self.eat_words(&["delete"]) {
            return Ok(Some(Modification::Delete(self.delete()?)));
        }
        Ok(None)
    }

    fn insert(&mut self) -> Result<Insert, Failure> {
        self.expect_words(&["into"])?;
        let table = self.table_name()?;
        let source = match self.eat_words(&["json"]) {
            true => self.json_source()?,
            false if !self.is_sign(0, "(") => return Err(self.no_alternative()),
            false => {
                let columns = self.names()?;
                self.expect_words(&["values"])?;
                self.expect("(")?;
                let values = self.list(Self::term)?;
                self.expect(")")?;
                InsertSource::Values { columns, values }
            }
        };
        let if_not_exists = self.if_not_exists()?;
        let using = self.using()?;
        Ok(Insert {
            table,
            source,
            if_not_exists,
            using,
        })
    }

    /// `value [DEFAULT NULL | UNSET]`
    fn json_source(&mut self) -> Result<InsertSource, Failure> {
        if !self.is_marker() && self.peek(0).kind != Kind::String {
            return Err(self.no_alternative());
        }
        let value = self.simple_term()?;
        let default_unset = self.eat_words(&["default", "unset"]);
        if !default_unset && self.eat_words(&["default"]) {
            self.expect_words(&["null"])?;
        }
        Ok(InsertSource::Json {
            value,
            default_unset,
        })
    }

    fn update(&mut self) -> Result<Update, Failure> {
        let table = self.table_name()?;
        let using = self.using()?;
        self.expect_words(&["set"])?;
        let assignments = self.list(Self::assignment)?;
        let relations = self.required_where()?;
        let condition = self.condition()?;
        Ok(Update {
            table,
            using,
            assignments,
            relations,
            condition,
        })
    }

    fn assignment(&mut self) -> Result<Assignment, Failure> {
        let target = self.target()?;
        let change = if self.eat("+=") {
            Change::Add(self.term()?)
        } else if self.eat("-=") {
            Change::Subtract(self.term()?)
        } else {
            if !self.eat("=") {
                return Err(self.no_alternative());
            }
            self.change(&target)?
        };
        Ok(Assignment { target, change })
    }

    /// Behind `target =`.
    fn change(&mut self, target: &Target) -> Result<Change, Failure> {
        let sign = self.peek(1).text;
        if self.is_name(0) && (self.is_sign(1, "+") || self.is_sign(1, "-")) {
            self.same_column(target, &format!("X {sign}<value>"))?;
            self.next();
            let term = self.term()?;
            return Ok(match sign {
                "+" => Change::Add(term),
                _ => Change::Subtract(term),
            });
        }
        // A column alone is no value.
        if self.flavor == Flavor::Cassandra && self.is_name(0) && !self.is_call(0) {
            let field = self.is_sign(1, ".");
            return Err(self.no_alternative_at(if field { 3 } else { 1 }));
        }
        let term = self.term()?;
        if self.eat("+") {
            self.same_column(target, "<value> + X")?;
            return Ok(Change::Prepend(term));
        }
        Ok(Change::Set(term))
    }

    /// In `X = X + …` both are the same.
    fn same_column(&mut self, target: &Target, form: &str) -> Result<(), Failure> {
        let name = self.name()?;
        if matches!(target, Target::Column(column) if *column == name) {
            return Ok(());
        }
        // The words, and their blanks, are the server's.
        Err(Failure::syntax(format!(
            "Only expressions of the form X = {form} are supported."
        )))
    }

    fn delete(&mut self) -> Result<Delete, Failure> {
        let goes_on = self.peek(1).kind != Kind::Word || self.is_word(1, "from");
        if self.is_name(0) && !goes_on {
            return Err(self.no_alternative_at(1));
        }
        let targets = match self.is_name(0) {
            true => self.list(Self::target)?,
            false => Vec::new(),
        };
        self.expect_words(&["from"])?;
        let table = self.table_name()?;
        let timeout = self.is_word(1, "timeout") && self.flavor == Flavor::Cassandra;
        if self.is_word(0, "using") && (self.is_word(1, "ttl") || timeout) {
            self.next();
            return Err(self.mismatch("K_TIMESTAMP"));
        }
        let using = self.using()?;
        if using.ttl.is_some() {
            return Err(self.mismatch("K_WHERE"));
        }
        let relations = self.required_where()?;
        let condition = self.condition()?;
        Ok(Delete {
            table,
            targets,
            using,
            relations,
            condition,
        })
    }

    /// `[USING … AND …]`; of two of a kind the last one counts.
    fn using(&mut self) -> Result<Using, Failure> {
        let mut using = Using::default();
        if !self.eat_words(&["using"]) {
            return Ok(using);
        }
        loop {
            if self.eat_words(&["ttl"]) {
                using.ttl = Some(self.whole_number()?);
            } else if self.eat_words(&["timestamp"]) {
                using.timestamp = Some(self.whole_number()?);
            } else if self.flavor == Flavor::Scylla && self.eat_words(&["timeout"]) {
                using.timeout = Some(self.term()?);
            } else {
                return Err(self.no_alternative());
            }
            if !self.eat_words(&["and"]) {
                return Ok(using);
            }
        }
    }

    /// A whole number or a marker: USING and LIMIT take no other term.
    pub(super) fn whole_number(&mut self) -> Result<Term, Failure> {
        let number = self.peek(usize::from(self.is_sign(0, "-")));
        if number.kind == Kind::Integer || self.is_marker() {
            return self.simple_term();
        }
        Err(self.no_alternative())
    }

    /// Behind BEGIN.
    pub(super) fn batch(&mut self) -> Result<Batch, Failure> {
        let kind = if self.eat_words(&["unlogged"]) {
            BatchKind::Unlogged
        } else if self.eat_words(&["counter"]) {
            BatchKind::Counter
        } else {
            BatchKind::Logged
        };
        self.expect_words(&["batch"])?;
        let using = self.using()?;
        let mut statements = Vec::new();
        while let Some(statement) = self.modification()? {
            statements.push(statement);
            self.eat(";");
        }
        self.expect_words(&["apply", "batch"])?;
        Ok(Batch {
            kind,
            using,
            statements,
        })
    }

    /// `[IF NOT EXISTS]`
    pub(super) fn if_not_exists(&mut self) -> Result<bool, Failure> {
        let found = self.eat_words(&["if"]);
        if found {
            self.expect_words(&["not", "exists"])?;
        }
        Ok(found)
    }

    /// `[IF EXISTS]`
    pub(super) fn if_exists(&mut self) -> Result<bool, Failure> {
        let found = self.eat_words(&["if"]);
        if found {
            self.expect_words(&["exists"])?;
        }
        Ok(found)
    }
}
