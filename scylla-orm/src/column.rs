//! Columns as values: what can be asked of one (`Post::AUTHOR.eq("ann")`), assigned to it, sorted by.

use std::marker::PhantomData;

use crate::cql::{Op, Raw};
use crate::rules::{Asc, Desc, Eq, Has, In, Like, Lower, Rows, Upper};
use crate::table::{Column, CqlOf, ValueOf};

mod assign;
mod bind;
mod condition;
mod key;
mod ops;
mod order;
mod pick;

pub use assign::{Assign, Assignable, JoinAll, Set};
pub use bind::Bind;
pub use condition::{And, Cond, Conditional, Conditions, Filter, IfCond, OnlyIf};
pub use key::{KeyValues, One};
pub use ops::{
    ContainsOps, CounterOps, EqOps, ListOps, MapOps, RangeOps, RemoveOps, SetOps, SetValue, TextOps,
};
pub use order::{Order, OrderBy};
pub use pick::Columns;

/// A column of a model, such as `Post::AUTHOR`. It is a name and has no value.
pub struct Col<K>(PhantomData<fn() -> K>);

impl<K> Clone for Col<K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K> Copy for Col<K> {}

impl<K: Column> std::fmt::Debug for Col<K> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// Comparisons, for `.filter(..)` and `.only_if(..)`.
impl<K: Column> Col<K> {
    /// The column. Used by generated code.
    #[doc(hidden)]
    pub const NEW: Self = Col(PhantomData);

    /// The column's name in CQL, unquoted.
    pub fn name(self) -> &'static str {
        use crate::table::Table;
        K::Model::definition().column(K::INDEX).name
    }

    /// Equal to a value.
    pub fn eq<B: Bind<ValueOf<K>>>(self, value: B) -> Cond<K, Eq, B>
    where
        CqlOf<K>: EqOps,
    {
        Cond::new(Op::EQ, value, put_one::<ValueOf<K>, B>)
    }

    /// Not equal to a value; null is not equal to any. For `.only_if(..)` alone: CQL has no such filter.
    pub fn ne<B: Bind<ValueOf<K>>>(self, value: B) -> OnlyIf<K, B>
    where
        CqlOf<K>: EqOps,
    {
        OnlyIf::new(Op::IF_NE, Some((value, put_one::<ValueOf<K>, B>)))
    }

    /// Null, as all columns of a row that does not exist are. For `.only_if(..)` alone: CQL has no such filter.
    pub fn is_null(self) -> OnlyIf<K, ()> {
        OnlyIf::new(Op::IF_NULL, None)
    }

    /// Not null. For `.only_if(..)` alone: CQL has no such filter.
    pub fn is_not_null(self) -> OnlyIf<K, ()> {
        OnlyIf::new(Op::IF_NOT_NULL, None)
    }

    /// Equal to one of several values: an array, a slice, a range, any iterator.
    ///
    /// On a partition key column each value is a request of its own, sent to the replicas that have it.
    pub fn is_in<I: IntoIterator<Item: Bind<ValueOf<K>>>>(self, values: I) -> Cond<K, In, I>
    where
        CqlOf<K>: EqOps,
    {
        Cond::new(Op::IN, values, put_all::<ValueOf<K>, I>)
    }

    /// Greater than a value.
    pub fn gt<B: Bind<ValueOf<K>>>(self, value: B) -> Cond<K, Lower, B>
    where
        CqlOf<K>: RangeOps,
    {
        Cond::new(Op::GT, value, put_one::<ValueOf<K>, B>)
    }

    /// Greater than a value or equal to it.
    pub fn ge<B: Bind<ValueOf<K>>>(self, value: B) -> Cond<K, Lower, B>
    where
        CqlOf<K>: RangeOps,
    {
        Cond::new(Op::GE, value, put_one::<ValueOf<K>, B>)
    }

    /// Less than a value.
    pub fn lt<B: Bind<ValueOf<K>>>(self, value: B) -> Cond<K, Upper, B>
    where
        CqlOf<K>: RangeOps,
    {
        Cond::new(Op::LT, value, put_one::<ValueOf<K>, B>)
    }

    /// Less than a value or equal to it.
    pub fn le<B: Bind<ValueOf<K>>>(self, value: B) -> Cond<K, Upper, B>
    where
        CqlOf<K>: RangeOps,
    {
        Cond::new(Op::LE, value, put_one::<ValueOf<K>, B>)
    }

    /// Matches a pattern in which `%` stands for any text.
    pub fn like<B: Bind<ValueOf<K>>>(self, pattern: B) -> Cond<K, Like, B>
    where
        CqlOf<K>: TextOps,
    {
        Cond::new(Op::LIKE, pattern, put_one::<ValueOf<K>, B>)
    }

    /// Has an element; for a map, a value.
    pub fn contains<T, B: Bind<T>>(self, element: B) -> Cond<K, Has, B>
    where
        CqlOf<K>: ContainsOps<Item = T>,
    {
        Cond::new(Op::CONTAINS, element, put_one::<T, B>)
    }

    /// Has a key.
    pub fn contains_key<T, B: Bind<T>>(self, key: B) -> Cond<K, Has, B>
    where
        CqlOf<K>: MapOps<Key = T>,
    {
        Cond::new(Op::CONTAINS_KEY, key, put_one::<T, B>)
    }
}

/// Directions, for `.order_by(..)`.
impl<K: Column> Col<K> {
    /// Ascending.
    pub fn asc(self) -> Order<K, Asc> {
        Order::new()
    }

    /// Descending.
    pub fn desc(self) -> Order<K, Desc> {
        Order::new()
    }
}

/// Assignments, for `.update(..)`.
///
/// `R`, what an assignment reaches, is a parameter: as a projection in the result it would turn the message for a key
/// column into "method exists but its trait bounds were not satisfied".
impl<K: Column> Col<K> {
    /// Sets it to a value.
    pub fn set<R, B: Bind<ValueOf<K>>>(self, value: B) -> Set<K, R, B>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: SetValue,
    {
        Set::new(Op::SET, value, put_assigned::<ValueOf<K>, B>)
    }

    /// Sets it to null, which writes a tombstone.
    pub fn set_null<R>(self) -> Set<K, R, ()>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: SetValue,
    {
        Set::new(Op::SET, (), |(), column, op, raw| raw.bind_null(column, op))
    }

    /// Adds elements to a set.
    #[expect(
        clippy::should_implement_trait,
        reason = "`tags + [..]` would hide that it is an assignment"
    )]
    pub fn add<R, T, I: IntoIterator<Item: Bind<T>>>(self, elements: I) -> Set<K, R, I>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: SetOps<Item = T>,
    {
        Set::new(Op::ADD, elements, put_elements::<T, I>)
    }

    /// Adds elements at the end of a list.
    pub fn append<R, T, I: IntoIterator<Item: Bind<T>>>(self, elements: I) -> Set<K, R, I>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: ListOps<Item = T>,
    {
        Set::new(Op::ADD, elements, put_elements::<T, I>)
    }

    /// Adds elements at the front of a list.
    pub fn prepend<R, T, I: IntoIterator<Item: Bind<T>>>(self, elements: I) -> Set<K, R, I>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: ListOps<Item = T>,
    {
        Set::new(Op::PREPEND, elements, put_elements::<T, I>)
    }

    /// Removes elements of a set, all occurrences of elements in a list, or keys of a map.
    pub fn remove<R, T, I: IntoIterator<Item: Bind<T>>>(self, elements: I) -> Set<K, R, I>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: RemoveOps<Item = T>,
    {
        Set::new(Op::SUB, elements, put_elements::<T, I>)
    }

    /// Sets the value of a key in a map.
    pub fn put<R, T, U, A: Bind<T>, B: Bind<U>>(self, key: A, value: B) -> Set<K, R, (A, B)>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: MapOps<Key = T, Item = U>,
    {
        Set::new(Op::PUT_AT, (key, value), put_entry::<T, U, A, B>)
    }

    /// Replaces the element at a position of a list, from 0. The server reads the list first.
    pub fn set_at<R, T, B: Bind<T>>(self, at: i32, value: B) -> Set<K, R, (i32, B)>
    where
        K::Kind: Assignable<Reach = R>,
        CqlOf<K>: ListOps<Item = T>,
    {
        Set::new(Op::PUT_AT, (at, value), put_entry::<i32, T, i32, B>)
    }

    /// Adds to a counter.
    pub fn inc(self, by: i64) -> Set<K, Rows, i64>
    where
        CqlOf<K>: CounterOps,
    {
        Set::new(Op::ADD, by, put_assigned::<i64, i64>)
    }

    /// Subtracts from a counter.
    pub fn dec(self, by: i64) -> Set<K, Rows, i64>
    where
        CqlOf<K>: CounterOps,
    {
        Set::new(Op::SUB, by, put_assigned::<i64, i64>)
    }
}

// Encoders: plain functions, generic over the value and not over the column.

fn put_one<T, B: Bind<T>>(value: B, out: &mut Vec<u8>) {
    value.put(out);
}

fn put_all<T, I: IntoIterator<Item: Bind<T>>>(values: I, out: &mut Vec<u8>) {
    bind::put_list(values, out);
}

fn put_assigned<T, B: Bind<T>>(value: B, column: u8, op: Op, raw: &mut Raw) {
    raw.bind(column, op, value, put_one::<T, B>);
}

fn put_elements<T, I: IntoIterator<Item: Bind<T>>>(values: I, column: u8, op: Op, raw: &mut Raw) {
    raw.bind(column, op, values, put_all::<T, I>);
}

fn put_entry<T, U, A: Bind<T>, B: Bind<U>>(entry: (A, B), column: u8, op: Op, raw: &mut Raw) {
    let (key, value) = entry;
    raw.value(|out| key.put(out));
    raw.bind(column, op, value, put_one::<U, B>);
}
