//! What LZ4 segments were before compression: a payload is one LZ4 block without a length of its own.

use bytes::BytesMut;

use super::SegmentError;
use crate::frame::compression;

/// Appends what a payload was before compression: `length` bytes, of which a header can tell at most 128 KiB.
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
