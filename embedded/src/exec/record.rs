//! A row as statements see it: a value per column of its table, wherever it is stored.

use std::borrow::Cow;

use scylla_orm_driver::value::Type;

use crate::catalog::table::{Column, ColumnKind, Table};
use crate::exec::term::collection;
use crate::store::Key;
use crate::store::cell::Cell;
use crate::store::position::Position;
use crate::store::row::{Row, Stored};

/// A row with its key and the static row of its partition.
#[derive(Debug, Clone)]
pub(crate) struct Record<'a> {
    pub(crate) key: &'a Key,
    /// None for the record of a partition that has nothing but static columns.
    pub(crate) position: Option<&'a Position>,
    pub(crate) statics: &'a Row,
    pub(crate) row: Option<&'a Row>,
}

impl<'a> Record<'a> {
    /// The value of the column at `index` of the table's columns, at second `now`; `None` is null.
    pub(crate) fn value(&self, table: &Table, index: usize, now: i64) -> Option<Cow<'a, [u8]>> {
        let column = table.columns.get(index)?;
        match column.kind {
            ColumnKind::Partition => {
                let components = self.key.components(table.partition);
                components.get(index).copied().map(Cow::Borrowed)
            }
            ColumnKind::Clustering => {
                let values = self.position?.values();
                let value = values.get(index.checked_sub(table.partition)?)?;
                Some(Cow::Borrowed(value))
            }
            ColumnKind::Static | ColumnKind::Regular => value(self.home(column)?, column, now),
        }
    }

    /// The row that holds the cells of a column outside the key.
    pub(crate) fn home(&self, column: &Column) -> Option<&'a Row> {
        match column.kind {
            ColumnKind::Static => Some(self.statics),
            _ => self.row,
        }
    }

    /// The live cell of a column outside the key that is stored whole.
    pub(crate) fn cell(&self, column: &Column, now: i64) -> Option<&'a Cell> {
        self.home(column)?.atomic(column.id, now)
    }
}

/// The value of a column outside the key, as `row` holds it at second `now`. A collection without live elements is
/// null.
pub(crate) fn value<'a>(row: &'a Row, column: &Column, now: i64) -> Option<Cow<'a, [u8]>> {
    match row.columns.get(column.id)? {
        Stored::Atomic(cell) => cell.value(now).map(Cow::Borrowed),
        Stored::Elements(_) => {
            let elements: Vec<(&[u8], &[u8])> = row
                .elements(column.id, now)
                .filter_map(|(key, cell)| Some((key, cell.value(now)?)))
                .collect();
            if elements.is_empty() {
                return None;
            }
            Some(Cow::Owned(assembled(&column.ty, elements)))
        }
    }
}

/// Under which key the field at `index` of a user-defined type is stored.
pub(crate) fn field_key(index: usize) -> Vec<u8> {
    u16::try_from(index)
        .unwrap_or(u16::MAX)
        .to_be_bytes()
        .to_vec()
}

/// One value of all its live elements.
fn assembled(ty: &Type, mut elements: Vec<(&[u8], &[u8])>) -> Vec<u8> {
    match ty {
        Type::Set(member) => {
            let mut members: Vec<&[u8]> = elements.into_iter().map(|(key, _)| key).collect();
            collection::sort_members(member, &mut members);
            collection::encode_members(&members)
        }
        Type::Map(key, _) => {
            collection::sort_pairs(key, &mut elements);
            collection::encode_pairs(&elements)
        }
        Type::User(user) => {
            let field = |index| {
                let key = field_key(index);
                let mut stored = elements.iter();
                stored.find(|(k, _)| *k == key).map(|(_, value)| *value)
            };
            let fields: Vec<Option<&[u8]>> = (0..user.fields.len()).map(field).collect();
            collection::encode_fields(&fields)
        }
        // A list: its cells stand in its order.
        _ => {
            let members: Vec<&[u8]> = elements.into_iter().map(|(_, value)| value).collect();
            collection::encode_members(&members)
        }
    }
}
