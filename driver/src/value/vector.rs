//! Vectors: a fixed number of elements, as Rust's arrays, or as a list where the number is not known before.

use std::cmp::Ordering;

use super::decode::present;
use super::{CqlType, Fault, FromCql, ToCql, Type, Wrote, vint};

/// An array is a CQL `vector<…, N>`; one of `u8` is a blob. An element must not be null.
impl<T: CqlType, const N: usize> ToCql for [T; N] {
    fn fits(&self, ty: &Type) -> bool {
        match ty.bare() {
            Type::Vector(element, n) => {
                usize::from(*n) == N && self.iter().all(|v| v.fits(element))
            }
            _ => false,
        }
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        let width = T::cql_type().width();
        for element in self {
            put_element(out, width, |out| {
                element.write(out);
            });
        }
        Wrote::Value
    }

    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        let ty = ty.element();
        let width = ty.width();
        for element in self {
            put_element(out, width, |out| {
                element.write_as(ty, out);
            });
        }
        Wrote::Value
    }

    fn order(a: &[u8], b: &[u8]) -> Ordering {
        Self::cql_type().compare(a, b)
    }
}

/// Elements of fixed width stand alone; others follow their length, an unsigned vint.
pub(super) fn put_element(
    out: &mut Vec<u8>,
    width: Option<usize>,
    write: impl FnOnce(&mut Vec<u8>),
) {
    if width.is_some() {
        return write(out);
    }
    // Its length has as many bytes as the content demands, so the content comes first and then changes places with it.
    let at = out.len();
    write(out);
    let end = out.len();
    vint::put_unsigned(out, (end - at) as u64);
    let length = out.len() - end;
    if let Some(element) = out.get_mut(at..) {
        element.rotate_right(length);
    }
}

/// Takes the next element from the front of a vector.
pub(super) fn take_element<'f>(
    bytes: &mut &'f [u8],
    width: Option<usize>,
) -> Result<&'f [u8], Fault> {
    let length = match width {
        Some(width) => width,
        None => vint::take_unsigned(bytes)
            .and_then(|n| n.try_into().ok())
            .ok_or(Fault::Short)?,
    };
    let (element, rest) = bytes.split_at_checked(length).ok_or(Fault::Short)?;
    *bytes = rest;
    Ok(element)
}

impl<'f, T: CqlType, const N: usize> FromCql<'f> for [T; N] {
    fn accepts(ty: &Type) -> bool {
        match ty.bare() {
            Type::Vector(element, n) => usize::from(*n) == N && T::accepts(element),
            _ => false,
        }
    }

    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        array(cell, T::cql_type().width(), T::decode)
    }

    fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        let ty = ty.element();
        array(cell, ty.width(), |element| T::decode_as(ty, element))
    }
}

fn array<'f, T, const N: usize>(
    cell: Option<&'f [u8]>,
    width: Option<usize>,
    decode: impl Fn(Option<&'f [u8]>) -> Result<T, Fault>,
) -> Result<[T; N], Fault> {
    let mut rest = present(cell)?;
    let mut elements = Vec::with_capacity(N.min(rest.len()));
    for _ in 0..N {
        elements.push(decode(Some(take_element(&mut rest, width)?))?);
    }
    match elements.try_into() {
        Ok(array) if rest.is_empty() => Ok(array),
        _ => Err(Fault::Length),
    }
}

/// The elements of a CQL vector of any length. Its length must be that of the column, so a model uses `[T; N]`, whose
/// type says it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Vector<T>(
    /// The elements; none is null.
    pub Vec<T>,
);

impl<T> From<Vec<T>> for Vector<T> {
    fn from(elements: Vec<T>) -> Self {
        Vector(elements)
    }
}

impl<T: CqlType> ToCql for Vector<T> {
    fn fits(&self, ty: &Type) -> bool {
        match ty.bare() {
            Type::Vector(element, n) => {
                usize::from(*n) == self.0.len() && self.0.iter().all(|v| v.fits(element))
            }
            _ => false,
        }
    }

    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        let width = T::cql_type().width();
        for element in &self.0 {
            put_element(out, width, |out| {
                element.write(out);
            });
        }
        Wrote::Value
    }

    fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
        let ty = ty.element();
        let width = ty.width();
        for element in &self.0 {
            put_element(out, width, |out| {
                element.write_as(ty, out);
            });
        }
        Wrote::Value
    }
}

impl<'f, T: CqlType> FromCql<'f> for Vector<T> {
    fn accepts(ty: &Type) -> bool {
        match ty.bare() {
            Type::Vector(element, _) => T::accepts(element),
            _ => false,
        }
    }

    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        vector(cell, T::cql_type().width(), T::decode)
    }

    fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        let element = ty.element();
        let read = vector(cell, element.width(), |bytes| T::decode_as(element, bytes))?;
        match ty.bare() {
            Type::Vector(_, n) if usize::from(*n) != read.0.len() => Err(Fault::Length),
            _ => Ok(read),
        }
    }
}

/// As many elements as there are bytes for.
fn vector<'f, T>(
    cell: Option<&'f [u8]>,
    width: Option<usize>,
    decode: impl Fn(Option<&'f [u8]>) -> Result<T, Fault>,
) -> Result<Vector<T>, Fault> {
    let mut rest = present(cell)?;
    let mut elements = Vec::with_capacity(width.map_or(0, |width| rest.len() / width.max(1)));
    while !rest.is_empty() {
        elements.push(decode(Some(take_element(&mut rest, width)?))?);
    }
    Ok(Vector(elements))
}

impl<T: CqlType, const N: usize> CqlType for [T; N] {
    fn cql_type() -> Type {
        const {
            assert!(
                N >= 1 && N <= u16::MAX as usize,
                "a CQL vector has 1 to 65535 elements"
            )
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "asserted in the line above"
        )]
        let n = N as u16;
        Type::Vector(Box::new(T::cql_type()), n)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Value;
    use super::super::testing::{check, hex};
    use super::*;

    #[test]
    fn elements_of_fixed_width_stand_alone_and_others_behind_their_length() {
        check([1_i32, -1], &<[i32; 2]>::cql_type(), "00000001 ffffffff");
        check([1.0_f32], &<[f32; 1]>::cql_type(), "3f800000");
        check(
            ["a".to_owned(), "bc".to_owned()],
            &<[String; 2]>::cql_type(),
            "0161026263",
        );
        check([1_i16, 2], &<[i16; 2]>::cql_type(), "020001020002");
        check(
            [[1_i32], [2]],
            &<[[i32; 1]; 2]>::cql_type(),
            "0000000100000002",
        );
    }

    #[test]
    fn a_vector_can_be_of_any_length() {
        check(
            Vector(vec![1_i32, -1]),
            &<[i32; 2]>::cql_type(),
            "00000001 ffffffff",
        );
        let words = Vector(vec!["a".to_owned(), "bc".to_owned()]);
        check(words, &<[String; 2]>::cql_type(), "0161026263");
        let long = "x".repeat(200);
        let bytes = format!("80c8 {} 00", "78".repeat(200));
        check([long, String::new()], &<[String; 2]>::cql_type(), &bytes);
        let one = <[i32; 1]>::cql_type();
        assert!(!Vector(vec![1, 2]).fits(&one));
        assert_eq!(
            Vector::<i32>::decode_as(&one, Some(&[0; 8])),
            Err(Fault::Length)
        );
        assert_eq!(Vector::<i32>::decode(Some(&[0; 6])), Err(Fault::Short));
    }

    #[test]
    fn a_vector_has_all_its_elements_and_no_more() {
        let ty = <[i32; 2]>::cql_type();
        for (bytes, fault) in [
            ("", Fault::Short),
            ("00000001", Fault::Short),
            ("000000010000000200", Fault::Length),
        ] {
            let bytes = hex(bytes);
            assert_eq!(<[i32; 2]>::decode(Some(&bytes)), Err(fault));
            assert_eq!(ty.validate(&bytes), Err(fault));
            assert_eq!(Value::decode(&ty, Some(&bytes)), Err(fault));
        }
        assert!(![1_i32].fits(&ty));
    }
}
