//! Segments on their way out: envelopes with gaps for headers and checksums, and what fills the gaps.

use super::checksum::{crc24, crc32};
use super::{Form, HEADER_CHECKSUM, MAX_PAYLOAD, TRAILER, number};

/// Bytes of a header in a layout, which is always that of the plain form.
pub(super) const GAP: usize = 6;
/// The flag of a header that the payload is whole envelopes.
const SELF_CONTAINED: u32 = 1 << 17;

/// Lays envelopes out as segments whose checksums are still missing. As many as fit share one.
#[derive(Debug, Default)]
pub struct Layout {
    /// Where the segment begins that takes more envelopes.
    open: Option<usize>,
}

impl Layout {
    /// Appends an envelope, and returns where it begins. An envelope has at least its header, so that whatever is changed
    /// in the first [`HEADER`](crate::frame::HEADER) bytes from there is in one piece.
    #[inline]
    pub fn append(&mut self, out: &mut Vec<u8>, envelope: &[u8]) -> usize {
        if envelope.len() > MAX_PAYLOAD {
            return self.spread(out, envelope);
        }
        let is_full = |from: usize| out.len() - from - GAP + envelope.len() > MAX_PAYLOAD;
        if self.open.is_some_and(is_full) {
            self.close(out);
        }
        if self.open.is_none() {
            self.open = Some(out.len());
            out.extend_from_slice(&[0; GAP]);
        }
        let at = out.len();
        out.extend_from_slice(envelope);
        at
    }

    /// An envelope that needs several segments has them for itself.
    #[cold]
    fn spread(&mut self, out: &mut Vec<u8>, envelope: &[u8]) -> usize {
        self.close(out);
        let at = out.len() + GAP;
        for part in envelope.chunks(MAX_PAYLOAD) {
            let from = out.len();
            out.extend_from_slice(&[0; GAP]);
            out.extend_from_slice(part);
            end(out, from, 0);
        }
        at
    }

    /// Ends the segment that takes more envelopes: what was appended is complete but for its checksums. The next
    /// envelope begins another segment, in `out` or in another buffer.
    pub fn close(&mut self, out: &mut Vec<u8>) {
        if let Some(from) = self.open.take() {
            end(out, from, SELF_CONTAINED);
        }
    }
}

/// Says in the gap before the payload how long it is, and leaves the gap behind it.
fn end(out: &mut Vec<u8>, from: usize, flag: u32) {
    let length = u32::try_from(out.len() - from - GAP).unwrap_or(u32::MAX);
    let [b0, b1, b2, _] = (length | flag).to_le_bytes();
    if let Some(gap) = out.get_mut(from..from + GAP - HEADER_CHECKSUM) {
        gap.copy_from_slice(&[b0, b1, b2]);
    }
    out.extend_from_slice(&[0; TRAILER]);
}

/// One segment of a layout: its fields, and its payload.
pub(super) struct Laid {
    #[cfg(feature = "lz4")]
    pub(super) self_contained: bool,
    pub(super) payload: std::ops::Range<usize>,
    /// Where the next segment begins.
    pub(super) end: usize,
}

/// The segment of a layout that begins at `from`; `None` at the end.
pub(super) fn laid(segments: &[u8], from: usize) -> Option<Laid> {
    let fields = segments.get(from..from + GAP - HEADER_CHECKSUM)?;
    let fields = number(fields);
    let length = usize::try_from(fields & 0x1_ffff).ok()?;
    let payload = from + GAP..from + GAP + length;
    let end = payload.end + TRAILER;
    (end <= segments.len()).then_some(Laid {
        #[cfg(feature = "lz4")]
        self_contained: fields & u64::from(SELF_CONTAINED) != 0,
        payload,
        end,
    })
}

/// Fills the gaps of what [`Layout`] has made and closed: then it is segments of the plain form.
pub fn seal(segments: &mut [u8]) {
    debug_assert_eq!(GAP, Form::Plain.header());
    let mut from = 0;
    while let Some(Laid { payload, end, .. }) = laid(segments, from) {
        let fields = from..from + GAP - HEADER_CHECKSUM;
        let [b0, b1, b2, _] = crc24(segments.get(fields.clone()).unwrap_or_default()).to_le_bytes();
        let checksum = crc32(segments.get(payload.clone()).unwrap_or_default());
        put(segments, fields.end, &[b0, b1, b2]);
        put(segments, payload.end, &checksum.to_le_bytes());
        from = end;
    }
}

fn put(segments: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = segments.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}
