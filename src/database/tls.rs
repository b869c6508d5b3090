//! What `sslmode` and `sslrootcert` ask for, as libpq means them.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use postgres::config::SslMode;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

use super::{DatabaseError, Variables};

/// The words of `sslmode` that are known.
const WORDS: &[&str] = &["disable", "prefer", "require", "verify-ca", "verify-full"];

/// How a session is protected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    /// Not at all.
    Plain,
    /// Against listeners only: who answers is not asked. `required`: without TLS there is no session.
    Encrypted { required: bool },
    /// Who answers has a certificate of one of these authorities; if `named`, one for the host that was asked for.
    Verified { roots: Roots, named: bool },
}

/// Whom to trust.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Roots {
    /// The authorities in a file.
    File(PathBuf),
    /// Those of the system.
    System,
}

impl Mode {
    /// From the parameters of the URL, else from the environment.
    pub(super) fn read(
        mode: Option<&str>,
        roots: Option<String>,
        variables: &Variables,
    ) -> Result<Self, DatabaseError> {
        let mode = mode.or(variables.ssl_mode.as_deref());
        let named_roots = roots.or_else(|| variables.ssl_root_certificate.clone());
        if named_roots.as_deref() == Some("system") {
            return match mode {
                None | Some("verify-full") => Ok(Self::Verified { roots: Roots::System, named: true }),
                Some(_) => Err(wrong("`sslrootcert=system` goes with `sslmode=verify-full` only", None)),
            };
        }
        let at_home = || variables.home.as_ref().map(|home| home.join(".postgresql/root.crt"));
        let file = named_roots.map(PathBuf::from).or_else(at_home);
        let there = file.clone().filter(|file| file.exists());
        let mode = mode.unwrap_or("prefer");
        match (mode, there) {
            ("disable", _) => Ok(Self::Plain),
            ("prefer", _) => Ok(Self::Encrypted { required: false }),
            // With an authority at hand, `require` verifies it.
            ("require", Some(file)) => Ok(Self::Verified { roots: Roots::File(file), named: false }),
            ("require", None) => Ok(Self::Encrypted { required: true }),
            ("verify-ca" | "verify-full", Some(file)) => {
                Ok(Self::Verified { roots: Roots::File(file), named: mode == "verify-full" })
            }
            ("verify-ca" | "verify-full", None) => {
                let path = file.unwrap_or_default().display().to_string();
                let help =
                    "name a file by `sslrootcert`, or write `sslrootcert=system` to trust whom the system trusts";
                Err(wrong(
                    &format!("`sslmode={mode}` needs the certificates to trust, and {path} does not exist"),
                    Some(help),
                ))
            }
            _ => Err(wrong("the `sslmode` is not known", Some(&format!("known are `{}`", WORDS.join("`, `"))))),
        }
    }

    /// What is negotiated with the server.
    pub(super) fn asked(&self) -> SslMode {
        match self {
            Self::Plain => SslMode::Disable,
            Self::Encrypted { required: false } => SslMode::Prefer,
            Self::Encrypted { required: true } | Self::Verified { .. } => SslMode::Require,
        }
    }

    /// How the handshake goes; none where there is none.
    pub(super) fn connector(&self) -> Result<Option<ClientConfig>, DatabaseError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier: Arc<dyn ServerCertVerifier> = match self {
            Self::Plain => return Ok(None),
            Self::Encrypted { .. } => Arc::new(Anybody(Arc::clone(&provider))),
            Self::Verified { roots, named } => {
                let store = Arc::new(roots.load()?);
                let inner = WebPkiServerVerifier::builder_with_provider(store, Arc::clone(&provider))
                    .build()
                    .map_err(|error| wrong(&format!("the certificates to trust cannot be used: {error}"), None))?;
                if *named { inner } else { Arc::new(AnyName(inner)) }
            }
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| wrong(&format!("TLS cannot be set up: {error}"), None))?;
        Ok(Some(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth()))
    }
}

impl Roots {
    fn load(&self) -> Result<RootCertStore, DatabaseError> {
        let mut store = RootCertStore::empty();
        match self {
            Self::File(path) => {
                for certificate in read_file(path)? {
                    store.add(certificate).map_err(|error| unusable(path, &error.to_string()))?;
                }
                if store.is_empty() {
                    return Err(unusable(path, "there is no certificate in it"));
                }
            }
            Self::System => {
                // The store of a system may hold what nobody can use.
                store.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
                if store.is_empty() {
                    return Err(wrong("the system trusts no authority", Some("name a file by `sslrootcert`")));
                }
            }
        }
        Ok(store)
    }
}

fn read_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, DatabaseError> {
    let bytes = fs::read(path).map_err(|error| unusable(path, &error.to_string()))?;
    let certificates = CertificateDer::pem_slice_iter(&bytes).collect::<Result<_, _>>();
    certificates.map_err(|error| unusable(path, &error.to_string()))
}

fn unusable(path: &Path, why: &str) -> DatabaseError {
    wrong(&format!("the certificates in {} cannot be used: {why}", path.display()), None)
}

fn wrong(message: &str, help: Option<&str>) -> DatabaseError {
    DatabaseError { message: message.to_owned(), help: help.map(str::to_owned) }
}

/// Asks nobody who they are, as `prefer` and `require` do.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    // Whose key it is was not asked, so what it signed proves nothing, and old certificates need not be readable.
    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Takes a certificate of an authority for whatever host, as `verify-ca` does.
#[derive(Debug)]
struct AnyName(Arc<WebPkiServerVerifier>);

impl ServerCertVerifier for AnyName {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match self.0.verify_server_cert(certificate, chain, name, ocsp, now) {
            // The name is looked at last, once the chain holds.
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.0.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(mode: Option<&str>, roots: Option<&str>) -> Result<Mode, String> {
        Mode::read(mode, roots.map(str::to_owned), &Variables::default()).map_err(|error| error.message)
    }

    #[test]
    fn modes_mean_what_they_mean_to_libpq() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        let there = Some(path);
        let file = || Roots::File(PathBuf::from(path));
        assert_eq!(mode(None, None), Ok(Mode::Encrypted { required: false }));
        assert_eq!(mode(Some("disable"), there), Ok(Mode::Plain));
        assert_eq!(mode(Some("require"), None), Ok(Mode::Encrypted { required: true }));
        assert_eq!(mode(Some("require"), there), Ok(Mode::Verified { roots: file(), named: false }));
        assert_eq!(mode(Some("verify-ca"), there), Ok(Mode::Verified { roots: file(), named: false }));
        assert_eq!(mode(Some("verify-full"), there), Ok(Mode::Verified { roots: file(), named: true }));
        assert_eq!(mode(None, Some("system")), Ok(Mode::Verified { roots: Roots::System, named: true }));
        assert!(mode(Some("require"), Some("system")).is_err());
        assert!(mode(Some("verify-full"), Some("/nowhere/root.crt")).is_err());
        assert_eq!(mode(Some("allow"), None), Err("the `sslmode` is not known".to_owned()));
    }

    #[test]
    fn a_file_without_certificates_is_refused() {
        let roots = Roots::File(PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")));
        let error = Mode::Verified { roots, named: true }.connector().unwrap_err();
        assert!(error.message.ends_with("there is no certificate in it"), "{}", error.message);
    }
}
