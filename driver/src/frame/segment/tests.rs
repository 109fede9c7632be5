//! Segments against bytes seen from Cassandra 5.0.4, and against each other.

use super::*;
use crate::frame::check::{digits, hex};
use crate::frame::{Flags, HEADER, Opcode, Version, begin, finish};

/// QUERY "select key from system.local", its answer, and OPTIONS, each in a segment of its own, as they went over the
/// wire.
const SEEN: [(&str, &str); 3] = [
    (
        "0500000107000000260000001c73656c656374206b65792066726f6d2073797374656d2e6c6f63616c000100000000",
        "2f0002acf306 0500000107000000260000001c73656c656374206b65792066726f6d2073797374656d2e6c6f63616c000100000000 f68c1dbb",
    ),
    (
        "85000001080000002f000000020000000100000001000673797374656d00056c6f63616c00036b6579000d00000001000000056c6f63616c",
        "38000243a153 85000001080000002f000000020000000100000001000673797374656d00056c6f63616c00036b6579000d00000001000000056c6f63616c 479d26d9",
    ),
    (
        "050000010500000000",
        "090002a4c8c1 050000010500000000 b5557486",
    ),
];

/// An envelope of so many bytes, whose body is made by `body`.
fn envelope(length: usize, body: impl FnOnce(usize) -> Vec<u8>) -> Vec<u8> {
    let mut out = Vec::new();
    let at = begin(&mut out, Version::V5, Opcode::Query, 5, Flags::NONE);
    out.extend(body(length - HEADER));
    finish(&mut out, at).unwrap();
    out
}

/// The segments of envelopes, in a form.
fn written(envelopes: &[&[u8]], form: Form) -> Vec<u8> {
    let (mut writer, mut out) = (Writer::new(form), Vec::new());
    let all = envelopes.concat();
    let mut from = 0;
    while from < all.len() {
        let written = writer.write(&all[from..], &mut out);
        assert!(written > 0);
        from += written;
    }
    assert_eq!(writer.write(&[], &mut out), 0);
    out
}

/// The payloads of segments, one after another, and whether each is self-contained.
fn read(mut bytes: &[u8], form: Form) -> Result<Vec<(bool, Vec<u8>)>, SegmentError> {
    let mut payloads = Vec::new();
    while let Some(segment) = Segment::parse(bytes, form)? {
        segment.check(bytes)?;
        let mut payload = bytes::BytesMut::new();
        segment.inflate(&bytes[segment.payload()], &mut payload)?;
        payloads.push((segment.self_contained, payload.to_vec()));
        bytes = &bytes[segment.length()..];
    }
    assert_eq!(bytes, &[] as &[u8]);
    Ok(payloads)
}

fn forms() -> Vec<Form> {
    vec![
        Form::Plain,
        #[cfg(feature = "lz4")]
        Form::Lz4,
    ]
}

/// Bytes that LZ4 makes nothing of.
fn noise(length: usize) -> Vec<u8> {
    let mut state: u64 = 0x5eed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn as_seen_from_cassandra() {
    for (envelope, segment) in SEEN {
        let out = written(&[&hex(envelope)], Form::Plain);
        assert_eq!(digits(&out), digits(&hex(segment)));
        assert_eq!(read(&out, Form::Plain), Ok(vec![(true, hex(envelope))]));
    }
}

#[test]
#[cfg_attr(miri, ignore = "fills segments of 128 KiB")]
fn envelopes_share_a_segment_until_it_is_full() {
    for form in forms() {
        let all = [
            envelope(100, noise),
            envelope(9, noise),
            envelope(MAX_PAYLOAD - 109, noise),
            envelope(9, noise),
            envelope(MAX_PAYLOAD - 8, |length| vec![8; length]),
        ];
        let envelopes: Vec<&[u8]> = all.iter().map(Vec::as_slice).collect();
        let expected = vec![
            (true, [&all[0][..], &all[1], &all[2]].concat()),
            (true, all[3].clone()),
            (true, all[4].clone()),
        ];
        assert_eq!(read(&written(&envelopes, form), form), Ok(expected));
    }
}

#[test]
#[cfg_attr(miri, ignore = "fills segments of 128 KiB")]
fn a_large_envelope_has_segments_of_its_own() {
    for form in forms() {
        for length in [
            MAX_PAYLOAD,
            MAX_PAYLOAD + 1,
            2 * MAX_PAYLOAD,
            3 * MAX_PAYLOAD + 5,
        ] {
            let (small, large) = (envelope(50, noise), envelope(length, noise));
            let read = read(&written(&[&small, &large, &small], form), form).unwrap();
            let parts: Vec<usize> = read.iter().map(|(_, payload)| payload.len()).collect();
            let contained = read.iter().map(|(contained, _)| *contained);
            let large_parts = length.div_ceil(MAX_PAYLOAD);
            assert_eq!(parts.len(), 2 + large_parts);
            let expected = |at| at == 0 || at > large_parts || large_parts == 1;
            assert!(contained.enumerate().all(|(at, c)| c == expected(at)));
            let joined: Vec<u8> = read.into_iter().flat_map(|(_, payload)| payload).collect();
            assert!(joined == [&small[..], &large, &small].concat());
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "tries each bit")]
fn every_turned_bit_is_seen() {
    for form in forms() {
        let (ones, noise) = (
            envelope(300, |length| vec![1; length]),
            envelope(300, noise),
        );
        let out = written(&[&ones, &noise], form);
        for bit in 0..out.len() * 8 {
            let mut damaged = out.clone();
            damaged[bit / 8] ^= 1 << (bit % 8);
            let parsed = Segment::parse(&damaged, form);
            let seen = match parsed {
                Ok(Some(segment)) => segment.check(&damaged).is_err(),
                _ => true,
            };
            assert!(seen, "{form:?}, bit {bit}");
        }
        for length in 0..form.header() {
            assert_eq!(Segment::parse(&out[..length], form), Ok(None));
        }
    }
}

#[cfg(feature = "lz4")]
#[test]
#[cfg_attr(miri, ignore = "fills segments of 128 KiB")]
fn what_compresses_is_compressed_and_the_rest_is_not() {
    let zeros = envelope(MAX_PAYLOAD, |length| vec![0; length]);
    let out = written(&[&zeros], Form::Lz4);
    assert!(out.len() < 1000, "{}", out.len());
    assert_eq!(read(&out, Form::Lz4), Ok(vec![(true, zeros)]));
    let noise = envelope(1009, noise);
    let out = written(&[&noise], Form::Lz4);
    assert_eq!(out.len(), 8 + 1009 + 4);
    let segment = Segment::parse(&out, Form::Lz4).unwrap().unwrap();
    assert!(!segment.is_compressed());
}

#[cfg(feature = "lz4")]
#[test]
fn a_length_that_a_block_cannot_become_is_refused_before_it_is_allocated() {
    let mut out = bytes::BytesMut::new();
    for (length, block) in [
        (MAX_PAYLOAD, &[0x10, 1][..]),
        (511, &[0, 0]),
        (4, &[0xff; 8]),
    ] {
        let segment = Segment {
            form: Form::Lz4,
            self_contained: true,
            length: block.len(),
            inflated: length,
        };
        let refused = segment.inflate(block, &mut out);
        assert_eq!(refused, Err(SegmentError::Compressed), "{length}");
        assert!(out.is_empty());
    }
    assert!(out.capacity() < 1000);
}
