//! How far a scan has come, as text.

use std::fmt;
use std::str::FromStr;

use crate::error::{Error, ErrorKind};

use super::cut::{Piece, merged};

/// How far a scan has come: the ranges that are left, and where it stands in those that it has begun. Turns into text,
/// which can be kept, and back; [`ScanBuilder::resume`](super::ScanBuilder::resume) goes on from it.
///
/// The ranges may be cut in another way by then: nodes may have come and gone. The text has a line for each range that has
/// begun and each gap between them, and names no value of the table but what a server writes into its paging states,
/// which may be the key of the row that was read last.
///
/// # Examples
/// ```
/// use scylla_orm_driver::session::Checkpoint;
///
/// # fn main() -> scylla_orm_driver::Result<()> {
/// let kept = "scan 1 a35bc1e24906d017\n-9223372036854775808 0 0a0b\n0 9223372036854775807\n";
/// let checkpoint: Checkpoint = kept.parse()?;
/// assert!(!checkpoint.is_done());
/// assert_eq!(checkpoint.to_string(), kept);
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Of the text of the statement.
    pub(super) print: i64,
    /// In order.
    pub(super) left: Vec<Piece>,
}

/// The first line begins so, with the version of what follows.
const HEAD: &str = "scan 1 ";

impl Checkpoint {
    pub(super) fn new(print: i64, left: impl IntoIterator<Item = Piece>) -> Checkpoint {
        Checkpoint {
            print,
            left: merged(left),
        }
    }

    /// Whether nothing is left.
    pub fn is_done(&self) -> bool {
        self.left.is_empty()
    }

    /// Which part of the ring is read, from 0 to 1. A range counts when all of it is.
    pub fn progress(&self) -> f64 {
        let left: u128 = self
            .left
            .iter()
            .map(|piece| u128::from(piece.width()))
            .sum();
        done(left)
    }
}

/// The part of the ring that is read when so many tokens are left.
#[expect(clippy::cast_precision_loss, reason = "a fraction to be shown")]
pub(super) fn done(left: u128) -> f64 {
    1.0 - left as f64 / Piece::WHOLE.width() as f64
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEAD}{:016x}", self.print)?;
        for Piece { after, to, state } in &self.left {
            write!(f, "{after} {to}")?;
            if let Some(state) = state {
                f.write_str(" ")?;
                state.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
            }
            f.write_str("\n")?;
        }
        Ok(())
    }
}

impl FromStr for Checkpoint {
    type Err = Error;

    /// Reads what [`Display`](fmt::Display) writes.
    ///
    /// # Errors
    /// [`ErrorKind::Settings`] names the line that is none of a checkpoint.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut lines = text.lines().enumerate();
        let head = lines.next().and_then(|(_, line)| line.strip_prefix(HEAD));
        let print = head.and_then(|print| u64::from_str_radix(print, 16).ok());
        let print = print.ok_or_else(|| wrong(0))?.cast_signed();
        let mut left: Vec<Piece> = Vec::new();
        for (number, line) in lines {
            let piece = piece(line).ok_or_else(|| wrong(number))?;
            if left.last().is_some_and(|last| last.to > piece.after) {
                return Err(wrong(number));
            }
            left.push(piece);
        }
        Ok(Checkpoint { print, left })
    }
}

fn piece(line: &str) -> Option<Piece> {
    let mut words = line.split(' ');
    let (after, to) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let state = match words.next() {
        Some(word) => Some(bytes(word)?),
        None => None,
    };
    (after < to && words.next().is_none()).then_some(Piece { after, to, state })
}

fn bytes(word: &str) -> Option<Box<[u8]>> {
    let digits: Option<Vec<u8>> = word
        .chars()
        .map(|c| u8::try_from(c.to_digit(16)?).ok())
        .collect();
    let digits = digits.filter(|digits| digits.len() % 2 == 0)?;
    let pairs = digits.chunks_exact(2);
    pairs
        .map(|pair| Some(pair.first()? << 4 | pair.last()?))
        .collect()
}

#[cold]
fn wrong(number: usize) -> Error {
    let line = number + 1;
    Error::new(ErrorKind::Settings {
        what: format!("line {line} is none of a checkpoint of a scan").into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, wrong_line: Option<usize>) {
        let read = text.parse::<Checkpoint>();
        match (read, wrong_line) {
            (Ok(read), None) => assert_eq!(read.to_string(), text),
            (Err(error), Some(line)) => {
                let says = error.to_string();
                assert!(says.contains(&format!("line {line} ")), "{says}");
            }
            (read, _) => panic!("{text:?}: {read:?}"),
        }
    }

    #[test]
    fn what_was_written_is_read() {
        check("scan 1 0123456789abcdef\n", None);
        check(
            "scan 1 ffffffffffffffff\n-3 -1\n-1 0 00ff10\n5 9223372036854775807\n",
            None,
        );
        for (text, line) in [
            ("", 1),
            ("scan 2 0123456789abcdef\n", 1),
            ("scan 1 x\n", 1),
            ("scan 1 0\n1\n", 2),
            ("scan 1 0\n1 1\n", 2),
            ("scan 1 0\n1 0\n", 2),
            ("scan 1 0\n0 1 0\n", 2),
            ("scan 1 0\n0 1 zz\n", 2),
            ("scan 1 0\n0 1 é0\n", 2),
            ("scan 1 0\n0 1 00 \n", 2),
            ("scan 1 0\n0 2\n1 3\n", 3),
            ("scan 1 0\n0 2\n\n", 3),
        ] {
            check(text, Some(line));
        }
    }

    #[test]
    fn progress_is_the_part_of_the_ring() {
        let check = |text: &str, expected: f64| {
            let progress = text.parse::<Checkpoint>().unwrap().progress();
            assert!((progress - expected).abs() < 1e-9, "{text}: {progress}");
        };
        check("scan 1 0\n", 1.0);
        check("scan 1 0\n-9223372036854775808 9223372036854775807\n", 0.0);
        check("scan 1 0\n-9223372036854775808 0\n", 0.5);
        check(
            "scan 1 0\n-9223372036854775808 0\n0 4611686018427387904\n",
            0.25,
        );
    }
}
