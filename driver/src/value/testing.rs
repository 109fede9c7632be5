//! What the tests of values share.

use std::fmt::Debug;

use super::{Cells, FromCql, ToCql, Type, Value, Wrote};

/// Bytes from hexadecimal text; blanks are skipped.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(16)).collect();
    assert_eq!(digits.len() % 2, 0, "{text}");
    let byte = |pair: &[u32]| u8::try_from(pair[0] * 16 + pair[1]).unwrap();
    digits.chunks(2).map(byte).collect()
}

/// `value` is sent to a column of type `ty` as these bytes and no others, and read back from them: as its own Rust
/// type, as a cell of a row, and as a [`Value`]. Bytes that are cut off never read as the same value.
pub(super) fn check<T>(value: T, ty: &Type, bytes: &str)
where
    T: ToCql + for<'f> FromCql<'f> + PartialEq + Debug,
{
    let bytes = hex(bytes);
    assert!(value.fits(ty), "{value:?} fits {ty}");
    assert!(T::accepts(ty), "{value:?} is read from {ty}");
    assert_eq!(written(&value), bytes, "{value:?}");
    assert_eq!(T::decode(Some(&bytes)).as_ref(), Ok(&value));
    assert_eq!(ty.validate(&bytes), Ok(()), "{value:?}");

    let mut row = Vec::new();
    value.write_value(&mut row);
    row.extend_from_slice(b"next");
    let mut cells = Cells::new(&row);
    assert_eq!(T::take(&mut cells).as_ref(), Ok(&value));
    assert_eq!(cells.rest(), b"next");

    let dynamic = Value::decode(ty, Some(&bytes)).unwrap().unwrap();
    assert!(dynamic.fits(ty), "{dynamic:?} fits {ty}");
    assert_eq!(written(&dynamic), bytes, "{dynamic:?}");

    for end in 0..bytes.len() {
        assert_ne!(
            T::decode(bytes.get(..end)).as_ref(),
            Ok(&value),
            "cut at {end}"
        );
    }
}

/// The bytes of a value that is neither null nor unset.
pub(super) fn written(value: &impl ToCql) -> Vec<u8> {
    let mut out = Vec::new();
    assert_eq!(value.write(&mut out), Wrote::Value);
    out
}
