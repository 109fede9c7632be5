//! A statement in the making.

use scylla_orm::driver::value::{MaybeUnset, Type, Value};

use super::dice::Dice;
use super::schema::{Column, Table};
use super::value::{value, wrong};
use super::{Bound, Step, Write};

/// A statement on one table in the making: its text, and the values of its markers.
pub struct Maker<'a> {
    pub dice: &'a mut Dice,
    pub table: &'a Table,
    /// The number of the statement. Makes lifetimes unlike each other, so that no two expire together.
    number: i64,
    step: Step,
    /// Whether values are bound to markers.
    binds: bool,
    /// The partition key of all statements of a batch.
    partition: Option<Vec<Value>>,
}

impl<'a> Maker<'a> {
    pub fn new(dice: &'a mut Dice, table: &'a Table, number: i64) -> Maker<'a> {
        let binds = dice.percent(35);
        Maker {
            dice,
            table,
            number,
            step: Step::default(),
            binds,
            partition: None,
        }
    }

    pub fn done(self) -> Step {
        self.step
    }

    pub fn push(&mut self, cql: &str) {
        self.step.cql += cql;
    }

    /// Marks it as a write. One with conditions among several makes all of them conditional.
    pub fn writes(&mut self, write: Write) {
        if self.step.write != Some(Write::Conditional) {
            self.step.write = Some(write);
        }
    }

    pub fn pages(&mut self, rows: u32) {
        self.step.page = Some(rows);
    }

    /// In so many cases of a hundred, all statements that follow are on one partition.
    pub fn pin_partition(&mut self, chance: usize) {
        if self.dice.percent(chance) {
            let pick = |column: &Column| self.dice.pick(&column.domain).clone();
            self.partition = Some(self.table.partition.iter().map(pick).collect());
        }
    }

    /// A name that no column has, in very few cases.
    pub fn name(&mut self, column: &str) {
        match self.dice.below(250) {
            0 => self.push("nosuch"),
            _ => self.push(column),
        }
    }

    /// A value for a column of the key: seldom null, of another type, or not of the few.
    pub fn key(&mut self, column: &Column) {
        let pinned = self.partition.as_ref().and_then(|key| {
            let at = self
                .table
                .partition
                .iter()
                .position(|c| c.name == column.name)?;
            key.get(at).cloned()
        });
        let term = match pinned {
            Some(pinned) => Some(pinned),
            None => match self.dice.below(150) {
                0 => None,
                1 if !matches!(column.ty.bare(), Type::Tuple(_)) => {
                    return self.literal_of_another_type();
                }
                2 => Some(value(self.dice, &column.ty)),
                _ => Some(self.dice.pick(&column.domain).clone()),
            },
        };
        self.term(term);
    }

    /// A value for a column outside of the key, or null, or one of another type.
    pub fn value(&mut self, column: &Column) {
        let term = match self.dice.below(100) {
            0..8 => None,
            // Cassandra takes any literal for a tuple, and reads its text as one.
            8 if !matches!(column.ty.bare(), Type::Tuple(_)) => {
                return self.literal_of_another_type();
            }
            9..20 => Some(value(self.dice, &column.ty)),
            _ => Some(self.dice.pick(&column.domain).clone()),
        };
        self.term(term);
    }

    /// A value of a type, or null.
    pub fn of(&mut self, ty: &Type) {
        let term = (!self.dice.percent(4)).then(|| value(self.dice, ty));
        self.term(term);
    }

    /// A term: a literal or a marker.
    pub fn term(&mut self, term: Option<Value>) {
        if !self.binds || self.dice.percent(25) {
            let literal = term.map_or_else(|| "null".to_owned(), |value| value.to_string());
            return self.push(&literal);
        }
        self.push("?");
        let bound: Bound = match self.dice.percent(3) {
            true => MaybeUnset::Unset,
            false => MaybeUnset::Set(term),
        };
        self.step.values.push(bound);
    }

    fn literal_of_another_type(&mut self) {
        let literal = wrong(self.dice);
        self.push(literal);
    }

    /// `, ` or another separator before all but the first.
    pub fn list<T>(&mut self, between: &str, of: &[T], mut each: impl FnMut(&mut Self, &T)) {
        for (at, item) in of.iter().enumerate() {
            if at > 0 {
                self.push(between);
            }
            each(self, item);
        }
    }

    /// `USING TTL … AND TIMESTAMP …`. `ttl`: whether lifetimes are allowed here.
    pub fn using(&mut self, ttl: bool, conditional: bool) {
        let mut parts = Vec::new();
        let wrong = self.dice.percent(2);
        let stamps = self.table.stamped && !self.table.counters && !conditional;
        if stamps || wrong {
            parts.push(format!("TIMESTAMP {}", self.dice.between(1, 30)));
        }
        let lives = self.dice.percent(8) && !self.table.counters;
        if (lives && ttl) || self.dice.percent(1) {
            let seconds = 100_000 + self.number * 1_000;
            let own = seconds.to_string();
            parts.push(format!(
                "TTL {}",
                self.dice.pick(&[&*own, &own, &own, "0", "-1", "630720001"])
            ));
        }
        if !parts.is_empty() {
            self.push(" USING ");
            self.push(&parts.join(" AND "));
        }
    }

    /// Whether the statement is to have conditions.
    pub fn conditional(&mut self) -> bool {
        let chance = match (self.table.stamped, self.table.counters) {
            (false, false) => 25,
            _ => 1,
        };
        let conditional = self.dice.percent(chance);
        // Seen by `USING`: with both, the server refuses; that is wanted seldom.
        self.writes(if conditional {
            Write::Conditional
        } else {
            Write::Plain
        });
        conditional
    }
}
