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
