//! The notations of the CQL protocol (native_protocol_v4.spec, section 3): reading them from bytes that
//! nobody vouches for, and writing them.
//!
//! Reading never panics and never allocates by a length that a peer claims: a [`Reader`] hands out slices of
//! what has arrived. Writing appends to a `Vec<u8>`; lengths are patched after the content is there, so that
//! nothing is computed twice.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// A cursor over the body of a message.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Length of the whole body, so that an error can say where in it reading stopped.
    whole: usize,
}

/// Bytes that are not what the protocol says. Names the place, never the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Malformed {
    /// Offset from the start of the message's body.
    pub offset: usize,
    /// The field that was being read, in the specification's words.
    pub field: &'static str,
    /// What was wrong with it.
    pub why: Why,
}

/// What was wrong with a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Why {
    /// The body ends before the field does.
    Short,
    /// A length or count is negative where that has no meaning, or larger than any legal one.
    Length,
    /// A `[string]` is not UTF-8.
    Utf8,
    /// A code or flag that the protocol does not define.
    Unknown,
    /// Bytes are left after the last field.
    Trailing,
    /// Types are nested deeper than any schema can nest them.
    Nesting,
}

/// A text or list that does not fit the length field of its notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooLong {
    /// The field that was being written.
    pub field: &'static str,
    /// Its length, in bytes or elements.
    pub length: usize,
}

/// A `[value]`: unlike `[bytes]` it tells null from unset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cell<'a> {
    /// Bytes, possibly none.
    Value(&'a [u8]),
    /// Null: a write removes what was there.
    Null,
    /// Unset: a write leaves what was there.
    Unset,
}

impl<'a> Reader<'a> {
    /// Reads `body` from its start.
    pub fn new(body: &'a [u8]) -> Self {
        Reader {
            rest: body,
            whole: body.len(),
        }
    }

    /// How far it has read.
    pub fn offset(&self) -> usize {
        self.whole - self.rest.len()
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// An error at this place.
    pub fn malformed(&self, field: &'static str, why: Why) -> Malformed {
        Malformed {
            offset: self.offset(),
            field,
            why,
        }
    }

    /// Fails if bytes are left.
    pub fn end(&self, field: &'static str) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.malformed(field, Why::Trailing))
        }
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize, field: &'static str) -> Result<&'a [u8], Malformed> {
        match self.rest.split_at_checked(n) {
            Some((head, tail)) => {
                self.rest = tail;
                Ok(head)
            }
            None => Err(self.malformed(field, Why::Short)),
        }
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Malformed> {
        match self.rest.split_first_chunk::<N>() {
            Some((head, tail)) => {
                self.rest = tail;
                Ok(*head)
            }
            None => Err(self.malformed(field, Why::Short)),
        }
    }

    /// `[byte]`
    pub fn byte(&mut self, field: &'static str) -> Result<u8, Malformed> {
        self.array::<1>(field).map(|[b]| b)
    }

    /// `[short]`
    pub fn short(&mut self, field: &'static str) -> Result<u16, Malformed> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// `[int]`
    pub fn int(&mut self, field: &'static str) -> Result<i32, Malformed> {
        self.array(field).map(i32::from_be_bytes)
    }

    /// `[long]`
    pub fn long(&mut self, field: &'static str) -> Result<i64, Malformed> {
        self.array(field).map(i64::from_be_bytes)
    }

    /// `[uuid]`
    pub fn uuid(&mut self, field: &'static str) -> Result<uuid::Uuid, Malformed> {
        self.array(field).map(uuid::Uuid::from_bytes)
    }

    /// An `[int]` that counts things and is never negative. Nothing may be allocated by it.
    pub fn count(&mut self, field: &'static str) -> Result<usize, Malformed> {
        let at = self.clone();
        usize::try_from(self.int(field)?).map_err(|_| at.malformed(field, Why::Length))
    }

    /// `[string]`
    pub fn string(&mut self, field: &'static str) -> Result<&'a str, Malformed> {
        let n = self.short(field)?;
        self.utf8(n.into(), field)
    }

    /// `[long string]`
    pub fn long_string(&mut self, field: &'static str) -> Result<&'a str, Malformed> {
        let n = self.count(field)?;
        self.utf8(n, field)
    }

    fn utf8(&mut self, n: usize, field: &'static str) -> Result<&'a str, Malformed> {
        let at = self.clone();
        std::str::from_utf8(self.take(n, field)?).map_err(|_| at.malformed(field, Why::Utf8))
    }

    /// `[bytes]`; `None` is null.
    pub fn bytes(&mut self, field: &'static str) -> Result<Option<&'a [u8]>, Malformed> {
        match usize::try_from(self.int(field)?) {
            Ok(n) => self.take(n, field).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// `[short bytes]`
    pub fn short_bytes(&mut self, field: &'static str) -> Result<&'a [u8], Malformed> {
        let n = self.short(field)?;
        self.take(n.into(), field)
    }

    /// `[value]`
    pub fn value(&mut self, field: &'static str) -> Result<Cell<'a>, Malformed> {
        let at = self.clone();
        match self.int(field)? {
            -1 => Ok(Cell::Null),
            -2 => Ok(Cell::Unset),
            n => {
                let n = usize::try_from(n).map_err(|_| at.malformed(field, Why::Length))?;
                self.take(n, field).map(Cell::Value)
            }
        }
    }

    /// `[string list]`
    pub fn string_list(&mut self, field: &'static str) -> Result<Vec<&'a str>, Malformed> {
        let n = self.short(field)?;
        (0..n).map(|_| self.string(field)).collect()
    }

    /// `[string map]`, in the order in which it came.
    pub fn string_map(
        &mut self,
        field: &'static str,
    ) -> Result<Vec<(&'a str, &'a str)>, Malformed> {
        let n = self.short(field)?;
        (0..n)
            .map(|_| Ok((self.string(field)?, self.string(field)?)))
            .collect()
    }

    /// `[inetaddr]`
    pub fn inet_addr(&mut self, field: &'static str) -> Result<IpAddr, Malformed> {
        let at = self.clone();
        match self.byte(field)? {
            4 => self
                .array::<4>(field)
                .map(|a| IpAddr::V4(Ipv4Addr::from(a))),
            16 => self
                .array::<16>(field)
                .map(|a| IpAddr::V6(Ipv6Addr::from(a))),
            _ => Err(at.malformed(field, Why::Length)),
        }
    }

    /// `[inet]`
    pub fn inet(&mut self, field: &'static str) -> Result<SocketAddr, Malformed> {
        let ip = self.inet_addr(field)?;
        let at = self.clone();
        let port = u16::try_from(self.int(field)?).map_err(|_| at.malformed(field, Why::Length))?;
        Ok(SocketAddr::new(ip, port))
    }
}

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

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let why = match self.why {
            Why::Short => "the body ends before it does",
            Why::Length => "its length is impossible",
            Why::Utf8 => "it is not UTF-8",
            Why::Unknown => "its value is not defined by the protocol",
            Why::Trailing => "bytes are left after it",
            Why::Nesting => "types are nested too deep",
        };
        write!(f, "field `{}` at offset {}: {why}", self.field, self.offset)
    }
}

impl std::error::Error for Malformed {}

impl fmt::Display for TooLong {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "field `{}` is too long for the protocol: {}",
            self.field, self.length
        )
    }
}

impl std::error::Error for TooLong {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let mut out = Vec::new();
        put_byte(&mut out, 7);
        put_short(&mut out, 0xfffe);
        put_int(&mut out, -5);
        put_long(&mut out, i64::MIN);
        put_string(&mut out, "käse", "s").unwrap();
        put_long_string(&mut out, "x", "s").unwrap();
        put_bytes(&mut out, None, "b").unwrap();
        put_bytes(&mut out, Some(b""), "b").unwrap();
        put_value(&mut out, Cell::Unset, "v").unwrap();
        put_string_list(&mut out, &["a", "b"], "l").unwrap();
        put_string_map(&mut out, &[("k", "v")], "m").unwrap();
        put_inet(&mut out, "[::1]:9042".parse().unwrap());
        put_sized(&mut out, |o| o.extend_from_slice(b"abc"));

        let mut r = Reader::new(&out);
        assert_eq!(r.byte("b"), Ok(7));
        assert_eq!(r.short("s"), Ok(0xfffe));
        assert_eq!(r.int("i"), Ok(-5));
        assert_eq!(r.long("l"), Ok(i64::MIN));
        assert_eq!(r.string("s"), Ok("käse"));
        assert_eq!(r.long_string("s"), Ok("x"));
        assert_eq!(r.bytes("b"), Ok(None));
        assert_eq!(r.bytes("b"), Ok(Some(&b""[..])));
        assert_eq!(r.value("v"), Ok(Cell::Unset));
        assert_eq!(r.string_list("l"), Ok(vec!["a", "b"]));
        assert_eq!(r.string_map("m"), Ok(vec![("k", "v")]));
        assert_eq!(r.inet("i"), Ok("[::1]:9042".parse().unwrap()));
        assert_eq!(r.bytes("b"), Ok(Some(&b"abc"[..])));
        assert_eq!(r.end("end"), Ok(()));
    }

    #[test]
    fn names_the_place_of_what_is_wrong() {
        let mut r = Reader::new(&[0, 3, b'a', 0xff, b'c', 0x80, 0, 0, 0]);
        assert_eq!(
            r.string("name"),
            Err(Malformed {
                offset: 2,
                field: "name",
                why: Why::Utf8
            })
        );
        assert_eq!(
            r.count("count"),
            Err(Malformed {
                offset: 5,
                field: "count",
                why: Why::Length
            })
        );
        assert_eq!(
            r.byte("flag"),
            Err(Malformed {
                offset: 9,
                field: "flag",
                why: Why::Short
            })
        );
        let claimed = [0x7f, 0xff, 0xff, 0xff];
        assert_eq!(
            Reader::new(&claimed).bytes("b"),
            Err(Malformed {
                offset: 4,
                field: "b",
                why: Why::Short
            })
        );
    }
}
