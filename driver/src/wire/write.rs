//! Writing notations behind what is there.

use std::net::{IpAddr, SocketAddr};

use super::{Cell, TooLong};

/// Appends a `[byte]`.
pub fn put_byte(out: &mut Vec<u8>, v: u8) {
    out.push(v);
}

/// Appends a `[short]`.
pub fn put_short(out: &mut Vec<u8>, v: u16) {
    out.extend_from_slice(&v.to_be_bytes());
}

/// Appends an `[int]`.
pub fn put_int(out: &mut Vec<u8>, v: i32) {
    out.extend_from_slice(&v.to_be_bytes());
}

/// Appends a `[long]`.
pub fn put_long(out: &mut Vec<u8>, v: i64) {
    out.extend_from_slice(&v.to_be_bytes());
}

/// Appends a `[string]`.
pub fn put_string(out: &mut Vec<u8>, v: &str, field: &'static str) -> Result<(), TooLong> {
    put_short_bytes(out, v.as_bytes(), field)
}

/// Appends a `[short bytes]`.
pub fn put_short_bytes(out: &mut Vec<u8>, v: &[u8], field: &'static str) -> Result<(), TooLong> {
    let n = u16::try_from(v.len()).map_err(|_| TooLong {
        field,
        length: v.len(),
    })?;
    put_short(out, n);
    out.extend_from_slice(v);
    Ok(())
}

/// Appends a `[long string]`.
pub fn put_long_string(out: &mut Vec<u8>, v: &str, field: &'static str) -> Result<(), TooLong> {
    put_bytes(out, Some(v.as_bytes()), field)
}

/// Appends `[bytes]`; `None` is null.
pub fn put_bytes(out: &mut Vec<u8>, v: Option<&[u8]>, field: &'static str) -> Result<(), TooLong> {
    match v {
        None => put_int(out, -1),
        Some(v) => {
            put_int(
                out,
                i32::try_from(v.len()).map_err(|_| TooLong {
                    field,
                    length: v.len(),
                })?,
            );
            out.extend_from_slice(v);
        }
    }
    Ok(())
}

/// Appends a `[value]`.
pub fn put_value(out: &mut Vec<u8>, v: Cell<'_>, field: &'static str) -> Result<(), TooLong> {
    match v {
        Cell::Value(v) => put_bytes(out, Some(v), field)?,
        Cell::Null => put_int(out, -1),
        Cell::Unset => put_int(out, -2),
    }
    Ok(())
}

/// Appends a `[string list]`.
pub fn put_string_list<S: AsRef<str>>(
    out: &mut Vec<u8>,
    v: &[S],
    field: &'static str,
) -> Result<(), TooLong> {
    put_short(
        out,
        u16::try_from(v.len()).map_err(|_| TooLong {
            field,
            length: v.len(),
        })?,
    );
    v.iter()
        .try_for_each(|s| put_string(out, s.as_ref(), field))
}

/// Appends a `[string map]`.
pub fn put_string_map<K: AsRef<str>, V: AsRef<str>>(
    out: &mut Vec<u8>,
    v: &[(K, V)],
    field: &'static str,
) -> Result<(), TooLong> {
    put_short(
        out,
        u16::try_from(v.len()).map_err(|_| TooLong {
            field,
            length: v.len(),
        })?,
    );
    v.iter().try_for_each(|(k, v)| {
        put_string(out, k.as_ref(), field)?;
        put_string(out, v.as_ref(), field)
    })
}

/// Appends an `[inetaddr]`.
pub fn put_inet_addr(out: &mut Vec<u8>, v: IpAddr) {
    match v {
        IpAddr::V4(a) => {
            out.push(4);
            out.extend_from_slice(&a.octets());
        }
        IpAddr::V6(a) => {
            out.push(16);
            out.extend_from_slice(&a.octets());
        }
    }
}

/// Appends an `[inet]`.
pub fn put_inet(out: &mut Vec<u8>, v: SocketAddr) {
    put_inet_addr(out, v.ip());
    put_int(out, v.port().into());
}

/// Appends an `[int]` length and the content that `put` writes. The length saturates at `i32::MAX`: a body that
/// long is refused as a frame before it is sent, so a wrong length never leaves this process.
#[inline]
pub fn put_sized(out: &mut Vec<u8>, put: impl FnOnce(&mut Vec<u8>)) {
    let at = out.len();
    put_int(out, 0);
    put(out);
    let n = i32::try_from(out.len() - at - 4).unwrap_or(i32::MAX);
    if let Some(field) = out.get_mut(at..at + 4) {
        field.copy_from_slice(&n.to_be_bytes());
    }
}
