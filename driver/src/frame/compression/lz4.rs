//! LZ4 in version 4: the length of the body, big-endian, and one LZ4 block.

use bytes::Bytes;

use super::malformed;
use crate::wire::{Malformed, Reader, Why};

/// A body, compressed.
pub(super) fn packed(body: &[u8]) -> Vec<u8> {
    // A body is no longer than the protocol's limit of frames.
    let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
    let mut out = length.to_be_bytes().to_vec();
    append(body, &mut out);
    out
}

/// Reads a compressed body.
pub(super) fn read(body: &[u8], limit: usize) -> Result<Bytes, Malformed> {
    let mut reader = Reader::new(body);
    let length = reader.count("length before compression")?;
    if length > limit || length > yields(reader.rest().len()) {
        return Err(malformed(0, Why::Length));
    }
    let mut out = vec![0; length];
    match lz4_flex::block::decompress_into(reader.rest(), &mut out) {
        Ok(inflated) if inflated == length => Ok(out.into()),
        _ => Err(malformed(reader.offset(), Why::Compression)),
    }
}

/// The most that a block of so many bytes can become: each byte of a match's length stands for at most 255.
pub(in crate::frame) fn yields(block: usize) -> usize {
    block.saturating_mul(255)
}

/// Appends `payload` as a block if that is shorter; else as it is, and returns false.
pub(in crate::frame) fn put_block(payload: &[u8], out: &mut Vec<u8>) -> bool {
    let at = out.len();
    append(payload, out);
    let shorter = out.len() - at < payload.len();
    if !shorter {
        out.truncate(at);
        out.extend_from_slice(payload);
    }
    shorter
}

fn append(bytes: &[u8], out: &mut Vec<u8>) {
    let at = out.len();
    let most = lz4_flex::block::get_maximum_output_size(bytes.len());
    out.resize(at + most, 0);
    let place = out.get_mut(at..).unwrap_or_default();
    // Fails only if there is too little room, and this is the most that can be needed.
    let length = lz4_flex::block::compress_into(bytes, place).unwrap_or(most);
    out.truncate(at + length);
}
