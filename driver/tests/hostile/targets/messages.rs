//! Messages of every kind: what can be read can be written, and is read again as the same.

use bytes::Bytes;
use scylla_orm_driver::frame::request::Request;
use scylla_orm_driver::frame::response::{QueryResult, Response};
use scylla_orm_driver::frame::{Dialect, Features, Flags, Opcode, Version};

/// The first byte of an input chooses what was negotiated.
pub(crate) fn features(choice: u8) -> Features {
    let mut features = match choice & 1 {
        0 => Features::of(Dialect::Scylla),
        _ => Features::of(Dialect::Cassandra),
    };
    if choice & 2 != 0 {
        features.version = Version::V5;
    }
    if choice & 4 != 0 {
        features = Features::default();
    }
    features
}

/// Features, flags, opcode, then the body of a response.
pub(crate) fn responses(data: &[u8]) {
    let [choice, flags, opcode, body @ ..] = data else {
        return;
    };
    let Ok(opcode) = Opcode::try_from(opcode % 0x11) else {
        return;
    };
    response(opcode, Flags(*flags), body, &features(*choice));
}

/// Reads a response with all that is in it.
pub(crate) fn response(opcode: Opcode, flags: Flags, body: &[u8], features: &Features) {
    let body = Bytes::copy_from_slice(body);
    let (prefix, response) = match Response::decode(opcode, flags, body, features, None) {
        Ok(read) => read,
        Err(malformed) => return drop(malformed.to_string()),
    };
    assert_eq!(response.opcode(), opcode);
    if let Response::Result(QueryResult::Rows(rows)) = &response {
        super::rows::cells(rows);
    }
    let mut out = Vec::new();
    prefix.encode(&mut out).expect("what was read fits");
    match &response {
        Response::Result(QueryResult::Rows(rows)) if rows.metadata.columns.is_empty() => return,
        _ => response.encode(features, &mut out),
    }
    .expect("what was read fits");
    let again = Response::decode(opcode, prefix.flags(), out.into(), features, None);
    assert_eq!(again, Ok((prefix, response)));
}

/// Features, opcode, then the body of a request.
pub(crate) fn requests(data: &[u8]) {
    let [choice, flags, opcode, body @ ..] = data else {
        return;
    };
    let (features, flags) = (features(*choice), Flags(*flags));
    let Ok(opcode) = Opcode::try_from(opcode % 0x11) else {
        return;
    };
    let request = match Request::decode(opcode, flags, body, &features) {
        Ok(request) => request,
        Err(malformed) => return drop(malformed.to_string()),
    };
    let mut out = Vec::new();
    request
        .encode(&features, &mut out)
        .expect("what was read fits");
    let again = Request::decode(opcode, Flags::NONE, &out, &features);
    assert_eq!(again.as_ref(), Ok(&request));
}
