//! Frames that are refused, each with the error that a server has for it.

use scylla_orm::driver::frame::Opcode;
use scylla_orm_embedded::Flavor;
use tests::raw::{Client, frame, query, startup};

use crate::clusters;

const PROTOCOL: i32 = 0x000a;

#[tokio::test]
async fn versions_that_it_does_not_speak() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let scylla = cluster.flavor() == Flavor::Scylla;
        let (newest, listed) = match scylla {
            true => (4, ": "),
            false => (5, "); supported versions are (3/v3, 4/v4, 5/v5, 6/v6-beta)"),
        };
        let mut other = Client::ready(address).await;
        for version in [0x01, 0x02, 0x03, 0x05, 0x06, 0x42, 0x7f] {
            if version <= newest && version > 3 {
                continue;
            }
            let mut client = Client::connect(address).await;
            let mut options = frame(3, 5, &[]);
            options[0] = version;
            client.send(&options).await;
            let (answered, stream, code, text) = client.versioned_error().await;
            assert_eq!((stream, code), (0, PROTOCOL), "{text}");
            if version == 6 && !scylla {
                assert_eq!(answered, 6);
                let says =
                    "Beta version of the protocol used (6/v6-beta), but USE_BETA flag is unset";
                assert_eq!(text, says);
            } else {
                assert_eq!(answered, newest);
                let says = "Invalid or unsupported protocol version";
                assert!(
                    text.contains(says)
                        && text.contains(listed)
                        && text.contains(&version.to_string()),
                    "{version}: {text}"
                );
            }
            if scylla {
                assert_eq!(client.answer().await, None, "then it ends the connection");
            } else {
                client.send(&frame(3, 5, &[])).await;
                assert_eq!(client.answer().await.unwrap().opcode, Opcode::Supported);
            }
        }
        other.works().await;
    }
}

/// A client asks in one version and begins in another, but does not change it after that.
#[tokio::test]
async fn a_version_that_changes() {
    for cluster in clusters().await {
        if cluster.flavor() == Flavor::Scylla {
            continue;
        }
        let mut client = Client::connect(&cluster.contact_points()[0]).await;
        client.send(&frame(0, 5, &[])).await;
        assert_eq!(client.answer().await.unwrap().version, 4);
        let mut newer = startup();
        newer[0] = 5;
        client.send(&newer).await;
        assert_eq!(client.answer().await.unwrap().version, 5);
        let mut client = Client::ready(&cluster.contact_points()[0]).await;
        let mut newer = query("SELECT key FROM system.local");
        newer[0] = 5;
        client.send(&newer).await;
        let (_, code, text) = client.error().await;
        let says = "Invalid message version. Got 5/v5 but previous messages on this connection had version 4/v4";
        assert_eq!((code, text.as_str()), (PROTOCOL, says));
    }
}

#[tokio::test]
async fn compressions_that_it_does_not_have() {
    for cluster in clusters().await {
        let address = &cluster.contact_points()[0];
        let mut cases = vec![(4, "zstd", "Unknown compression algorithm: zstd")];
        if cluster.flavor() == Flavor::Cassandra {
            let says = "Snappy compression is not supported in protocol V5";
            cases.push((5, "snappy", says));
        }
        for (version, name, says) in cases {
            let mut body = b"\x00\x02\x00\x0bCQL_VERSION\x00\x053.0.0\x00\x0bCOMPRESSION".to_vec();
            body.extend_from_slice(&u16::try_from(name.len()).unwrap().to_be_bytes());
            body.extend_from_slice(name.as_bytes());
            let mut startup = frame(1, 1, &body);
            startup[0] = version;
            let mut client = Client::connect(address).await;
            client.send(&startup).await;
            let (answered, _, code, text) = client.versioned_error().await;
            assert_eq!((answered, code, text.as_str()), (version, PROTOCOL, says));
        }
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
            match cluster.flavor() {
                Flavor::Scylla => assert_eq!(client.answer().await, None),
                // It drops what has come, and takes what follows for another beginning.
                Flavor::Cassandra => client.end().await,
            }
            client.rest().await;
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
