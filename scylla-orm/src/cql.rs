//! From a query to a statement's text: the shape of a statement is the key of the prepared statement *and* its syntax
//! tree, and its text is made from it, once, when the statement is not there yet.

mod check;
mod fan;
mod names;
mod raw;
mod repeat;
mod shape;
mod text;

pub(crate) use fan::Fan;
pub(crate) use names::{identifier, qualified};
pub use raw::Raw;
pub use shape::{Flag, Op, Shape, Verb};
