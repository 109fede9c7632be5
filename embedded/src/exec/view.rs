//! Materialized views: which row of a view a row of its base makes.

use std::sync::Arc;

use uuid::Uuid;

use crate::catalog::Schema;
use crate::catalog::table::{ColumnKind, Table};
use crate::clock::Clock;
use crate::exec::record::Record;
use crate::exec::restrict::{self, Purpose, Selection};
use crate::exec::scope::Scope;
use crate::exec::term::Env;
use crate::failure::Failure;
use crate::parse::syntax::{Operator, Relation};
use crate::store::Key;
use crate::store::cell::{Cell, Content, Expiry, Marker};
use crate::store::position::{Order, Position};
use crate::store::row::{Row, Stored};
use crate::store::view::{self, Entry};

/// A second before all others: by then nothing has expired. What a view makes of a row does not depend on the time.
const EVER: i64 = i64::MIN;

/// A view with its WHERE planned.
#[derive(Debug)]
struct View {
    base: Arc<Table>,
    id: Uuid,
    filter: Selection,
    /// For each column of the key its place in the base's columns.
    key: Vec<usize>,
    /// How many of them, from the first, are the partition key.
    partition: usize,
    order: Order,
    /// The ids of the columns outside the key.
    shown: Vec<u32>,
    /// The id of the column that is in its key and not in the base's.
    extra: Option<u32>,
    /// The ids of the base's columns that are not in the view, and yet keep its rows there.
    unseen: Vec<u32>,
}

/// All views that `schema` declares.
///
/// # Errors
/// A WHERE that cannot be, in the server's words.
pub(super) fn all(schema: &Schema, clock: &Clock) -> Result<Vec<Arc<dyn view::View>>, Failure> {
    let tables = schema.keyspaces.values().flat_map(|k| k.tables.values());
    let views = tables.filter(|table| table.view.is_some());
    let views = views.map(|table| Ok(Arc::new(plan(table, schema, clock)?) as Arc<dyn view::View>));
    views.collect()
}

fn plan(table: &Table, schema: &Schema, clock: &Clock) -> Result<View, Failure> {
    let of = table
        .view
        .as_ref()
        .ok_or_else(|| Failure::server("a table that is no view"))?;
    let base = schema.table(&table.keyspace, &of.base)?;
    let key = table.columns.iter().filter(|c| c.is_key());
    let place = |id: u32| base.columns.iter().position(|c| c.id == id);
    let shown = table.columns.iter().filter(|c| !c.is_key()).map(|c| c.id);
    let shown: Vec<u32> = shown.collect();
    let regular = base.columns.iter();
    let regular = regular.filter(|c| c.kind == ColumnKind::Regular);
    let unseen = regular.map(|c| c.id).filter(|id| !shown.contains(id));
    Ok(View {
        filter: filter(&of.relations, base, schema, clock)?,
        id: table.id,
        key: key.filter_map(|column| place(column.id)).collect(),
        partition: table.partition,
        order: Order::of(table),
        extra: of.extra,
        unseen: match of.extra {
            Some(_) => Vec::new(),
            None => unseen.collect(),
        },
        shown,
        base: Arc::clone(base),
    })
}

/// The WHERE with its values; that a column of the key is not null goes without saying.
fn filter(
    relations: &[Relation],
    base: &Arc<Table>,
    schema: &Schema,
    clock: &Clock,
) -> Result<Selection, Failure> {
    let real = |relation: &&Relation| relation.operator != Operator::IsNot;
    let relations: Vec<Relation> = relations.iter().filter(real).cloned().collect();
    let mut scope = Scope::new(schema, Some(&base.keyspace), Vec::new());
    let purpose = Purpose::Select {
        allow_filtering: true,
    };
    let planned = restrict::plan(&relations, base, purpose, &mut scope)?;
    planned.bind(&[], &Env::new(schema.flavor, clock, None))
}

impl view::View for View {
    fn id(&self) -> Uuid {
        self.id
    }

    fn base(&self) -> Uuid {
        self.base.id
    }

    fn entry(&self, key: &Key, position: &Position, row: &Row) -> Option<Entry> {
        let statics = Row::default();
        let record = Record {
            key,
            position: Some(position),
            statics: &statics,
            row: Some(row),
        };
        if !self.filter.selects(&record, &self.base, EVER) {
            return None;
        }
        let value = |at: &usize| record.value(&self.base, *at, EVER);
        let values = self.key.iter().map(|at| Some(value(at)?.into_owned()));
        let mut values: Vec<Vec<u8>> = values.collect::<Option<_>>()?;
        let clustering = values.split_off(self.partition);
        let row = self.row(row);
        let alive = row.marker.is_some() || row.is_alive(self.shown.iter().copied(), EVER);
        alive.then(|| Entry {
            key: Key::new(&values),
            position: self.order.row(clustering),
            row,
        })
    }
}

impl View {
    fn row(&self, base: &Row) -> Row {
        let mut row = Row {
            marker: self.marker(base),
            ..Row::default()
        };
        for id in &self.shown {
            if let Some(stored) = base.columns.get(*id) {
                row.columns.insert(*id, stored.clone());
            }
        }
        row
    }

    /// Until when the row is there whatever its columns: with the value that is in the view's key and not in the
    /// base's, or with the base's row and whatever the view does not show of it.
    fn marker(&self, base: &Row) -> Option<Marker> {
        if let Some(extra) = self.extra {
            return lives(base.columns.get(extra)?).next();
        }
        let unseen = self.unseen.iter().filter_map(|id| base.columns.get(*id));
        let markers = base.marker.into_iter().chain(unseen.flat_map(lives));
        markers.reduce(|a, b| Marker {
            timestamp: a.timestamp.max(b.timestamp),
            expiry: later(a.expiry, b.expiry),
        })
    }
}

/// What each live cell of a column would be as a marker.
fn lives(stored: &Stored) -> impl Iterator<Item = Marker> {
    let (one, several) = match stored {
        Stored::Atomic(cell) => (Some(cell), None),
        Stored::Elements(elements) => (None, Some(elements.cells.values())),
    };
    let cells = one.into_iter().chain(several.into_iter().flatten());
    cells.filter_map(|cell: &Cell| match &cell.content {
        Content::Live { expiry, .. } => Some(Marker {
            timestamp: cell.timestamp,
            expiry: expiry.as_deref().copied(),
        }),
        Content::Dead { .. } => None,
    })
}

/// The later end of two; none is never.
fn later(a: Option<Expiry>, b: Option<Expiry>) -> Option<Expiry> {
    let (a, b) = (a?, b?);
    Some(if a.at < b.at { b } else { a })
}
