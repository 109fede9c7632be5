//! Every recorded frame cut short at every length, and with a bit of every byte turned over: an answer or an error,
//! whatever it says.

use bytes::Bytes;
use scylla_orm_driver::frame::HEADER;
use scylla_orm_driver::frame::response::{QueryResult, Response};
use scylla_orm_driver::value::{Cells, Value};

use super::tape::{self, Recorded};

/// Reads all that is there, so that nothing hides behind laziness. Whether it was all legal.
fn exhaust(frame: &Recorded, body: &[u8]) -> bool {
    if !frame.header.response {
        return frame.request(body).is_ok();
    }
    match frame.response(body) {
        Ok((_, Response::Result(QueryResult::Rows(rows)))) => {
            let mut cells = Cells::new(&rows.body);
            for _ in 0..rows.count {
                for column in rows.metadata.columns.iter() {
                    let Ok(cell) = cells.next() else { return false };
                    if Value::decode(&column.ty, cell).is_err() {
                        return false;
                    }
                }
            }
            true
        }
        read => read.is_ok(),
    }
}

#[test]
fn cut_short() {
    for frame in tape::all() {
        let body = frame.body();
        assert!(exhaust(&frame, body), "{}", frame.place);
        // Texts are all alike: of what is long, the beginning, the end, and each seventh length between them.
        let lengths = (0..body.len()).filter(|n| *n < 256 || n % 7 == 0 || n + 64 > body.len());
        for length in lengths {
            assert!(
                !exhaust(&frame, &body[..length]),
                "{}: cut to {length}",
                frame.place
            );
        }
    }
}

#[test]
fn a_bit_turned_over() {
    let (mut legal, mut refused) = (0, 0);
    for frame in tape::all() {
        let mut body = frame.body().to_vec();
        for at in 0..body.len() {
            let bit = 1 << (at % 8);
            body[at] ^= bit;
            match exhaust(&frame, &body) {
                true => legal += 1,
                false => refused += 1,
            }
            body[at] ^= bit;
        }
    }
    assert!(
        legal > 10_000 && refused > 10_000,
        "{legal} legal, {refused} refused"
    );
}

/// The header, too: another opcode, another direction, other flags.
#[test]
fn a_bit_of_the_header_turned_over() {
    for frame in tape::all() {
        for bit in 0..HEADER * 8 {
            let mut bytes = frame.bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            let Ok(header) = scylla_orm_driver::frame::Header::parse(bytes.first_chunk().unwrap())
            else {
                continue;
            };
            let body = Bytes::copy_from_slice(&bytes[HEADER..]);
            if header.response {
                let _ = Response::decode(header.opcode, header.flags, body, &frame.features, None);
            } else {
                let _ = scylla_orm_driver::frame::request::Request::decode(
                    header.opcode,
                    header.flags,
                    &body,
                    &frame.features,
                );
            }
        }
    }
}
