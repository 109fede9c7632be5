//! The LZ4 form of segments: a payload is one LZ4 block without a length of its own.

use bytes::BytesMut;

use super::checksum::{crc24, crc32};
use super::layout::{Laid, laid};
use super::{HEADER_CHECKSUM, SegmentError};
use crate::frame::compression;

/// The flag of a header that the payload is whole envelopes.
const SELF_CONTAINED: u64 = 1 << 34;
/// Bytes of a header before its checksum.
const FIELDS: usize = 5;

/// Segments of a layout that were compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Packed {
    /// Where in the layout the segments end that were.
    pub end: usize,
}

/// Appends the segments of what [`Layout`](super::Layout) has made and closed, from the one that begins at `from` on, in
/// the LZ4 form, until there are `enough` bytes of them.
pub fn pack(segments: &[u8], mut from: usize, enough: usize, out: &mut Vec<u8>) -> Packed {
    let begin = out.len();
    while out.len() - begin < enough
        && let Some(segment) = laid(segments, from)
    {
        from = segment.end;
        put(segments, &segment, out);
    }
    Packed { end: from }
}

fn put(segments: &[u8], segment: &Laid, out: &mut Vec<u8>) {
    let payload = segments.get(segment.payload.clone()).unwrap_or_default();
    let at = out.len();
    out.extend_from_slice(&[0; FIELDS + HEADER_CHECKSUM]);
    let body = out.len();
    let inflated = match compression::put_lz4_block(payload, out) {
        true => payload.len(),
        // A server reads 0 as "not compressed". The specification words it the other way round.
        false => 0,
    };
    let wide = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    let fields = wide(out.len() - body)
        | wide(inflated) << 17
        | if segment.self_contained {
            SELF_CONTAINED
        } else {
            0
        };
    let [b0, b1, b2, b3, b4, ..] = fields.to_le_bytes();
    let fields = [b0, b1, b2, b3, b4];
    let [c0, c1, c2, _] = crc24(&fields).to_le_bytes();
    let header = [b0, b1, b2, b3, b4, c0, c1, c2];
    if let Some(place) = out.get_mut(at..body) {
        place.copy_from_slice(&header);
    }
    let checksum = crc32(out.get(body..).unwrap_or_default());
    out.extend_from_slice(&checksum.to_le_bytes());
}

/// Appends what a payload was before compression: `length` bytes, which its header can tell at most 128 KiB of.
pub(super) fn inflate(
    payload: &[u8],
    length: usize,
    out: &mut BytesMut,
) -> Result<(), SegmentError> {
    let at = out.len();
    if length > compression::lz4_yield(payload.len()) {
        return Err(SegmentError::Compressed);
    }
    out.resize(at + length, 0);
    let place = out.get_mut(at..).unwrap_or_default();
    match lz4_flex::block::decompress_into(payload, place) {
        Ok(inflated) if inflated == length => Ok(()),
        _ => {
            out.truncate(at);
            Err(SegmentError::Compressed)
        }
    }
}
