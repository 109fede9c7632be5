//! What goes around frames: the segments of version 5, and compression.

use bytes::BytesMut;
use scylla_orm_driver::frame::segment::{Form, Segment, Writer};
use scylla_orm_driver::frame::{Flags, HEADER, Version};

use super::tape::{self, digits};

#[test]
fn segments_hold_the_frames_and_are_written_back_to_the_same_bytes() {
    let frames = tape::all().into_iter();
    let (mut payloads, mut inside) = (BytesMut::new(), 0);
    for frame in frames.filter(|frame| frame.features.version == Version::V5) {
        let form = Form::of(Version::V5, frame.compression).unwrap();
        let mut rest = &frame.segments[..];
        while !rest.is_empty() {
            let segment = Segment::parse(rest, form).unwrap().unwrap();
            let whole = &rest[..segment.length()];
            segment.check(whole).unwrap();
            let payload = &whole[segment.payload()];
            segment.inflate(payload, &mut payloads).unwrap();
            if !segment.is_compressed() {
                let mut again = Vec::new();
                Writer::new(form).write(payload, &mut again);
                assert_eq!(digits(&again), digits(whole), "{}", frame.place);
            }
            rest = &rest[segment.length()..];
        }
        // Before the end of the handshake there are no segments.
        if !payloads.is_empty() {
            let held = payloads.split_to(frame.wire.len());
            assert_eq!(digits(&held), digits(&frame.wire), "{}", frame.place);
            inside += 1;
        }
    }
    assert!(payloads.is_empty());
    assert!(inside > 500, "{inside} frames in segments");
}

/// Servers may pack as they like; what they have packed is read, and what we pack is read as the same.
#[test]
fn compressed_bodies() {
    let mut compressed = 0;
    for frame in tape::all() {
        let Some(compression) = frame.compression.filter(|_| frame.wire != frame.bytes) else {
            continue;
        };
        let mut again = frame.bytes.clone();
        compression.compress_always(&mut again, 0);
        assert!(Flags(again[1]).has(Flags::COMPRESSED));
        let body = compression.decompress(&again[HEADER..], 1 << 20);
        assert_eq!(body.as_deref(), Ok(frame.body()), "{}", frame.place);
        compressed += 1;
    }
    let expected = 40 * scylla_orm_driver::frame::Compression::ALL.len();
    assert!(compressed >= expected, "{compressed} compressed bodies");
}
