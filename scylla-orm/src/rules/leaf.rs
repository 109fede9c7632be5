//! The traits by which an error is raised at a column.

/// Has none of the traits that the derive writes: asking a column for one of them with it is how an error is raised.
/// Its name is no other type's, which the compiler would mention.
pub struct ThisQuery;

/// A partition key column that has no filter; a clustering column that a write needs.
pub trait Needed<Q> {}

/// A clustering column filtered after a gap or a range.
pub trait InOrder<Q> {}

/// A column whose filter the server can only check row by row.
pub trait Indexless<Q> {}

/// A key column that is filtered twice.
pub trait Once<Q> {}

/// A partition key column that is filtered by more than equality.
pub trait Unordered<Q> {}

/// A column outside the key that is filtered in a write.
pub trait ByKeyOnly<Q> {}
