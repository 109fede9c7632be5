//! The notations of the CQL protocol (native_protocol_v4.spec, section 3): reading them from bytes that
//! nobody vouches for, and writing them.
//!
//! Reading never panics and never allocates by a length that a peer claims: a [`Reader`] hands out slices of
//! what has arrived. Writing appends to a `Vec<u8>`; lengths are patched after the content is there, so that
//! nothing is computed twice.

use std::fmt;

mod read;
mod write;

pub use read::Reader;
pub use write::{
    put_byte, put_bytes, put_inet, put_inet_addr, put_int, put_long, put_long_string, put_short,
    put_short_bytes, put_sized, put_string, put_string_list, put_string_map, put_value,
};

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
    /// It is not compressed as was negotiated.
    Compression,
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

impl Malformed {
    /// The same of a part that begins `offset` bytes into the body.
    #[must_use]
    pub fn behind(self, offset: usize) -> Malformed {
        Malformed {
            offset: self.offset.saturating_add(offset),
            ..self
        }
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
            Why::Compression => "it is not compressed as was negotiated",
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
