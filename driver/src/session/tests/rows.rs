//! Rows and prepared statements that a node answers with.

use std::collections::BTreeMap;

use bytes::Bytes;

use crate::frame::response::{Metadata, Prepared, QueryResult, Response, Rows};
use crate::value::{Column, CqlType, Type};

pub(super) type Cell = (Column, Vec<u8>);

pub(super) fn cell<T: CqlType>(name: &str, value: &T) -> Cell {
    let mut bytes = Vec::new();
    value.write(&mut bytes);
    (column(name, T::cql_type()), bytes)
}

pub(super) fn column(name: &str, ty: Type) -> Column {
    Column {
        keyspace: "k".into(),
        table: "t".into(),
        name: name.into(),
        ty,
    }
}

pub(super) fn table(rows: Vec<Vec<Cell>>) -> QueryResult {
    let columns = rows
        .first()
        .map(|row| row.iter().map(|(c, _)| c.clone()).collect::<Vec<_>>());
    let columns = columns.unwrap_or_else(|| vec![column("none", Type::Int)]);
    let cells = rows
        .iter()
        .map(|row| row.iter().map(|(_, bytes)| Some(bytes)));
    QueryResult::Rows(Rows::new(Metadata::new(columns.into()), cells).unwrap())
}

pub(super) fn keyspace_row(name: &str) -> Vec<Cell> {
    let replication = [("class", "SimpleStrategy"), ("replication_factor", "1")];
    let replication: BTreeMap<String, String> = replication
        .map(|(k, v)| (k.to_owned(), v.to_owned()))
        .into();
    vec![
        cell("keyspace_name", &name.to_owned()),
        cell("replication", &replication),
    ]
}

/// A page of one row with one int.
pub(super) fn one_row(value: i32) -> Response {
    Response::Result(table(vec![vec![cell("v", &value)]]))
}

/// One int marker per `?`; the first one is the partition key.
pub(super) fn prepared(text: &str) -> Response {
    let markers: Vec<Column> = text.matches('?').map(|_| column("id", Type::Int)).collect();
    let select = text.starts_with("SELECT");
    let result: Vec<Column> = select.then(|| column("v", Type::Int)).into_iter().collect();
    Response::Result(QueryResult::Prepared(Prepared {
        id: Bytes::copy_from_slice(text.as_bytes()),
        result_id: Bytes::new(),
        partition_key: if markers.is_empty() { vec![] } else { vec![0] },
        markers: markers.into(),
        lwt: false,
        result: Metadata::new(result.into()),
    }))
}
