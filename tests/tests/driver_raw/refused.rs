//! Frames that are refused, each with the error that a server has for it.

use scylla_orm::driver::frame::Opcode;

use crate::client::{Client, frame, query, startup};
use crate::clusters;

const PROTOCOL: i32 = 0x000a;

#[tokio::test]
async fn versions_that_it_does_not_speak() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let mut other = Client::ready(address).await;
        for version in [0x01, 0x02, 0x03, 0x05, 0x06, 0x42, 0x7f] {
            let mut client = Client::connect(address).await;
            let mut options = frame(3, 5, &[]);
            options[0] = version;
            client.send(&options).await;
            let (stream, code, text) = client.error().await;
            assert_eq!((stream, code), (0, PROTOCOL), "{text}");
            let says = "Invalid or unsupported protocol version";
            assert!(
                text.contains(says) && text.contains(&version.to_string()),
                "{version}: {text}"
            );
            assert_eq!(client.answer().await, None, "then it ends the connection");
        }
        other.works().await;
    }
}

#[tokio::test]
async fn words_of_other_protocols() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        for words in [
            &b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"[..],
            &[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3],
            &[0xff; 64],
            &[0; 64],
            // More than it reads at once: what it does not read must not cost the client the answer.
            &vec![0xff; 4 << 20],
        ] {
            let mut client = Client::connect(address).await;
            client.try_send(words).await;
            let (_, code, _) = client.error().await;
            assert_eq!(code, PROTOCOL, "{:?}", &words[..4]);
            assert_eq!(client.answer().await, None);
        }
        Client::ready(address).await.works().await;
    }
}

#[tokio::test]
async fn messages_at_the_wrong_time() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let mut client = Client::connect(address).await;
        client.send(&query("SELECT key FROM system.local")).await;
        let (stream, code, text) = client.error().await;
        assert_eq!((stream, code), (7, PROTOCOL));
        assert!(text.starts_with("Unexpected message "), "{text}");
        client.send(&startup()).await;
        assert_eq!(client.answer().await.unwrap().opcode, Opcode::Ready);
        client.send(&startup()).await;
        let (stream, code, text) = client.error().await;
        assert_eq!((stream, code), (1, PROTOCOL), "{text}");
        client.works().await;
    }
}

/// The body is read past; what comes after it is a frame again.
#[tokio::test]
async fn a_request_that_is_too_long() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let mut client = Client::ready(address).await;
        client.send(&frame(5, 7, &vec![0; 17 << 20])).await;
        let (stream, _, text) = client.error().await;
        assert_eq!(stream, 5);
        assert!(
            text.contains("too big") || text.contains("too large"),
            "{text}"
        );
        client.works().await;
    }
}

#[tokio::test]
async fn a_length_that_no_frame_has() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        for length in [0x1000_0001_u32, 0x7fff_ffff, 0xffff_ffff] {
            let mut client = Client::ready(address).await;
            let mut header = frame(5, 7, &[]);
            header[5..].copy_from_slice(&length.to_be_bytes());
            client.send(&header).await;
            let (stream, code, text) = client.error().await;
            assert_eq!((stream, code), (5, PROTOCOL), "{text}");
            assert_eq!(client.answer().await, None);
        }
    }
}

/// The frame has an end, so the connection can go on after it.
#[tokio::test]
async fn bodies_that_are_no_messages() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let mut client = Client::ready(address).await;
        let negative = [&(-5_i32).to_be_bytes()[..], b"SELECT"].concat();
        let longer = [&1000_i32.to_be_bytes()[..], b"SELECT"].concat();
        let no_text = [&2_i32.to_be_bytes()[..], &[0xc3, 0x28, 0, 1, 0]].concat();
        let values = [&6_i32.to_be_bytes()[..], b"SELECT", &[0, 1, 1, 0xff, 0xff]].concat();
        let batch = [0, 0xff, 0xff, 0, 0, 0, 0, 1];
        for (opcode, body) in [
            (7, &b""[..]),
            (7, &negative),
            (7, &longer),
            (7, &no_text),
            (7, &values),
            (9, &[0xff; 3]),
            (10, &[]),
            (10, &[0, 200]),
            (11, &[0xff, 0xff]),
            (13, &[7, 0, 0]),
            (13, &batch),
        ] {
            client.send(&frame(9, opcode, body)).await;
            let (stream, code, text) = client.error().await;
            assert_eq!((stream, code), (9, PROTOCOL), "{opcode} {body:?}: {text}");
            client.works().await;
        }
    }
}

#[tokio::test]
async fn opcodes_that_no_client_sends() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        for opcode in [0x00, 0x02, 0x04, 0x08, 0x0c, 0x55, 0xff] {
            let mut client = Client::ready(address).await;
            client.send(&frame(9, opcode, &[])).await;
            let (stream, code, text) = client.error().await;
            assert_eq!((stream, code), (9, PROTOCOL), "{opcode:#x}: {text}");
        }
        Client::ready(address).await.works().await;
    }
}
