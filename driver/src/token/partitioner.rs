//! How a table's keys become tokens.

use super::{Murmur3, Token, key, murmur3};
use crate::frame::Values;

/// How a table's keys become tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum Partitioner {
    /// Murmur3: every table, unless it says otherwise.
    #[default]
    Murmur3,
    /// The key's first eight bytes are the token: the logs of changes of ScyllaDB.
    Cdc,
}

impl Partitioner {
    /// The one of this server class; `None` if this crate cannot compute its tokens.
    pub fn of_class(class: &str) -> Option<Self> {
        match class.rsplit('.').next()? {
            "Murmur3Partitioner" => Some(Partitioner::Murmur3),
            "CDCPartitioner" => Some(Partitioner::Cdc),
            _ => None,
        }
    }

    /// The token of a key, as [`key()`](super::key()) makes it.
    pub fn token(self, key: &[u8]) -> Token {
        match self {
            Partitioner::Murmur3 => murmur3(key),
            Partitioner::Cdc => match key.first_chunk() {
                Some(head) => Token(i64::from_be_bytes(*head)),
                None => Token::MIN,
            },
        }
    }

    /// The token of the partition that a statement's values address; `partition_key` names the value of each
    /// component. Allocates nothing. `None` if there is no component, or one is null, unset, missing or longer
    /// than 65,535 bytes.
    pub fn token_of(self, values: Values<'_>, partition_key: &[u16]) -> Option<Token> {
        let mut components = key::Components::new(values, partition_key);
        let first = components.next()??;
        if partition_key.len() == 1 {
            return Some(self.token(first));
        }
        match self {
            Partitioner::Murmur3 => {
                let mut hash = Murmur3::default();
                key::put(first, |bytes| hash.write(bytes))?;
                for component in components {
                    key::put(component?, |bytes| hash.write(bytes))?;
                }
                Some(hash.finish())
            }
            Partitioner::Cdc => {
                let mut all = Vec::new();
                key::put(first, |bytes| all.extend_from_slice(bytes))?;
                for component in components {
                    key::put(component?, |bytes| all.extend_from_slice(bytes))?;
                }
                Some(self.token(&all))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_of_changes_takes_the_first_eight_bytes() {
        for (key, token) in [
            ("test", i64::MIN),
            ("xd", i64::MIN),
            ("primary_key", 8102654598100187487),
            ("kremówki", 7742362231512463211),
        ] {
            assert_eq!(
                Partitioner::Cdc.token(key.as_bytes()),
                Token(token),
                "{key}"
            );
        }
    }

    #[test]
    fn classes() {
        let of = Partitioner::of_class;
        let murmur3 = of("org.apache.cassandra.dht.Murmur3Partitioner");
        assert_eq!(murmur3, Some(Partitioner::Murmur3));
        assert_eq!(
            of("com.scylladb.dht.CDCPartitioner"),
            Some(Partitioner::Cdc)
        );
        assert_eq!(of("org.apache.cassandra.dht.RandomPartitioner"), None);
    }
}
