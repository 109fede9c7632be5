//! The values of a statement's bind markers.

use crate::wire::{Cell, Malformed, Reader};

/// The values of a statement's bind markers, encoded one behind the other as `[value]`, each after its name if
/// they are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Values<'a> {
    count: u16,
    named: bool,
    bytes: &'a [u8],
}

/// One value, and the name of its marker if values are named.
pub type Value<'a> = (Option<&'a str>, Cell<'a>);

/// The values of a statement, one after another.
#[derive(Debug, Clone)]
pub struct ValuesIter<'a> {
    left: u16,
    named: bool,
    reader: Reader<'a>,
}

impl<'a> Values<'a> {
    /// `count` values, encoded one behind the other, for the markers in order.
    pub fn new(count: u16, bytes: &'a [u8]) -> Self {
        Values {
            count,
            named: false,
            bytes,
        }
    }

    /// `count` values, each after the name of its marker as a `[string]`.
    pub fn named(count: u16, bytes: &'a [u8]) -> Self {
        Values {
            count,
            named: true,
            bytes,
        }
    }

    /// How many there are.
    pub fn len(&self) -> u16 {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether each has a name.
    pub fn is_named(&self) -> bool {
        self.named
    }

    /// As they are encoded, without the count.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// One after another. It ends early where the bytes are malformed, which decoded values never are.
    pub fn iter(&self) -> ValuesIter<'a> {
        ValuesIter {
            left: self.count,
            named: self.named,
            reader: Reader::new(self.bytes),
        }
    }

    /// Reads the count and the values, and checks each of them.
    pub(super) fn decode(reader: &mut Reader<'a>, named: bool) -> Result<Self, Malformed> {
        let count = reader.short("value count")?;
        let (all, start) = (reader.rest(), reader.offset());
        for _ in 0..count {
            if named {
                reader.string("value name")?;
            }
            reader.value("value")?;
        }
        let bytes = all.get(..reader.offset() - start).unwrap_or_default();
        Ok(Values {
            count,
            named: named && count > 0,
            bytes,
        })
    }
}

impl<'a> IntoIterator for Values<'a> {
    type Item = Value<'a>;
    type IntoIter = ValuesIter<'a>;

    fn into_iter(self) -> ValuesIter<'a> {
        self.iter()
    }
}

impl<'a> Iterator for ValuesIter<'a> {
    type Item = Value<'a>;

    fn next(&mut self) -> Option<Value<'a>> {
        self.left = self.left.checked_sub(1)?;
        let name = match self.named {
            true => Some(self.reader.string("value name").ok()?),
            false => None,
        };
        Some((name, self.reader.value("value").ok()?))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (0, Some(self.left.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check::hex;

    #[test]
    fn values_one_after_another() {
        let encoded = hex("00000004 00000001 ffffffff fffffffe 00000000");
        let cells: Vec<Cell<'_>> = Values::new(4, &encoded)
            .iter()
            .map(|(_, cell)| cell)
            .collect();
        let first = Cell::Value(&[0, 0, 0, 1]);
        assert_eq!(cells, [first, Cell::Null, Cell::Unset, Cell::Value(b"")]);
        let named = hex("0001 61 00000001 ff 0002 c3a4 ffffffff");
        let values: Vec<Value<'_>> = Values::named(2, &named).iter().collect();
        assert_eq!(
            values,
            [(Some("a"), Cell::Value(&[0xff])), (Some("ä"), Cell::Null)]
        );
        assert_eq!(Values::new(3, &encoded[..12]).iter().count(), 2);
    }
}
