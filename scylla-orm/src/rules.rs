//! The WHERE clause as a type. Every rule of the server that can be decided from *which* columns are filtered and
//! *how* is decided here, by `cargo check`. No type in this module has a value.
//!
//! [`Where<P, C, X, L>`](crate::rules::Where): `P` and `C` are lists `(flag, (flag, ()))` over the partition and the
//! clustering columns, `X` says what else is filtered, `L` whether the result is bounded. Each filter takes one state
//! to the next ([`Restrict`]); at the verb, `P` and `C` are summed up, and one table of impls
//! says yes or names the column that is missing ([`Readable`],
//! [`Updatable`], [`Deletable`]).
//!
//! Where a row of that table must fail, it asks the column for a *leaf* trait. The derive implements it under a
//! bound on a trait of its own, whose message has the column's name in it: `{C}` in a message would print a path.
//!
//! The same rules, for queries made at run time, are in `cql`'s check.

mod clustering;
mod flags;
mod leaf;
mod order;
mod partition;
mod read;
mod restrict;
mod write;

pub use clustering::{Before, Clustering, Gap, NoCluster, Prefix};
pub use flags::{
    Asc, Both, Bound, Ck, Counted, Desc, Eq, Filtering, Fixed, Free, Has, High, In, IndexAnd,
    Indexed, KeyOnly, Like, Limited, Low, Lower, Missing, OneIndex, Pk, Regular, S, Scanned,
    Static, Unbounded, Unindexed, Upper, Where, Z,
};
pub use leaf::{ByKeyOnly, InOrder, Indexless, Needed, Once, ThisQuery, Unordered};
pub use order::{Against, Natural, Orderable, Reversed, SameWay, Way};
pub use partition::{AddBound, AddMissing, AllParts, NoPart, OnePartition, Partition, SomePart};
pub use read::{BoundedRead, Countable, Readable, Verdict};
pub use restrict::{At, OnIndex, PartitionOp, Restrict, RestrictKind, Step, WithPlain};
pub use write::{
    Deletable, Delete, Join, KeyAlone, NoRows, PartitionThen, PrefixToDelete, Reaches, Rows,
    RowsAllowed, StaticOnly, StaticUpdate, Updatable, Update, WholeKey,
};
