//! The partition key, summed up.

use std::marker::PhantomData;

use super::flags::{Bound, Missing};
use super::leaf::{Needed, ThisQuery};

/// No partition key column is filtered; `C` is the first.
pub struct NoPart<C>(PhantomData<C>);

/// Some are; `C` is the first that is not.
pub struct SomePart<C>(PhantomData<C>);

/// All are.
pub struct AllParts;

/// A list of flags that can be summed up.
pub trait Partition {
    /// `NoPart`, `SomePart` or `AllParts`.
    type Sum;
}

impl<C> Partition for (Missing<C>, ()) {
    type Sum = NoPart<C>;
}

impl<C> Partition for (Bound<C>, ()) {
    type Sum = AllParts;
}

impl<C, H, T> Partition for (Missing<C>, (H, T))
where
    (H, T): Partition<Sum: AddMissing<C>>,
{
    type Sum = <<(H, T) as Partition>::Sum as AddMissing<C>>::Out;
}

impl<C, H, T> Partition for (Bound<C>, (H, T))
where
    (H, T): Partition<Sum: AddBound>,
{
    type Sum = <<(H, T) as Partition>::Sum as AddBound>::Out;
}

/// A sum with a missing column before it.
pub trait AddMissing<C> {
    /// The sum of both.
    type Out;
}

impl<C, D> AddMissing<C> for NoPart<D> {
    type Out = NoPart<C>;
}

impl<C, D> AddMissing<C> for SomePart<D> {
    type Out = SomePart<C>;
}

impl<C> AddMissing<C> for AllParts {
    type Out = SomePart<C>;
}

/// A sum with a filtered column before it.
pub trait AddBound {
    /// The sum of both.
    type Out;
}

impl<D> AddBound for NoPart<D> {
    type Out = SomePart<D>;
}

impl<D> AddBound for SomePart<D> {
    type Out = SomePart<D>;
}

impl AddBound for AllParts {
    type Out = AllParts;
}

/// The sum of a key that says which partition: asked of the sum, so that one error names the first missing column.
pub trait OnePartition {}
impl OnePartition for AllParts {}
impl<C: Needed<ThisQuery>> OnePartition for NoPart<C> {}
impl<C: Needed<ThisQuery>> OnePartition for SomePart<C> {}
