//! Errors, and what people read of them.

use bytes::Bytes;
use scylla_orm_driver::frame::response::Response;
use scylla_orm_driver::frame::{Flags, Opcode};

use super::messages::{features, response};

/// Features, then the body of an ERROR.
pub(crate) fn run(data: &[u8]) {
    let [choice, body @ ..] = data else { return };
    let features = features(*choice);
    response(Opcode::Error, Flags::NONE, body, &features);
    let body = Bytes::copy_from_slice(body);
    let read = Response::decode(Opcode::Error, Flags::NONE, body, &features, None);
    if let Ok((_, Response::Error(error))) = read {
        drop(error.to_string());
        // A code that was not negotiated is written as another one.
        let _ = error.code(&features);
    }
}
