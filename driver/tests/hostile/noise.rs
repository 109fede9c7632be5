//! Any bytes, and bytes that are nearly right, through every target; and what memory they take.

use proptest::collection::vec;
use proptest::prelude::*;

use super::targets;

/// What reading may take for each byte that was read, apart from what the reader itself needs: the bytes as they came,
/// their copy, and what they say. An empty text of two bytes is a `String` of 24.
const FACTOR: u64 = 64;
/// What it takes whatever the input is: a runtime, a connection, buffers that are read into.
const BASE: u64 = 2 << 20;

fn check(name: &str, run: targets::Target, data: &[u8]) {
    let used = allocation_counter::measure(|| run(data)).bytes_max;
    let limit = BASE + FACTOR * data.len() as u64;
    assert!(
        used <= limit,
        "{name}: {used} bytes for {} of input",
        data.len()
    );
}

/// Mostly small numbers: those get furthest, as counts, lengths and kinds.
fn small() -> impl Strategy<Value = u8> {
    prop_oneof![5 => Just(0_u8), 3 => 0..8_u8, 1 => 0..0x40_u8, 1 => any::<u8>()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_come_back(data in vec(any::<u8>(), 0..300)) {
        for (name, run) in targets::ALL {
            check(name, *run, &data);
        }
    }

    #[test]
    fn small_numbers_come_back(data in vec(small(), 0..120)) {
        for (name, run) in targets::ALL {
            check(name, *run, &data);
        }
    }

    #[test]
    fn any_text_comes_back(text in "\\PC{0,60}") {
        for (name, run) in targets::ALL {
            check(name, *run, text.as_bytes());
        }
    }
}
