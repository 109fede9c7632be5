//! Sets.

use std::cmp::Ordering;
use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, Hash};

use super::super::ty::sequence;
use super::super::{CqlType, Fault, FromCql, ToCql, Type, Wrote};
use super::{Elements, put_sorted};

macro_rules! set {
    ([$($generics:tt)*], $rust:ty, [$($bounds:tt)*], $new:expr) => {
        impl<T: ToCql, $($generics)*> ToCql for $rust {
            fn fits(&self, ty: &Type) -> bool {
                match ty.bare() {
                    Type::Set(element) => self.iter().all(|v| v.fits(element)),
                    _ => false,
                }
            }

            fn write(&self, out: &mut Vec<u8>) -> Wrote {
                put_sorted(out, 1, self, |v, out| v.write_value(out), T::order);
                Wrote::Value
            }

            fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
                let element = ty.element();
                let write = |v: &T, out: &mut Vec<u8>| v.write_value_as(element, out);
                put_sorted(out, 1, self, write, |a, b| element.compare(a, b));
                Wrote::Value
            }

            fn order(a: &[u8], b: &[u8]) -> Ordering {
                sequence(a, b, |_, a, b| T::order(a, b))
            }
        }

        impl<'f, T: FromCql<'f> + $($bounds)*, $($generics)*> FromCql<'f> for $rust {
            fn accepts(ty: &Type) -> bool {
                match ty.bare() {
                    Type::Set(element) => T::accepts(element),
                    _ => false,
                }
            }

            fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
                let elements = Elements::new(cell)?;
                let mut set: Self = $new(elements.room(1));
                elements.each(|v| {
                    set.insert(v);
                })?;
                Ok(set)
            }

            fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
                let elements = Elements::new(cell)?;
                let mut set: Self = $new(elements.room(1));
                elements.each_as(ty.element(), |v| {
                    set.insert(v);
                })?;
                Ok(set)
            }
        }

        impl<T: CqlType + $($bounds)*, $($generics)*> CqlType for $rust {
            const COLLECTION: bool = true;

            fn cql_type() -> Type {
                Type::Set(Box::new(T::cql_type()))
            }
        }
    };
}

set!([S: BuildHasher + Default], HashSet<T, S>, [Eq + Hash], |room| {
    HashSet::with_capacity_and_hasher(room, S::default())
});
set!([], BTreeSet<T>, [Ord], |_| BTreeSet::new());
