//! A modification with its values: what it changes in the store.

use scylla_orm_driver::value::Type;
use scylla_orm_driver::wire::Cell;

use crate::catalog::table::{Column, ColumnKind};
use crate::exec::modify::cells;
use crate::exec::modify::operation::{Action, NULL_COUNT, Operation};
use crate::exec::modify::using::Stamp;
use crate::exec::modify::{Modify, Verb};
use crate::exec::restrict::Selection;
use crate::exec::term::{Bound, Env, Expression, unset};
use crate::failure::Failure;
use crate::flavor::Flavor;
use crate::store::partition::{Change, Partition, RowChange};
use crate::store::position::Position;
use crate::store::row::{Count, Row, Stored};
use crate::store::{Key, Store};

/// A modification with its values.
pub(crate) struct Write<'m> {
    pub(crate) modify: &'m Modify,
    pub(crate) values: &'m [Cell<'m>],
    pub(crate) selection: Selection,
    stamp: Stamp,
}

impl<'m> Write<'m> {
    pub(super) fn new(
        modify: &'m Modify,
        values: &'m [Cell<'m>],
        env: &Env<'_>,
    ) -> Result<Write<'m>, Failure> {
        let selection = modify.restrictions.bind(values, env)?;
        let stamp = modify.using.stamp(&modify.table, values, env)?;
        Ok(Write {
            modify,
            values,
            selection,
            stamp,
        })
    }

    /// The rows that it names, in clustering order; none if it is about ranges, or about the partition alone.
    pub(crate) fn rows(&self) -> Vec<Position> {
        if self.modify.of_statics || !self.modify.restrictions.names_rows() {
            return Vec::new();
        }
        let ranges = self.selection.ranges.iter();
        ranges.map(|range| range.start.row()).collect()
    }

    /// What it changes, partition by partition. The store is read where an operation needs what was there before.
    ///
    /// # Errors
    /// Values that do not fit, and operations that the data does not allow.
    pub(crate) fn changes(
        &self,
        store: &Store,
        env: &Env<'_>,
    ) -> Result<Vec<(Key, Change)>, Failure> {
        let data = store.table(self.modify.table.id);
        let keys = self.selection.keys().iter();
        keys.map(|key| Ok((key.clone(), self.change(data.partition(key), env)?)))
            .collect()
    }

    fn change(&self, before: Option<&Partition>, env: &Env<'_>) -> Result<Change, Failure> {
        let mut change = Change {
            counters_die: env.flavor == Flavor::Scylla,
            ..Change::default()
        };
        if self.modify.verb == Verb::Delete && self.modify.operations.is_empty() {
            self.delete_rows(&mut change);
            return Ok(change);
        }
        // Static columns are set beside each row that is named: `c IN ()` names none.
        if !self.modify.of_statics
            && self.modify.restrictions.names_rows()
            && self.selection.ranges.is_empty()
        {
            return Ok(change);
        }
        let statics = self.row_change(ColumnKind::Static, before.map(Partition::statics), env)?;
        if !statics.row.is_empty() || !statics.counters.is_empty() {
            change.statics = Some(statics);
        }
        for position in self.rows() {
            let row = before.and_then(|partition| partition.row(&position));
            let mut row = self.row_change(ColumnKind::Regular, row, env)?;
            if self.modify.verb == Verb::Insert {
                row.row.marker = Some(self.stamp.marker());
            }
            change.rows.push((position, row));
        }
        Ok(change)
    }

    /// A DELETE without columns: of the partition, of rows, or of ranges of rows.
    fn delete_rows(&self, change: &mut Change) {
        let deletion = self.stamp.deletion();
        if !self.modify.restrictions.restricts_clustering() {
            change.deletion = Some(deletion);
        } else if self.modify.restrictions.names_rows() {
            let delete = |position| {
                let row = Row {
                    deletion: Some(deletion),
                    ..Row::default()
                };
                let counters = Vec::new();
                (position, RowChange { row, counters })
            };
            change.rows = self.rows().into_iter().map(delete).collect();
        } else {
            let ranges = self.selection.ranges.iter();
            change.ranges = ranges.map(|range| (range.clone(), deletion)).collect();
        }
    }

    /// What the operations on columns of one kind do to a row.
    fn row_change(
        &self,
        kind: ColumnKind,
        before: Option<&Row>,
        env: &Env<'_>,
    ) -> Result<RowChange, Failure> {
        let mut change = RowChange::default();
        for operation in &self.modify.operations {
            let column = self.modify.table.columns.get(operation.column);
            if let Some(column) = column.filter(|column| column.kind == kind) {
                self.operate(operation, column, before, &mut change, env)?;
            }
        }
        Ok(change)
    }

    fn operate(
        &self,
        operation: &Operation,
        column: &Column,
        before: Option<&Row>,
        change: &mut RowChange,
        env: &Env<'_>,
    ) -> Result<(), Failure> {
        if let Action::Count(delta, negative) = &operation.action {
            let count = self.count(delta, *negative, column, env)?;
            change.counters.extend(count);
            return Ok(());
        }
        let edit = cells::Edit {
            column,
            before,
            stamp: &self.stamp,
            env,
        };
        let value = |expression: &Expression| expression.evaluate(self.values, env);
        let stored = match &operation.action {
            Action::Set(term) => edit.set(value(term)?)?,
            Action::SetElement(key, term) => edit.set_element(value(key)?, value(term)?)?,
            Action::SetField(index, term) => edit.set_field(*index, value(term)?),
            Action::Add(term) => edit.add(value(term)?),
            // It adds to what the statement has written so far.
            Action::Augment(term) => match change.row.atomic(column.id, self.stamp.now) {
                Some(written) => {
                    let written = Row {
                        columns: [(column.id, Stored::Atomic(written.clone()))].into(),
                        ..Row::default()
                    };
                    let before = Some(&written);
                    cells::Edit { before, ..edit }.augment(value(term)?)?
                }
                None => edit.augment(value(term)?)?,
            },
            Action::Prepend(term) => edit.prepend(value(term)?)?,
            Action::Subtract(term) => edit.subtract(value(term)?),
            Action::Delete => Some(edit.delete()),
            Action::DeleteElement(key) => edit.delete_element(value(key)?)?,
            Action::DeleteField(index) => edit.set_field(*index, Bound::Null),
            Action::Count(..) => None,
        };
        if let Some(stored) = stored {
            // Two operations on one column are one write.
            let row = Row {
                columns: [(column.id, stored)].into(),
                ..Row::default()
            };
            change.row.merge(row);
        }
        Ok(())
    }

    fn count(
        &self,
        delta: &Expression,
        negative: bool,
        column: &Column,
        env: &Env<'_>,
    ) -> Result<Option<Count>, Failure> {
        let value = match delta.evaluate(self.values, env)? {
            Bound::Value(value) => value,
            Bound::Null => {
                return Err(Failure::invalid(NULL_COUNT));
            }
            Bound::Unset => return Ok(None),
        };
        debug_assert_eq!(column.ty, Type::Counter);
        let delta = <[u8; 8]>::try_from(value.as_slice()).map(i64::from_be_bytes);
        let Ok(delta) = delta else {
            return Err(unset(env.flavor, &column.name));
        };
        if negative && delta == i64::MIN {
            return Err(Failure::invalid(format!(
                "The negation of {delta} overflows supported counter precision (signed 8 bytes integer)"
            )));
        }
        Ok(Some(Count {
            column: column.id,
            delta: if negative { -delta } else { delta },
            timestamp: self.stamp.timestamp,
        }))
    }
}
