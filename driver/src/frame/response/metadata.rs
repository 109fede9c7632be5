//! The columns of a result, and where its next page begins.

use std::sync::Arc;

use bytes::Bytes;

use super::Described;
use crate::frame::{Dialect, Features, ty};
use crate::value::Column;
use crate::wire::{
    Malformed, Reader, TooLong, Why, put_bytes, put_int, put_short_bytes, put_string,
};

/// Columns of a result or markers of a statement, shared by all who need them.
pub type Columns = Arc<[Column]>;

/// The columns of a result, and where its next page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metadata {
    /// The columns, in the order of the cells.
    pub columns: Columns,
    /// Where the next page begins, if there is one.
    pub paging_state: Option<Bytes>,
    /// The new id of the columns, if they are not those that the client knows. Where results have ids
    /// ([`Features::has_result_ids`]).
    pub changed_id: Option<Bytes>,
}

const SAME_TABLE: i32 = 0x1;
const MORE_PAGES: i32 = 0x2;
const NO_COLUMNS: i32 = 0x4;
const CHANGED: i32 = 0x8;

impl Metadata {
    /// Of columns alone: no next page.
    pub fn new(columns: Columns) -> Self {
        Metadata {
            columns,
            paging_state: None,
            changed_id: None,
        }
    }

    /// Appends it, without the columns if the client has asked to `skip` them.
    ///
    /// # Errors
    /// If a name is longer than 65,535 bytes.
    pub fn encode(
        &self,
        skip: bool,
        features: &Features,
        out: &mut Vec<u8>,
    ) -> Result<(), TooLong> {
        let flag = |set: bool, flag: i32| if set { flag } else { 0 };
        let shared = same_table(&self.columns);
        // Cassandra says so of columns that it leaves out, too.
        let same_table = shared.is_some() && (!skip || features.dialect == Dialect::Cassandra);
        put_int(
            out,
            flag(same_table, SAME_TABLE)
                | flag(self.paging_state.is_some(), MORE_PAGES)
                | flag(skip, NO_COLUMNS)
                | flag(self.changed_id.is_some(), CHANGED),
        );
        put_column_count(out, &self.columns)?;
        if let Some(state) = &self.paging_state {
            put_bytes(out, Some(state), "paging state")?;
        }
        if let Some(id) = &self.changed_id {
            put_short_bytes(out, id, "result id")?;
        }
        match skip {
            true => Ok(()),
            false => put_columns(out, &self.columns, shared, features),
        }
    }

    /// Reads it. `known` are the columns if the server leaves them out; without `known` they are then empty.
    ///
    /// # Errors
    /// If it is cut short or contradicts itself, or if `known` has another number of columns.
    pub fn decode(reader: &mut Reader<'_>, known: Option<&Columns>) -> Result<Self, Malformed> {
        Ok(Self::decode_again(reader, known, None)?.0)
    }

    /// Reads it as [`decode`](Metadata::decode) does, and does not read columns again that are described as
    /// `before`. If they are not, returns how they are described now.
    ///
    /// # Errors
    /// As [`decode`](Metadata::decode).
    pub fn decode_again(
        reader: &mut Reader<'_>,
        known: Option<&Columns>,
        before: Option<&Described>,
    ) -> Result<(Self, Option<Described>), Malformed> {
        let flags = reader.int("result flags")?;
        let at = reader.clone();
        let count = reader.count("column count")?;
        let paging_state = match flags & MORE_PAGES {
            0 => None,
            _ => reader.bytes("paging state")?.map(Bytes::copy_from_slice),
        };
        let changed_id = match flags & CHANGED {
            0 => None,
            _ => Some(Bytes::copy_from_slice(reader.short_bytes("result id")?)),
        };
        let (columns, described) = match (flags & NO_COLUMNS, known) {
            (0, _) => Described::read(reader, count, flags & SAME_TABLE != 0, before)?,
            (_, None) => (Columns::default(), None),
            (_, Some(known)) if known.len() == count => (known.clone(), None),
            (_, Some(_)) => return Err(at.malformed("column count", Why::Length)),
        };
        let metadata = Metadata {
            columns,
            paging_state,
            changed_id,
        };
        Ok((metadata, described))
    }
}

/// Keyspace and table, if all columns are of the same.
pub(super) fn same_table(columns: &[Column]) -> Option<&Column> {
    let (first, rest) = columns.split_first()?;
    rest.iter()
        .all(|c| c.table == first.table && c.keyspace == first.keyspace)
        .then_some(first)
}

pub(super) fn put_column_count(out: &mut Vec<u8>, columns: &[Column]) -> Result<(), TooLong> {
    let length = columns.len();
    let field = "columns";
    put_int(
        out,
        i32::try_from(length).map_err(|_| TooLong { field, length })?,
    );
    Ok(())
}

/// Appends columns: keyspace and table once before all if they are `shared`, else with each.
pub(super) fn put_columns(
    out: &mut Vec<u8>,
    columns: &[Column],
    shared: Option<&Column>,
    features: &Features,
) -> Result<(), TooLong> {
    let put_table = |out: &mut Vec<u8>, column: &Column| {
        put_string(out, &column.keyspace, "keyspace")?;
        put_string(out, &column.table, "table")
    };
    if let Some(column) = shared {
        put_table(out, column)?;
    }
    columns.iter().try_for_each(|column| {
        if shared.is_none() {
            put_table(out, column)?;
        }
        put_string(out, &column.name, "column name")?;
        ty::encode(&column.ty, features, out)
    })
}

/// More than any statement can have: markers are counted by a `[short]`, and a row of so many cells fits no page. With
/// names of no bytes a frame could claim so many that they took a hundred times its length.
const MAX_COLUMNS: usize = 65_535;

/// Reads `count` columns. The count is the peer's claim: each column that it claims must be there before
/// anything is allocated for the next.
pub(super) fn read_columns(
    reader: &mut Reader<'_>,
    count: usize,
    shared: bool,
) -> Result<Columns, Malformed> {
    if count > MAX_COLUMNS {
        return Err(reader.malformed("column count", Why::Length));
    }
    let mut types = ty::Budget::default();
    let read_table = |reader: &mut Reader<'_>| -> Result<(Arc<str>, Arc<str>), Malformed> {
        let keyspace = reader.string("keyspace")?.into();
        Ok((keyspace, reader.string("table")?.into()))
    };
    let table = match shared {
        true => Some(read_table(reader)?),
        false => None,
    };
    let columns = (0..count).map(|_| {
        let (keyspace, table) = match &table {
            Some(table) => table.clone(),
            None => read_table(reader)?,
        };
        Ok(Column {
            keyspace,
            table,
            name: reader.string("column name")?.into(),
            ty: ty::decode(reader, &mut types)?,
        })
    });
    columns.collect()
}
