//! May it be written?

use std::marker::PhantomData;

use super::clustering::{Clustering, Gap, NoCluster, Prefix};
use super::flags::{Both, Fixed, Free, High, IndexAnd, KeyOnly, Low, OneIndex, Unindexed, Where};
use super::leaf::{ByKeyOnly, InOrder, Needed, ThisQuery};
use super::partition::{AllParts, NoPart, Partition, SomePart};

/// What an assignment reaches: a row.
pub struct Rows;

/// What an assignment reaches: the static columns of a partition.
pub struct StaticOnly;

/// What two assignments reach together.
pub trait Join<O> {
    /// The reach of both.
    type Out;
}

impl<O> Join<O> for Rows {
    type Out = Rows;
}

impl Join<Rows> for StaticOnly {
    type Out = Rows;
}

impl Join<StaticOnly> for StaticOnly {
    type Out = StaticOnly;
}

/// A state that an update of this reach can have. It has one impl: two that could match would stop the search, and
/// with it the message.
pub trait Updatable<Reach> {}

impl<P: Partition, C, X, L, R> Updatable<R> for Where<P, C, X, L> where
    X: KeyAlone<P::Sum, Update<R, C>>
{
}

/// A state that a delete can have.
pub trait Deletable {}

impl<P: Partition, C: Clustering, X, L> Deletable for Where<P, C, X, L> where
    X: KeyAlone<P::Sum, Delete<C::Sum>>
{
}

// A write may break several rules at once. They are asked one after another, each only if those before it hold, so
// that the first broken one is the only message: what else is filtered, then the partition key, then the rest.

/// Nothing is filtered outside the key; then the partition key's sum `P` must do, and then `Rest`.
#[diagnostic::on_unimplemented(
    message = "a write has no `.allow_filtering()`",
    label = "writes find rows by key only"
)]
pub trait KeyAlone<P, Rest> {}
impl<P: PartitionThen<Rest>, Rest> KeyAlone<P, Rest> for KeyOnly {}
impl<P, Rest, C> KeyAlone<P, Rest> for OneIndex<C> where C: ByKeyOnly<ThisQuery> {}
impl<P, Rest, I, C> KeyAlone<P, Rest> for IndexAnd<I, C> where C: ByKeyOnly<ThisQuery> {}
impl<P, Rest, C> KeyAlone<P, Rest> for Unindexed<C> where C: ByKeyOnly<ThisQuery> {}

/// The partition key is whole; then `Rest` must do.
pub trait PartitionThen<Rest> {}
impl<Rest: RowsAllowed> PartitionThen<Rest> for AllParts {}
impl<Rest, C: Needed<ThisQuery>> PartitionThen<Rest> for NoPart<C> {}
impl<Rest, C: Needed<ThisQuery>> PartitionThen<Rest> for SomePart<C> {}

/// An update of reach `R` under the clustering key `C`.
pub struct Update<R, C>(PhantomData<(R, C)>);

/// A delete under a clustering key that sums up to `S`.
pub struct Delete<S>(PhantomData<S>);

/// The clustering key suits the write.
pub trait RowsAllowed {}
impl<R: Reaches<C>, C> RowsAllowed for Update<R, C> {}
impl<S: PrefixToDelete> RowsAllowed for Delete<S> {}

/// An assignment's reach under a clustering key.
pub trait Reaches<C> {}
impl<C: WholeKey> Reaches<C> for Rows {}
impl<C: NoRows> Reaches<C> for StaticOnly {}

/// A clustering key whose every column is fixed.
pub trait WholeKey {}
impl WholeKey for () {}
impl<C, T: WholeKey> WholeKey for (Fixed<C>, T) {}

macro_rules! unfixed {
    ($($flag:ident)*) => { $(
        impl<C: Needed<ThisQuery>, T> WholeKey for ($flag<C>, T) {}
    )* };
}
unfixed!(Free Low High Both);

/// A clustering key without a filter.
pub trait NoRows {}
impl NoRows for () {}
impl<C, T: NoRows> NoRows for (Free<C>, T) {}

macro_rules! used {
    ($($flag:ident)*) => { $(
        impl<C, T> NoRows for ($flag<C>, T) where C: StaticUpdate {}
    )* };
}
used!(Fixed Low High Both);

/// The sum of a clustering key that a delete can have.
pub trait PrefixToDelete {}
impl PrefixToDelete for NoCluster {}
impl<C> PrefixToDelete for Prefix<C> {}
impl<C: InOrder<ThisQuery>> PrefixToDelete for Gap<C> {}

/// Nothing implements it: the message is all it is for.
#[diagnostic::on_unimplemented(
    message = "this update sets only static columns, but filters a clustering column",
    label = "static columns belong to the partition",
    note = "filter the partition key only, or set a column of the row too"
)]
pub trait StaticUpdate {}
