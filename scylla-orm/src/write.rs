//! Writes. They say what they mean: `insert` leaves out what is `None`, `save` writes the whole row, a tracked row
//! writes what was changed, `update` and `delete` by query read nothing. A batch sends several as one.

mod all;
pub mod batch;
mod conditional;
mod delete;
mod insert;
mod save;
mod tracked;
mod update;
mod using;

pub use all::{AT_ONCE, Results, WriteAll, WritingAll, write_all, write_stream};
pub use batch::Batch;
pub use conditional::Conditional;
pub use delete::Delete;
pub use insert::{Insert, InsertNew};
pub use save::Save;
pub use tracked::{SaveTracked, SavingTracked, Tracked};
pub use update::Update;
