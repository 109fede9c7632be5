//! What is being written, by whoever holds it.

use std::io;
use std::mem;

use tokio::net::tcp::OwnedWriteHalf;

use crate::frame::segment::{Form, Writer};

/// The right to write.
#[derive(Debug)]
pub(super) struct Pen {
    /// The socket, if callers can write to it; else only the I/O task uses the pen.
    pub(super) half: Option<OwnedWriteHalf>,
    text: Text,
}

/// What is being written.
#[derive(Debug, Default)]
struct Text {
    /// Whole frames, and how much of them is gone, or may be.
    bytes: Vec<u8>,
    pos: usize,
    /// What they are put into, since version 5 was agreed on.
    segments: Option<Segments>,
}

/// Frames on their way through segments.
#[derive(Debug)]
struct Segments {
    writer: Writer,
    /// One segment, how much of it is gone, and where in the frames it ends.
    out: Vec<u8>,
    pos: usize,
    end: usize,
}

impl Pen {
    pub(super) fn new(half: Option<OwnedWriteHalf>) -> Pen {
        Pen {
            half,
            text: Text::default(),
        }
    }

    /// All is written.
    #[inline]
    pub(super) fn is_done(&self) -> bool {
        let Text {
            bytes,
            pos,
            segments,
        } = &self.text;
        match segments {
            None => *pos == bytes.len(),
            Some(segments) => segments.is_done() && segments.end == bytes.len(),
        }
    }

    /// The empty buffer of what was written, and how much of it was used.
    pub(super) fn clear(&mut self) -> (&mut Vec<u8>, usize) {
        let text = &mut self.text;
        let used = text.bytes.len();
        text.bytes.clear();
        text.pos = 0;
        if let Some(segments) = &mut text.segments {
            segments.end = 0;
        }
        (&mut text.bytes, used)
    }

    /// Takes frames to be written, for an empty buffer; in segments if they have a form. True if there are any.
    pub(super) fn take(&mut self, frames: &mut Vec<u8>, form: Option<Form>) -> bool {
        let text = &mut self.text;
        mem::swap(frames, &mut text.bytes);
        if let (None, Some(form)) = (&text.segments, form) {
            text.segments = Some(Segments {
                writer: Writer::new(form),
                out: Vec::new(),
                pos: 0,
                end: 0,
            });
        }
        !text.bytes.is_empty()
    }

    /// Writes until all is written or the socket is full, through `put`. Returns how many bytes of the frames went out,
    /// and why it stopped. As soon as a byte of a segment has gone out, all its frames count.
    pub(super) fn write(
        &mut self,
        mut put: impl FnMut(Option<&OwnedWriteHalf>, &[u8]) -> io::Result<usize>,
    ) -> (usize, io::Result<()>) {
        let from = self.text.pos;
        let result = loop {
            let Some(rest @ [_, ..]) = self.text.rest() else {
                break Ok(());
            };
            match put(self.half.as_ref(), rest) {
                Ok(0) => break Err(io::ErrorKind::WriteZero.into()),
                Ok(n) => self.text.advance(n),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => break Err(error),
            }
        };
        (self.text.pos - from, result)
    }
}

impl Text {
    /// What is to be written next.
    #[inline]
    fn rest(&mut self) -> Option<&[u8]> {
        match &mut self.segments {
            None => self.bytes.get(self.pos..),
            Some(segments) => segments.rest(&self.bytes),
        }
    }

    #[inline]
    fn advance(&mut self, written: usize) {
        match &mut self.segments {
            None => self.pos += written,
            Some(segments) => {
                segments.pos += written;
                self.pos = segments.end;
            }
        }
    }
}

impl Segments {
    fn is_done(&self) -> bool {
        self.pos == self.out.len()
    }

    fn rest(&mut self, frames: &[u8]) -> Option<&[u8]> {
        if self.is_done() {
            self.out.clear();
            self.pos = 0;
            let frames = frames.get(self.end..)?;
            self.end += self.writer.write(frames, &mut self.out);
        }
        self.out.get(self.pos..)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::segment::{MAX_PAYLOAD, Segment};
    use crate::frame::{Flags, Opcode, Version, begin, finish};

    fn frame(length: usize) -> Vec<u8> {
        let mut out = Vec::new();
        let at = begin(&mut out, Version::V5, Opcode::Query, 1, Flags::NONE);
        out.resize(length, 7);
        finish(&mut out, at).unwrap();
        out
    }

    /// Writes frames through a socket that takes `most` bytes at once and is full each second time. Returns the payloads
    /// of the segments, and at each stop how many bytes of frames counted as gone.
    fn write(frames: &[Vec<u8>], most: usize) -> (Vec<u8>, Vec<usize>) {
        let mut pen = Pen::new(None);
        assert!(!pen.take(&mut Vec::new(), Some(Form::Plain)));
        assert!(pen.take(&mut frames.concat(), Some(Form::Plain)));
        let (mut wire, mut gone, mut counted) = (Vec::new(), Vec::new(), 0);
        let mut full = false;
        while !pen.is_done() {
            let (written, result) = pen.write(|_, bytes| {
                full = !full;
                if !full {
                    return Err(io::ErrorKind::WouldBlock.into());
                }
                let taken = bytes.len().min(most);
                wire.extend_from_slice(&bytes[..taken]);
                Ok(taken)
            });
            assert!(result.is_err() || pen.is_done());
            counted += written;
            gone.push(counted);
        }
        let (mut payloads, mut rest) = (Vec::new(), &wire[..]);
        while let Some(segment) = Segment::parse(rest, Form::Plain).unwrap() {
            segment.check(rest).unwrap();
            payloads.extend_from_slice(&rest[segment.payload()]);
            rest = &rest[segment.length()..];
        }
        assert!(rest.is_empty());
        (payloads, gone)
    }

    #[test]
    fn frames_go_out_in_segments_and_count_as_gone_with_their_first_byte() {
        let frames = [
            frame(100),
            frame(MAX_PAYLOAD - 100),
            frame(9),
            frame(2 * MAX_PAYLOAD),
            frame(10),
        ];
        let ends = [
            MAX_PAYLOAD,
            MAX_PAYLOAD + 9,
            2 * MAX_PAYLOAD + 9,
            3 * MAX_PAYLOAD + 9,
            3 * MAX_PAYLOAD + 19,
        ];
        for most in [1000, 70_000, usize::MAX] {
            let (payloads, gone) = write(&frames, most);
            assert!(payloads == frames.concat());
            assert!(gone.iter().all(|gone| ends.contains(gone)), "{gone:?}");
            let mut seen = gone.clone();
            seen.dedup();
            assert_eq!(seen, ends, "at most {most} bytes at once");
        }
    }
}
