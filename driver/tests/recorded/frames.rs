//! Each frame is read, and written back to the bytes that were on the wire.

use scylla_orm_driver::frame::response::{QueryResult, Response};
use scylla_orm_driver::frame::{self, Flags, Header, payload_of_request, put_payload};
use scylla_orm_driver::value::Cells;

use super::tape::{self, Recorded, digits, skips_columns};

#[test]
fn answers_are_written_back_to_the_same_bytes() {
    let mut answers = 0;
    for frame in tape::all().iter().filter(|frame| frame.header.response) {
        let (prefix, response) = frame
            .response(frame.body())
            .unwrap_or_else(|e| panic!("{}: {e}", frame.place));
        assert_eq!(response.opcode(), frame.header.opcode, "{}", frame.place);
        let mut body = Vec::new();
        prefix.encode(&mut body).unwrap();
        let features = &frame.features;
        match &response {
            Response::Result(result) => {
                let skip = skips_columns(frame, &prefix);
                result.encode_skipping(skip, features, &mut body)
            }
            other => other.encode(features, &mut body),
        }
        .unwrap();
        assert_eq!(
            digits(&framed(frame, prefix.flags(), &body)),
            digits(&frame.bytes),
            "{}",
            frame.place
        );
        answers += 1;
    }
    assert!(answers > 300, "{answers} answers");
}

/// The bytes of a rows' result are its cells and nothing else.
#[test]
fn rows_have_the_cells_that_they_announce() {
    let mut cells = 0;
    for frame in tape::all().iter().filter(|frame| frame.header.response) {
        let Ok((_, Response::Result(QueryResult::Rows(rows)))) = frame.response(frame.body())
        else {
            continue;
        };
        let mut left = Cells::new(&rows.body);
        for _ in 0..rows.count * rows.metadata.columns.len() {
            left.next()
                .unwrap_or_else(|e| panic!("{}: {e}", frame.place));
            cells += 1;
        }
        assert_eq!(left.rest(), b"", "{}", frame.place);
    }
    assert!(cells > 300, "{cells} cells");
}

#[test]
fn requests_are_written_back_to_the_same_bytes() {
    let mut requests = 0;
    for frame in tape::all().iter().filter(|frame| !frame.header.response) {
        let request = frame
            .request(frame.body())
            .unwrap_or_else(|e| panic!("{}: {e}", frame.place));
        let mut body = Vec::new();
        if frame.header.flags.has(Flags::PAYLOAD) {
            let payload = payload_of_request(Flags::PAYLOAD, frame.body()).unwrap();
            put_payload(&mut body, &payload).unwrap();
        }
        request.encode(&frame.features, &mut body).unwrap();
        assert_eq!(
            digits(&framed(frame, frame.header.flags, &body)),
            digits(&frame.bytes),
            "{}",
            frame.place
        );
        requests += 1;
    }
    assert!(requests > 300, "{requests} requests");
}

fn framed(like: &Recorded, flags: Flags, body: &[u8]) -> Vec<u8> {
    let Header { opcode, stream, .. } = like.header;
    let mut out = Vec::new();
    let at = frame::begin(&mut out, like.features.version, opcode, stream, flags);
    out.extend_from_slice(body);
    frame::finish(&mut out, at).unwrap();
    out
}
