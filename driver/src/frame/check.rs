//! How the tests of messages compare: with bytes written down from the specification, in both directions, cut
//! short at every length, and with every count inflated.

use std::fmt::Debug;

use bytes::Bytes;

use super::request::Request;
use super::response::{Prefix, QueryResult, Response};
use super::{Features, Flags, Opcode};
use crate::value::Cells;
use crate::wire::{Malformed, Why};

/// Bytes from hexadecimal digits; blanks are for the reader.
pub(super) fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    let byte = |pair: &[char]| u8::from_str_radix(&String::from_iter(pair), 16);
    let bytes: Result<_, _> = digits.chunks(2).map(byte).collect();
    bytes.expect("hexadecimal digits")
}

/// The hexadecimal digits of bytes: failures read like the specification.
pub(super) fn digits(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `request` is these bytes, and these bytes are `request`.
pub(super) fn request(features: &Features, request: &Request<'_>, body: &str) {
    let body = hex(body);
    let mut out = Vec::new();
    request.encode(features, &mut out).unwrap();
    assert_eq!(digits(&out), digits(&body));
    let decode = |body: &[u8]| {
        let request = Request::decode(request.opcode(), Flags::NONE, body, features)?;
        Ok(format!("{request:?}"))
    };
    let read = Request::decode(request.opcode(), Flags::NONE, &body, features);
    assert_eq!(read.as_ref(), Ok(request));
    damaged(&body, decode);
    let mut longer = body.clone();
    longer.push(0);
    let why = decode(&longer).map_err(|malformed| malformed.why);
    assert_eq!(why, Err(Why::Trailing));
}

/// `response` is these bytes, and these bytes are `response`.
pub(super) fn response(features: &Features, response: &Response, body: &str) {
    let body = hex(body);
    let mut out = Vec::new();
    response.encode(features, &mut out).unwrap();
    assert_eq!(digits(&out), digits(&body));
    let decode = |body: &[u8]| read(features, response.opcode(), Flags::NONE, body);
    assert_eq!(decode(&body), Ok((Prefix::default(), response.clone())));
    damaged(&body, decode);
}

/// A whole response, the cells of its rows included.
pub(super) fn read(
    features: &Features,
    opcode: Opcode,
    flags: Flags,
    body: &[u8],
) -> Result<(Prefix, Response), Malformed> {
    let body = Bytes::copy_from_slice(body);
    let (prefix, response) = Response::decode(opcode, flags, body, features, None)?;
    if let Response::Result(QueryResult::Rows(rows)) = &response {
        let mut cells = Cells::new(&rows.body);
        for _ in 0..rows.count * rows.metadata.columns.len() {
            cells.next().map_err(|_| Malformed {
                offset: 0,
                field: "cell",
                why: Why::Short,
            })?;
        }
    }
    Ok((prefix, response))
}

/// How many of the places are damaged: all, but in an interpreter, which is a thousand times slower, some.
const STEP: usize = if cfg!(miri) { 13 } else { 1 };

/// What is cut short is an error. What claims to be larger or negative may be one, but never panics, and never
/// allocates what it claims: two thousand million elements would not fit into any memory.
fn damaged<T: Debug>(body: &[u8], decode: impl Fn(&[u8]) -> Result<T, Malformed>) {
    for length in (0..body.len()).step_by(STEP) {
        let short = decode(&body[..length]);
        assert!(short.is_err(), "cut to {length} bytes: {short:?}");
    }
    for at in (0..body.len()).step_by(STEP) {
        for patch in [
            &[0x7f, 0xff, 0xff, 0xff][..],
            &[0xff; 4],
            &[0x80; 4],
            &[0; 4],
        ] {
            for width in 1..=4 {
                let mut body = body.to_vec();
                for (to, from) in body[at..].iter_mut().zip(&patch[..width]) {
                    *to = *from;
                }
                let _ = decode(&body);
            }
        }
    }
}
