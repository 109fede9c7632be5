//! Which values may stand for a column's.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::hash::BuildHasher;

use scylla_orm_driver::value::ToCql;
use scylla_orm_driver::wire;

mod plain;

/// A value that may stand for a `T` in a query: `T`, `&T`, and borrowed forms such as `&str` for `String`.
///
/// A `T` of your own needs `Bind<T>` for itself, beside [`CqlType`](scylla_orm_driver::value::CqlType) and the
/// operators that it shall have ([`EqOps`](super::EqOps), [`RangeOps`](super::RangeOps),
/// [`SetValue`](super::SetValue)); `#[derive(CqlEnum)]` writes them all.
#[diagnostic::on_unimplemented(
    message = "a value of type `{Self}` does not fit a column of type `{T}`",
    label = "wrong type for this column",
    note = "null cannot be compared in CQL: `Option` is not accepted here"
)]
pub trait Bind<T> {
    /// Appends the value's bytes, without their length.
    fn put(&self, out: &mut Vec<u8>);
}

impl<T, B: Bind<T> + ?Sized> Bind<T> for &B {
    fn put(&self, out: &mut Vec<u8>) {
        (**self).put(out);
    }
}

impl<T, B: Bind<T>> Bind<Vec<T>> for [B] {
    fn put(&self, out: &mut Vec<u8>) {
        put_list::<T, _>(self, out);
    }
}

impl<T, B: Bind<T>, const N: usize> Bind<Vec<T>> for [B; N] {
    fn put(&self, out: &mut Vec<u8>) {
        put_list::<T, _>(self, out);
    }
}

impl<T, B: Bind<T>> Bind<Vec<T>> for Vec<B> {
    fn put(&self, out: &mut Vec<u8>) {
        put_list::<T, _>(self, out);
    }
}

impl<T, S: BuildHasher> Bind<HashSet<T, S>> for HashSet<T, S>
where
    HashSet<T, S>: ToCql,
{
    fn put(&self, out: &mut Vec<u8>) {
        let _ = self.write(out);
    }
}

impl<T> Bind<BTreeSet<T>> for BTreeSet<T>
where
    BTreeSet<T>: ToCql,
{
    fn put(&self, out: &mut Vec<u8>) {
        let _ = self.write(out);
    }
}

/// An array of elements for a set, so that `["a", "b"]` needs no `String`s.
macro_rules! arrays {
    ($($set:ident $map:ident)*) => { $(
        impl<T, B: Bind<T>, const N: usize> Bind<$set<T>> for [B; N] {
            fn put(&self, out: &mut Vec<u8>) {
                put_set::<T, _>(self, out);
            }
        }
        impl<K, V, A: Bind<K>, B: Bind<V>, const N: usize> Bind<$map<K, V>> for [(A, B); N] {
            fn put(&self, out: &mut Vec<u8>) {
                put_map::<K, V, _, _>(self, out);
            }
        }
    )* };
}
arrays!(HashSet HashMap BTreeSet BTreeMap);

impl<K, V, S: BuildHasher> Bind<HashMap<K, V, S>> for HashMap<K, V, S>
where
    HashMap<K, V, S>: ToCql,
{
    fn put(&self, out: &mut Vec<u8>) {
        let _ = self.write(out);
    }
}

impl<K, V> Bind<BTreeMap<K, V>> for BTreeMap<K, V>
where
    BTreeMap<K, V>: ToCql,
{
    fn put(&self, out: &mut Vec<u8>) {
        let _ = self.write(out);
    }
}

macro_rules! tuples {
    ($($($t:ident)+;)+) => { $(
        impl<$($t),+> Bind<($($t,)+)> for ($($t,)+)
        where
            ($($t,)+): ToCql,
        {
            fn put(&self, out: &mut Vec<u8>) {
                let _ = self.write(out);
            }
        }
    )+ };
}
tuples! {
    A;
    A B;
    A B C;
    A B C D;
    A B C D E;
    A B C D E F;
    A B C D E F G;
    A B C D E F G H;
}

/// Appends a list: the number of elements, written last, and the elements as they come.
pub(super) fn put_list<T, I: IntoIterator<Item: Bind<T>>>(items: I, out: &mut Vec<u8>) {
    let at = out.len();
    wire::put_int(out, 0);
    let mut count = 0_i32;
    for item in items {
        count = count.saturating_add(1);
        wire::put_sized(out, |out| item.put(out));
    }
    if let Some(place) = out.get_mut(at..at + 4) {
        place.copy_from_slice(&count.to_be_bytes());
    }
}

/// A set's elements are sorted and each is there once.
fn put_set<T, B: Bind<T>>(items: &[B], out: &mut Vec<u8>) {
    let items: BTreeSet<Vec<u8>> = items.iter().map(encode::<T, B>).collect();
    wire::put_int(out, i32::try_from(items.len()).unwrap_or(i32::MAX));
    for item in items {
        wire::put_sized(out, |out| out.extend_from_slice(&item));
    }
}

/// A map's keys are sorted; of two equal ones the last counts.
fn put_map<K, V, A: Bind<K>, B: Bind<V>>(entries: &[(A, B)], out: &mut Vec<u8>) {
    let entries: BTreeMap<_, _> = entries
        .iter()
        .map(|(key, value)| (encode(key), encode(value)))
        .collect();
    wire::put_int(out, i32::try_from(entries.len()).unwrap_or(i32::MAX));
    for (key, value) in entries {
        wire::put_sized(out, |out| out.extend_from_slice(&key));
        wire::put_sized(out, |out| out.extend_from_slice(&value));
    }
}

fn encode<T, B: Bind<T>>(item: &B) -> Vec<u8> {
    let mut bytes = Vec::new();
    item.put(&mut bytes);
    bytes
}
