//! Collections, tuples and vectors as bytes: taking them apart and putting them together.

use scylla_orm_driver::value::Type;
use scylla_orm_driver::wire::{self, Reader};

/// The members of an encoded list or set. What is cut short ends there: the bytes were validated when they came.
pub(crate) fn members(bytes: &[u8]) -> Vec<&[u8]> {
    let mut reader = Reader::new(bytes);
    let count = reader.count("count").unwrap_or(0);
    (0..count)
        .map_while(|_| reader.bytes("member").ok().flatten())
        .collect()
}

/// The pairs of an encoded map.
pub(crate) fn pairs(bytes: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut reader = Reader::new(bytes);
    let count = reader.count("count").unwrap_or(0);
    (0..count)
        .map_while(|_| {
            let key = reader.bytes("key").ok().flatten()?;
            Some((key, reader.bytes("value").ok().flatten()?))
        })
        .collect()
}

/// The fields of an encoded tuple or user-defined type; trailing ones may be missing.
pub(crate) fn fields(bytes: &[u8]) -> Vec<Option<&[u8]>> {
    let mut reader = Reader::new(bytes);
    let mut fields = Vec::new();
    while !reader.rest().is_empty() {
        match reader.bytes("field") {
            Ok(field) => fields.push(field),
            Err(_) => break,
        }
    }
    fields
}

/// A list or set of these members, in this order.
pub(crate) fn encode_members<M: AsRef<[u8]>>(members: &[M]) -> Vec<u8> {
    let mut out = Vec::new();
    put_count(&mut out, members.len());
    for member in members {
        put(&mut out, Some(member.as_ref()));
    }
    out
}

/// A map of these pairs, in this order.
pub(crate) fn encode_pairs<K: AsRef<[u8]>, V: AsRef<[u8]>>(pairs: &[(K, V)]) -> Vec<u8> {
    let mut out = Vec::new();
    put_count(&mut out, pairs.len());
    for (key, value) in pairs {
        put(&mut out, Some(key.as_ref()));
        put(&mut out, Some(value.as_ref()));
    }
    out
}

/// A tuple or user-defined type of these fields.
pub(crate) fn encode_fields<F: AsRef<[u8]>>(fields: &[Option<F>]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in fields {
        put(&mut out, field.as_ref().map(AsRef::as_ref));
    }
    out
}

/// A vector of these members: without lengths if `ty`, the members' type, has a fixed one.
pub(crate) fn encode_vector<M: AsRef<[u8]>>(ty: &Type, members: &[M]) -> Vec<u8> {
    let mut out = Vec::new();
    for member in members {
        let member = member.as_ref();
        if fixed_width(ty).is_none() {
            put_unsigned_vint(&mut out, member.len());
        }
        out.extend_from_slice(member);
    }
    out
}

/// The members of a vector of `count` members of type `ty`; what is cut short ends there.
pub(crate) fn vector_members<'b>(ty: &Type, count: usize, bytes: &'b [u8]) -> Vec<&'b [u8]> {
    let mut rest = bytes;
    let mut next = || {
        let length = match fixed_width(ty) {
            Some(width) => width,
            None => unsigned_vint(&mut rest)?,
        };
        let (member, after) = rest.split_at_checked(length)?;
        rest = after;
        Some(member)
    };
    (0..count).map_while(|_| next()).collect()
}

/// Members in the order of `ty` and each once, as a set is kept.
pub(crate) fn sort_members<M: AsRef<[u8]>>(ty: &Type, members: &mut Vec<M>) {
    members.sort_by(|a, b| ty.compare(a.as_ref(), b.as_ref()));
    members.dedup_by(|a, b| ty.compare(a.as_ref(), b.as_ref()).is_eq());
}

/// Pairs in the order of `ty`, the keys' type; of several with one key the last stays.
pub(crate) fn sort_pairs<K: AsRef<[u8]>, V>(ty: &Type, pairs: &mut Vec<(K, V)>) {
    pairs.sort_by(|(a, _), (b, _)| ty.compare(a.as_ref(), b.as_ref()));
    // `dedup_by` keeps the first of equals and tells the later one first.
    pairs.dedup_by(|later, first| {
        let same = ty.compare(later.0.as_ref(), first.0.as_ref()).is_eq();
        if same {
            std::mem::swap(later, first);
        }
        same
    });
}

fn put(out: &mut Vec<u8>, bytes: Option<&[u8]>) {
    match bytes {
        Some(bytes) => wire::put_sized(out, |out| out.extend_from_slice(bytes)),
        None => wire::put_int(out, -1),
    }
}

/// The count saturates: what has so many members is refused long before.
fn put_count(out: &mut Vec<u8>, count: usize) {
    wire::put_int(out, i32::try_from(count).unwrap_or(i32::MAX));
}

fn fixed_width(ty: &Type) -> Option<usize> {
    match ty {
        Type::Boolean => Some(1),
        Type::Int | Type::Float => Some(4),
        Type::BigInt | Type::Double | Type::Timestamp => Some(8),
        Type::Uuid | Type::TimeUuid => Some(16),
        Type::Frozen(inner) => fixed_width(inner),
        Type::Vector(inner, n) => Some(fixed_width(inner)? * usize::from(*n)),
        _ => None,
    }
}

/// An unsigned vint: the number of leading ones of the first byte is the number of bytes behind it.
fn put_unsigned_vint(out: &mut Vec<u8>, length: usize) {
    let value = u64::try_from(length).unwrap_or(u64::MAX);
    let bits = 64 - value.leading_zeros().min(63);
    let extra = (bits - 1) / 7;
    if extra >= 8 {
        out.push(0xff);
        out.extend_from_slice(&value.to_be_bytes());
        return;
    }
    let ones = !(0xffu64 >> extra) & 0xff;
    let word = value | ones << (8 * extra);
    let bytes = word.to_be_bytes();
    let from = bytes.len() - usize::try_from(extra).unwrap_or(0) - 1;
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
}

/// Reads what [`put_unsigned_vint`] wrote.
fn unsigned_vint(rest: &mut &[u8]) -> Option<usize> {
    let (first, after) = rest.split_first()?;
    let extra = usize::try_from(first.leading_ones()).ok()?;
    let (behind, after) = after.split_at_checked(extra)?;
    // The nine-byte form has no bits of the number in its first byte.
    let first = 0xffu8.checked_shr(first.leading_ones() + 1).unwrap_or(0) & first;
    let value = behind.iter().fold(u64::from(first), |value, byte| {
        value << 8 | u64::from(*byte)
    });
    *rest = after;
    usize::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        let list = encode_members(&[&b"a"[..], b""]);
        assert_eq!(list, b"\0\0\0\x02\0\0\0\x01a\0\0\0\0");
        assert_eq!(members(&list), [&b"a"[..], b""]);
        let map = encode_pairs(&[(b"k", b"v")]);
        assert_eq!(pairs(&map), [(&b"k"[..], &b"v"[..])]);
        let tuple = encode_fields(&[Some(b"x"), None]);
        assert_eq!(fields(&tuple), [Some(&b"x"[..]), None]);
    }

    #[test]
    fn sorted_and_without_doubles() {
        let int = |v: i32| v.to_be_bytes();
        let mut set = vec![int(2), int(-1), int(2)];
        sort_members(&Type::Int, &mut set);
        assert_eq!(set, [int(-1), int(2)]);
        let mut map = vec![(int(2), 'a'), (int(1), 'b'), (int(2), 'c')];
        sort_pairs(&Type::Int, &mut map);
        assert_eq!(map, [(int(1), 'b'), (int(2), 'c')]);
    }

    #[test]
    fn vectors() {
        let members = [&b"a"[..], b"bc"];
        let encoded = encode_vector(&Type::Text, &members);
        assert_eq!(encoded, b"\x01a\x02bc");
        assert_eq!(vector_members(&Type::Text, 2, &encoded), members);
        let long = vec![7; 300];
        let encoded = encode_vector(&Type::Blob, &[&long]);
        assert_eq!(vector_members(&Type::Blob, 1, &encoded), [&long[..]]);
        assert_eq!(vector_members(&Type::Int, 2, &[0; 8]), [[0; 4]; 2]);
        assert!(vector_members(&Type::Text, 1, b"\xff").is_empty());
        assert_eq!(encode_vector(&Type::Float, &[[0; 4]]), [0; 4]);
        let mut out = Vec::new();
        put_unsigned_vint(&mut out, 127);
        put_unsigned_vint(&mut out, 128);
        put_unsigned_vint(&mut out, 0x4000);
        assert_eq!(out, [127, 0x80, 128, 0xc0, 0x40, 0]);
    }
}
