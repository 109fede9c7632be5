//! Tokens: against reference vectors, and from the values of a statement as from the key's bytes.

use proptest::collection::vec;
use proptest::prelude::*;
use scylla_orm_driver::frame::Values;
use scylla_orm_driver::token::{Partitioner, Sharder, Token, key, murmur3};
use scylla_orm_driver::wire::{Cell, put_value};

use super::arbitrary::{blob, quiet};

/// Computed by the servers and by their drivers.
#[test]
fn reference_vectors() {
    let vectors: [(&[u8], i64); 12] = [
        (b"test", -6017608668500074083),
        (b"xd", 4507812186440344727),
        (b"primary_key", -1632642444691073360),
        ("krem\u{f3}wki".as_bytes(), 4354931215268080151),
        (b"123", -7468325962851647638),
        (b"9223372036854775807", 7162290910810015547),
        (b"hello, world", 3760413751763713166),
        (&[0xfe; 8], -8927430733708461935),
        (&[0x10; 8], 1446172840243228796),
        (&[0xff; 16], -2824192546314762522),
        (&[0xff; 17], -4128212798341382003),
        (&[0; 16], 5457549051747178710),
    ];
    for (bytes, token) in vectors {
        assert_eq!(murmur3(bytes), Token(token), "{bytes:02x?}");
    }
}

proptest! {
    #![proptest_config(quiet())]

    #[test]
    fn values_and_keys_have_one_token(components in vec(blob(), 1..4)) {
        let parts: Vec<&[u8]> = components.iter().map(Vec::as_slice).collect();
        let mut bytes = Vec::new();
        for part in &parts {
            put_value(&mut bytes, Cell::Value(part), "value").unwrap();
        }
        let count = u16::try_from(parts.len()).unwrap();
        let markers: Vec<u16> = (0..count).collect();
        let framed = key(&parts).unwrap();
        for partitioner in [Partitioner::Murmur3, Partitioner::Cdc] {
            let token = partitioner.token_of(Values::new(count, &bytes), &markers);
            prop_assert_eq!(token, Some(partitioner.token(&framed)));
        }
        prop_assert_ne!(murmur3(&framed), Token::MIN);
    }

    #[test]
    fn a_shard_is_one_of_the_node(token in any::<i64>(), shards in 1..=u16::MAX, ignored in 0..64_u8) {
        let shards = std::num::NonZeroU16::new(shards).unwrap();
        let shard = Sharder::new(shards, ignored).shard_of(Token(token));
        prop_assert!(shard < shards.get());
    }
}
