//! Blobs, owned and borrowed.

use bytes::Bytes;

use super::decode::present;
use super::{CqlType, Fault, FromCql, ToCql, Type, Wrote};

macro_rules! blob {
    ([$($n:tt)*] $rust:ty) => {
        impl<$($n)*> ToCql for $rust {
            #[inline]
            fn fits(&self, ty: &Type) -> bool {
                matches!(ty, Type::Blob)
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) -> Wrote {
                out.extend_from_slice(self);
                Wrote::Value
            }
        }
    };
}

blob!([][u8]);
blob!([] Vec<u8>);
blob!([] Bytes);
blob!([const N: usize] [u8; N]);

impl<'f> FromCql<'f> for &'f [u8] {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Blob)
    }

    #[inline]
    fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
        present(cell)
    }
}

impl FromCql<'_> for Vec<u8> {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Blob)
    }

    #[inline]
    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        present(cell).map(<[u8]>::to_vec)
    }
}

impl FromCql<'_> for Bytes {
    fn accepts(ty: &Type) -> bool {
        matches!(ty, Type::Blob)
    }

    #[inline]
    fn decode(cell: Option<&[u8]>) -> Result<Self, Fault> {
        present(cell).map(Bytes::copy_from_slice)
    }
}

impl CqlType for Vec<u8> {
    fn cql_type() -> Type {
        Type::Blob
    }
}

impl CqlType for Bytes {
    fn cql_type() -> Type {
        Type::Blob
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{check, written};
    use super::*;

    #[test]
    fn a_blob_is_its_bytes() {
        check(vec![0xca_u8, 0xfe], &Type::Blob, "cafe");
        check(Bytes::from_static(b""), &Type::Blob, "");
        assert_eq!(<&[u8]>::decode(Some(b"ab")), Ok(&b"ab"[..]));
        assert_eq!(written(b"ab"), b"ab");
        assert!(!vec![1_u8].fits(&Type::List(Box::new(Type::TinyInt))));
    }
}
