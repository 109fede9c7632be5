//! The bytes of a partition key that are hashed: the value itself, or the components framed one after another.

use std::borrow::Cow;

use crate::frame::{Values, ValuesIter};
use crate::wire::Cell;

/// The bytes of a partition key of one or several components: the only component itself, or each with its length
/// as a `[short]` before it and a zero after it. `None` if there is no component, or one of several is longer than
/// 65,535 bytes: such a key cannot exist.
pub fn key<'a>(components: &[&'a [u8]]) -> Option<Cow<'a, [u8]>> {
    match components {
        [] => None,
        [only] => Some(Cow::Borrowed(only)),
        several => {
            let mut out = Vec::new();
            for component in several {
                put(component, |bytes| out.extend_from_slice(bytes))?;
            }
            Some(Cow::Owned(out))
        }
    }
}

/// Writes one of several components.
pub(super) fn put(component: &[u8], mut write: impl FnMut(&[u8])) -> Option<()> {
    let length = u16::try_from(component.len()).ok()?;
    write(&length.to_be_bytes());
    write(component);
    write(&[0]);
    Some(())
}

/// The components of a partition key among a statement's values, in the order of the key. Values lie one behind
/// the other, so finding one means walking; keys are mostly bound in their order, and then it is one walk.
pub(super) struct Components<'a, 'k> {
    values: Values<'a>,
    wanted: std::slice::Iter<'k, u16>,
    walk: ValuesIter<'a>,
    /// The index of the value that `walk` gives next.
    at: u16,
}

impl<'a, 'k> Components<'a, 'k> {
    pub(super) fn new(values: Values<'a>, partition_key: &'k [u16]) -> Self {
        Components {
            values,
            wanted: partition_key.iter(),
            walk: values.iter(),
            at: 0,
        }
    }
}

impl<'a> Iterator for Components<'a, '_> {
    /// `None` is a component that cannot be part of a key: null, unset or not there.
    type Item = Option<&'a [u8]>;

    fn next(&mut self) -> Option<Self::Item> {
        let wanted = *self.wanted.next()?;
        if wanted < self.at {
            self.walk = self.values.iter();
            self.at = 0;
        }
        let value = self.walk.nth(usize::from(wanted - self.at));
        self.at = wanted.saturating_add(1);
        match value {
            Some((_, Cell::Value(bytes))) => Some(Some(bytes)),
            _ => Some(None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::Values;
    use crate::token::{Partitioner, Token};
    use crate::wire::put_value;

    const ONE: &[u8] = &[0, 0, 0, 1];

    #[test]
    fn one_component_is_itself_and_several_are_framed() {
        assert_eq!(key(&[]), None);
        assert!(matches!(key(&[ONE]), Some(Cow::Borrowed(ONE))));
        let framed = key(&[ONE, &[0, 0, 0, 2]]).unwrap();
        assert_eq!(*framed, [0, 4, 0, 0, 0, 1, 0, 0, 4, 0, 0, 0, 2, 0]);
        assert_eq!(*key(&[b"", b"x"]).unwrap(), [0, 0, 0, 0, 1, b'x', 0]);
        let long = vec![0; 65_536];
        assert!(key(&[&long[..65_535], b""]).is_some());
        assert_eq!(key(&[&long, b""]), None);
    }

    /// The token of `components`, first from the bytes of the key and then from the values of a statement that
    /// binds them in the order of `markers`, after a value that is no part of the key.
    fn check(components: &[&[u8]], markers: &[u16], token: i64) {
        let murmur3 = Partitioner::Murmur3;
        assert_eq!(murmur3.token(&key(components).unwrap()), Token(token));
        let mut values = vec![Cell::Unset; components.len() + 1];
        for (component, marker) in components.iter().zip(markers) {
            values[usize::from(*marker)] = Cell::Value(component);
        }
        let mut bytes = Vec::new();
        for value in &values {
            put_value(&mut bytes, *value, "value").unwrap();
        }
        let values = Values::new(u16::try_from(values.len()).unwrap(), &bytes);
        assert_eq!(murmur3.token_of(values, markers), Some(Token(token)));
    }

    #[test]
    fn tokens_of_composite_keys() {
        let int = i32::to_be_bytes;
        check(&[&int(1)], &[1], -4069959284402364209);
        check(&[&int(1), &int(2)], &[0, 1], 4881097376275569167);
        check(&[&int(1), &int(2)], &[2, 0], 4881097376275569167);
        check(&[&int(143), &int(234)], &[1, 2], 4958784316840156970);
        check(&[b"a", &int(1)], &[1, 0], 8247712171917364652);
        check(&[b"", &int(0)], &[0, 2], -150644895381498316);
    }

    #[test]
    fn keys_that_do_not_exist() {
        let mut bytes = Vec::new();
        for cell in [Cell::Value(ONE), Cell::Null, Cell::Unset] {
            put_value(&mut bytes, cell, "value").unwrap();
        }
        let token = |key: &[u16]| Partitioner::Murmur3.token_of(Values::new(3, &bytes), key);
        assert!(token(&[0]).is_some());
        for key in [&[][..], &[1], &[2], &[3], &[0, 1], &[1, 0], &[0, u16::MAX]] {
            assert_eq!(token(key), None, "{key:?}");
        }
    }
}
