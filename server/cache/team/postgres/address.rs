//! Converts a remote's settings to connection options.
//!
//! **TLS is mandatory** except on this machine: the certificate must name the host and be signed by a trusted authority. The
//! library's default, TLS if the server happens to offer it, is never used, and neither `PGSSLMODE` nor the address can restore
//! it.
//!
//! **The environment applies as for `psql`** to what the address omits: `PGHOST`, `PGUSER`, `PGPASSWORD`, `~/.pgpass` and so
//! on.

use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use url::Url;

use super::fault;
use crate::{ExposeSecret, Fault, FaultKind, Remote, Scheme};

/// Parameters that an address may contain. The library would log the value of any other.
const KNOWN: &[&str] = &[
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
];

/// Builds the options. Reads the secret, so this may wait for a password manager.
pub(super) async fn options(remote: &Remote) -> Result<PgConnectOptions, Fault> {
    build(remote)
        .await
        .map_err(|fault| fault.of(&remote.address))
}

/// Adds a server-side timeout for every statement.
pub(super) fn within(options: PgConnectOptions, deadline: Duration) -> PgConnectOptions {
    let milliseconds = deadline.as_millis();
    options.options([("statement_timeout", milliseconds)])
}

async fn build(remote: &Remote) -> Result<PgConnectOptions, Fault> {
    if remote.address.scheme() != Some(Scheme::Postgres) {
        return Err(setting(
            "`cache.url` should start with `postgresql://`".to_owned(),
        ));
    }
    let url = remote.address.resolve()?;
    let asked = asked(&url)?;
    let options = PgConnectOptions::from_url(&url).map_err(|error| fault::of(&error))?;
    let mut options = secure(without_brackets(options), asked.tls)?;
    if matches!(options.get_ssl_mode(), PgSslMode::VerifyFull) {
        for file in asked.files.into_iter().chain(of_environment()) {
            look_for(Path::new(&file)).await?;
        }
        if let Some(file) = &remote.ca_file {
            look_for(file).await?;
            options = options.ssl_root_cert(file);
        }
    }
    if let Some(secret) = remote.secret().await? {
        options = options.password(secret.expose_secret());
    }
    if options.get_application_name().is_none() {
        options = options.application_name("rustassistant");
    }
    Ok(options
        .disable_statement_logging()
        .options([("client_min_messages", "warning")]))
}

/// Parameters of the address that are handled here instead of by the library.
#[derive(Default)]
struct Asked {
    tls: Option<Tls>,
    files: Vec<String>,
}

/// The two modes with unambiguous meaning.
#[derive(Clone, Copy)]
enum Tls {
    No,
    Full,
}

fn tls(mode: &str) -> Result<Tls, Fault> {
    match mode {
        "verify-full" => Ok(Tls::Full),
        "disable" => Ok(Tls::No),
        _ => Err(too_weak()),
    }
}

fn asked(url: &Url) -> Result<Asked, Fault> {
    let mut asked = Asked::default();
    for (name, value) in url.query_pairs() {
        let known = KNOWN.contains(&&*name) || name.starts_with("options[");
        if !known {
            return Err(setting(format!(
                "`{name}` in `cache.url` is not supported; remove it"
            )));
        }
        match &*name {
            "sslmode" => asked.tls = Some(tls(&value)?),
            "sslrootcert" | "sslcert" | "sslkey" => asked.files.push(value.into_owned()),
            _ => {}
        }
    }
    Ok(asked)
}

/// An IPv6 address has brackets in a URL, but not in a certificate.
fn without_brackets(options: PgConnectOptions) -> PgConnectOptions {
    let host = options.get_host();
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    match bare.map(str::to_owned) {
        Some(bare) => options.host(&bare),
        None => options,
    }
}

fn secure(options: PgConnectOptions, asked: Option<Tls>) -> Result<PgConnectOptions, Fault> {
    if is_socket(&options) {
        return Ok(options.ssl_mode(PgSslMode::Disable));
    }
    match asked {
        None | Some(Tls::Full) => Ok(options.ssl_mode(PgSslMode::VerifyFull)),
        Some(Tls::No) if is_loopback(options.get_host()) => {
            Ok(options.ssl_mode(PgSslMode::Disable))
        }
        Some(Tls::No) => Err(too_weak()),
    }
}

fn too_weak() -> Fault {
    setting(
        "`sslmode` in `cache.url` has to be `verify-full` (the default), or `disable` for a server on this machine; \
         other modes would let others on the network read or answer"
            .to_owned(),
    )
}

fn is_socket(options: &PgConnectOptions) -> bool {
    options.get_socket().is_some() || options.get_host().starts_with('/')
}

fn is_loopback(host: &str) -> bool {
    let address = host.parse::<IpAddr>();
    host.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
}

/// Returns files that the library reads from variables; a variable may contain PEM data instead.
fn of_environment() -> impl Iterator<Item = String> {
    ["PGSSLROOTCERT", "PGSSLCERT", "PGSSLKEY"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .filter(|value| !value.trim_start().starts_with("-----BEGIN "))
}

/// Checks that the file exists, because the library reads it when connecting, and would report a missing one as an unreachable
/// server.
async fn look_for(file: &Path) -> Result<(), Fault> {
    match tokio::fs::read(file).await {
        Ok(text) if text.windows(11).any(|window| window == b"-----BEGIN ") => Ok(()),
        Ok(_) => Err(setting(format!("{} contains no PEM data", file.display()))),
        Err(error) => Err(setting(format!("{}: {error}", file.display()))),
    }
}

fn setting(detail: String) -> Fault {
    Fault::new(FaultKind::Setting).because(detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn mode(address: &str) -> Result<&'static str, String> {
        let options = options(&Remote::at(address)).await;
        let mode = options.map(|options| options.get_ssl_mode());
        match mode.map_err(|fault| fault.to_string())? {
            PgSslMode::Disable => Ok("disable"),
            PgSslMode::VerifyFull => Ok("verify-full"),
            other => panic!("{address}: {other:?}"),
        }
    }

    #[tokio::test]
    async fn nothing_weaker_than_full_verification_leaves_the_machine() {
        for address in [
            "postgresql://db.example/cache",
            "postgres://db.example/cache?sslmode=verify-full",
            "postgresql://127.0.0.1/cache",
            "postgresql://[::1]/cache",
            "postgresql://localhost/cache",
        ] {
            assert_eq!(mode(address).await, Ok("verify-full"), "{address}");
        }
        for sslmode in [
            "disable",
            "allow",
            "prefer",
            "require",
            "verify-ca",
            "s3cret",
        ] {
            let address = format!("postgresql://db.example/cache?sslmode={sslmode}");
            let fault = mode(&address).await.unwrap_err();
            assert!(fault.contains("`verify-full`"), "{fault}");
            assert!(!fault.contains("s3cret"), "{fault}");
        }
    }

    #[test]
    fn the_environment_weakens_nothing() {
        let test = "nothing_weaker_than_full_verification_leaves_the_machine";
        for mode in ["disable", "prefer"] {
            let output = std::process::Command::new(std::env::current_exe().unwrap())
                .args([
                    "--exact",
                    &format!("{}::{test}", module_path!().split_once("::").unwrap().1),
                ])
                .env("PGSSLMODE", mode)
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&output.stdout);
            assert!(
                output.status.success() && said.contains("1 passed"),
                "{said}"
            );
        }
    }

    #[tokio::test]
    async fn on_this_machine_one_may_do_without() {
        for address in [
            "postgresql:///cache?host=/run/postgresql",
            "postgresql://%2Frun%2Fpostgresql/cache",
            "postgresql://ada@localhost:5433/cache?sslmode=disable",
            "postgresql://127.0.0.1/cache?sslmode=disable",
            "postgresql://[::1]/cache?sslmode=disable",
        ] {
            assert_eq!(mode(address).await, Ok("disable"), "{address}");
        }
        let fault = mode("postgresql://localhost/cache?sslmode=prefer").await;
        assert!(fault.unwrap_err().contains("`verify-full`"));
    }

    #[tokio::test]
    async fn what_is_not_known_is_named_without_its_value() {
        let fault = mode("postgresql://db/x?sslpassword=s3cret")
            .await
            .unwrap_err();
        assert!(fault.contains("`sslpassword`"), "{fault}");
        assert!(!fault.contains("s3cret"), "{fault}");
        for address in ["https://db/x", "postgresql://db/x?port=s3cret", "db/x"] {
            let fault = mode(address).await.unwrap_err();
            assert!(fault.contains("`cache.url`"), "{fault}");
            assert!(!fault.contains("s3cret"), "{fault}");
        }
    }

    #[tokio::test]
    async fn a_certificate_that_is_not_there_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("ca.pem");
        let remote = Remote {
            ca_file: Some(file.clone()),
            ..Remote::at("postgresql://db/x")
        };
        let fault = options(&remote).await.unwrap_err();
        assert_eq!(fault.kind(), FaultKind::Setting);
        assert!(fault.to_string().contains("ca.pem"), "{fault}");
        std::fs::write(&file, "not a certificate").unwrap();
        let fault = options(&remote).await.unwrap_err();
        assert!(
            fault.to_string().contains("contains no PEM data"),
            "{fault}"
        );
    }
}
