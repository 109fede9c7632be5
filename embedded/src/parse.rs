//! From CQL text to statements.

mod cursor;
mod ddl;
mod describe;
mod lexer;
mod modify;
mod relation;
mod role;
pub(crate) mod script;
mod select;
mod selector;
pub(crate) mod show;
pub(crate) mod syntax;
mod table;
mod term;
mod types;
mod view;

use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::parse::cursor::Cursor;
use crate::parse::syntax::{Parsed, QualifiedName, Statement};

/// How many markers the protocol can count.
const MARKERS: usize = 65535;

/// Reads one statement, with an optional `;` behind it.
///
/// # Errors
/// Syntax, with the line and column where the text stops being CQL; invalid, for more markers than the protocol
/// can count.
pub(crate) fn parse(cql: &str, flavor: Flavor) -> Result<Parsed, Failure> {
    let mut cursor = Cursor::new(cql, flavor)?;
    let statement = cursor.statement()?;
    cursor.expect_end()?;
    let markers = cursor.markers;
    if markers.len() > MARKERS {
        return Err(Failure::invalid(format!(
            "Too many markers(?). {} markers exceed the allowed maximum of {MARKERS}",
            markers.len()
        )));
    }
    Ok(Parsed { statement, markers })
}

impl Cursor<'_> {
    fn statement(&mut self) -> Result<Statement, Failure> {
        if let Some(modification) = self.modification()? {
            return Ok(Statement::Modify(modification));
        }
        if self.eat_words(&["select"]) {
            return Ok(Statement::Select(self.select()?));
        }
        if self.eat_words(&["begin"]) {
            return Ok(Statement::Batch(self.batch()?));
        }
        if self.eat_words(&["truncate"]) {
            return Ok(Statement::Truncate(self.truncated()?));
        }
        if self.flavor == Flavor::Scylla && self.eat_words(&["prune", "materialized", "view"]) {
            return Ok(Statement::Prune(self.prune()?));
        }
        if self.eat_words(&["use"]) {
            return Ok(Statement::Use(self.name()?));
        }
        if let Some(statement) = self.role_statement()? {
            return Ok(Statement::Role(statement));
        }
        if self.eat_words(&["create"]) {
            return Ok(Statement::Ddl(self.create()?));
        }
        if self.eat_words(&["alter"]) {
            return Ok(Statement::Ddl(self.alter()?));
        }
        if self.eat_words(&["drop"]) {
            return Ok(Statement::Ddl(self.drop()?));
        }
        if self.eat_words(&["describe"]) || self.eat_words(&["desc"]) {
            return Ok(Statement::Describe(self.describe()?));
        }
        Err(self.no_alternative())
    }

    /// `[TABLE] name [USING TIMEOUT …]`
    fn truncated(&mut self) -> Result<QualifiedName, Failure> {
        self.eat_words(&["table"]);
        let table = self.table_name()?;
        if self.flavor == Flavor::Scylla && self.eat_words(&["using"]) {
            self.expect_words(&["timeout"])?;
            self.term()?;
        }
        Ok(table)
    }
}

#[cfg(test)]
mod tests;
