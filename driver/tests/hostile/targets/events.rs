//! Events, as they arrive on a control connection.

use scylla_orm_driver::frame::{Features, Flags, Opcode};

/// The body of an EVENT.
pub(crate) fn run(data: &[u8]) {
    super::messages::response(Opcode::Event, Flags::NONE, data, &Features::default());
}
