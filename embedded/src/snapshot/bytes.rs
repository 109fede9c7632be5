//! Numbers and byte strings, written and read again.

/// What was read does not make sense, and where.
pub(super) type Damaged = String;

/// Numbers are big-endian.
#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    /// How many of something follow.
    pub(super) fn count(&mut self, count: usize) {
        let count = u32::try_from(count).expect("nothing in memory has that many parts");
        self.0.extend(count.to_be_bytes());
    }

    pub(super) fn long(&mut self, long: i64) {
        self.0.extend(long.to_be_bytes());
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        self.count(bytes.len());
        self.0.extend(bytes);
    }
}

pub(super) struct Reader<'b> {
    rest: &'b [u8],
    length: usize,
}

impl<'b> Reader<'b> {
    pub(super) fn new(bytes: &'b [u8]) -> Reader<'b> {
        Reader {
            rest: bytes,
            length: bytes.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn byte(&mut self) -> Result<u8, Damaged> {
        self.take::<1>().map(|[byte]| byte)
    }

    pub(super) fn count(&mut self) -> Result<usize, Damaged> {
        let count = u32::from_be_bytes(self.take()?);
        usize::try_from(count).map_err(|_| self.damaged())
    }

    pub(super) fn long(&mut self) -> Result<i64, Damaged> {
        self.take().map(i64::from_be_bytes)
    }

    pub(super) fn bytes(&mut self) -> Result<&'b [u8], Damaged> {
        let length = self.count()?;
        let (bytes, rest) = self
            .rest
            .split_at_checked(length)
            .ok_or_else(|| self.damaged())?;
        self.rest = rest;
        Ok(bytes)
    }

    /// The error at this place.
    pub(super) fn damaged(&self) -> Damaged {
        format!(
            "it makes no sense at byte {}",
            self.length - self.rest.len()
        )
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Damaged> {
        let (bytes, rest) = self
            .rest
            .split_first_chunk::<N>()
            .ok_or_else(|| self.damaged())?;
        self.rest = rest;
        Ok(*bytes)
    }
}
