//! The servers' order of encoded values.

use std::cmp::Ordering;

use super::super::vector::take_element;
use super::super::{Cells, decimal, timeuuid, uuid, varint};
use super::Type;

impl Type {
    /// The server's order of two encoded values of this type, as of a clustering column that is not reversed.
    ///
    /// A value of no bytes comes before all others. The order is total whatever the bytes are, as sorting demands.
    pub fn compare(&self, a: &[u8], b: &[u8]) -> Ordering {
        match self {
            Type::Ascii
            | Type::Text
            | Type::Blob
            | Type::Date
            | Type::Duration
            | Type::Inet
            | Type::Custom(_) => a.cmp(b),
            Type::Boolean => by(a, b, |[byte]: [u8; 1]| byte != 0),
            Type::TinyInt => by(a, b, i8::from_be_bytes),
            Type::SmallInt => by(a, b, i16::from_be_bytes),
            Type::Int => by(a, b, i32::from_be_bytes),
            Type::BigInt | Type::Counter | Type::Time | Type::Timestamp => {
                by(a, b, i64::from_be_bytes)
            }
            Type::Float => by(a, b, |bytes| float(f32::from_be_bytes(bytes).into())),
            Type::Double => by(a, b, |bytes| float(f64::from_be_bytes(bytes))),
            Type::Uuid => by(a, b, uuid::order_key),
            Type::TimeUuid => by(a, b, timeuuid::order_key),
            Type::VarInt => empty_first(a, b, varint::compare),
            Type::Decimal => decimal::compare(a, b),
            Type::List(t) | Type::Set(t) => sequence(a, b, |_, a, b| t.compare(a, b)),
            Type::Map(k, v) => sequence(a, b, |cell, a, b| {
                let ty = if cell % 2 == 0 { k } else { v };
                ty.compare(a, b)
            }),
            Type::Tuple(types) => members(a, b, |n, a, b| typed(types.get(n), a, b)),
            Type::User(ty) => members(a, b, |n, a, b| typed(ty.fields.get(n).map(|f| &f.1), a, b)),
            Type::Vector(t, _) => vectors(t, a, b),
            Type::Frozen(t) => t.compare(a, b),
        }
    }
}

/// By what `read` makes of `N` bytes. Others come by their length: none first.
fn by<const N: usize, T: Ord>(a: &[u8], b: &[u8], read: impl Fn([u8; N]) -> T) -> Ordering {
    match (<[u8; N]>::try_from(a), <[u8; N]>::try_from(b)) {
        (Ok(a), Ok(b)) => read(a).cmp(&read(b)),
        _ => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
    }
}

fn empty_first(a: &[u8], b: &[u8], order: fn(&[u8], &[u8]) -> Ordering) -> Ordering {
    match (a, b) {
        ([], _) | (_, []) => a.len().cmp(&b.len()),
        _ => order(a, b),
    }
}

/// As whole numbers: -0 before 0, and all NaN alike after everything.
fn float(n: f64) -> i64 {
    if n.is_nan() {
        return i64::MAX;
    }
    let bits = n.to_bits().cast_signed();
    // In negative ones larger magnitudes come first.
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// Collections: the first pair of different cells decides, then the number of cells. `order` also gets a cell's place.
pub(in super::super) fn sequence(
    a: &[u8],
    b: &[u8],
    order: impl Fn(usize, &[u8], &[u8]) -> Ordering,
) -> Ordering {
    let (Some((_, a)), Some((_, b))) = (a.split_first_chunk::<4>(), b.split_first_chunk::<4>())
    else {
        return a.len().cmp(&b.len());
    };
    let (mut a, mut b) = (Cells::new(a), Cells::new(b));
    for cell in 0.. {
        match (a.next(), b.next()) {
            (Ok(a), Ok(b)) => match nulls_first(a, b, |a, b| order(cell, a, b)) {
                Ordering::Equal => {}
                different => return different,
            },
            (a, b) => return a.is_ok().cmp(&b.is_ok()),
        }
    }
    Ordering::Equal
}

/// Tuples and user-defined types: the first pair of different members decides. A missing member is null, and null
/// comes first. `order` also gets a member's place.
pub fn members(a: &[u8], b: &[u8], order: impl Fn(usize, &[u8], &[u8]) -> Ordering) -> Ordering {
    let (mut a, mut b) = (Cells::new(a), Cells::new(b));
    for member in 0.. {
        let (x, y) = (a.next(), b.next());
        if x.is_err() && y.is_err() {
            break;
        }
        let (x, y) = (x.unwrap_or_default(), y.unwrap_or_default());
        match nulls_first(x, y, |x, y| order(member, x, y)) {
            Ordering::Equal => {}
            different => return different,
        }
    }
    Ordering::Equal
}

fn nulls_first(
    a: Option<&[u8]>,
    b: Option<&[u8]>,
    order: impl FnOnce(&[u8], &[u8]) -> Ordering,
) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => order(a, b),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

fn typed(ty: Option<&Type>, a: &[u8], b: &[u8]) -> Ordering {
    ty.map_or_else(|| a.cmp(b), |ty| ty.compare(a, b))
}

/// The first pair of different elements decides, then what follows the last element.
fn vectors(element: &Type, mut a: &[u8], mut b: &[u8]) -> Ordering {
    let width = element.width();
    loop {
        match (take_element(&mut a, width), take_element(&mut b, width)) {
            (Ok(x), Ok(y)) => match element.compare(x, y) {
                Ordering::Equal => {}
                different => return different,
            },
            (Err(_), Err(_)) => return a.cmp(b),
            (x, y) => return x.is_ok().cmp(&y.is_ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::testing::hex;
    use super::*;

    /// Encoded values in strictly ascending order.
    fn ascending(ty: &str, values: &[&str]) {
        let ty = Type::parse(ty, &|_| None).unwrap();
        let values: Vec<Vec<u8>> = values.iter().map(|v| hex(v)).collect();
        for (i, a) in values.iter().enumerate() {
            for (j, b) in values.iter().enumerate() {
                assert_eq!(ty.compare(a, b), i.cmp(&j), "{ty}: {a:02x?} {b:02x?}");
            }
        }
    }

    #[test]
    fn the_order_is_the_servers() {
        ascending("int", &["", "80000000", "ffffffff", "00000000", "7fffffff"]);
        ascending("tinyint", &["", "80", "ff", "00", "7f"]);
        ascending(
            "bigint",
            &[
                "",
                "8000000000000000",
                "ffffffffffffffff",
                "0000000000000000",
            ],
        );
        ascending("text", &["", "41", "4141", "61", "c3a4"]);
        ascending("blob", &["", "00", "0000", "7f", "80"]);
        ascending("boolean", &["", "00", "01"]);
        ascending("date", &["", "00000000", "80000000", "ffffffff"]);
        ascending(
            "float",
            &[
                "", "ff800000", "bf800000", "80000000", "00000000", "3f800000", "7f800000",
                "7fc00000",
            ],
        );
        ascending(
            "double",
            &[
                "",
                "c000000000000000",
                "bff0000000000000",
                "3ff0000000000000",
                "7ff8000000000000",
            ],
        );
        ascending("varint", &["", "ff00", "80", "ff", "00", "7f", "0080"]);
        ascending(
            "decimal",
            &[
                "",
                "00000002ff6a",
                "0000000000",
                "0000000309",
                "000000010f",
                "fffffffd01",
            ],
        );
        ascending("inet", &["", "7f000001", "80000000"]);
    }

    #[test]
    fn uuids_go_by_version_then_time_and_timeuuids_by_time() {
        // Time 1 and 2^32, then version 4.
        let early = "00000001 0000 1000 8000 000000000000";
        let late = "00000000 0001 1000 8000 000000000000";
        let random = "00000000 0000 4000 8000 000000000000";
        ascending("uuid", &["", early, late, random]);
        let signed = "00000001 0000 1000 0000 000000000000";
        ascending("timeuuid", &["", early, signed, late]);
        ascending("uuid", &[signed, early]);
    }

    #[test]
    fn composites_go_by_their_parts() {
        let (minus, one) = ("00000001 ff", "00000001 01");
        let list = |count: u8, cells: &str| format!("000000{count:02x} {cells}");
        let lists = [
            list(0, ""),
            list(1, minus),
            list(2, &format!("{minus}{one}")),
            list(1, one),
        ];
        ascending("list<tinyint>", &lists.each_ref().map(String::as_str));
        ascending(
            "frozen<set<tinyint>>",
            &lists.each_ref().map(String::as_str),
        );
        let maps = [
            list(1, &format!("{minus}{one}")),
            list(1, &format!("{one}{minus}")),
            list(1, &format!("{one}{one}")),
        ];
        ascending(
            "map<tinyint, tinyint>",
            &maps.each_ref().map(String::as_str),
        );
        let null = "ffffffff";
        let tuples = [
            "",
            minus,
            &format!("{minus}{minus}"),
            &format!("{minus}{one}"),
            one,
        ];
        ascending("tuple<tinyint, tinyint>", &tuples);
        let ty = Type::Tuple(vec![Type::TinyInt, Type::TinyInt]);
        let padded = hex(&format!("{minus}{null}"));
        assert_eq!(ty.compare(&hex(minus), &padded), Ordering::Equal);
        ascending(
            "vector<int, 2>",
            &["ffffffff00000005", "0000000000000001", "0000000100000000"],
        );
        ascending("vector<tinyint, 2>", &["01ff0101", "01000101", "01010101"]);
    }
}
