//! The rows of virtual tables as data, so that they are read as those of all others.

use crate::catalog::system::Row;
use crate::catalog::table::{ColumnKind, Table};
use crate::store::cell::{Cell, Content, Marker};
use crate::store::partition::{Change, RowChange};
use crate::store::position::Order;
use crate::store::row::{self, Stored};
use crate::store::{Data, Key};

/// Puts rows of `table`, as [`crate::catalog::system::rows`] makes them, into partitions.
pub(super) fn data(table: &Table, rows: Vec<Row>) -> Data {
    let order = Order::of(table);
    let mut data = Data::default();
    for row in rows {
        let mut key = Vec::new();
        let mut clustering = Vec::new();
        let mut stored = row::Row {
            marker: Some(Marker {
                timestamp: 0,
                expiry: None,
            }),
            ..row::Row::default()
        };
        let mut statics = row::Row::default();
        for (column, value) in table.columns.iter().zip(row) {
            match (column.kind, value) {
                (ColumnKind::Partition, value) => key.push(value.unwrap_or_default()),
                (ColumnKind::Clustering, value) => clustering.push(value.unwrap_or_default()),
                (_, None) => {}
                (_, Some(value)) => {
                    let content = Content::Live {
                        value: value.into(),
                        expiry: None,
                    };
                    let cell = Cell {
                        timestamp: 0,
                        content,
                    };
                    let home = match column.kind {
                        ColumnKind::Static => &mut statics,
                        _ => &mut stored,
                    };
                    home.columns.insert(column.id, Stored::Atomic(cell));
                }
            }
        }
        let write = |row| RowChange {
            row,
            ..RowChange::default()
        };
        let change = Change {
            statics: (!statics.columns.is_empty()).then(|| write(statics)),
            rows: vec![(order.row(clustering), write(stored))],
            ..Change::default()
        };
        data.apply(Key::new(&key), change);
    }
    data
}
