//! A value of any type: what can be read can be written, and is then read as the same.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::str::FromStr;

use bytes::Bytes;
use scylla_orm_driver::frame::response::Rows;
use scylla_orm_driver::value::{
    Date, Decimal, Duration, Time, TimeUuid, Timestamp, ToCql, Type, Value, Varint,
};

/// A length, so many bytes that describe columns, and a value for the first of them. Also texts.
pub(crate) fn run(data: &[u8]) {
    let [length, rest @ ..] = data else { return };
    let (description, value) = rest.split_at(usize::from(*length).min(rest.len()));
    if let Some(ty) = first_type(description) {
        of(&ty, value);
    }
    if let Ok(text) = std::str::from_utf8(rest) {
        texts(text);
    }
}

/// The type of the first column that these bytes describe, as rows do.
fn first_type(description: &[u8]) -> Option<Type> {
    // One column of no table, and no rows.
    let head = [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    let body = [&head[..], description, &[0; 4]].concat();
    let rows = Rows::decode(Bytes::from(body), None).ok()?;
    let column = rows.metadata.columns.first()?;
    has_names(&column.ty).then(|| column.ty.clone())
}

/// Whether the fields of user-defined types have a name each, as servers demand: values go by the names.
fn has_names(ty: &Type) -> bool {
    match ty {
        Type::List(t) | Type::Set(t) | Type::Vector(t, _) | Type::Frozen(t) => has_names(t),
        Type::Map(k, v) => has_names(k) && has_names(v),
        Type::Tuple(types) => types.iter().all(has_names),
        Type::User(user) => {
            let names: HashSet<_> = user.fields.iter().map(|(name, _)| name).collect();
            names.len() == user.fields.len() && user.fields.iter().all(|(_, ty)| has_names(ty))
        }
        _ => true,
    }
}

/// Bytes as a value of a type.
pub(crate) fn of(ty: &Type, bytes: &[u8]) {
    let valid = ty.validate(bytes);
    let Ok(Some(value)) = Value::decode(ty, Some(bytes)) else {
        assert!(valid.is_err(), "{ty}: valid, but no value: {bytes:02x?}");
        return;
    };
    super::rows::typed(ty, Some(bytes));
    assert!(value.fits(ty), "{ty}: {value}");
    drop(value.to_string());
    let mut written = Vec::new();
    value.write(&mut written);
    assert_eq!(ty.compare(&written, &written), Ordering::Equal);
    let order = ty.compare(bytes, &written);
    assert_eq!(
        order.reverse(),
        ty.compare(&written, bytes),
        "{ty}: {value}"
    );
    let second = Value::decode(ty, Some(&written));
    let Ok(Some(second)) = second else {
        panic!("{ty}: {value} was written as {written:02x?}, which is no value: {second:?}");
    };
    let mut again = Vec::new();
    second.write(&mut again);
    assert_eq!(again, written, "{ty}: {value}");
}

/// Text that is a value reads as the same value when it is shown.
fn texts(text: &str) {
    fn check<T: FromStr + ToString + PartialEq + std::fmt::Debug>(text: &str) {
        if let Ok(value) = text.parse::<T>() {
            assert_eq!(value.to_string().parse().ok(), Some(value), "{text}");
        }
    }
    check::<Varint>(text);
    check::<Date>(text);
    check::<Time>(text);
    check::<Timestamp>(text);
    check::<Duration>(text);
    check::<TimeUuid>(text);
    // Shown with zeros where the scale is far from the digits, so that a short text could be a very long one.
    if let Ok(value) = text.parse::<Decimal>() {
        let shown = value.to_string();
        assert!(
            shown.len() < 10_000 || text.len() > 1_000,
            "{} bytes of {text}",
            shown.len()
        );
        assert_eq!(shown.parse().ok(), Some(value), "{text}");
    }
}
