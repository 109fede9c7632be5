//! From a partition key to a token, and from a token to a shard.
//!
//! ```text
//! values of the partition key ─▶ key ─▶ Partitioner ─▶ Token ─▶ ring or tablets: nodes
//!                                                         └───▶ Sharder: shard of a node
//! ```

mod key;
mod murmur3;
mod partitioner;
mod shard;

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

pub use key::key;
pub use murmur3::{Murmur3, murmur3};
pub use partitioner::Partitioner;
pub use shard::{SOURCE_PORTS, Sharder};

/// A partition's place on the ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(
    /// Its number.
    pub i64,
);

impl Token {
    /// Where the ring starts. No key has this token.
    pub const MIN: Token = Token(i64::MIN);
    /// The last token of the ring.
    pub const MAX: Token = Token(i64::MAX);
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for Token {
    type Err = ParseIntError;

    /// Reads decimal digits, as `system.local` lists its tokens.
    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        text.parse().map(Token)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_are_decimal_text() {
        assert_eq!("-9223372036854775808".parse(), Ok(Token::MIN));
        assert_eq!(Token(-42).to_string(), "-42");
        assert!("".parse::<Token>().is_err());
    }
}
