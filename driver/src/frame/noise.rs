//! Bytes that nobody wrote: whatever arrives, reading it ends with an answer or an error.

use super::request::Request;
use super::{Dialect, Features, Flags, HEADER, Header, Opcode, Version, check};

/// An interpreter is a thousand times slower.
const BODIES: usize = if cfg!(miri) { 60 } else { 20_000 };

/// xorshift64*, so that a failure can be repeated.
struct Noise(u64);

impl Noise {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: u8) -> u8 {
        let [high, ..] = self.next().to_be_bytes();
        high % bound
    }

    /// Mostly small numbers: those get furthest, as counts, lengths and kinds.
    fn byte(&mut self) -> u8 {
        match self.below(8) {
            0..5 => 0,
            5 => self.below(8),
            6 => self.below(0x40),
            _ => self.below(u8::MAX),
        }
    }

    fn body(&mut self) -> Vec<u8> {
        (0..self.below(96)).map(|_| self.byte()).collect()
    }
}

fn all_features() -> [Features; 3] {
    let mut newest = Features::of(Dialect::Cassandra);
    newest.version = Version::V5;
    [Features::default(), Features::of(Dialect::Scylla), newest]
}

#[test]
fn bodies() {
    let mut noise = Noise(0x5eed);
    for _ in 0..BODIES {
        let body = noise.body();
        let flags = Flags(noise.byte());
        for opcode in (0..=0x10).filter_map(|byte| Opcode::try_from(byte).ok()) {
            for features in &all_features() {
                let _ = match opcode.is_response() {
                    true => check::read(features, opcode, flags, &body).is_ok(),
                    false => Request::decode(opcode, flags, &body, features).is_ok(),
                };
            }
        }
    }
}

#[test]
fn headers() {
    let mut noise = Noise(0x5eed);
    for _ in 0..BODIES {
        let bytes: [u8; HEADER] = std::array::from_fn(|_| noise.byte());
        if let Ok(header) = Header::parse(&bytes) {
            let mut out = Vec::new();
            header.put(&mut out);
            assert_eq!(out, bytes);
        }
    }
}

/// What was read from noise is written, and read again as the same.
#[test]
fn requests_that_were_read_can_be_written() {
    let mut noise = Noise(0x5eed);
    let mut read = 0;
    for _ in 0..BODIES {
        let body = noise.body();
        for opcode in (0..=0x10).filter_map(|byte| Opcode::try_from(byte).ok()) {
            for features in &all_features() {
                let request = Request::decode(opcode, Flags::NONE, &body, features);
                let Ok(request) = request else { continue };
                let mut out = Vec::new();
                request.encode(features, &mut out).unwrap();
                let again = Request::decode(opcode, Flags::NONE, &out, features);
                assert_eq!(again.as_ref(), Ok(&request));
                read += 1;
            }
        }
    }
    assert!(
        read > BODIES / 200,
        "the noise is too wild: {read} requests"
    );
}
