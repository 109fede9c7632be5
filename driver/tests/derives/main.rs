//! The derives of values and rows, used with the driver alone.

mod rows;
mod values;

use std::sync::Arc;

use scylla_orm_driver::value::{Column, Type, UserType};

/// Bytes from hexadecimal text; blanks are skipped.
fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .chars()
        .filter_map(|c| c.to_digit(16))
        .map(|d| u8::try_from(d).expect("four bits"))
        .collect();
    digits
        .chunks(2)
        .map(|pair| pair[0] << 4 | pair[1])
        .collect()
}

/// A type of CQL; `point` has the fields that are given.
fn ty(text: &str, point: &[(&str, &str)]) -> Type {
    let fields = point.iter().map(|(name, field)| {
        let ty = Type::parse(field, &|_| None).expect("a type");
        (Box::from(*name), ty)
    });
    let user = Arc::new(UserType {
        keyspace: "k".into(),
        name: "point".into(),
        fields: fields.collect(),
    });
    Type::parse(text, &|_| Some(user.clone())).expect("a type")
}

/// Columns of these names and types.
fn columns(columns: &[(&str, &str)]) -> Arc<[Column]> {
    let column = |(name, cql): &(&str, &str)| Column {
        keyspace: "k".into(),
        table: "t".into(),
        name: Box::from(*name),
        ty: ty(cql, &[("x", "tinyint"), ("y", "text")]),
    };
    columns.iter().map(column).collect()
}
