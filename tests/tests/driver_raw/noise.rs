//! Pieces, floods and noise.

use tests::raw::{Client, frame, query, startup};

use crate::clusters;

#[tokio::test]
async fn a_byte_at_a_time() {
    for cluster in clusters().await {
        let mut client = Client::connect(&cluster.contact_points()[0]).await;
        for byte in [startup(), query("SELECT key FROM system.local")].concat() {
            client.send(&[byte]).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(client.answer().await.unwrap().stream, 1);
        assert_eq!(client.answer().await.unwrap().stream, 7);
    }
}

#[tokio::test]
async fn a_thousand_requests_in_one_write() {
    for cluster in clusters().await {
        let mut client = Client::ready(&cluster.contact_points()[0]).await;
        let mut all = Vec::new();
        for stream in 0..1000 {
            let mut one = query("SELECT key FROM system.local");
            one[2..4].copy_from_slice(&i16::to_be_bytes(stream));
            all.extend(one);
        }
        client.send(&all).await;
        for stream in 0..1000 {
            assert_eq!(client.answer().await.unwrap().stream, stream);
        }
    }
}

#[tokio::test]
async fn clients_that_leave_in_the_middle() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let whole = query("SELECT key FROM system.local");
        for cut in 0..whole.len() {
            let mut client = Client::ready(address).await;
            client.send(&whole[..cut]).await;
            client.end().await;
            assert_eq!(client.answer().await, None, "after {cut} bytes");
        }
        Client::ready(address).await.works().await;
        tests::poll::until("the connections are gone", async || {
            cluster.connections(0).iter().sum::<usize>() == 0
        })
        .await;
    }
}

/// Messages with bytes changed, of every kind: an answer or an end, never a hang, and never the end of the server.
#[tokio::test]
async fn messages_with_bits_turned() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let mut witness = Client::ready(address).await;
        let messages = [
            startup(),
            frame(2, 5, &[]),
            query("SELECT key, tokens FROM system.local WHERE key = 'local'"),
            frame(3, 9, b"\x00\x00\x00\x1cSELECT key FROM system.local"),
            frame(
                4,
                10,
                &[
                    0, 16, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 0, 1, 1, 0, 1, 0,
                    0, 0, 1, 65,
                ],
            ),
            frame(5, 11, b"\x00\x01\x00\x0dSCHEMA_CHANGE"),
            frame(
                6,
                13,
                b"\x00\x00\x01\x00\x00\x00\x00\x0aINSERT INT\x00\x00\x00\x01\x00",
            ),
            frame(8, 15, b"\x00\x00\x00\x04\x00a\x00b"),
        ];
        let mut random: u64 = 0x5eed;
        for round in 0..400 {
            let mut bytes = startup();
            for _ in 0..4 {
                random = random
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                let message = &messages[usize::try_from(random >> 33).unwrap() % messages.len()];
                let at = bytes.len();
                bytes.extend_from_slice(message);
                let bit = usize::try_from(random >> 20).unwrap() % (message.len() * 8);
                bytes[at + bit / 8] ^= 1 << (bit % 8);
            }
            let mut client = Client::connect(address).await;
            client.try_send(&bytes).await;
            client.end().await;
            assert!(client.rest().await > 0, "round {round}: {bytes:?}");
        }
        witness.works().await;
    }
}
