//! Segments of version 5: what is damaged is refused, and what was laid out comes back.

use bytes::BytesMut;
use scylla_orm_driver::frame::segment::{Form, Layout, MAX_PAYLOAD, Segment, seal};

#[cfg(not(feature = "lz4"))]
const FORMS: &[Form] = &[Form::Plain];
#[cfg(feature = "lz4")]
const FORMS: &[Form] = &[Form::Plain, Form::Lz4];

/// Segments as they come; also a length of envelopes, and their bytes.
pub(crate) fn run(data: &[u8]) {
    for form in FORMS {
        drop(payloads(data, *form));
    }
    let [length, rest @ ..] = data else { return };
    let mut laid = Vec::new();
    let mut layout = Layout::default();
    for envelope in rest.chunks(usize::from(*length).max(1)) {
        layout.append(&mut laid, envelope);
    }
    layout.close(&mut laid);
    #[cfg(feature = "lz4")]
    packed(&laid, rest);
    seal(&mut laid);
    assert_eq!(payloads(&laid, Form::Plain).as_deref(), Some(rest));
    // A bit turned over anywhere is noticed.
    let at = usize::from(*length) % laid.len().max(1);
    if let Some(byte) = laid.get_mut(at) {
        *byte ^= 1 << (length % 8);
        assert_ne!(payloads(&laid, Form::Plain).as_deref(), Some(rest));
    }
}

#[cfg(feature = "lz4")]
fn packed(laid: &[u8], expected: &[u8]) {
    let mut out = Vec::new();
    scylla_orm_driver::frame::segment::pack(laid, 0, usize::MAX, &mut out);
    assert_eq!(payloads(&out, Form::Lz4).as_deref(), Some(expected));
}

/// What is in the segments, if nothing is wrong with them.
fn payloads(mut bytes: &[u8], form: Form) -> Option<BytesMut> {
    let mut out = BytesMut::new();
    while !bytes.is_empty() {
        let segment = Segment::parse(bytes, form).ok()??;
        let whole = bytes.get(..segment.length())?;
        segment.check(whole).ok()?;
        let before = out.len();
        segment
            .inflate(whole.get(segment.payload())?, &mut out)
            .ok()?;
        assert!(out.len() - before <= MAX_PAYLOAD);
        bytes = bytes.get(segment.length()..).unwrap_or_default();
    }
    Some(out)
}
