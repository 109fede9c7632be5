//! Certificates, made when they are needed and kept nowhere.

use std::fmt;

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};

/// A certificate and its private key, each as PEM.
#[derive(Clone)]
#[non_exhaustive]
pub struct Identity {
    /// The certificate.
    pub certificate_pem: String,
    /// The key.
    pub key_pem: String,
}

/// Keys stay out of logs.
impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity")
            .field("certificate_pem", &self.certificate_pem)
            .finish_non_exhaustive()
    }
}

/// Signs certificates.
pub(super) struct Issuer(CertifiedIssuer<'static, KeyPair>);

impl Issuer {
    pub(super) fn new() -> Issuer {
        let mut params = of(
            &format!("embedded cluster authority {}", uuid::Uuid::new_v4()),
            Vec::new(),
        );
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let issuer = CertifiedIssuer::self_signed(params, key());
        Issuer(issuer.expect("parameters of our own can be signed"))
    }

    pub(super) fn pem(&self) -> String {
        self.0.pem()
    }

    pub(super) fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    /// Chain and key of a server. A name that is none is left out.
    pub(super) fn server(
        &self,
        names: Vec<String>,
        expired: bool,
    ) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let mut params = of("embedded cluster node", names);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        if expired {
            params.not_before = date_time_ymd(2000, 1, 1);
            params.not_after = date_time_ymd(2000, 12, 31);
        }
        let key = key();
        let certificate = params.signed_by(&key, &self.0);
        let certificate = certificate.expect("parameters of our own can be signed");
        let der = PrivatePkcs8KeyDer::from(key.serialize_der());
        (vec![certificate.der().clone()], PrivateKeyDer::Pkcs8(der))
    }

    /// Certificate and key of a client of that name.
    pub(super) fn client(&self, name: &str) -> Identity {
        let mut params = of(name, Vec::new());
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        let key = key();
        let certificate = params.signed_by(&key, &self.0);
        Identity {
            certificate_pem: certificate
                .expect("parameters of our own can be signed")
                .pem(),
            key_pem: key.serialize_pem(),
        }
    }
}

fn of(name: &str, mut names: Vec<String>) -> CertificateParams {
    names.retain(|name| name.is_ascii());
    let mut params = CertificateParams::new(names).expect("ASCII is all that names need");
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn key() -> KeyPair {
    KeyPair::generate().expect("the system has random numbers")
}
