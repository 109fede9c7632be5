//! AUTH_RESPONSE: proves who the client is.

use crate::frame::Opcode;
use crate::wire::{Malformed, Reader, TooLong, put_bytes};

/// Answers AUTHENTICATE or AUTH_CHALLENGE. Its answer is AUTH_CHALLENGE, AUTH_SUCCESS or ERROR.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct AuthResponse<'a> {
    /// What the authenticator expects; for passwords see [`plain`](AuthResponse::plain).
    pub token: Option<&'a [u8]>,
}

impl<'a> AuthResponse<'a> {
    /// AUTH_RESPONSE
    pub const OPCODE: Opcode = Opcode::AuthResponse;

    /// The token of SASL PLAIN, which password authenticators expect: user and password, each after a zero.
    pub fn plain(user: &str, password: &str) -> Vec<u8> {
        [b"\0", user.as_bytes(), b"\0", password.as_bytes()].concat()
    }

    /// User and password of a SASL PLAIN token; `None` if it is none. The identity to act as, which may stand
    /// before them, is ignored, as servers do.
    pub fn credentials(&self) -> Option<(&'a str, &'a str)> {
        let mut parts = self.token?.split(|byte| *byte == 0).skip(1);
        let (user, password) = (parts.next()?, parts.next()?);
        match parts.next() {
            None => Some((
                std::str::from_utf8(user).ok()?,
                std::str::from_utf8(password).ok()?,
            )),
            Some(_) => None,
        }
    }

    /// Appends its body.
    ///
    /// # Errors
    /// If the token is longer than the protocol can say.
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), TooLong> {
        put_bytes(out, self.token, "token")
    }

    /// Reads its body.
    ///
    /// # Errors
    /// If it is no `[bytes]`.
    pub fn decode(reader: &mut Reader<'a>) -> Result<Self, Malformed> {
        Ok(AuthResponse {
            token: reader.bytes("token")?,
        })
    }
}

/// Secrets stay out of logs.
impl std::fmt::Debug for AuthResponse<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthResponse").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frame::request::Request;
    use crate::frame::{Features, check};

    #[test]
    fn bytes() {
        let check = |token: Option<&[u8]>, body: &str| {
            let message = Request::AuthResponse(AuthResponse { token });
            check::request(&Features::default(), &message, body);
        };
        let token = AuthResponse::plain("cassandra", "ca\u{e4}");
        check(Some(&token), "0000000f 00 63617373616e647261 00 6361c3a4");
        check(None, "ffffffff");
    }

    #[test]
    fn credentials() {
        let of = |token: &'static [u8]| AuthResponse { token: Some(token) }.credentials();
        assert_eq!(of(b"\0user\0secret"), Some(("user", "secret")));
        assert_eq!(of(b"as\0user\0"), Some(("user", "")));
        assert_eq!(of(b"\0user"), None);
        assert_eq!(of(b"\0user\0secret\0more"), None);
        assert_eq!(of(b"\0\xff\0secret"), None);
        let shown = format!(
            "{:?}",
            AuthResponse {
                token: Some(b"\0user\0secret")
            }
        );
        assert_eq!(shown, "AuthResponse { .. }");
    }
}
