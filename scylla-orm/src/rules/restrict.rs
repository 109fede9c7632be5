//! One more restriction: from a state to the next.

use crate::table::Column;

use super::flags::{
    Both, Bound, Ck, Counted, Eq, Filtering, Fixed, Free, Has, High, In, IndexAnd, Indexed,
    KeyOnly, Like, Low, Lower, Missing, OneIndex, Pk, Regular, S, Static, Unindexed, Upper, Where,
    Z,
};
use super::leaf::{Once, ThisQuery, Unordered};

/// The state after a restriction of the column `K` by `Op`.
///
/// It does not ask whether `K` is a column of the model: a step that fails on a foreign column would add a second,
/// wrong error.
pub trait Restrict<K, Op> {
    /// The next state.
    type Out;
}

impl<W, K: Column, Op> Restrict<K, Op> for W
where
    W: RestrictKind<K::Kind, K, Op>,
{
    type Out = W::Out;
}

/// The same, by the column's role.
pub trait RestrictKind<Kind, K, Op> {
    /// The next state.
    type Out;
}

impl<P: At<N, Op>, C, X, L, N, K, Op: PartitionOp<K>> RestrictKind<Pk<N>, K, Op>
    for Where<P, C, X, L>
{
    type Out = Where<P::Out, C, X, L>;
}

impl<P, C: At<N, Op>, X, L, N, K, Op> RestrictKind<Ck<N>, K, Op> for Where<P, C, X, L> {
    type Out = Where<P, C::Out, X, L>;
}

impl<P, C, X, L, K, Op: OnIndex<X, K>> RestrictKind<Indexed, K, Op> for Where<P, C, X, L> {
    type Out = Where<P, C, Op::Out, L>;
}

macro_rules! plain {
    ($($kind:ident)*) => { $(
        impl<P, C, X: WithPlain<K>, L, K, Op> RestrictKind<$kind, K, Op> for Where<P, C, X, L> {
            type Out = Where<P, C, X::Out, L>;
        }
    )* };
}
plain!(Static Regular Counted);

/// What the partition key column `K` can be filtered by.
pub trait PartitionOp<K> {}
impl<K> PartitionOp<K> for Eq {}
impl<K> PartitionOp<K> for In {}

macro_rules! no_order {
    ($($op:ident)*) => { $(
        impl<K: Unordered<ThisQuery>> PartitionOp<K> for $op {}
    )* };
}
no_order!(Lower Upper Has Like);

/// A list with a step taken at position `N`.
pub trait At<N, Op> {
    /// The list after it.
    type Out;
}

impl<H: Step<Op>, T, Op> At<Z, Op> for (H, T) {
    type Out = (H::Out, T);
}

impl<H, T: At<N, Op>, N, Op> At<S<N>, Op> for (H, T) {
    type Out = (H, T::Out);
}

/// A key column's flag after one more filter.
#[diagnostic::on_unimplemented(
    message = "a clustering column takes only `.eq(..)`, `.is_in(..)` and bounds such as `.lt(..)`",
    label = "the server cannot find rows by this"
)]
pub trait Step<Op> {
    /// The flag after it.
    type Out;
}

impl<C, Op> Step<Op> for Missing<C> {
    type Out = Bound<C>;
}

macro_rules! step {
    ($($from:ident $op:ident $to:ident),*) => { $(
        impl<C> Step<$op> for $from<C> {
            type Out = $to<C>;
        }
    )* };
}
step!(Free Eq Fixed, Free In Fixed, Free Lower Low, Free Upper High, Low Upper Both, High Lower Both);
// The operator is wrong, which is said already.
step!(Bound Lower Bound, Bound Upper Bound, Bound Has Bound, Bound Like Bound);

macro_rules! twice {
    ($($flag:ident: $($op:ident)*;)*) => { $($(
        impl<C: Once<ThisQuery>> Step<$op> for $flag<C> {
            type Out = $flag<C>;
        }
    )*)* };
}
twice! {
    Bound: Eq In;
    Fixed: Eq In Lower Upper;
    Low: Eq In Lower;
    High: Eq In Upper;
    Both: Eq In Lower Upper;
}

/// What is filtered outside the key, with one more column that no index answers.
pub trait WithPlain<C> {
    /// The state after it.
    type Out;
}

impl<C> WithPlain<C> for KeyOnly {
    type Out = Unindexed<C>;
}

impl<C, I> WithPlain<C> for OneIndex<I> {
    type Out = IndexAnd<I, C>;
}

impl<C, I, D> WithPlain<C> for IndexAnd<I, D> {
    type Out = IndexAnd<I, D>;
}

impl<C, D> WithPlain<C> for Unindexed<D> {
    type Out = Unindexed<D>;
}

impl<C> WithPlain<C> for Filtering {
    type Out = Filtering;
}

/// What is filtered outside the key, with one more filter on the indexed column `C`. An index answers equality, and
/// containment of an element; all else on it is filtering.
pub trait OnIndex<X, C> {
    /// The state after it.
    type Out;
}

macro_rules! on_index {
    ($($op:ident)*) => { $(
        impl<C> OnIndex<KeyOnly, C> for $op {
            type Out = OneIndex<C>;
        }
        impl<C, I> OnIndex<OneIndex<I>, C> for $op {
            type Out = IndexAnd<I, C>;
        }
        impl<C, I, D> OnIndex<IndexAnd<I, D>, C> for $op {
            type Out = IndexAnd<I, D>;
        }
        impl<C, D> OnIndex<Unindexed<D>, C> for $op {
            type Out = IndexAnd<C, D>;
        }
        impl<C> OnIndex<Filtering, C> for $op {
            type Out = Filtering;
        }
    )* };
}
on_index!(Eq Has);

macro_rules! off_index {
    ($($op:ident)*) => { $(
        impl<X: WithPlain<C>, C> OnIndex<X, C> for $op {
            type Out = X::Out;
        }
    )* };
}
off_index!(In Lower Upper Like);
