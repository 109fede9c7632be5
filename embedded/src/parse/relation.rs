//! Relations: what stands in WHERE, and behind IF.

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::Cursor;
use crate::parse::lexer::Kind;
use crate::parse::syntax::{Condition, Name, Operand, Operator, Relation, Target, Term};

impl Cursor<'_> {
    /// `[WHERE relation AND …]`
    pub(super) fn optional_where(&mut self) -> Result<Vec<Relation>, Failure> {
        if self.is_word(0, "where") {
            return self.required_where();
        }
        Ok(Vec::new())
    }

    /// `WHERE relation AND …`
    pub(super) fn required_where(&mut self) -> Result<Vec<Relation>, Failure> {
        let other = self.peek(0).kind == Kind::Word && !self.is_word(0, "where");
        if other && self.is_behind_relation() {
            return Err(self.no_alternative());
        }
        self.expect_words(&["where"])?;
        let mut relations = vec![self.relation()?];
        while self.eat_words(&["and"]) {
            relations.push(self.relation()?);
        }
        Ok(relations)
    }

    /// `[IF …]` of UPDATE and DELETE.
    pub(super) fn condition(&mut self) -> Result<Condition, Failure> {
        if !self.eat_words(&["if"]) {
            return Ok(Condition::None);
        }
        if self.eat_words(&["exists"]) {
            return Ok(Condition::Exists);
        }
        let mut conditions = vec![self.comparison()?];
        while self.eat_words(&["and"]) {
            conditions.push(self.comparison()?);
        }
        Ok(Condition::If(conditions))
    }

    fn relation(&mut self) -> Result<Relation, Failure> {
        if self.is_word(0, "token") && self.is_sign(1, "(") {
            self.next();
            let target = Target::Token(self.names()?);
            let operator = self.operator()?;
            let value = Operand::Term(self.term()?);
            return Ok(Relation {
                target,
                operator,
                value,
            });
        }
        if !self.is_sign(0, "(") {
            if self.flavor == Flavor::Cassandra && self.is_name(0) && !self.goes_on(1) {
                return Err(self.no_alternative_at(1));
            }
            return self.comparison();
        }
        if self.is_name(1) && (self.is_sign(2, ",") || self.is_sign(2, ")")) {
            let target = Target::Tuple(self.names()?);
            let (operator, value) = self.comparand()?;
            return Ok(Relation {
                target,
                operator,
                value,
            });
        }
        self.nested(|c| {
            c.expect("(")?;
            let inner = c.relation()?;
            c.expect(")")?;
            Ok(inner)
        })
    }

    /// Whether what stands `ahead` can stand behind a column in WHERE.
    fn goes_on(&self, ahead: usize) -> bool {
        let signs = ["=", "!=", "<", "<=", ">", ">=", "["];
        let words = ["in", "contains", "like", "is"];
        signs.iter().any(|sign| self.is_sign(ahead, sign))
            || words.iter().any(|word| self.is_word(ahead, word))
    }

    /// `(a, b)`
    pub(super) fn names(&mut self) -> Result<Vec<Name>, Failure> {
        self.expect("(")?;
        let names = self.list(Self::name)?;
        self.expect(")")?;
        Ok(names)
    }

    /// A relation on one column, element or field.
    fn comparison(&mut self) -> Result<Relation, Failure> {
        let target = self.target()?;
        let (operator, value) = if self.eat_words(&["is"]) {
            self.expect_words(&["not", "null"])?;
            (Operator::IsNot, Operand::Term(Term::Null))
        } else if self.eat_words(&["contains", "key"]) {
            (Operator::ContainsKey, Operand::Term(self.term()?))
        } else if self.eat_words(&["contains"]) {
            (Operator::Contains, Operand::Term(self.term()?))
        } else if self.eat_words(&["like"]) {
            (Operator::Like, Operand::Term(self.term()?))
        } else {
            self.comparand()?
        };
        Ok(Relation {
            target,
            operator,
            value,
        })
    }

    /// `column`, `column[key]`, `column.field`
    pub(super) fn target(&mut self) -> Result<Target, Failure> {
        let column = self.name()?;
        if self.eat("[") {
            let key = self.term()?;
            self.expect("]")?;
            return Ok(Target::Element(column, key));
        }
        if self.eat(".") {
            return Ok(Target::Field(column, self.name()?));
        }
        Ok(Target::Column(column))
    }

    /// `= term`, `IN (…)`, `NOT IN ?`, …
    fn comparand(&mut self) -> Result<(Operator, Operand), Failure> {
        let operator = if self.eat_words(&["in"]) {
            Operator::In
        } else if self.flavor == Flavor::Scylla && self.eat_words(&["not", "in"]) {
            Operator::NotIn
        } else {
            let operator = self.operator()?;
            return Ok((operator, Operand::Term(self.term()?)));
        };
        if self.is_marker() {
            return Ok((operator, Operand::Term(self.term()?)));
        }
        if !self.eat("(") {
            return Err(self.no_alternative());
        }
        Ok((operator, Operand::List(self.list_until(")", Self::term)?)))
    }

    fn operator(&mut self) -> Result<Operator, Failure> {
        let signs = [
            ("=", Operator::Equal),
            ("!=", Operator::NotEqual),
            ("<", Operator::Less),
            ("<=", Operator::LessOrEqual),
            (">", Operator::Greater),
            (">=", Operator::GreaterOrEqual),
        ];
        match signs.into_iter().find(|(sign, _)| self.eat(sign)) {
            Some((_, operator)) => Ok(operator),
            None => Err(self.no_alternative()),
        }
    }
}
