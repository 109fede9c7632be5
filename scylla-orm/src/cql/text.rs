//! The text of a statement.

use std::fmt::Write;

use crate::table::TableDef;

use super::names::identifier;
use super::shape::{Flag, Op, Shape, Verb};

impl Shape {
    /// The statement in CQL, on the table in `keyspace`, or on the bare name if there is none.
    pub fn text(&self, table: &TableDef, keyspace: Option<&str>) -> String {
        let mut text = Text {
            shape: self,
            table,
            keyspace,
            out: String::with_capacity(160),
        };
        match self.verb() {
            Verb::Select | Verb::Count => text.select(),
            Verb::Insert => text.insert(),
            Verb::Update => text.update(),
            Verb::Delete => text.delete(),
        }
        text.out
    }
}

struct Text<'a> {
    shape: &'a Shape,
    table: &'a TableDef,
    keyspace: Option<&'a str>,
    out: String,
}

impl Text<'_> {
    fn select(&mut self) {
        self.out += "SELECT ";
        let picked: Vec<u8> = self.columns(|op| op == Op::PICK);
        match self.shape.verb() {
            Verb::Count => self.out += "count(*)",
            _ if picked.is_empty() => {
                self.list(self.table.columns.iter().map(|column| column.name))
            }
            _ => {
                let table = self.table;
                self.list(picked.iter().map(|&column| table.column(column).name));
            }
        }
        self.out += " FROM ";
        self.name();
        self.comparisons(" WHERE ", Op::is_filter);
        if self.shape.has(Flag::ORDERED) {
            self.order();
        }
        if self.shape.has(Flag::LIMIT) {
            self.out += " LIMIT ?";
        }
        if self.shape.has(Flag::FILTERING) {
            self.out += " ALLOW FILTERING";
        }
    }

    fn insert(&mut self) {
        self.out += "INSERT INTO ";
        self.name();
        self.out += " (";
        self.list(self.table.columns.iter().map(|column| column.name));
        self.out += ") VALUES (";
        for i in 0..self.table.columns.len() {
            self.out += if i == 0 { "?" } else { ", ?" };
        }
        self.out += ")";
        if self.shape.has(Flag::IF_NOT_EXISTS) {
            self.out += " IF NOT EXISTS";
        }
        self.using();
    }

    fn update(&mut self) {
        self.out += "UPDATE ";
        self.name();
        self.using();
        if self.shape.has(Flag::WHOLE) {
            return self.whole();
        }
        for (i, (column, op)) in self
            .shape
            .clauses()
            .filter(|(_, op)| op.is_assignment())
            .enumerate()
        {
            self.out += if i == 0 { " SET " } else { ", " };
            self.assignment(column, op);
        }
        self.tail();
    }

    /// SET of all columns outside the key, WHERE of the key.
    fn whole(&mut self) {
        let table = self.table;
        let columns = (0..=u8::MAX).zip(table.columns).map(|(index, _)| index);
        for (i, index) in columns
            .filter(|index| !table.key.contains(index))
            .enumerate()
        {
            self.out += if i == 0 { " SET " } else { ", " };
            self.assignment(index, Op::SET);
        }
        for (i, &index) in table.key.iter().enumerate() {
            self.out += if i == 0 { " WHERE " } else { " AND " };
            self.comparison(index, Op::EQ);
        }
    }

    fn delete(&mut self) {
        self.out += "DELETE FROM ";
        self.name();
        self.using();
        self.tail();
    }

    /// WHERE and IF of an update or a delete.
    fn tail(&mut self) {
        self.comparisons(" WHERE ", Op::is_filter);
        self.comparisons(" IF ", Op::is_condition);
        if self.shape.has(Flag::IF_EXISTS) {
            self.out += " IF EXISTS";
        }
    }

    fn assignment(&mut self, column: u8, op: Op) {
        let name = identifier(self.table.column(column).name);
        let written = match op {
            Op::ADD => write!(self.out, "{name} = {name} + ?"),
            Op::SUB => write!(self.out, "{name} = {name} - ?"),
            Op::PREPEND => write!(self.out, "{name} = ? + {name}"),
            Op::PUT_AT => write!(self.out, "{name}[?] = ?"),
            _ => write!(self.out, "{name} = ?"),
        };
        written.expect("a string takes any text");
    }

    fn comparisons(&mut self, keyword: &str, which: fn(Op) -> bool) {
        for (i, (column, op)) in self
            .shape
            .clauses()
            .filter(|(_, op)| which(*op))
            .enumerate()
        {
            self.out += if i == 0 { keyword } else { " AND " };
            self.comparison(column, op);
        }
    }

    fn comparison(&mut self, column: u8, op: Op) {
        self.out += &identifier(self.table.column(column).name);
        self.out += " ";
        self.out += op.sign();
        if op.markers() > 0 {
            self.out += " ?";
        }
    }

    fn using(&mut self) {
        self.out += match (self.shape.has(Flag::TTL), self.shape.has(Flag::TIMESTAMP)) {
            (true, true) => " USING TTL ? AND TIMESTAMP ?",
            (true, false) => " USING TTL ?",
            (false, true) => " USING TIMESTAMP ?",
            (false, false) => "",
        };
    }

    /// The first clustering column decides: the others go the same way.
    fn order(&mut self) {
        let Some(&first) = self.table.clustering_key().first() else {
            return;
        };
        let column = self.table.column(first);
        let descending = column.descending != self.shape.has(Flag::REVERSED);
        self.out += " ORDER BY ";
        self.out += &identifier(column.name);
        self.out += if descending { " DESC" } else { " ASC" };
    }

    fn name(&mut self) {
        if let Some(keyspace) = self.keyspace {
            self.out += &identifier(keyspace);
            self.out += ".";
        }
        self.out += &identifier(self.table.table);
    }

    fn list<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        for (i, name) in names.enumerate() {
            if i > 0 {
                self.out += ", ";
            }
            self.out += &identifier(name);
        }
    }

    fn columns(&self, which: fn(Op) -> bool) -> Vec<u8> {
        self.shape
            .clauses()
            .filter(|(_, op)| which(*op))
            .map(|(column, _)| column)
            .collect()
    }
}
