//! One page, and the token of the next.

use std::fmt;
use std::pin::Pin;
use std::str::FromStr;
use std::task::{Context, Poll, ready};

use crate::error::{Error, ErrorKind, Result};

use super::{Exec, ReadRow, rows};

/// One page of a query's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Page<T> {
    /// The rows. They may be fewer than the page size, even none, though there is a next page.
    pub rows: Vec<T>,
    /// Where the next page begins; `None` if this is the last.
    pub next: Option<PageToken>,
}

/// Where a page begins. It belongs to the query, and the values, that it came from, and says nothing to anybody else;
/// as text it goes into a URL.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PageToken {
    /// A fingerprint of the query.
    pub(crate) query: u64,
    /// Which of the requests that the query is sent as.
    pub(crate) request: u32,
    /// Rows that the query's limit still allows; `u32::MAX` without a limit.
    pub(crate) left: u32,
    /// The server's state within that request; empty at its beginning.
    pub(crate) state: Vec<u8>,
}

/// Fetches one page.
#[derive(Debug)]
#[must_use = "futures do nothing unless awaited"]
pub struct NextPage<'s, T> {
    exec: Exec<'s>,
    read: ReadRow<T>,
    after: Option<PageToken>,
}

impl<'s, T> NextPage<'s, T> {
    pub(crate) fn new(exec: Exec<'s>, read: ReadRow<T>, after: Option<PageToken>) -> Self {
        NextPage { exec, read, after }
    }
}

impl<T> Future for NextPage<'_, T> {
    type Output = Result<Page<T>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready!(Pin::new(&mut self.exec).poll(cx))?;
        let rows = rows(self.exec.table(), &answer, usize::MAX, self.read)?;
        Poll::Ready(Ok(Page {
            rows,
            next: self.after.take(),
        }))
    }
}

impl fmt::Display for PageToken {
    /// Hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:016x}{:08x}{:08x}",
            self.query, self.request, self.left
        )?;
        self.state
            .iter()
            .try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for PageToken {
    type Err = Error;

    /// Reads what `Display` writes.
    ///
    /// # Errors
    /// [`ErrorKind::PageToken`] if it is not a token.
    fn from_str(text: &str) -> Result<Self> {
        parse(text).ok_or_else(|| Error::new(ErrorKind::PageToken))
    }
}

fn parse(text: &str) -> Option<PageToken> {
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let state = text.get(32..)?;
    if state.len() % 2 != 0 {
        return None;
    }
    Some(PageToken {
        query: u64::from_str_radix(text.get(..16)?, 16).ok()?,
        request: u32::from_str_radix(text.get(16..24)?, 16).ok()?,
        left: u32::from_str_radix(text.get(24..32)?, 16).ok()?,
        state: (0..state.len())
            .step_by(2)
            .map(|at| u8::from_str_radix(state.get(at..at + 2)?, 16).ok())
            .collect::<Option<_>>()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_from_its_text() {
        for state in [vec![], vec![0, 255, 16]] {
            let token = PageToken {
                query: u64::MAX - 1,
                request: 7,
                left: u32::MAX,
                state,
            };
            assert_eq!(token.to_string().parse::<PageToken>().unwrap(), token);
        }
    }

    #[test]
    fn other_texts_are_not_tokens() {
        let short = "0".repeat(31);
        let odd = "0".repeat(33);
        let sign = format!("+{}", "0".repeat(31));
        for text in ["", "x", "ä", &short, &odd, &sign] {
            assert!(text.parse::<PageToken>().is_err(), "{text}");
        }
    }
}
