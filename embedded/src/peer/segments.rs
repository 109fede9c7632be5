//! The segments of version 5: what a client sends after STARTUP lies in them, and what it is sent after the answer to
//! that.

use bytes::BytesMut;
use scylla_orm_driver::frame::segment::{Form, Segment, SegmentError, Writer};
use scylla_orm_driver::frame::{HEADER, Header, Opcode};

/// The segments of a connection; none before version 5 was agreed on.
#[derive(Default)]
pub(super) struct Segments {
    form: Option<Form>,
    /// What the client has sent, taken out of its segments.
    pub(super) messages: BytesMut,
    /// Begins behind the answer to STARTUP.
    writer: Option<Writer>,
}

impl Segments {
    /// What comes behind STARTUP comes in segments of this form, if any.
    pub(super) fn begin(&mut self, form: Option<Form>) {
        self.form = form;
    }

    pub(super) fn have_begun(&self) -> bool {
        self.form.is_some()
    }

    /// Takes whole segments off, and their payloads out of them.
    pub(super) fn take_out(&mut self, read: &mut BytesMut) -> Result<(), SegmentError> {
        let Some(form) = self.form else {
            return Ok(());
        };
        while let Some(segment) = Segment::parse(read, form)?
            && read.len() >= segment.length()
        {
            let whole = read.split_to(segment.length());
            segment.check(&whole)?;
            let payload = whole.get(segment.payload()).unwrap_or_default();
            segment.inflate(payload, &mut self.messages)?;
        }
        Ok(())
    }

    /// Puts answers into segments: those behind the answer to STARTUP, which was the last without.
    pub(super) fn put_in(&mut self, answers: &mut Vec<u8>) {
        let Some(form) = self.form else {
            return;
        };
        let mut at = 0;
        if self.writer.is_none() {
            let Some(end) = end_of_opening(answers) else {
                return;
            };
            at = end;
            self.writer = Some(Writer::new(form));
        }
        let Some(writer) = &mut self.writer else {
            return;
        };
        let plain = answers.split_off(at);
        let mut from = 0;
        while let Some(rest @ [_, ..]) = plain.get(from..) {
            from += writer.write(rest, answers);
        }
    }
}

/// Where the answer that opens the conversation ends.
fn end_of_opening(answers: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let header = Header::parse(answers.get(at..)?.first_chunk()?).ok()?;
        at += HEADER + usize::try_from(header.length).ok()?;
        if matches!(header.opcode, Opcode::Ready | Opcode::Authenticate) {
            return Some(at);
        }
    }
}
