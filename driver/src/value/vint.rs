//! Integers of variable length (native_protocol_v5.spec, section 3): the leading one bits of the first byte
//! say how many bytes follow. Signed ones are zigzag encoded.

/// Appends an unsigned vint.
pub(super) fn put_unsigned(out: &mut Vec<u8>, n: u64) {
    // Each byte that follows takes one bit of the first for itself: seven bits of value per byte, up to eight bytes.
    let bits = 64 - (n | 1).leading_zeros();
    let extra = ((bits - 1) / 7).min(8);
    let [.., last] = n.to_be_bytes();
    if extra == 0 {
        out.push(last);
        return;
    }
    let bytes = n.to_be_bytes();
    let extra = extra as usize;
    if extra == 8 {
        out.push(0xff);
        out.extend_from_slice(&bytes);
    } else {
        let at = out.len();
        out.extend_from_slice(&bytes[7 - extra..]);
        if let Some(first) = out.get_mut(at) {
            *first |= !(0xff >> extra);
        }
    }
}

/// Takes an unsigned vint from the front of `bytes`; `None` if they end before it does.
pub(super) fn take_unsigned(bytes: &mut &[u8]) -> Option<u64> {
    let (first, rest) = bytes.split_first()?;
    let extra = first.leading_ones() as usize;
    let (tail, rest) = rest.split_at_checked(extra)?;
    *bytes = rest;
    let own = u64::from(*first) & (0xff_u64 >> extra.min(8));
    Some(tail.iter().fold(own, |n, b| n << 8 | u64::from(*b)))
}

/// Appends a signed vint.
pub(super) fn put_signed(out: &mut Vec<u8>, n: i64) {
    put_unsigned(out, ((n << 1) ^ (n >> 63)).cast_unsigned());
}

/// Takes a signed vint from the front of `bytes`; `None` if they end before it does.
pub(super) fn take_signed(bytes: &mut &[u8]) -> Option<i64> {
    let n = take_unsigned(bytes)?;
    Some((n >> 1).cast_signed() ^ -(n & 1).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(n: u64, expected: &[u8]) {
        let mut out = Vec::new();
        put_unsigned(&mut out, n);
        assert_eq!(out, expected, "{n}");
        let mut rest = &out[..];
        assert_eq!(take_unsigned(&mut rest), Some(n), "{n}");
        assert!(rest.is_empty());
        for end in 0..out.len() {
            assert_eq!(take_unsigned(&mut &out[..end]), None, "{n} cut at {end}");
        }
    }

    #[test]
    fn unsigned_bytes_are_those_of_the_specification() {
        check(0, &[0]);
        check(127, &[0x7f]);
        check(128, &[0x80, 0x80]);
        check(256_000, &[0xc3, 0xe8, 0x00]);
        check((1 << 14) - 1, &[0xbf, 0xff]);
        check(1 << 14, &[0xc0, 0x40, 0x00]);
        check(
            (1 << 56) - 1,
            &[0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        );
        check(1 << 56, &[0xff, 1, 0, 0, 0, 0, 0, 0, 0]);
        check(u64::MAX, &[0xff; 9]);
    }

    #[test]
    fn signed_ones_are_zigzag() {
        for (n, expected) in [
            (0, 0),
            (-1, 1),
            (1, 2),
            (-2, 3),
            (i64::MAX, u64::MAX - 1),
            (i64::MIN, u64::MAX),
        ] {
            let (mut a, mut b) = (Vec::new(), Vec::new());
            put_signed(&mut a, n);
            put_unsigned(&mut b, expected);
            assert_eq!(a, b, "{n}");
            assert_eq!(take_signed(&mut &a[..]), Some(n));
        }
    }
}
