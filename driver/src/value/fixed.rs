//! What the types of fixed width have in common: one CQL type, `N` bytes, read in a straight line.

/// Implements [`ToCql`](super::ToCql), [`FromCql`](super::FromCql) and [`CqlType`](super::CqlType) for a Rust type
/// with one CQL type, by functions to and from its bytes.
macro_rules! fixed {
    ($rust:ty, $cql:ident, $to:expr, $from:expr) => {
        impl $crate::value::ToCql for $rust {
            #[inline]
            fn fits(&self, ty: &$crate::value::Type) -> bool {
                matches!(ty, $crate::value::Type::$cql)
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) -> $crate::value::Wrote {
                out.extend_from_slice(&$to(*self));
                $crate::value::Wrote::Value
            }

            fn order(a: &[u8], b: &[u8]) -> std::cmp::Ordering {
                $crate::value::Type::$cql.compare(a, b)
            }
        }

        impl $crate::value::FromCql<'_> for $rust {
            fn accepts(ty: &$crate::value::Type) -> bool {
                matches!(ty, $crate::value::Type::$cql)
            }

            #[inline]
            fn decode(cell: Option<&[u8]>) -> Result<Self, $crate::value::Fault> {
                $crate::value::decode::exactly(cell).map($from)
            }

            #[inline]
            fn take(cells: &mut $crate::value::Cells<'_>) -> Result<Self, $crate::value::Fault> {
                match cells.fixed() {
                    Some(bytes) => Ok($from(bytes)),
                    None => Self::decode(cells.next()?),
                }
            }

            #[inline]
            fn take_as(
                _: &$crate::value::Type,
                cells: &mut $crate::value::Cells<'_>,
            ) -> Result<Self, $crate::value::Fault> {
                <Self as $crate::value::FromCql<'_>>::take(cells)
            }
        }

        impl $crate::value::CqlType for $rust {
            fn cql_type() -> $crate::value::Type {
                $crate::value::Type::$cql
            }
        }
    };
}

pub(super) use fixed;
