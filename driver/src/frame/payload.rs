//! Custom payloads: what a client and a server tell each other beside the message, by key. Both directions carry them
//! in the same form, announced by [`Flags::PAYLOAD`]; servers pass over keys that they do not know.

use bytes::Bytes;

use super::Flags;
use crate::wire::{Malformed, Reader, TooLong, put_bytes, put_short, put_string};

/// Keys with their values, in the order in which they were sent.
pub type Payload = Vec<(String, Option<Bytes>)>;

/// Appends a payload. It is the first part of a request's body, in front of the message.
///
/// # Errors
/// If a key is longer than 65,535 bytes, a value than 2 GiB, or there are more than 65,535 of them.
pub fn put_payload(out: &mut Vec<u8>, payload: &[(String, Option<Bytes>)]) -> Result<(), TooLong> {
    let (field, length) = ("payload", payload.len());
    put_short(
        out,
        u16::try_from(length).map_err(|_| TooLong { field, length })?,
    );
    for (key, value) in payload {
        put_string(out, key, "payload key")?;
        put_bytes(out, value.as_deref(), "payload value")?;
    }
    Ok(())
}

/// The payload of the request whose header has these flags. Empty if they announce none.
///
/// # Errors
/// If the body does not begin with what they announce.
pub fn payload_of_request(flags: Flags, body: &[u8]) -> Result<Payload, Malformed> {
    match flags.has(Flags::PAYLOAD) {
        true => read(&mut Reader::new(body)),
        false => Ok(Payload::new()),
    }
}

/// Reads a payload. The content is copied, since it often outlives the message.
pub(super) fn read(reader: &mut Reader<'_>) -> Result<Payload, Malformed> {
    // Grows as it is read: a count is only a claim.
    let mut payload = Payload::new();
    for _ in 0..reader.short("payload count")? {
        let key = reader.string("payload key")?.to_owned();
        let value = reader.bytes("payload value")?;
        payload.push((key, value.map(Bytes::copy_from_slice)));
    }
    Ok(payload)
}

/// Reads over a payload.
pub(super) fn skip(reader: &mut Reader<'_>) -> Result<(), Malformed> {
    for _ in 0..reader.short("payload count")? {
        reader.string("payload key")?;
        reader.bytes("payload value")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::check::{digits, hex};
    use crate::frame::request::{Options, Request};
    use crate::frame::{Features, Opcode};

    fn check(payload: &Payload, bytes: &str) {
        let mut body = Vec::new();
        put_payload(&mut body, payload).unwrap();
        assert_eq!(digits(&body), digits(&hex(bytes)));
        assert_eq!(
            payload_of_request(Flags::PAYLOAD, &body).as_ref(),
            Ok(payload)
        );
        assert_eq!(payload_of_request(Flags::NONE, &body), Ok(Payload::new()));
        // The message is read behind it.
        let features = Features::default();
        let read = |body| Request::decode(Opcode::Options, Flags::PAYLOAD, body, &features);
        assert_eq!(read(&body), Ok(Request::Options(Options)));
        for length in 0..body.len() {
            let cut = &body[..length];
            assert!(payload_of_request(Flags::PAYLOAD, cut).is_err(), "{length}");
            assert!(read(cut).is_err(), "{length}");
        }
    }

    #[test]
    fn bytes() {
        check(&Payload::new(), "0000");
        let value = Some(Bytes::from_static(&[0xab, 0xcd]));
        check(
            &vec![("k".to_owned(), value), (String::new(), None)],
            "0002 0001 6b 00000002 abcd 0000 ffffffff",
        );
    }

    #[test]
    #[cfg_attr(miri, ignore = "makes 65,536 strings")]
    fn what_is_too_long_is_refused() {
        let long = vec![("k".repeat(65_536), None)];
        assert_eq!(
            put_payload(&mut Vec::new(), &long).unwrap_err().field,
            "payload key"
        );
        let many = vec![(String::new(), None); 65_536];
        assert_eq!(
            put_payload(&mut Vec::new(), &many).unwrap_err().field,
            "payload"
        );
    }
}
