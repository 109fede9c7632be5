//! Answers that come in pieces: whatever the pieces are, each request hears its own answer, whole.

use proptest::collection::vec;
use proptest::prelude::*;
use scylla_orm_driver::frame::segment::Form;
use scylla_orm_driver::frame::{self, Flags, HEADER, Header, Opcode, Version};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, ReadHalf};

use super::targets::connection::{ask, connect, greet, request};
use super::targets::segments::{payloads, segmented};

/// The bodies of answers.
fn bodies() -> impl Strategy<Value = Vec<Vec<u8>>> {
    let length = prop_oneof![6 => 0..40_usize, 3 => 0..3_000_usize, 1 => 60_000..200_000_usize];
    vec(
        (length, any::<u8>()).prop_map(|(n, byte)| vec![byte; n]),
        1..8,
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn answers_in_pieces_of_any_size(bodies in bodies(), pieces in vec(1..5_000_usize, 1..20)) {
        for version in [Version::V4, Version::V5] {
            converse(version, &bodies, &pieces, 1 << 16);
        }
    }

    #[test]
    fn answers_byte_by_byte(bodies in vec(vec(any::<u8>(), 0..200), 1..8)) {
        for version in [Version::V4, Version::V5] {
            converse(version, &bodies, &[1], 1);
        }
    }
}

/// As many requests as there are `bodies`, answered with them, the last first, over a pipe that holds `size` bytes.
fn converse(version: Version, bodies: &[Vec<u8>], pieces: &[usize], size: usize) {
    let (client, server) = tokio::io::duplex(size);
    let (mut from, mut to) = tokio::io::split(server);
    let serve = async {
        greet(&mut from, &mut to, version == Version::V5)
            .await
            .unwrap();
        let streams = asked(&mut from, version, bodies.len()).await;
        let out = answers(version, &streams, bodies);
        let (mut rest, mut sizes) = (&out[..], pieces.iter().cycle());
        while let Some(size) = sizes.next().filter(|_| !rest.is_empty()) {
            let (piece, after) = rest.split_at((*size).min(rest.len()));
            to.write_all(piece).await.unwrap();
            tokio::task::yield_now().await;
            rest = after;
        }
    };
    let talk = async {
        let conn = connect(client, None, None).await.unwrap();
        assert_eq!(conn.features().version, version);
        for (answer, body) in ask(&conn, bodies.len()).await.into_iter().zip(bodies) {
            assert!(answer.unwrap().body[..] == body[..]);
        }
    };
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().unwrap();
    runtime.block_on(async { tokio::join!(talk, serve) });
}

/// The streams of so many requests.
async fn asked(from: &mut ReadHalf<DuplexStream>, version: Version, count: usize) -> Vec<i16> {
    let mut streams = Vec::new();
    if version == Version::V4 {
        while streams.len() < count {
            streams.push(request(from).await.unwrap().stream);
        }
        return streams;
    }
    let mut arrived = Vec::new();
    loop {
        arrived.push(from.read_u8().await.unwrap());
        // `None` while the last segment is not whole.
        let envelopes = payloads(&arrived, Form::Plain).unwrap_or_default();
        streams.clear();
        let mut rest = &envelopes[..];
        while let Some(head) = rest.first_chunk::<HEADER>() {
            let header = Header::parse(head).unwrap();
            streams.push(header.stream);
            rest = &rest[HEADER + usize::try_from(header.length).unwrap()..];
        }
        if streams.len() == count {
            return streams;
        }
    }
}

fn answers(version: Version, streams: &[i16], bodies: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for (stream, body) in streams.iter().zip(bodies).rev() {
        let at = frame::begin(&mut out, version, Opcode::Result, *stream, Flags::NONE);
        out.extend_from_slice(body);
        frame::finish(&mut out, at).unwrap();
    }
    match version {
        Version::V5 => segmented(&out, Form::Plain),
        _ => out,
    }
}
