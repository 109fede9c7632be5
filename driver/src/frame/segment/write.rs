//! Segments on their way out.

use super::checksum::{crc24, crc32};
use super::{Form, HEADER_CHECKSUM, MAX_PAYLOAD};
use crate::frame::HEADER;
#[cfg(feature = "lz4")]
use crate::frame::compression;

/// Puts envelopes into segments: as many as fit into one, and a longer one into several of its own.
#[derive(Debug)]
pub struct Writer {
    form: Form,
    /// Bytes of a long envelope that are still to come.
    due: usize,
}

impl Writer {
    /// Of a connection with such segments.
    pub fn new(form: Form) -> Writer {
        Writer { form, due: 0 }
    }

    /// Appends one segment of what `envelopes` begin with, and returns how many bytes of them it holds; 0 if there are
    /// none. The next call goes on behind those.
    ///
    /// `envelopes` are whole, headers included, one behind the other.
    pub fn write(&mut self, envelopes: &[u8], out: &mut Vec<u8>) -> usize {
        let (length, self_contained) = self.next(envelopes);
        let length = length.min(envelopes.len());
        let payload = envelopes.get(..length).unwrap_or_default();
        if length > 0 {
            self.put(payload, self_contained, out);
        }
        length
    }

    /// How much of the envelopes the next segment holds, and whether that is whole ones.
    fn next(&mut self, envelopes: &[u8]) -> (usize, bool) {
        if self.due == 0 {
            let whole = fitting(envelopes);
            if whole > 0 {
                return (whole, true);
            }
            self.due = envelope(envelopes);
        }
        let part = self.due.min(MAX_PAYLOAD);
        self.due -= part;
        (part, false)
    }

    fn put(&self, payload: &[u8], self_contained: bool, out: &mut Vec<u8>) {
        let at = out.len();
        let body = at + self.form.header();
        out.resize(body, 0);
        let lengths = self.put_payload(payload, out);
        let fields = lengths | u64::from(self_contained) << self.form.flag();
        let (header, payload) = out.split_at_mut(body);
        let header = header.get_mut(at..).unwrap_or_default();
        let (said, checksum) = header.split_at_mut(self.form.header() - HEADER_CHECKSUM);
        said.copy_from_slice(fields.to_le_bytes().get(..said.len()).unwrap_or_default());
        let [c0, c1, c2, _] = crc24(said).to_le_bytes();
        checksum.copy_from_slice(&[c0, c1, c2]);
        let checksum = crc32(payload);
        out.extend_from_slice(&checksum.to_le_bytes());
    }

    /// Appends the payload in this form, and returns what the header says of its length.
    fn put_payload(&self, payload: &[u8], out: &mut Vec<u8>) -> u64 {
        // At most `MAX_PAYLOAD`.
        let wide = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
        match self.form {
            #[cfg(feature = "lz4")]
            Form::Lz4 => {
                let at = out.len();
                match compression::put_lz4_block(payload, out) {
                    true => wide(out.len() - at) | wide(payload.len()) << 17,
                    // A server reads 0 as "not compressed"; the specification words it the other way round.
                    false => wide(payload.len()),
                }
            }
            Form::Plain => {
                out.extend_from_slice(payload);
                wide(payload.len())
            }
        }
    }
}

/// A segment of the plain form with any payload, for tests of what cannot be accepted.
#[cfg(test)]
pub(crate) fn raw(payload: &[u8], self_contained: bool) -> Vec<u8> {
    let mut out = Vec::new();
    Writer::new(Form::Plain).put(payload, self_contained, &mut out);
    out
}

/// The length of as many whole envelopes as one segment holds.
fn fitting(envelopes: &[u8]) -> usize {
    let mut end = 0;
    while let Some(rest @ [_, ..]) = envelopes.get(end..) {
        let next = end + envelope(rest);
        if next > MAX_PAYLOAD {
            break;
        }
        end = next;
    }
    end
}

/// The length of the first envelope, its header included.
fn envelope(envelopes: &[u8]) -> usize {
    let field = envelopes
        .get(HEADER - 4..)
        .and_then(|rest| rest.first_chunk());
    let body = field.map_or(0, |length| u32::from_be_bytes(*length));
    HEADER.saturating_add(usize::try_from(body).unwrap_or(usize::MAX))
}
