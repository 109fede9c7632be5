//! Rows being written for a virtual table.

use std::cmp::Ordering;

use scylla_orm_driver::token;
use scylla_orm_driver::value::{ToCql, Type, Wrote};

use crate::catalog::system::Row;
use crate::catalog::table::Table;

/// The rows of a virtual table, as far as they are written.
pub(super) struct Sheet<'a> {
    table: &'a Table,
    rows: Vec<Row>,
}

/// One row of a [`Sheet`].
pub(super) struct Line<'s> {
    table: &'s Table,
    row: &'s mut Row,
}

impl<'a> Sheet<'a> {
    pub(super) fn new(table: &'a Table) -> Self {
        Sheet {
            table,
            rows: Vec::new(),
        }
    }

    /// Another row, all null.
    pub(super) fn line(&mut self) -> Line<'_> {
        self.rows.push(vec![None; self.table.columns.len()]);
        let row = self.rows.last_mut().expect("a row was just added");
        Line {
            table: self.table,
            row,
        }
    }

    /// The rows in the order of a scan.
    pub(super) fn into_rows(mut self) -> Vec<Row> {
        let table = self.table;
        // Every system table has one partition key column.
        let token = |row: &Row| token::murmur3(cell(row, 0));
        self.rows
            .sort_by(|a, b| token(a).cmp(&token(b)).then_with(|| compare(table, a, b)));
        self.rows
    }
}

impl Line<'_> {
    /// The type of a column, if the table has it.
    pub(super) fn column_type(&self, column: &str) -> Option<Type> {
        self.table
            .column(column)
            .map(|(_, column)| column.ty.clone())
    }

    /// Puts a value in, if the table has the column: layouts of the servers differ.
    pub(super) fn set(&mut self, column: &str, value: impl ToCql) -> &mut Self {
        let Some((at, column)) = self.table.column(column) else {
            return self;
        };
        debug_assert!(
            value.fits(&column.ty),
            "{}.{}",
            self.table.name,
            column.name
        );
        let mut bytes = Vec::new();
        if let (Wrote::Value, Some(cell)) = (value.write(&mut bytes), self.row.get_mut(at)) {
            *cell = Some(bytes);
        }
        self
    }

    /// Makes a value null, if the table has the column.
    pub(super) fn clear(&mut self, column: &str) {
        let at = self.table.column(column).map(|(at, _)| at);
        if let Some(cell) = at.and_then(|at| self.row.get_mut(at)) {
            *cell = None;
        }
    }
}

/// The order of two rows of one partition.
fn compare(table: &Table, a: &Row, b: &Row) -> Ordering {
    for (column, at) in table.clustering_key().iter().zip(table.partition..) {
        let order = column.ty.compare(cell(a, at), cell(b, at));
        let order = if column.descending {
            order.reverse()
        } else {
            order
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn cell(row: &Row, at: usize) -> &[u8] {
    row.get(at).and_then(Option::as_deref).unwrap_or_default()
}
