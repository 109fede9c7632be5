//! Text, owned and borrowed.

use std::borrow::Cow;
use std::sync::Arc;

use super::decode::present;
use super::{CqlType, Fault, FromCql, ToCql, Type, Wrote};

/// Whether a column holds text. That text for `ascii` is ASCII is left to the server, which says where it is not.
#[inline]
fn is_text(ty: &Type) -> bool {
    matches!(ty, Type::Text | Type::Ascii)
}

impl ToCql for str {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        is_text(ty)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        out.extend_from_slice(self.as_bytes());
        Wrote::Value
    }
}

impl ToCql for String {
    #[inline]
    fn fits(&self, ty: &Type) -> bool {
        is_text(ty)
    }

    #[inline]
    fn write(&self, out: &mut Vec<u8>) -> Wrote {
        self.as_str().write(out)
    }
}

impl<'f> FromCql<'f> for &'f str {
    fn accepts(ty: &Type) -> bool {
        is_text(ty)
    }

    #[inline]
    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        std::str::from_utf8(present(cell)?).map_err(|_| Fault::Utf8)
    }
}

macro_rules! text {
    ($($rust:ty),*) => { $(
        impl<'f> FromCql<'f> for $rust {
            fn accepts(ty: &Type) -> bool {
                is_text(ty)
            }

            #[inline]
            fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
                <&str>::decode(cell).map(<$rust>::from)
            }
        }
    )* };
}

text!(String, Box<str>, Arc<str>, Cow<'f, str>);

macro_rules! owned_text {
    ($($rust:ty),*) => { $(
        impl CqlType for $rust {
            fn cql_type() -> Type {
                Type::Text
            }
        }
    )* };
}

owned_text!(String, Box<str>, Arc<str>);

#[cfg(test)]
mod tests {
    use super::super::testing::{check, written};
    use super::*;

    #[test]
    fn text_is_its_bytes() {
        check(String::new(), &Type::Text, "");
        check("käse".to_owned(), &Type::Text, "6bc3a47365");
        check(Box::<str>::from("a"), &Type::Ascii, "61");
        check(Arc::<str>::from("a"), &Type::Text, "61");
        assert_eq!(written(&"a"), b"a");
        assert_eq!(<&str>::decode(Some(b"a")), Ok("a"));
        assert!(matches!(Cow::decode(Some(b"a")), Ok(Cow::Borrowed("a"))));
    }

    #[test]
    fn what_is_not_utf8_is_a_fault() {
        assert_eq!(String::decode(Some(&[0xff])), Err(Fault::Utf8));
        assert_eq!(Type::Text.validate(&[0xff]), Err(Fault::Utf8));
        assert_eq!(Type::Ascii.validate("ä".as_bytes()), Err(Fault::Utf8));
    }
}
