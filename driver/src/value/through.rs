//! What the types of other crates have in common: each is sent and read by way of one of ours.

/// Implements [`ToCql`](super::ToCql), [`FromCql`](super::FromCql) and [`CqlType`](super::CqlType) for a Rust type that
/// becomes one of ours by `From`, and comes from it by `TryFrom` with a [`Fault`](super::Fault).
macro_rules! through {
    ($($rust:ty => $own:ident = $cql:ident),*) => { $(
        impl $crate::value::ToCql for $rust {
            #[inline]
            fn fits(&self, ty: &$crate::value::Type) -> bool {
                matches!(ty, $crate::value::Type::$cql)
            }

            #[inline]
            fn write(&self, out: &mut Vec<u8>) -> $crate::value::Wrote {
                $crate::value::ToCql::write(&$own::from(*self), out)
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
                <$own as $crate::value::FromCql<'_>>::decode(cell)?.try_into()
            }

            #[inline]
            fn take(cells: &mut $crate::value::Cells<'_>) -> Result<Self, $crate::value::Fault> {
                <$own as $crate::value::FromCql<'_>>::take(cells)?.try_into()
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
    )* };
}

pub(super) use through;
