//! What is kept of a password.

use std::fmt;

/// Cassandra's is 10. Here nothing is worth the time that more rounds take, least of all an attacker's.
const ROUNDS: u32 = 4;

/// What is kept of a password: its hash by bcrypt, as Cassandra keeps it.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Hash {
    text: Box<str>,
    /// The password, if it is known: each connection of a pool proves it, and hashes are slow on purpose. It leaves
    /// the process in no way.
    plain: Option<Box<str>>,
}

impl Hash {
    /// The hash of a password; `None` if it cannot be hashed.
    pub(crate) fn of(password: &str) -> Option<Hash> {
        let parts = bcrypt::hash_with_result(password, ROUNDS).ok()?;
        let text = parts.format_for_version(bcrypt::Version::TwoA);
        Some(Hash {
            text: text.into(),
            plain: Some(password.into()),
        })
    }

    /// A hash that was made elsewhere; `None` if it is none of bcrypt.
    pub(crate) fn made(text: &str) -> Option<Hash> {
        text.parse::<bcrypt::HashParts>().ok()?;
        // What bcrypt itself refuses is no hash: its salt, say.
        bcrypt::verify("", text).ok()?;
        Some(Hash {
            text: text.into(),
            plain: None,
        })
    }

    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Whether this is the password.
    pub(crate) fn is_of(&self, password: &str) -> bool {
        match &self.plain {
            Some(plain) => **plain == *password,
            None => bcrypt::verify(password, &self.text).unwrap_or(false),
        }
    }
}

/// Secrets stay out of logs.
impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hash(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_of_its_password_alone() {
        let known = Hash::of("s3cret").unwrap();
        let made = Hash::made(known.text()).unwrap();
        for hash in [&known, &made] {
            assert!(hash.is_of("s3cret") && !hash.is_of("s3cre") && !hash.is_of(""));
        }
        assert!(known.text().starts_with("$2a$04$"), "{}", known.text());
        assert_eq!(format!("{known:?}"), "Hash(..)");
        assert!(Hash::made("s3cret").is_none());
        assert!(Hash::made("$2a$04$short").is_none());
    }
}
