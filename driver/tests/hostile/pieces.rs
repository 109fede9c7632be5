//! Answers that come in pieces: whatever the pieces are, each request hears its own answer, whole.

use proptest::collection::vec;
use proptest::prelude::*;
use scylla_orm_driver::frame::{self, Flags, Opcode, Version};
use tokio::io::AsyncWriteExt;

use super::targets::connection::{ask, connect, greet, request};

/// The bodies of answers.
fn bodies() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let length = prop_oneof![6 => 0..40_usize, 3 => 0..3_000_usize, 1 => 60_000..200_000_usize];
    vec(
        (length, any::<u8>()).prop_map(|(n, byte)| vec![byte; n]),
        1..8,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn answers_in_pieces_of_any_size(bodies in bodies(), pieces in vec(1..5_000_usize, 1..20)) {
        converse(&bodies, &pieces, 1 << 16);
    }

    #[test]
    fn answers_byte_by_byte(bodies in vec(vec(any::<u8>(), 0..200), 1..8)) {
        converse(&bodies, &[1], 1);
    }
}

/// As many requests as there are `bodies`, answered with them, the last first, over a pipe that holds `size` bytes.
fn converse(bodies: &[Vec<u8>], pieces: &[usize], size: usize) {
    let (client, server) = tokio::io::duplex(size);
    let (mut from, mut to) = tokio::io::split(server);
    let serve = async {
        greet(&mut from, &mut to, false).await.unwrap();
        let mut streams = Vec::new();
        for _ in bodies {
            streams.push(request(&mut from).await.unwrap().stream);
        }
        let mut out = Vec::new();
        for (stream, body) in streams.iter().zip(bodies).rev() {
            let at = frame::begin(&mut out, Version::V4, Opcode::Result, *stream, Flags::NONE);
            out.extend_from_slice(body);
            frame::finish(&mut out, at).unwrap();
        }
        let (mut rest, mut sizes) = (&out[..], pieces.iter().cycle());
        while let Some(size) = sizes.next().filter(|_| !rest.is_empty()) {
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            to.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
            rest = after;
        }
    };
    let talk = async {
        let conn = connect(client, None).await.unwrap();
        for (answer, body) in ask(&conn, bodies.len()).await.into_iter().zip(bodies) {
            assert!(answer.unwrap().body[..] == body[..]);
        }
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async { tokio::join!(talk, serve) });
}
