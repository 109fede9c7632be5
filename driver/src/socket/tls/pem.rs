//! Certificates and keys as they are written.

use std::path::PathBuf;
use std::sync::Arc;

use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::socket::tls::TlsError;

/// PEM, in a file or as text.
#[derive(Clone)]
pub(super) enum Pem {
    File(PathBuf),
    Text(String),
}

/// The configuration that trusts these authorities, and shows this certificate.
pub(super) fn config(
    authorities: &[Pem],
    identity: Option<&(Pem, Pem)>,
) -> Result<ClientConfig, TlsError> {
    if authorities.is_empty() {
        let text =
            "nobody is trusted: give the certificate of the authority (`ca_file` or `ca_pem`)";
        return Err(TlsError(text.to_owned()));
    }
    let mut roots = RootCertStore::empty();
    for pem in authorities {
        for certificate in pem.certificates()? {
            roots.add(certificate).map_err(|error| pem.error(&error))?;
        }
    }
    let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| TlsError(error.to_string()))?
        .with_root_certificates(roots);
    let Some((certificate, key)) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    builder
        .with_client_auth_cert(certificate.certificates()?, key.key()?)
        .map_err(|error| certificate.error(&format!("it does not go with the key: {error}")))
}

impl Pem {
    fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, TlsError> {
        let text = self.text()?;
        let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
        let certificates = certificates.map_err(|error| self.error(&error))?;
        match certificates.is_empty() {
            true => Err(self.error(&"there is no certificate in it")),
            false => Ok(certificates),
        }
    }

    fn key(&self) -> Result<PrivateKeyDer<'static>, TlsError> {
        let text = self.text()?;
        // Its own errors might quote what they have found.
        PrivateKeyDer::from_pem_slice(&text)
            .map_err(|_| self.error(&"there is no private key in it"))
    }

    fn text(&self) -> Result<Vec<u8>, TlsError> {
        match self {
            Pem::Text(text) => Ok(text.clone().into_bytes()),
            Pem::File(path) => std::fs::read(path).map_err(|error| self.error(&error)),
        }
    }

    fn error(&self, why: &dyn std::fmt::Display) -> TlsError {
        match self {
            Pem::File(path) => TlsError(format!("{}: {why}", path.display())),
            Pem::Text(_) => TlsError(format!("PEM given as text: {why}")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::socket::tls::{Tls, TlsBuilder};

    fn check(builder: TlsBuilder, expected: &str) {
        assert_eq!(builder.build().unwrap_err().to_string(), expected);
    }

    #[test]
    fn what_is_no_good_is_told() {
        check(
            Tls::builder(),
            "TLS: nobody is trusted: give the certificate of the authority (`ca_file` or `ca_pem`)",
        );
        check(
            Tls::builder().ca_pem("nothing"),
            "TLS: PEM given as text: there is no certificate in it",
        );
        check(
            Tls::builder().ca_file("/nowhere/ca.pem"),
            "TLS: /nowhere/ca.pem: No such file or directory (os error 2)",
        );
    }
}
