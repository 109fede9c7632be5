//! What version 5 sends after the handshake: segments, from which whole messages are cut.

use bytes::{Bytes, BytesMut};

use crate::conn::failure::End;
use crate::frame::segment::{Form, Segment, SegmentError};
use crate::frame::{HEADER, Header};

use super::{accept, length};

/// Cuts segments, and puts long messages together again.
#[derive(Debug)]
pub(super) struct Segments {
    form: Form,
    /// The longest body accepted.
    limit: usize,
    /// Whole segments in the chunk, and where each begins; kept for its memory.
    found: Vec<(Segment, usize)>,
    /// What has come of a message that is longer than a segment, and how long it will be. It grows with what has
    /// arrived, not with the length that its header claims.
    partial: BytesMut,
    due: usize,
    /// Decompressed payloads.
    inflated: BytesMut,
}

impl Segments {
    pub(super) fn new(form: Form, limit: usize) -> Segments {
        Segments {
            form,
            limit,
            found: Vec::new(),
            partial: BytesMut::new(),
            due: 0,
            inflated: BytesMut::new(),
        }
    }

    /// Cuts whole segments off, and gives `each` run of whole messages that they hold. What it was given before an
    /// error is good. Returns how many bytes are missing of the segment that comes next, if it is known.
    pub(super) fn cut(
        &mut self,
        chunk: &mut BytesMut,
        mut each: impl FnMut(Bytes) -> Result<(), End>,
    ) -> Result<usize, End> {
        let (end, missing) = self.scan(chunk);
        let whole = chunk.split_to(end).freeze();
        let mut found = std::mem::take(&mut self.found);
        for (segment, from) in found.drain(..) {
            let payload = segment.payload();
            let payload = whole.slice(from + payload.start..from + payload.end);
            let payload = self.inflate(&segment, payload)?;
            match segment.self_contained {
                true if self.due > 0 => return Err(End::Segment(SegmentError::Envelope)),
                true => each(payload)?,
                false => {
                    if let Some(message) = self.put_together(&payload)? {
                        each(message)?;
                    }
                }
            }
        }
        self.found = found;
        missing.map_err(End::Segment)
    }

    /// Finds whole segments that fit their checksums; returns where the last one ends.
    fn scan(&mut self, chunk: &[u8]) -> (usize, Result<usize, SegmentError>) {
        let mut end = 0;
        loop {
            let rest = chunk.get(end..).unwrap_or_default();
            let segment = match Segment::parse(rest, self.form) {
                Ok(Some(segment)) => segment,
                Ok(None) => return (end, Ok(0)),
                Err(error) => return (end, Err(error)),
            };
            if rest.len() < segment.length() {
                return (end, Ok(segment.length() - rest.len()));
            }
            if let Err(error) = segment.check(rest) {
                return (end, Err(error));
            }
            self.found.push((segment, end));
            end += segment.length();
        }
    }

    fn inflate(&mut self, segment: &Segment, payload: Bytes) -> Result<Bytes, End> {
        if !segment.is_compressed() {
            return Ok(payload);
        }
        let inflated = segment.inflate(&payload, &mut self.inflated);
        inflated.map_err(End::Segment)?;
        Ok(self.inflated.split().freeze())
    }

    /// Takes a part of a long message; returns it when it is whole.
    fn put_together(&mut self, part: &[u8]) -> Result<Option<Bytes>, End> {
        if self.due == 0 {
            let header = part.first_chunk::<HEADER>();
            let header = header.ok_or(End::Segment(SegmentError::Envelope))?;
            self.due = HEADER + length(&accept(header, self.limit)?);
        }
        if self.partial.len() + part.len() > self.due {
            return Err(End::Segment(SegmentError::Envelope));
        }
        self.partial.extend_from_slice(part);
        if self.partial.len() < self.due {
            return Ok(None);
        }
        self.due = 0;
        Ok(Some(std::mem::take(&mut self.partial).freeze()))
    }
}

/// The headers of a run of whole messages.
pub(super) fn headers(run: &[u8], limit: usize, headers: &mut Vec<Header>) -> Result<(), End> {
    let mut rest = run;
    while !rest.is_empty() {
        let broken = || End::Segment(SegmentError::Envelope);
        let header = accept(rest.first_chunk().ok_or_else(broken)?, limit)?;
        let end = HEADER + length(&header);
        rest = rest.get(end..).ok_or_else(broken)?;
        headers.push(header);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conn::agreed::Agreed;
    use crate::conn::inbox::tests::{answer, feed_agreed};
    use crate::frame::segment::{MAX_PAYLOAD, Writer, raw as segment};
    use crate::frame::{Compression, Opcode, Version};

    const LIMIT: usize = 1 << 20;

    fn forms() -> Vec<(Form, Option<Compression>)> {
        vec![
            (Form::Plain, None),
            #[cfg(feature = "lz4")]
            (Form::Lz4, Some(Compression::Lz4)),
        ]
    }

    /// READY outside of segments, and `rest` behind it.
    fn after_ready(rest: &[u8]) -> Vec<u8> {
        let mut bytes = answer(0, &[]);
        (bytes[0], bytes[4]) = (0x85, Opcode::Ready as u8);
        bytes.extend_from_slice(rest);
        bytes
    }

    fn segments(form: Form, messages: &[u8]) -> Vec<u8> {
        let (mut writer, mut out, mut from) = (Writer::new(form), Vec::new(), 0);
        while from < messages.len() {
            from += writer.write(&messages[from..], &mut out);
        }
        out
    }

    fn agreed(compression: Option<Compression>) -> Agreed {
        Agreed {
            version: Version::V5,
            compression,
        }
    }

    #[test]
    fn cuts_the_same_messages_from_any_pieces() {
        for (form, compression) in forms() {
            let long: Vec<u8> = (0..=250).cycle().take(3 * MAX_PAYLOAD).collect();
            let bodies = [&b"three"[..], &[], &long, &[7; 70_000], b"last"];
            let messages: Vec<u8> = (1..)
                .zip(bodies)
                .flat_map(|(stream, body)| answer(stream, body))
                .chain(answer(-1, b"event"))
                .collect();
            let bytes = after_ready(&segments(form, &messages));
            for piece in [1, 5, 6, 7, 9, 100, 65_536, bytes.len()] {
                let (batch, end) = feed_agreed(&bytes, piece, LIMIT, Some(&agreed(compression)));
                assert_eq!(end, None);
                let found: Vec<(u16, &[u8])> = batch
                    .answers
                    .iter()
                    .map(|(stream, frame)| (*stream, &frame.body[..]))
                    .collect();
                let expected: Vec<(u16, &[u8])> = [(0, &b""[..])]
                    .into_iter()
                    .chain((1..).zip(bodies))
                    .collect();
                assert!(found == expected, "{form:?}, pieces of {piece}");
                assert_eq!(batch.events.len(), 1);
            }
        }
    }

    #[test]
    fn what_is_no_segment_ends_the_connection_and_what_came_before_is_good() {
        let good = segments(Form::Plain, &answer(1, b"good"));
        let check = |bad: &[u8], expected: &str| {
            let bytes = after_ready(&[&good, bad].concat());
            let (batch, end) = feed_agreed(&bytes, bytes.len(), LIMIT, Some(&agreed(None)));
            assert_eq!(batch.answers.len(), 2, "{expected}");
            let end = end.expect(expected);
            assert!(end.ends_with(expected), "{end}");
        };
        let mut turned = good.clone();
        turned[0] ^= 1;
        check(&turned, "a segment whose header does not fit its checksum");
        let mut turned = good.clone();
        turned[10] ^= 1;
        check(&turned, "a segment whose payload does not fit its checksum");
        let large = answer(2, &vec![7; LIMIT + 1]);
        let limit = format!("an answer of {} bytes, the limit is {LIMIT}", LIMIT + 1);
        check(&segments(Form::Plain, &large), &limit);
    }

    #[test]
    fn messages_that_end_elsewhere_than_their_segments() {
        let whole = answer(1, &[7; 50]);
        let long = answer(2, &vec![7; 2 * MAX_PAYLOAD]);
        let first = &long[..MAX_PAYLOAD];
        for bad in [
            segment(&whole[..20], true),
            segment(&whole[..5], true),
            segment(&whole[..5], false),
            [segment(first, false), segment(&whole, true)].concat(),
            [
                segment(first, false),
                segment(&vec![7; MAX_PAYLOAD], false),
                segment(&[7; 100], false),
            ]
            .concat(),
            segment(&[&whole[..], &[0]].concat(), false),
        ] {
            let bytes = after_ready(&bad);
            let (batch, end) = feed_agreed(&bytes, bytes.len(), LIMIT, Some(&agreed(None)));
            assert_eq!(batch.answers.len(), 1);
            let end = end.expect("an end");
            assert!(
                end.ends_with("a segment that ends elsewhere than its messages"),
                "{end}"
            );
        }
    }
}
