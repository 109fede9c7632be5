//! RESULT, kind Prepared: a statement that the server keeps.

use bytes::Bytes;

use super::metadata::{put_column_count, put_columns, read_columns, same_table};
use super::{Columns, Metadata};
use crate::frame::Features;
use crate::wire::{Malformed, Reader, TooLong, put_int, put_short, put_short_bytes};

/// A statement that the server keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Its id, for EXECUTE.
    pub id: Bytes,
    /// The id of the result's columns, where they have one ([`Features::has_result_ids`]); else empty.
    pub result_id: Bytes,
    /// Its bind markers, in order.
    pub markers: Columns,
    /// For each component of the partition key the marker that supplies it. Empty unless every component is
    /// bound by one marker with `=`.
    pub partition_key: Vec<u16>,
    /// Whether it is a conditional update, so far as the server says it.
    pub lwt: bool,
    /// The columns of its result; none if it returns no rows.
    pub result: Metadata,
}

const SAME_TABLE: u32 = 0x1;

impl Prepared {
    /// Appends it without the kind.
    ///
    /// # Errors
    /// If a name or the partition key is more than the protocol can say.
    pub fn encode(&self, features: &Features, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_short_bytes(out, &self.id, "statement id")?;
        if features.has_result_ids() {
            put_short_bytes(out, &self.result_id, "result id")?;
        }
        let shared = same_table(&self.markers);
        let mark = features.lwt_mark.filter(|_| self.lwt).unwrap_or(0);
        let flags = mark | if shared.is_some() { SAME_TABLE } else { 0 };
        put_int(out, flags.cast_signed());
        put_column_count(out, &self.markers)?;
        let (field, length) = ("partition key", self.partition_key.len());
        put_int(
            out,
            i32::try_from(length).map_err(|_| TooLong { field, length })?,
        );
        for marker in &self.partition_key {
            put_short(out, *marker);
        }
        put_columns(out, &self.markers, shared, features)?;
        let nothing = self.result.columns.is_empty();
        self.result.encode(nothing, features, out)
    }

    /// Reads it from what follows the kind.
    ///
    /// # Errors
    /// If it is cut short or contradicts itself.
    pub fn decode(reader: &mut Reader<'_>, features: &Features) -> Result<Self, Malformed> {
        let id = Bytes::copy_from_slice(reader.short_bytes("statement id")?);
        let result_id = match features.has_result_ids() {
            true => Bytes::copy_from_slice(reader.short_bytes("result id")?),
            false => Bytes::new(),
        };
        let flags = reader.int("marker flags")?.cast_unsigned();
        let count = reader.count("marker count")?;
        let components = reader.count("partition key length")?;
        let partition_key = (0..components)
            .map(|_| reader.short("partition key"))
            .collect::<Result<_, _>>()?;
        Ok(Prepared {
            id,
            result_id,
            markers: read_columns(reader, count, flags & SAME_TABLE != 0)?,
            partition_key,
            lwt: features.lwt_mark.is_some_and(|mark| flags & mark != 0),
            result: Metadata::decode(reader, None)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::response::{QueryResult, Response};
    use crate::frame::{Dialect, Version, check};
    use crate::value::{Column, Type};

    fn column(name: &str, ty: Type) -> Column {
        Column {
            keyspace: "ks".into(),
            table: "t".into(),
            name: name.into(),
            ty,
        }
    }

    fn check(features: &Features, prepared: &Prepared, body: &str) {
        let result = Response::Result(QueryResult::Prepared(prepared.clone()));
        check::response(features, &result, &format!("00000004 {body}"));
    }

    #[test]
    fn a_select_and_an_insert() {
        let features = Features::default();
        let markers: Columns = [column("b", Type::Int), column("a", Type::Text)].into();
        let mut prepared = Prepared {
            id: Bytes::from_static(&[0xca, 0xfe]),
            result_id: Bytes::new(),
            markers,
            partition_key: vec![1, 0],
            lwt: false,
            result: Metadata::new([column("v", Type::BigInt)].into()),
        };
        let table = "0002 6b73 0001 74";
        let markers = format!("00000002 00000002 0001 0000 {table} 0001 62 0009 0001 61 000d");
        check(
            &features,
            &prepared,
            &format!("0002 cafe 00000001 {markers} 00000001 00000001 {table} 0001 76 0002"),
        );
        prepared.result = Metadata::new(Columns::default());
        let insert = format!("0002 cafe 00000001 {markers} 00000004 00000000");
        check(&features, &prepared, &insert);

        prepared.lwt = true;
        let marked = format!("0002 cafe 80000001 {markers} 00000004 00000000");
        let mut scylla = Features::of(Dialect::Scylla);
        scylla.metadata_id = false;
        check(&scylla, &prepared, &marked);
        let mut out = Vec::new();
        prepared.encode(&features, &mut out).unwrap();
        assert_eq!(check::digits(&out), check::digits(&check::hex(&insert)));

        prepared.lwt = false;
        prepared.result_id = Bytes::from_static(&[7]);
        scylla.metadata_id = true;
        let body = format!("0002 cafe 0001 07 00000001 {markers} 00000004 00000000");
        check(&scylla, &prepared, &body);
        let mut features = features;
        features.version = Version::V5;
        let body = format!("0002 cafe 0001 07 00000001 {markers} 00000004 00000000");
        check(&features, &prepared, &body);
    }

    #[test]
    fn a_statement_without_markers() {
        let prepared = Prepared {
            id: Bytes::from_static(&[1]),
            result_id: Bytes::new(),
            markers: Columns::default(),
            partition_key: Vec::new(),
            lwt: false,
            result: Metadata::new(Columns::default()),
        };
        let body = "0001 01 00000000 00000000 00000000 00000004 00000000";
        check(&Features::default(), &prepared, body);
    }
}
