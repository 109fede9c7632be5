//! What the state of a query is made of.

use std::marker::PhantomData;

/// The state of a query: partition key, clustering key, other columns, bound.
pub struct Where<P, C, X, L>(PhantomData<(P, C, X, L)>);

// Flags of key columns. Each carries its column, so that an error can name it.

/// A partition key column without a filter.
pub struct Missing<C>(PhantomData<C>);
/// A partition key column with one.
pub struct Bound<C>(PhantomData<C>);
/// A clustering column without a filter.
pub struct Free<C>(PhantomData<C>);
/// A clustering column that is equal to a value, or one of several.
pub struct Fixed<C>(PhantomData<C>);
/// A clustering column with a lower bound.
pub struct Low<C>(PhantomData<C>);
/// A clustering column with an upper bound.
pub struct High<C>(PhantomData<C>);
/// A clustering column with both bounds.
pub struct Both<C>(PhantomData<C>);

// What is filtered outside the key.

/// Nothing else.
pub struct KeyOnly;
/// The indexed column `C`, in a way that its index answers.
pub struct OneIndex<C>(PhantomData<C>);
/// The indexed column `I`, and `C`, which no index answers.
pub struct IndexAnd<I, C>(PhantomData<(I, C)>);
/// The column `C`, which no index answers.
pub struct Unindexed<C>(PhantomData<C>);
/// Anything: `.allow_filtering()` was said.
pub struct Filtering;

// How many rows may come.

/// Nothing was said.
pub struct Unbounded;
/// `.limit(n)`.
pub struct Limited;
/// `.scan()`: every row is meant.
pub struct Scanned;

// Roles of columns; positions count `Z`, `S<Z>`, `S<S<Z>>`.

/// Position 0.
pub struct Z;
/// The position after `N`.
pub struct S<N>(PhantomData<N>);
/// The partition key column at position `N`.
pub struct Pk<N>(PhantomData<N>);
/// The clustering column at position `N`.
pub struct Ck<N>(PhantomData<N>);
/// A static column.
pub struct Static;
/// A column with a secondary index.
pub struct Indexed;
/// Any other column.
pub struct Regular;
/// A counter.
pub struct Counted;

// Operators, as far as the rules tell them apart.

/// `=`
pub struct Eq;
/// `IN`
pub struct In;
/// `>`, `>=`
pub struct Lower;
/// `<`, `<=`
pub struct Upper;
/// `CONTAINS`, `CONTAINS KEY`
pub struct Has;
/// `LIKE`
pub struct Like;

// Directions.

/// Ascending.
pub struct Asc;
/// Descending.
pub struct Desc;
