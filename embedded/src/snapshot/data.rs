//! The data of one table.

use std::ops::Bound;

use crate::catalog::table::Table;
use crate::snapshot::bytes::{Damaged, Reader, Writer};
use crate::store::cell::{Cell, Content, Deletion, Expiry, Marker};
use crate::store::partition::{Change, RowChange};
use crate::store::position::{Edge, Order, Position, Range};
use crate::store::row::{Elements, Row, Stored};
use crate::store::{Data, Key};

/// Writes the names of the table and of its columns, then each partition.
pub(super) fn encode(table: &Table, data: &Data) -> Vec<u8> {
    let mut out = Writer::default();
    out.bytes(table.keyspace.as_bytes());
    out.bytes(table.name.as_bytes());
    out.count(table.columns.len());
    for column in &table.columns {
        out.bytes(column.name.as_bytes());
    }
    for (key, partition) in data.scan(Bound::Unbounded, Bound::Unbounded) {
        out.bytes(&key.bytes);
        put_change(&mut out, table, partition.everything());
    }
    out.0
}

/// The partitions, each as the write that makes it.
pub(super) fn decode(table: &Table, bytes: &[u8]) -> Result<Vec<(Key, Change)>, Damaged> {
    let mut reader = Reader::new(bytes);
    let (keyspace, name) = (reader.bytes()?, reader.bytes()?);
    if (keyspace, name) != (table.keyspace.as_bytes(), table.name.as_bytes()) {
        return Err(format!(
            "it is not of the table {}.{}",
            table.keyspace, table.name
        ));
    }
    let mut ids = Vec::new();
    for _ in 0..reader.count()? {
        let name = str::from_utf8(reader.bytes()?).map_err(|_| reader.damaged())?;
        let column = table
            .column(name)
            .ok_or_else(|| format!("the table has no column {name}, of which there is data"))?;
        ids.push(column.1.id);
    }
    let mut source = Source {
        reader,
        ids,
        order: Order::of(table),
    };
    let mut partitions = Vec::new();
    while !source.reader.is_empty() {
        let key = Key::of_bytes(source.reader.bytes()?.to_vec());
        partitions.push((key, source.change()?));
    }
    Ok(partitions)
}

fn put_change(out: &mut Writer, table: &Table, change: Change) {
    put_deletion(out, change.deletion);
    out.count(change.ranges.len());
    for (range, deletion) in &change.ranges {
        put_position(out, &range.start);
        put_position(out, &range.end);
        put_deletion(out, Some(*deletion));
    }
    out.byte(u8::from(change.statics.is_some()));
    if let Some(statics) = change.statics {
        put_row(out, table, statics.row);
    }
    out.count(change.rows.len());
    for (position, row) in change.rows {
        put_position(out, &position);
        put_row(out, table, row.row);
    }
}

fn put_position(out: &mut Writer, position: &Position) {
    out.byte(match position.edge() {
        Edge::Before => 0,
        Edge::At => 1,
        Edge::After => 2,
    });
    out.count(position.values().len());
    for value in position.values() {
        out.bytes(value);
    }
}

fn put_row(out: &mut Writer, table: &Table, row: Row) {
    out.byte(u8::from(row.marker.is_some()));
    if let Some(marker) = row.marker {
        out.long(marker.timestamp);
        put_expiry(out, marker.expiry);
    }
    put_deletion(out, row.deletion);
    let place = |id: u32| table.columns.iter().position(|column| column.id == id);
    let columns = row.columns.into_iter();
    // What is left of columns that were dropped nobody can read.
    let columns: Vec<(usize, Stored)> = columns
        .filter_map(|(id, stored)| Some((place(id)?, stored)))
        .collect();
    out.count(columns.len());
    for (place, stored) in columns {
        out.count(place);
        match stored {
            Stored::Atomic(cell) => {
                out.byte(0);
                put_cell(out, &cell);
            }
            Stored::Elements(elements) => {
                out.byte(1);
                put_deletion(out, elements.deletion);
                out.count(elements.cells.len());
                for (key, cell) in &elements.cells {
                    out.bytes(key);
                    put_cell(out, cell);
                }
            }
        }
    }
}

fn put_cell(out: &mut Writer, cell: &Cell) {
    out.long(cell.timestamp);
    match &cell.content {
        Content::Dead { local } => {
            out.byte(0);
            out.long(*local);
        }
        Content::Live { value, expiry } => {
            out.byte(1);
            out.bytes(value);
            put_expiry(out, expiry.as_deref().copied());
        }
    }
}

fn put_expiry(out: &mut Writer, expiry: Option<Expiry>) {
    out.byte(u8::from(expiry.is_some()));
    if let Some(Expiry { ttl, at }) = expiry {
        out.long(i64::from(ttl));
        out.long(at);
    }
}

fn put_deletion(out: &mut Writer, deletion: Option<Deletion>) {
    out.byte(u8::from(deletion.is_some()));
    if let Some(Deletion { timestamp, local }) = deletion {
        out.long(timestamp);
        out.long(local);
    }
}

struct Source<'b> {
    reader: Reader<'b>,
    /// Of the columns, in the order in which the file names them.
    ids: Vec<u32>,
    order: Order,
}

impl Source<'_> {
    fn change(&mut self) -> Result<Change, Damaged> {
        let mut change = Change {
            deletion: self.deletion()?,
            ..Change::default()
        };
        for _ in 0..self.reader.count()? {
            let (start, end) = (self.position()?, self.position()?);
            let deletion = self.deletion()?.ok_or_else(|| self.reader.damaged())?;
            change.ranges.push((Range { start, end }, deletion));
        }
        if self.flag()? {
            change.statics = Some(self.row()?);
        }
        for _ in 0..self.reader.count()? {
            let position = self.position()?;
            change.rows.push((position, self.row()?));
        }
        Ok(change)
    }

    fn position(&mut self) -> Result<Position, Damaged> {
        let edge = match self.reader.byte()? {
            0 => Edge::Before,
            1 => Edge::At,
            2 => Edge::After,
            _ => return Err(self.reader.damaged()),
        };
        let mut values = Vec::new();
        for _ in 0..self.reader.count()? {
            values.push(self.reader.bytes()?.to_vec());
        }
        Ok(self.order.position(values, edge))
    }

    fn row(&mut self) -> Result<RowChange, Damaged> {
        let mut row = Row::default();
        if self.flag()? {
            row.marker = Some(Marker {
                timestamp: self.reader.long()?,
                expiry: self.expiry()?,
            });
        }
        row.deletion = self.deletion()?;
        for _ in 0..self.reader.count()? {
            let place = self.reader.count()?;
            let id = self.ids.get(place).copied();
            let id = id.ok_or_else(|| self.reader.damaged())?;
            row.columns.insert(id, self.stored()?);
        }
        Ok(RowChange {
            row,
            ..RowChange::default()
        })
    }

    fn stored(&mut self) -> Result<Stored, Damaged> {
        if !self.flag()? {
            return self.cell().map(Stored::Atomic);
        }
        let mut elements = Elements {
            deletion: self.deletion()?,
            ..Elements::default()
        };
        for _ in 0..self.reader.count()? {
            let key = self.reader.bytes()?.to_vec();
            elements.cells.insert(key, self.cell()?);
        }
        Ok(Stored::Elements(elements))
    }

    fn cell(&mut self) -> Result<Cell, Damaged> {
        let timestamp = self.reader.long()?;
        let content = match self.flag()? {
            false => Content::Dead {
                local: self.reader.long()?,
            },
            true => Content::Live {
                value: self.reader.bytes()?.into(),
                expiry: self.expiry()?.map(Box::new),
            },
        };
        Ok(Cell { timestamp, content })
    }

    fn expiry(&mut self) -> Result<Option<Expiry>, Damaged> {
        if !self.flag()? {
            return Ok(None);
        }
        let ttl = i32::try_from(self.reader.long()?).map_err(|_| self.reader.damaged())?;
        let at = self.reader.long()?;
        Ok(Some(Expiry { ttl, at }))
    }

    fn deletion(&mut self) -> Result<Option<Deletion>, Damaged> {
        if !self.flag()? {
            return Ok(None);
        }
        let (timestamp, local) = (self.reader.long()?, self.reader.long()?);
        Ok(Some(Deletion { timestamp, local }))
    }

    fn flag(&mut self) -> Result<bool, Damaged> {
        match self.reader.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.reader.damaged()),
        }
    }
}
