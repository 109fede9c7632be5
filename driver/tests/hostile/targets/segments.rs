//! Segments of version 5: what is damaged is refused, and what was put into them comes back.

use bytes::BytesMut;
use scylla_orm_driver::frame::segment::{Form, MAX_PAYLOAD, Segment, Writer};
use scylla_orm_driver::frame::{self, Flags, Opcode, Version};

#[cfg(not(feature = "lz4"))]
const FORMS: &[Form] = &[Form::Plain];
#[cfg(feature = "lz4")]
const FORMS: &[Form] = &[Form::Plain, Form::Lz4];

/// Segments as they come; also a length of bodies, how often each is repeated, and their bytes.
pub(crate) fn run(data: &[u8]) {
    for form in FORMS {
        drop(payloads(data, *form));
    }
    let [length, often, rest @ ..] = data else {
        return;
    };
    // Some short ones, or one that is longer than a segment holds.
    let (count, often) = if *often == u8::MAX {
        (1, MAX_PAYLOAD)
    } else {
        (8, 1)
    };
    let mut envelopes = Vec::new();
    for body in rest.chunks(usize::from(*length).max(1)).take(count) {
        let at = frame::begin(&mut envelopes, Version::V5, Opcode::Result, 0, Flags::NONE);
        envelopes.extend(body.repeat((often / body.len()).max(1)));
        frame::finish(&mut envelopes, at).expect("a body of less than 1 MiB");
    }
    for form in FORMS {
        let mut segments = segmented(&envelopes, *form);
        assert_eq!(payloads(&segments, *form).as_deref(), Some(&envelopes[..]));
        // A bit turned over anywhere is noticed.
        let at = usize::from(*length) * 7 % segments.len().max(1);
        if let Some(byte) = segments.get_mut(at) {
            *byte ^= 1 << (length % 8);
            assert_ne!(payloads(&segments, *form).as_deref(), Some(&envelopes[..]));
        }
    }
}

/// Bytes, envelopes or not, as segments.
pub(crate) fn segmented(mut envelopes: &[u8], form: Form) -> Vec<u8> {
    let (mut writer, mut out) = (Writer::new(form), Vec::new());
    while !envelopes.is_empty() {
        let written = writer.write(envelopes, &mut out);
        envelopes = envelopes.get(written..).unwrap_or_default();
    }
    out
}

/// What is in the segments, if nothing is wrong with them.
pub(crate) fn payloads(mut bytes: &[u8], form: Form) -> Option<BytesMut> {
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
