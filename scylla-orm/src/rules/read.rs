//! May it be read?

use super::clustering::{Clustering, Gap, NoCluster, Prefix};
use super::flags::{
    Filtering, IndexAnd, KeyOnly, Limited, OneIndex, Scanned, Unbounded, Unindexed, Where,
};
use super::leaf::{InOrder, Indexless, Needed, ThisQuery};
use super::partition::{AllParts, NoPart, Partition, SomePart};

/// A state that the model `M` can be read in.
pub trait Readable<M> {}

impl<M, P: Partition, C: Clustering, X, L> Readable<M> for Where<P, C, X, L> where
    X: Verdict<M, P::Sum, C::Sum, L>
{
}

/// The table of rules: what else is filtered × partition key × clustering key × bound.
pub trait Verdict<M, P, C, L> {}

impl<M, P, C, L> Verdict<M, P, C, L> for Filtering {}

impl<M, L> Verdict<M, AllParts, NoCluster, L> for KeyOnly {}
impl<M, L, D> Verdict<M, AllParts, Prefix<D>, L> for KeyOnly {}
impl<M, L, D> Verdict<M, AllParts, Gap<D>, L> for KeyOnly where D: InOrder<ThisQuery> {}
impl<M, C, L, D> Verdict<M, SomePart<D>, C, L> for KeyOnly where D: Needed<ThisQuery> {}
impl<M, D, L> Verdict<M, NoPart<D>, NoCluster, L> for KeyOnly where L: BoundedRead<M> {}
impl<M, D, L, E> Verdict<M, NoPart<D>, Prefix<E>, L> for KeyOnly where D: Needed<ThisQuery> {}
impl<M, D, L, E> Verdict<M, NoPart<D>, Gap<E>, L> for KeyOnly where D: Needed<ThisQuery> {}

impl<M, L, I> Verdict<M, AllParts, NoCluster, L> for OneIndex<I> {}
impl<M, L, I, D> Verdict<M, AllParts, Prefix<D>, L> for OneIndex<I> {}
impl<M, L, I, D> Verdict<M, AllParts, Gap<D>, L> for OneIndex<I> where D: InOrder<ThisQuery> {}
impl<M, L, I, D> Verdict<M, NoPart<D>, NoCluster, L> for OneIndex<I> {}
impl<M, L, I, D, E> Verdict<M, NoPart<D>, Prefix<E>, L> for OneIndex<I> where E: Indexless<ThisQuery>
{}
impl<M, L, I, D, E> Verdict<M, NoPart<D>, Gap<E>, L> for OneIndex<I> where E: Indexless<ThisQuery> {}
impl<M, C, L, I, D> Verdict<M, SomePart<D>, C, L> for OneIndex<I> where D: Needed<ThisQuery> {}

impl<M, P, C, L, I, D> Verdict<M, P, C, L> for IndexAnd<I, D> where D: Indexless<ThisQuery> {}
impl<M, P, C, L, D> Verdict<M, P, C, L> for Unindexed<D> where D: Indexless<ThisQuery> {}

/// A bound that lets a query without filters run.
#[diagnostic::on_unimplemented(
    message = "this query reads the whole table of `{M}`",
    label = "no filter and no bound",
    note = "add a filter or `.limit(n)`, or say `.scan()` if you mean every row"
)]
pub trait BoundedRead<M> {}
impl<M> BoundedRead<M> for Limited {}
impl<M> BoundedRead<M> for Scanned {}

/// A bound under which rows can be counted.
#[diagnostic::on_unimplemented(
    message = "`.count()` does not go with `.limit(..)`",
    label = "the server counts before it limits",
    note = "leave the limit out; to count a whole table say `.scan()`; to know whether there is any row use `.exists()`"
)]
pub trait Countable {}
impl Countable for Unbounded {}
impl Countable for Scanned {}
