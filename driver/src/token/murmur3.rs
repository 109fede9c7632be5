//! MurmurHash3, x64, 128 bits, seed 0, as Cassandra computes it; the token is the first half.
//!
//! Cassandra's tail differs from the published algorithm: its bytes are signed, so that one above 0x7f sets all
//! higher bits of its word. Every server keeps this, since it decides where data lies.

use super::Token;

const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

/// The token of a key.
#[inline]
pub fn murmur3(key: &[u8]) -> Token {
    let mut hash = Halves::default();
    let (blocks, tail) = key.as_chunks::<16>();
    for block in blocks {
        hash.block(block);
    }
    hash.finish(tail, key.len())
}

/// The hash of a key that comes in pieces.
#[derive(Debug, Clone, Default)]
pub struct Murmur3 {
    hash: Halves,
    /// Bytes so far.
    length: usize,
    /// What came after the last whole block: the first `length % 16` bytes count.
    tail: [u8; 16],
}

impl Murmur3 {
    /// Takes the next piece.
    pub fn write(&mut self, piece: &[u8]) {
        let mut rest = piece;
        while !rest.is_empty() {
            let kept = self.length % 16;
            let (fill, after) = rest.split_at(rest.len().min(16 - kept));
            for (to, from) in self.tail.iter_mut().skip(kept).zip(fill) {
                *to = *from;
            }
            self.length += fill.len();
            if self.length.is_multiple_of(16) {
                self.hash.block(&self.tail);
            }
            rest = after;
        }
    }

    /// The token of all that was written.
    pub fn finish(self) -> Token {
        let tail = self.tail.get(..self.length % 16).unwrap_or_default();
        self.hash.finish(tail, self.length)
    }
}

/// The two halves of the hash.
#[derive(Debug, Clone, Copy, Default)]
struct Halves {
    h1: u64,
    h2: u64,
}

impl Halves {
    #[inline]
    fn block(&mut self, block: &[u8; 16]) {
        let (k1, k2) = words(block);
        self.h1 ^= mix1(k1);
        self.h1 = self.h1.rotate_left(27).wrapping_add(self.h2);
        self.h1 = self.h1.wrapping_mul(5).wrapping_add(0x52dc_e729);
        self.h2 ^= mix2(k2);
        self.h2 = self.h2.rotate_left(31).wrapping_add(self.h1);
        self.h2 = self.h2.wrapping_mul(5).wrapping_add(0x3849_5ab5);
    }

    /// The token, after the less than 16 bytes that are left of `length` ones.
    #[inline]
    fn finish(self, tail: &[u8], length: usize) -> Token {
        let (k1, k2) = words(tail);
        let length = length as u64;
        let mut h1 = self.h1 ^ mix1(sign_extended(k1)) ^ length;
        let mut h2 = self.h2 ^ mix2(sign_extended(k2)) ^ length;
        h1 = h1.wrapping_add(h2);
        h2 = h2.wrapping_add(h1);
        let token = scatter(h1).wrapping_add(scatter(h2)).cast_signed();
        // The smallest token is the start of the ring, which no key may have.
        Token(if token == i64::MIN { i64::MAX } else { token })
    }
}

/// Up to 16 bytes as two little-endian words; what is missing is zero.
#[inline]
fn words(bytes: &[u8]) -> (u64, u64) {
    match bytes.split_first_chunk::<8>() {
        Some((first, rest)) => (u64::from_le_bytes(*first), word(rest)),
        None => (word(bytes), 0),
    }
}

/// Up to 8 bytes as a little-endian word. Keys of 4 and 8 bytes are the commonest, hence the shortcuts.
#[inline]
fn word(bytes: &[u8]) -> u64 {
    if let Some(whole) = bytes.first_chunk::<8>() {
        return u64::from_le_bytes(*whole);
    }
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        // They overlap, and agree where they do.
        let last = u64::from(u32::from_le_bytes(*last)) << (8 * (bytes.len() - 4));
        return u64::from(u32::from_le_bytes(*first)) | last;
    }
    let bytes = bytes.iter().rev();
    bytes.fold(0, |word, byte| word << 8 | u64::from(*byte))
}

/// The word that Cassandra makes of these bytes, each of which is signed: it xors `byte << 8 * i`, so a byte above
/// 0x7f inverts all bits above itself.
fn sign_extended(bytes: u64) -> u64 {
    // One bit at the foot of each byte: is the one below negative? Then the parity of all below.
    let mut inverted = (bytes & 0x8080_8080_8080_8080) << 1;
    inverted ^= inverted << 8;
    inverted ^= inverted << 16;
    inverted ^= inverted << 32;
    bytes ^ inverted.wrapping_mul(0xff)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        for (key, token) in [
            ("", 0),
            ("test", -6017608668500074083),
            ("xd", 4507812186440344727),
            ("primary_key", -1632642444691073360),
            // With an unsigned tail it would be 5170069825885792609.
            ("kremówki", 4354931215268080151),
            ("123", -7468325962851647638),
            ("9223372036854775807", 7162290910810015547),
            ("hello", -3758069500696749310),
            ("hello, world", 3760413751763713166),
            ("a", -8839064797231613815),
            ("b", 8833996863197925870),
            ("c", -8198557465434950441),
            ("e", -4200008757497435756),
            ("key", -6847573755651342660),
            ("100000", 2739050094959918959),
        ] {
            assert_eq!(murmur3(key.as_bytes()), Token(token), "{key}");
        }
    }

    #[test]
    fn high_bytes_and_whole_blocks() {
        let long = b"\x00\x10\x43\x27\x52\x9f\xb6\x45\xdd\x00\xb8\x83\xec\x39\xae\x44\
            \x8b\xb8\x00\x00\x04\x00\x06\x6a\x6b\x00";
        for (key, token) in [
            (
                [0x00, 0xff, 0x10, 0xfa, 0x99].repeat(10),
                5837342703291459765,
            ),
            ([0xfe].repeat(8), -8927430733708461935),
            ([0x10].repeat(8), 1446172840243228796),
            (long.to_vec(), -9223371632693506265),
            (vec![0x01], 8849112093580131862),
            (vec![0x80], -5284281814142962636),
            ([0xff].repeat(16), -2824192546314762522),
            ([0xff].repeat(17), -4128212798341382003),
            ([0x00].repeat(16), 5457549051747178710),
        ] {
            assert_eq!(murmur3(&key), Token(token), "{key:x?}");
        }
    }

    #[test]
    fn tails_of_each_length() {
        let digits = b"0123456789";
        for (length, hash) in [
            (0, 0),
            (1, 0x2ac9_debe_d546_a380),
            (2, 0x649e_4eaa_7fc1_708e),
            (3, 0xce68_f60d_7c35_3bdb),
            (4, 0x0f95_757c_e7f3_8254),
            (5, 0x0f04_e459_497f_3fc1),
            (6, 0x88c0_a925_86be_0a27),
            (7, 0x13eb_9fb8_2606_f7a6),
            (8, 0x8236_039b_7387_354d),
            (9, 0x4c1e_8751_9fe7_38ba),
            (10, 0x3f96_52ac_3eff_eb24u64),
        ] {
            assert_eq!(murmur3(&digits[..length]), Token(hash.cast_signed()));
        }
    }

    #[test]
    fn integers() {
        for (key, token) in [
            (0i32, -3485513579396041028),
            (1, -4069959284402364209),
            (2, -3248873570005575792),
            (3, 9010454139840013625),
            (5, -7509452495886106294),
            (10, -6715243485458697746),
            (-1, 7297452126230313552),
        ] {
            assert_eq!(murmur3(&key.to_be_bytes()), Token(token), "{key}");
        }
        for (key, token) in [
            (0i64, 2945182322382062539),
            (1, 6292367497774912474),
            (-1, 7071048584287372947),
        ] {
            assert_eq!(murmur3(&key.to_be_bytes()), Token(token), "{key}");
        }
    }

    #[test]
    fn pieces_give_what_the_whole_gives() {
        let whole: Vec<u8> = (0..=255u8)
            .map(|byte| byte.wrapping_mul(37))
            .take(50)
            .collect();
        for first in 0..=whole.len() {
            for second in first..=whole.len() {
                let mut hash = Murmur3::default();
                for piece in [&whole[..first], &whole[first..second], &whole[second..]] {
                    hash.write(piece);
                }
                assert_eq!(hash.finish(), murmur3(&whole), "{first} {second}");
            }
        }
    }
}
