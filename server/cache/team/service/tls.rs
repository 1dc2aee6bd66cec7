//! The server's certificate, from two PEM files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The files of a certificate with its chain, and of its key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Certificate {
    pub chain: PathBuf,
    pub key: PathBuf,
}

impl Certificate {
    /// Reads both files; errors contain nothing of their contents.
    pub(super) fn read(&self) -> Result<Arc<ServerConfig>, String> {
        let wrong =
            |path: &Path, error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
        let chain = CertificateDer::pem_file_iter(&self.chain)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| wrong(&self.chain, &error))?;
        if chain.is_empty() {
            return Err(wrong(&self.chain, &"there is no certificate in it"));
        }
        let key = PrivateKeyDer::from_pem_file(&self.key);
        let key = key.map_err(|error| wrong(&self.key, &error))?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| builder.with_no_client_auth().with_single_cert(chain, key))
            .map_err(|error| wrong(&self.chain, &error))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn what_is_no_certificate_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let certificate = Certificate {
            chain: folder.path().join("chain.pem"),
            key: folder.path().join("key.pem"),
        };
        let error = certificate.read().unwrap_err();
        assert!(error.contains("chain.pem"), "{error}");
        fs::write(&certificate.chain, "s3cret").unwrap();
        let error = certificate.read().unwrap_err();
        assert!(
            error.contains("no certificate") && !error.contains("s3cret"),
            "{error}"
        );
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
        fs::write(&certificate.chain, made.cert.pem()).unwrap();
        let error = certificate.read().unwrap_err();
        assert!(error.contains("key.pem"), "{error}");
        fs::write(&certificate.key, made.signing_key.serialize_pem()).unwrap();
        assert!(certificate.read().is_ok());
    }
}
