//! Maps.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, Hash};

use super::super::ty::sequence;
use super::super::{CqlType, Fault, FromCql, ToCql, Type, Wrote};
use super::{Elements, put_sorted};

macro_rules! map {
    ([$($generics:tt)*], $rust:ty, [$($bounds:tt)*], $new:expr) => {
        impl<K: ToCql, V: ToCql, $($generics)*> ToCql for $rust {
            fn fits(&self, ty: &Type) -> bool {
                match ty.bare() {
                    Type::Map(key, value) => self.iter().all(|(k, v)| k.fits(key) && v.fits(value)),
                    _ => false,
                }
            }

            fn write(&self, out: &mut Vec<u8>) -> Wrote {
                let pair = |(k, v): (&K, &V), out: &mut Vec<u8>| {
                    k.write_value(out);
                    v.write_value(out);
                };
                put_sorted(out, 2, self, pair, K::order);
                Wrote::Value
            }

            fn write_as(&self, ty: &Type, out: &mut Vec<u8>) -> Wrote {
                let (key, value) = (ty.element(), ty.mapped());
                let pair = |(k, v): (&K, &V), out: &mut Vec<u8>| {
                    k.write_value_as(key, out);
                    v.write_value_as(value, out);
                };
                put_sorted(out, 2, self, pair, |a, b| key.compare(a, b));
                Wrote::Value
            }

            fn order(a: &[u8], b: &[u8]) -> Ordering {
                sequence(a, b, |cell, a, b| match cell % 2 {
                    0 => K::order(a, b),
                    _ => V::order(a, b),
                })
            }
        }

        impl<'f, K: FromCql<'f> + $($bounds)*, V: FromCql<'f>, $($generics)*> FromCql<'f> for $rust {
            fn accepts(ty: &Type) -> bool {
                match ty.bare() {
                    Type::Map(key, value) => K::accepts(key) && V::accepts(value),
                    _ => false,
                }
            }

            fn decode(cell: Option<&'f [u8]>) -> Result<Self, Fault> {
                let elements = Elements::new(cell)?;
                let mut map: Self = $new(elements.room(2));
                elements.each_pair(|k, v| {
                    map.insert(k, v);
                })?;
                Ok(map)
            }

            fn decode_as(ty: &Type, cell: Option<&'f [u8]>) -> Result<Self, Fault> {
                let elements = Elements::new(cell)?;
                let mut map: Self = $new(elements.room(2));
                elements.each_pair_as(ty, |k, v| {
                    map.insert(k, v);
                })?;
                Ok(map)
            }
        }

        impl<K: CqlType + $($bounds)*, V: CqlType, $($generics)*> CqlType for $rust {
            const COLLECTION: bool = true;

            fn cql_type() -> Type {
                Type::Map(Box::new(K::cql_type()), Box::new(V::cql_type()))
            }
        }
    };
}

map!([S: BuildHasher + Default], HashMap<K, V, S>, [Eq + Hash], |room| {
    HashMap::with_capacity_and_hasher(room, S::default())
});
map!([], BTreeMap<K, V>, [Ord], |_| BTreeMap::new());
