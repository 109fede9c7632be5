//! Compressed bodies: as servers were seen to send them, and both ways.

use super::*;
use crate::frame::check::{digits, hex};
use crate::frame::{Features, Frame, Opcode, Version, begin, finish};

const LIMIT: usize = 1 << 20;
/// More than a block of either. An interpreter is a thousand times slower.
const LONG: usize = if cfg!(miri) { 700 } else { 70_000 };

#[cfg(feature = "lz4")]
#[test]
fn an_empty_body_as_servers_send_it() {
    let out = Compression::Lz4.packed(&[]);
    assert_eq!(digits(&out), "0000000000");
    assert_eq!(Compression::Lz4.decompress(&out, 0), Ok(Bytes::new()));
}

#[cfg(feature = "snappy")]
#[test]
fn an_empty_body_as_servers_send_it_in_snappy() {
    let out = Compression::Snappy.packed(&[]);
    assert_eq!(digits(&out), "00");
    assert_eq!(Compression::Snappy.decompress(&out, 0), Ok(Bytes::new()));
}

#[test]
fn names() {
    for compression in Compression::ALL {
        let name = compression.name();
        assert_eq!(Compression::named(name), Some(*compression));
        let upper = name.to_ascii_uppercase();
        assert_eq!(Compression::named(&upper), Some(*compression));
    }
    assert_eq!(Compression::named("zstd"), None);
}

fn frame(body: &[u8]) -> Vec<u8> {
    let mut out = vec![9; 3];
    let at = begin(&mut out, Version::V4, Opcode::Query, 5, Flags::TRACING);
    out.extend_from_slice(body);
    finish(&mut out, at).unwrap();
    out
}

#[test]
fn frames_both_ways() {
    for compression in Compression::ALL {
        for body in [vec![], vec![1], vec![7; 127], vec![7; 128], vec![7; LONG]] {
            let mut out = frame(&body);
            compression.compress(&mut out, 3);
            let shorter = body.len() >= MIN;
            assert_eq!(out[4] & 1 == 1, shorter, "{}", body.len());
            let mut always = frame(&body);
            compression.compress_always(&mut always, 3);
            assert_eq!(always[4], 0x03);
            let length = u32::from_be_bytes(always[8..12].try_into().unwrap());
            assert_eq!(usize::try_from(length).unwrap(), always.len() - 12);
            let read = compression.decompress(&always[12..], LIMIT).unwrap();
            assert_eq!(read, body);
        }
    }
}

#[test]
#[cfg_attr(miri, ignore = "tries each bit of a compressed body")]
fn claims_are_checked_before_anything_is_allocated() {
    for compression in Compression::ALL {
        let packed = compression.packed(&[7; 5000]);
        assert!(compression.decompress(&packed, 5000).is_ok());
        let refused = compression.decompress(&packed, 4999).unwrap_err();
        assert_eq!(refused.why, Why::Length);
        for length in 0..packed.len() {
            assert!(compression.decompress(&packed[..length], LIMIT).is_err());
        }
        // Each byte turned: an error, or another body; never a panic.
        for at in 0..packed.len() {
            for bit in 0..8 {
                let mut damaged = packed.clone();
                damaged[at] ^= 1 << bit;
                let _ = compression.decompress(&damaged, LIMIT);
            }
        }
    }
    // 256 MiB are claimed by a handful of bytes.
    let claims = [("lz4", "10000000 00"), ("snappy", "80808080 01 00")];
    for (name, body) in claims {
        if let Some(compression) = Compression::named(name) {
            let refused = compression.decompress(&hex(body), usize::MAX).unwrap_err();
            assert_eq!(refused.why, Why::Length, "{name}");
        }
    }
}

/// A RESULT, kind Void, as a server with this compression sends it.
fn compressed(compression: Compression) -> Frame {
    let body = compression.packed(&[0, 0, 0, 1]);
    Frame {
        flags: Flags::COMPRESSED,
        opcode: Opcode::Result,
        stream: 3,
        body: body.into(),
    }
}

#[test]
fn a_frame_is_decompressed_as_negotiated() {
    for compression in Compression::ALL {
        let frame = compressed(*compression);
        let read = frame.clone().decompressed(Some(*compression), LIMIT);
        let read = read.unwrap();
        assert_eq!(
            (&read.body[..], read.flags),
            (&[0, 0, 0, 1][..], Flags::NONE)
        );
        assert!(read.response(&Features::default(), None).is_ok());
        let refused = frame.decompressed(None, LIMIT).unwrap_err();
        assert_eq!(
            refused.to_string(),
            "RESULT on stream 3, field `compressed body` at offset 0: it is not compressed as was negotiated"
        );
    }
}
