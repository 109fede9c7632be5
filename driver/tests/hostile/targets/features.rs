//! SUPPORTED: whatever a server says of itself, what is made of it is sane.

use scylla_orm_driver::frame::request::Startup;
use scylla_orm_driver::frame::response::Supported;
use scylla_orm_driver::frame::{Features, Sharding};
use scylla_orm_driver::token::{Sharder, Token};
use scylla_orm_driver::wire::Reader;

/// The body of SUPPORTED.
pub(crate) fn run(data: &[u8]) {
    let supported = match Supported::decode(&mut Reader::new(data)) {
        Ok(supported) => supported,
        Err(malformed) => return drop(malformed.to_string()),
    };
    if let Some(sharding) = Sharding::of(&supported) {
        assert!(sharding.shard < sharding.shards.get());
        assert!(sharding.ignore_msb < 64);
        let sharder = Sharder::new(sharding.shards, sharding.ignore_msb);
        for token in [i64::MIN, -1, 0, 1, i64::MAX] {
            assert!(sharder.shard_of(Token(token)) < sharding.shards.get());
        }
    }
    let offered = Features::offered(&supported);
    let options = offered.startup();
    let accepted = offered.accepted(&Startup { options });
    assert_eq!(accepted, offered, "what is asked for is what was offered");
}
