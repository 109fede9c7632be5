//! Assignments of `.update(..)`.

use std::marker::PhantomData;

use crate::cql::{Op, Raw};
use crate::rules::{Counted, Indexed, Join, Regular, Rows, Static, StaticOnly};
use crate::table::ColumnOf;

/// One assignment: a column, what is done to it, and a value. `R` is what it reaches, a row or the static columns of a
/// partition.
#[must_use = "an assignment does nothing until it is given to `.update(..)`"]
pub struct Set<K, R, V> {
    op: Op,
    value: V,
    put: Put<V>,
    of: PhantomData<fn() -> (K, R)>,
}

type Put<V> = fn(V, u8, Op, &mut Raw);

impl<K, R, V> Set<K, R, V> {
    pub(crate) fn new(op: Op, value: V, put: Put<V>) -> Self {
        Set {
            op,
            value,
            put,
            of: PhantomData,
        }
    }
}

impl<K, R, V: Clone> Clone for Set<K, R, V> {
    fn clone(&self) -> Self {
        Set {
            op: self.op,
            value: self.value.clone(),
            put: self.put,
            of: PhantomData,
        }
    }
}

impl<K, R, V: Copy> Copy for Set<K, R, V> {}

impl<K, R, V: std::fmt::Debug> std::fmt::Debug for Set<K, R, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Set").field(&self.value).finish()
    }
}

/// The role of a column that can be assigned to.
#[diagnostic::on_unimplemented(
    message = "a key column cannot be changed",
    label = "an update cannot move a row",
    note = "insert the row under its new key and delete the old one"
)]
pub trait Assignable {
    /// What an assignment to it reaches.
    type Reach;
}

impl Assignable for Regular {
    type Reach = Rows;
}

impl Assignable for Indexed {
    type Reach = Rows;
}

impl Assignable for Counted {
    type Reach = Rows;
}

impl Assignable for Static {
    type Reach = StaticOnly;
}

/// Assignments: one, or a tuple of up to 8.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an assignment to `{M}`",
    label = "use `Model::COLUMN.set(..)` and the like, several in a tuple of up to 8"
)]
pub trait Assign<M> {
    /// What they reach together.
    type Reach;

    /// Adds their clauses and values to a statement.
    #[doc(hidden)]
    fn apply(self, raw: &mut Raw);
}

impl<M, K: ColumnOf<M>, R, V> Assign<M> for Set<K, R, V> {
    type Reach = R;

    fn apply(self, raw: &mut Raw) {
        (self.put)(self.value, K::INDEX, self.op, raw);
    }
}

/// What several assignments reach together: a tuple of what each reaches.
pub trait JoinAll {
    /// The reach of all.
    type Out;
}

impl<A> JoinAll for (A,) {
    type Out = A;
}

/// `$joined` is what those before it reach together.
macro_rules! joins {
    ($(($first:ident $($t:ident $joined:ty),+) $out:ty;)+) => { $(
        impl<$first, $($t),+> JoinAll for ($first, $($t),+)
        where
            $($joined: Join<$t>),+
        {
            type Out = $out;
        }
    )+ };
}

type J<A, B> = <A as Join<B>>::Out;
joins! {
    (A B A) J<A, B>;
    (A B A, C J<A, B>) J<J<A, B>, C>;
    (A B A, C J<A, B>, D J<J<A, B>, C>) J<J<J<A, B>, C>, D>;
    (A B A, C J<A, B>, D J<J<A, B>, C>, E J<J<J<A, B>, C>, D>) J<J<J<J<A, B>, C>, D>, E>;
    (A B A, C J<A, B>, D J<J<A, B>, C>, E J<J<J<A, B>, C>, D>, F J<J<J<J<A, B>, C>, D>, E>)
        J<J<J<J<J<A, B>, C>, D>, E>, F>;
    (A B A, C J<A, B>, D J<J<A, B>, C>, E J<J<J<A, B>, C>, D>, F J<J<J<J<A, B>, C>, D>, E>,
        G J<J<J<J<J<A, B>, C>, D>, E>, F>) J<J<J<J<J<J<A, B>, C>, D>, E>, F>, G>;
    (A B A, C J<A, B>, D J<J<A, B>, C>, E J<J<J<A, B>, C>, D>, F J<J<J<J<A, B>, C>, D>, E>,
        G J<J<J<J<J<A, B>, C>, D>, E>, F>, H J<J<J<J<J<J<A, B>, C>, D>, E>, F>, G>)
        J<J<J<J<J<J<J<A, B>, C>, D>, E>, F>, G>, H>;
}

macro_rules! tuples {
    ($($($t:ident $i:tt),+;)+) => { $(
        impl<M, $($t: Assign<M>),+> Assign<M> for ($($t,)+)
        where
            ($($t::Reach,)+): JoinAll,
        {
            type Reach = <($($t::Reach,)+) as JoinAll>::Out;
            fn apply(self, raw: &mut Raw) {
                $(self.$i.apply(raw);)+
            }
        }
    )+ };
}
tuples! {
    A 0;
    A 0, B 1;
    A 0, B 1, C 2;
    A 0, B 1, C 2, D 3;
    A 0, B 1, C 2, D 3, E 4;
    A 0, B 1, C 2, D 3, E 4, F 5;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6;
    A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7;
}
