//! The clustering key, summed up.

use std::marker::PhantomData;

use super::flags::{Both, Fixed, Free, High, Low};

/// No clustering column is filtered.
pub struct NoCluster;

/// A prefix is, the first of it being `C`.
pub struct Prefix<C>(PhantomData<C>);

/// `C` is filtered, and comes after a gap or a range.
pub struct Gap<C>(PhantomData<C>);

/// A list of flags that can be summed up.
pub trait Clustering {
    /// `NoCluster`, `Prefix` or `Gap`.
    type Sum;
}

impl Clustering for () {
    type Sum = NoCluster;
}

impl<H: Before<T::Sum>, T: Clustering> Clustering for (H, T) {
    type Sum = H::Out;
}

/// A flag before a sum.
pub trait Before<Tail> {
    /// The sum of both.
    type Out;
}

impl<C> Before<NoCluster> for Free<C> {
    type Out = NoCluster;
}

impl<C, D> Before<Prefix<D>> for Free<C> {
    type Out = Gap<D>;
}

impl<C, D> Before<Gap<D>> for Free<C> {
    type Out = Gap<D>;
}

impl<C> Before<NoCluster> for Fixed<C> {
    type Out = Prefix<C>;
}

impl<C, D> Before<Prefix<D>> for Fixed<C> {
    type Out = Prefix<C>;
}

impl<C, D> Before<Gap<D>> for Fixed<C> {
    type Out = Gap<D>;
}

macro_rules! ranged {
    ($($flag:ident)*) => { $(
        impl<C> Before<NoCluster> for $flag<C> {
            type Out = Prefix<C>;
        }
        impl<C, D> Before<Prefix<D>> for $flag<C> {
            type Out = Gap<D>;
        }
        impl<C, D> Before<Gap<D>> for $flag<C> {
            type Out = Gap<D>;
        }
    )* };
}
ranged!(Low High Both);
