//! What goes wrong in TLS, in words that say what to do.

use std::io;

use tokio_rustls::rustls::{AlertDescription, CertificateError, Error};

/// The same error, said so that the reader knows whose certificate is wrong, and why.
pub(super) fn explained(error: io::Error) -> io::Error {
    let inner = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<Error>());
    match inner.and_then(text) {
        Some(text) => io::Error::new(error.kind(), text),
        None => error,
    }
}

fn text(error: &Error) -> Option<String> {
    Some(match error {
        Error::InvalidCertificate(wrong) => format!("TLS: {}", certificate(wrong)),
        Error::InvalidMessage(_) => {
            "TLS: the server does not answer in TLS: is this the port for clients that use it?"
                .to_owned()
        }
        Error::AlertReceived(alert) => format!("TLS: {}", refused(*alert)),
        _ => return None,
    })
}

fn certificate(wrong: &CertificateError) -> String {
    match wrong {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the certificate of the server has expired".to_owned()
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "the certificate of the server is not good yet: is the clock right?".to_owned()
        }
        // An authority of the right name and another key has not signed it either.
        CertificateError::UnknownIssuer | CertificateError::BadSignature => {
            "the certificate of the server is signed by no authority that is trusted: is it the right CA?".to_owned()
        }
        CertificateError::NotValidForNameContext {
            expected,
            presented,
        } => format!(
            "the certificate of the server is not for `{}` but for {}: see `server_name`",
            expected.to_str(),
            presented.join(", ")
        ),
        CertificateError::NotValidForName => {
            "the certificate of the server is for another name: see `server_name`".to_owned()
        }
        CertificateError::Revoked => "the certificate of the server was revoked".to_owned(),
        other => format!("the certificate of the server is no good: {other}"),
    }
}

fn refused(alert: AlertDescription) -> String {
    match alert {
        AlertDescription::CertificateRequired => {
            "the server asks for a certificate of the client; none is configured".to_owned()
        }
        AlertDescription::UnknownCA
        | AlertDescription::BadCertificate
        | AlertDescription::CertificateExpired
        | AlertDescription::CertificateRevoked
        | AlertDescription::UnsupportedCertificate
        | AlertDescription::CertificateUnknown
        | AlertDescription::DecryptError => {
            format!("the server refuses the certificate of the client ({alert:?})")
        }
        other => format!("the server ended the handshake ({other:?})"),
    }
}
