//! Compressed bodies: no more comes out than may, and what was packed comes out as it was.

use scylla_orm_driver::frame::Compression;
use scylla_orm_driver::frame::HEADER;

/// What a body may become.
const LIMIT: usize = 1 << 20;

/// Which compression, then a compressed body; also a body to be compressed.
pub(crate) fn run(data: &[u8]) {
    let [choice, body @ ..] = data else { return };
    let known = Compression::ALL;
    let Some(compression) = known.get(usize::from(*choice) % known.len().max(1)) else {
        return;
    };
    match compression.decompress(body, LIMIT) {
        Ok(inflated) => assert!(inflated.len() <= LIMIT),
        Err(malformed) => drop(malformed.to_string()),
    }
    let mut frame = [&[0; HEADER], body].concat();
    compression.compress_always(&mut frame, 0);
    let packed = frame.get(HEADER..).unwrap_or_default();
    let inflated = compression.decompress(packed, LIMIT);
    assert_eq!(inflated.as_deref(), Ok(body));
    if !body.is_empty() {
        let less = compression.decompress(packed, body.len() - 1);
        assert!(less.is_err(), "more than the limit came out");
    }
}
