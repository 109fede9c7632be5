//! What generated code names, and nothing else does. Not a part of the interface: it changes with the derives.

pub use crate::value::{Cells, CqlType, Fault, Field, FromCql, ToCql, Type, Wrote, codec};
