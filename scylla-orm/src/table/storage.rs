//! How the values of a column are stored, which decides the operators that it has.

use std::marker::PhantomData;

use super::{Column, ValueOf};

/// How the values of a column are stored.
///
/// The operators' type is asked of it, and not written down with the column: there, a field whose type is none of CQL
/// would be a second error.
pub trait Storage {
    /// What the operators of a column with values `T` depend on.
    type Cql<T>;
}

/// As its type is stored: a collection element by element.
pub struct Plain;

/// As a whole: `#[cql(frozen)]`.
pub struct Whole;

/// The operators of a `T` that is stored as a whole.
pub struct Frozen<T>(PhantomData<T>);

impl Storage for Plain {
    type Cql<T> = T;
}

impl Storage for Whole {
    type Cql<T> = Frozen<T>;
}

/// What the operators of a column depend on: the type of its values, in [`Frozen`] if it is declared so.
pub type CqlOf<K> = <<K as Column>::Store as Storage>::Cql<ValueOf<K>>;
