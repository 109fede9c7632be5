//! What servers should not say: the session outlives it.

use std::time::Duration;

use super::fake::Fake;

/// An event that nobody can read may have told anything.
#[tokio::test]
async fn an_event_that_cannot_be_read_causes_a_reading() {
    let fake = Fake::plain(2).await;
    let session = fake.session().await;
    for (body, keyspace) in [
        // No text; a text that goes on; a kind of change that there is not.
        (&b""[..], "a"),
        (b"\x00\xffTOPOLOGY_CHANGE", "b"),
        (
            b"\x00\x0fTOPOLOGY_CHANGE\x00\x04GONE\x04\x7f\x00\x00\x01\x00\x00\x00\x01",
            "c",
        ),
    ] {
        fake.add_keyspace(keyspace);
        fake.push_raw(body);
        let known = async {
            while session.topology().strategy(keyspace).is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        let known = tokio::time::timeout(Duration::from_secs(10), known).await;
        assert!(known.is_ok(), "{body:?}");
    }
    fake.opened(|open| open == [2, 1]).await;
    session.close().await.unwrap();
}

/// Two nodes cannot be one: the one that was asked is believed, and then the first.
#[tokio::test]
async fn host_ids_that_come_twice_are_ignored() {
    let fake = Fake::plain(4).await;
    fake.place(1, |place| place.host_id = 1);
    fake.place(3, |place| place.host_id = 3);
    let session = fake.session().await;
    let topology = session.topology();
    let found: Vec<_> = topology.nodes().iter().map(|n| n.address).collect();
    assert_eq!(found, [fake.addresses()[0], fake.addresses()[2]]);
    session.close().await.unwrap();
}
