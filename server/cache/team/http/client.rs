//! Checks addresses and builds the HTTP client.

use std::path::Path;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Certificate, Client, ClientBuilder, Url, redirect};
use rustls::crypto::ring;
use url::Host;

use super::failure::explain;
use super::several::AT_ONCE;
use crate::{ExposeSecret, Fault, FaultKind, Remote, SecretString};

/// Idle timeout of a connection; shorter than servers', so that a connection being closed is never reused.
const IDLE: Duration = Duration::from_secs(30);

/// Builds a client with the bearer key and the trusted authorities. Reads both, and sends nothing.
pub(super) async fn build(remote: &Remote, base: &Url) -> Result<Client, Fault> {
    check(base).map_err(setting)?;
    let secret = remote.secret().await?;
    let client = Client::builder()
        .user_agent(concat!("rustassistant/", env!("CARGO_PKG_VERSION")))
        .default_headers(headers(secret.as_ref()).map_err(setting)?)
        .connect_timeout(remote.patience.connect())
        .redirect(redirect::Policy::none())
        .referer(false)
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(AT_ONCE);
    let client = if is_loopback(base) {
        client.no_proxy()
    } else {
        client
    };
    let encrypted = base.scheme() == "https";
    let ca_file = remote.ca_file.clone();
    // Parses more than a hundred system certificates.
    let build = tokio::task::spawn_blocking(move || {
        // Fails if another provider is already installed, which is fine.
        ring::default_provider().install_default().ok();
        let client = if encrypted {
            believe(client.https_only(true), ca_file.as_deref())?
        } else {
            client.tls_certs_only([])
        };
        client.build().map_err(|error| {
            let (_, detail) = explain(&error);
            match ca_file {
                Some(path) => setting(of_ca_file(&path, &detail)),
                // The system has no certificates.
                None => Fault::new(FaultKind::Certificate).because(detail),
            }
        })
    });
    build.await.unwrap_or_else(|error| Err(setting(error)))
}

/// Rejects addresses that would expose a key, and explains what to write instead.
fn check(base: &Url) -> Result<(), &'static str> {
    if !matches!(base.scheme(), "http" | "https") {
        return Err("the address of a server has to start with https://");
    }
    if !base.username().is_empty() || base.password().is_some() {
        return Err("put the key in `cache.api_key`, not before the `@` of the address");
    }
    if base.query().is_some() || base.fragment().is_some() {
        return Err("the address has to end with a path; put a key in `cache.api_key`");
    }
    if base.scheme() == "http" && !is_loopback(base) {
        return Err(
            "others on the network could read the key; the address has to start with https://",
        );
    }
    Ok(())
}

fn is_loopback(base: &Url) -> bool {
    match base.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

fn headers(secret: Option<&SecretString>) -> Result<HeaderMap, &'static str> {
    let mut headers = HeaderMap::new();
    let Some(secret) = secret else {
        return Ok(headers);
    };
    let secret = secret.expose_secret();
    if secret.is_empty() {
        return Err("`cache.api_key` is empty");
    }
    let mut bearer = HeaderValue::from_str(&format!("Bearer {secret}"))
        .map_err(|_| "`cache.api_key` contains invalid characters")?;
    bearer.set_sensitive(true);
    headers.insert(AUTHORIZATION, bearer);
    Ok(headers)
}

/// Trusts the authorities in a file in addition to the system's.
fn believe(client: ClientBuilder, ca_file: Option<&Path>) -> Result<ClientBuilder, Fault> {
    let Some(path) = ca_file else {
        return Ok(client);
    };
    let wrong = |detail: &str| setting(of_ca_file(path, detail));
    let text = std::fs::read(path).map_err(|error| wrong(&error.to_string()))?;
    let certificates = Certificate::from_pem_bundle(&text).unwrap_or_default();
    if certificates.is_empty() {
        return Err(wrong("it is not a PEM file of certificates"));
    }
    Ok(client.tls_certs_merge(certificates))
}

fn of_ca_file(path: &Path, detail: &str) -> String {
    format!("`cache.team.ca_file`: {}: {detail}", path.display())
}

fn setting(detail: impl std::fmt::Display) -> Fault {
    Fault::new(FaultKind::Setting).because(detail)
}
