//! Terms: literals, markers and functions of a statement, typed at planning and evaluated with values.

pub(crate) mod collection;
pub(crate) mod duration;
pub(crate) mod literal;
pub(crate) mod time;
