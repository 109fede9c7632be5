//! MurmurHash3, x64, 128 bits, seed 0, as Cassandra computes it; the token is the first half.
//!
//! Cassandra's tail differs from the published algorithm: its bytes are signed, so that one above 0x7f sets all
//! higher bits of its word. Every server keeps this, since it decides where data lies.

use super::Token;

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

/// The token of a key.
pub fn murmur3(key: &[u8]) -> Token {
    let mut hash = Murmur3::default();
    hash.write(key);
    hash.finish()
}

/// The hash of a key that comes in pieces.
#[derive(Debug, Clone, Default)]
pub struct Murmur3 {
    h1: u64,
    h2: u64,
    /// Bytes so far.
    length: usize,
    /// The bytes after the last whole block: `length % 16` of them count.
    tail: [u8; 16],
}

impl Murmur3 {
    /// Takes the next piece.
    pub fn write(&mut self, piece: &[u8]) {
        let kept = self.length % 16;
        self.length += piece.len();
        let mut rest = piece;
        if kept > 0 {
            let free = self.tail.get_mut(kept..).unwrap_or_default();
            let (fill, after) = piece.split_at(free.len().min(piece.len()));
            for (to, from) in free.iter_mut().zip(fill) {
                *to = *from;
            }
            if fill.len() < 16 - kept {
                return;
            }
            self.block(self.tail);
            rest = after;
        }
        let (blocks, tail) = rest.as_chunks::<16>();
        for block in blocks {
            self.block(*block);
        }
        for (to, from) in self.tail.iter_mut().zip(tail) {
            *to = *from;
        }
    }

    fn block(&mut self, block: [u8; 16]) {
        let whole = u128::from_le_bytes(block);
        self.h1 ^= mix1(low(whole));
        self.h1 = self.h1.rotate_left(27).wrapping_add(self.h2);
        self.h1 = self.h1.wrapping_mul(5).wrapping_add(0x52dc_e729);
        self.h2 ^= mix2(low(whole >> 64));
        self.h2 = self.h2.rotate_left(31).wrapping_add(self.h1);
        self.h2 = self.h2.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }

    /// The token of all that was written.
    pub fn finish(self) -> Token {
        let (mut h1, mut h2) = (self.h1, self.h2);
        let (mut k1, mut k2) = (0u64, 0u64);
        let kept = self.length % 16;
        for (i, byte) in self.tail.iter().take(kept).enumerate() {
            // Sign extension is Cassandra's: see the top of this file.
            let signed = i64::from(byte.cast_signed()).cast_unsigned();
            match i {
                0..8 => k1 ^= signed << (8 * i),
                _ => k2 ^= signed << (8 * (i - 8)),
            }
        }
        h1 ^= mix1(k1);
        h2 ^= mix2(k2);
        let length = self.length as u64;
        h1 ^= length;
        h2 ^= length;
        h1 = h1.wrapping_add(h2);
        h2 = h2.wrapping_add(h1);
        let token = scatter(h1).wrapping_add(scatter(h2)).cast_signed();
        // The smallest token is the start of the ring, which no key may have.
        Token(if token == i64::MIN { i64::MAX } else { token })
    }
}

fn low(whole: u128) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lower half is asked for"
    )]
    let half = whole as u64;
    half
}

fn mix1(k: u64) -> u64 {
    k.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

fn mix2(k: u64) -> u64 {
    k.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

fn scatter(mut h: u64) -> u64 {
    h ^= h >> 33;
    h = h.wrapping_mul(0xff51_afd7_ed55_8ccd);
    h ^= h >> 33;
    h = h.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}
