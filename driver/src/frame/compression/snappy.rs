//! Snappy in version 4: a raw Snappy block, which begins with the length of the body.

use bytes::Bytes;

use super::malformed;
use crate::wire::{Malformed, Why};

/// A body, compressed.
pub(super) fn packed(body: &[u8]) -> Vec<u8> {
    // Fails only for more than 4 GiB, which no frame has.
    snap::raw::Encoder::new()
        .compress_vec(body)
        .unwrap_or_default()
}

/// Reads a compressed body.
pub(super) fn read(body: &[u8], limit: usize) -> Result<Bytes, Malformed> {
    let length = snap::raw::decompress_len(body).map_err(|_| malformed(0, Why::Compression))?;
    if length > limit || length > yields(body.len()) {
        return Err(malformed(0, Why::Length));
    }
    let mut out = vec![0; length];
    match snap::raw::Decoder::new().decompress(body, &mut out) {
        Ok(inflated) if inflated == length => Ok(out.into()),
        _ => Err(malformed(0, Why::Compression)),
    }
}

/// The most that a block of so many bytes can become: a copy of three bytes stands for at most 64.
fn yields(block: usize) -> usize {
    block.saturating_mul(64) / 3
}
