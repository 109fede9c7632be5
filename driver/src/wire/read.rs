//! Reading notations from a body.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use super::{Cell, Malformed, Why};

/// A cursor over the body of a message.
#[derive(Debug, Clone)]
pub struct Reader<'a> {
    rest: &'a [u8],
    /// Length of the whole body, so that an error can say where in it reading stopped.
    whole: usize,
}

impl<'a> Reader<'a> {
    /// Reads `body` from its start.
    pub fn new(body: &'a [u8]) -> Self {
        Reader {
            rest: body,
            whole: body.len(),
        }
    }

    /// How far it has read.
    pub fn offset(&self) -> usize {
        self.whole - self.rest.len()
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// An error at this place.
    pub fn malformed(&self, field: &'static str, why: Why) -> Malformed {
        Malformed {
            offset: self.offset(),
            field,
            why,
        }
    }

    /// Fails if bytes are left.
    pub fn end(&self, field: &'static str) -> Result<(), Malformed> {
        if self.rest.is_empty() {
            Ok(())
        } else {
            Err(self.malformed(field, Why::Trailing))
        }
    }

    /// The next `n` bytes.
    pub fn take(&mut self, n: usize, field: &'static str) -> Result<&'a [u8], Malformed> {
        match self.rest.split_at_checked(n) {
            Some((head, tail)) => {
                self.rest = tail;
                Ok(head)
            }
            None => Err(self.malformed(field, Why::Short)),
        }
    }

    fn array<const N: usize>(&mut self, field: &'static str) -> Result<[u8; N], Malformed> {
        match self.rest.split_first_chunk::<N>() {
            Some((head, tail)) => {
                self.rest = tail;
                Ok(*head)
            }
            None => Err(self.malformed(field, Why::Short)),
        }
    }

    /// `[byte]`
    pub fn byte(&mut self, field: &'static str) -> Result<u8, Malformed> {
        self.array::<1>(field).map(|[b]| b)
    }

    /// `[short]`
    pub fn short(&mut self, field: &'static str) -> Result<u16, Malformed> {
        self.array(field).map(u16::from_be_bytes)
    }

    /// `[int]`
    pub fn int(&mut self, field: &'static str) -> Result<i32, Malformed> {
        self.array(field).map(i32::from_be_bytes)
    }

    /// `[long]`
    pub fn long(&mut self, field: &'static str) -> Result<i64, Malformed> {
        self.array(field).map(i64::from_be_bytes)
    }

    /// `[uuid]`
    pub fn uuid(&mut self, field: &'static str) -> Result<uuid::Uuid, Malformed> {
        self.array(field).map(uuid::Uuid::from_bytes)
    }

    /// An `[int]` that counts things and is never negative. Nothing may be allocated by it.
    pub fn count(&mut self, field: &'static str) -> Result<usize, Malformed> {
        let at = self.clone();
        usize::try_from(self.int(field)?).map_err(|_| at.malformed(field, Why::Length))
    }

    /// `[string]`
    pub fn string(&mut self, field: &'static str) -> Result<&'a str, Malformed> {
        let n = self.short(field)?;
        self.utf8(n.into(), field)
    }

    /// `[long string]`
    pub fn long_string(&mut self, field: &'static str) -> Result<&'a str, Malformed> {
        let n = self.count(field)?;
        self.utf8(n, field)
    }

    fn utf8(&mut self, n: usize, field: &'static str) -> Result<&'a str, Malformed> {
        let at = self.clone();
        std::str::from_utf8(self.take(n, field)?).map_err(|_| at.malformed(field, Why::Utf8))
    }

    /// `[bytes]`; `None` is null.
    pub fn bytes(&mut self, field: &'static str) -> Result<Option<&'a [u8]>, Malformed> {
        match usize::try_from(self.int(field)?) {
            Ok(n) => self.take(n, field).map(Some),
            Err(_) => Ok(None),
        }
    }

    /// `[short bytes]`
    pub fn short_bytes(&mut self, field: &'static str) -> Result<&'a [u8], Malformed> {
        let n = self.short(field)?;
        self.take(n.into(), field)
    }

    /// `[value]`
    pub fn value(&mut self, field: &'static str) -> Result<Cell<'a>, Malformed> {
        let at = self.clone();
        match self.int(field)? {
            -1 => Ok(Cell::Null),
            -2 => Ok(Cell::Unset),
            n => {
                let n = usize::try_from(n).map_err(|_| at.malformed(field, Why::Length))?;
                self.take(n, field).map(Cell::Value)
            }
        }
    }

    /// `[string list]`
    pub fn string_list(&mut self, field: &'static str) -> Result<Vec<&'a str>, Malformed> {
        let n = self.short(field)?;
        (0..n).map(|_| self.string(field)).collect()
    }

    /// `[string map]`, in the order in which it came.
    pub fn string_map(
        &mut self,
        field: &'static str,
    ) -> Result<Vec<(&'a str, &'a str)>, Malformed> {
        let n = self.short(field)?;
        (0..n)
            .map(|_| Ok((self.string(field)?, self.string(field)?)))
            .collect()
    }

    /// `[inetaddr]`
    pub fn inet_addr(&mut self, field: &'static str) -> Result<IpAddr, Malformed> {
        let at = self.clone();
        match self.byte(field)? {
            4 => self
                .array::<4>(field)
                .map(|a| IpAddr::V4(Ipv4Addr::from(a))),
            16 => self
                .array::<16>(field)
                .map(|a| IpAddr::V6(Ipv6Addr::from(a))),
            _ => Err(at.malformed(field, Why::Length)),
        }
    }

    /// `[inet]`
    pub fn inet(&mut self, field: &'static str) -> Result<SocketAddr, Malformed> {
        let ip = self.inet_addr(field)?;
        let at = self.clone();
        let port = u16::try_from(self.int(field)?).map_err(|_| at.malformed(field, Why::Length))?;
        Ok(SocketAddr::new(ip, port))
    }
}
