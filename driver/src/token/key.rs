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
