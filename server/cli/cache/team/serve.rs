//! The command `cache serve`: runs the server of a team's cache, and manages its bearer keys.

mod log;
mod welcome;

use welcome::Show;

use std::{
    io::{IsTerminal, Write},
    net::{SocketAddr, TcpListener, ToSocketAddrs},
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use clap::ValueHint;
use tokio::runtime::Builder;
use tokio_util::sync::CancellationToken;

use crate::{
    cache::{
        Address, Limits, Patience, PublicKey, Remote, Scheme, Secret,
        service::{
            Bounds, Budget, Certificate, Front, Service, ServiceOptions, StoragePlace,
            keys::{KeyFile, NewKey, Pattern, Right},
        },
    },
    cli::{ExitStatus, Output, cache::team::budget},
    config::Environment,
    migrations,
    os::{Signal, Signals},
};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(in crate::cli::cache) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    serve: Serve,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Create a key and show it once
    AddKey(AddKey),
    /// Revoke a key
    RemoveKey {
        name: String,
        #[command(flatten)]
        file: File,
    },
    /// List the keys and their rights
    ListKeys {
        #[command(flatten)]
        file: File,
    },
}

#[derive(Debug, clap::Args)]
struct AddKey {
    /// The name of the key in the log
    #[arg(long)]
    name: String,
    /// Allow writing; without this flag the key only reads
    #[arg(long)]
    write: bool,
    /// A namespace that the key gives access to, or a prefix such as `pr-*`
    #[arg(long, value_name = "NAMESPACE", default_values = ["main"])]
    namespace: Vec<Pattern>,
    #[command(flatten)]
    file: File,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct File {
    /// The file with the key hashes [default: ~/.rustassistant/serve/keys.toml]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    keys: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct Serve {
    /// The address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8477")]
    listen: String,
    /// A directory, or the address of a database: postgresql://... [default: ~/.rustassistant/serve/cache]
    #[arg(long, value_name = "PLACE", value_hint = ValueHint::DirPath)]
    storage: Option<String>,
    /// A file with the database password
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    storage_password_file: Option<PathBuf>,
    /// Certificate authorities to trust for the database, in addition to the system's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    storage_ca_file: Option<PathBuf>,
    #[command(flatten)]
    file: File,
    /// A public key whose signatures are accepted; without any, here or in the key file, all are
    #[arg(long = "trusted-key", value_name = "ed25519:...")]
    trusted: Vec<PublicKey>,
    /// The TLS certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_key", value_hint = ValueHint::FilePath)]
    tls_cert: Option<PathBuf>,
    /// The private key of the certificate, in PEM
    #[arg(long, value_name = "FILE", requires = "tls_cert", value_hint = ValueHint::FilePath)]
    tls_key: Option<PathBuf>,
    /// A proxy in front of this server terminates TLS
    #[arg(long)]
    behind_proxy: bool,
    /// A path prefix for all routes, such as `/api`
    #[arg(long, value_name = "PATH", default_value = "", value_parser = base)]
    base: String,
    /// Remove entries unused for this many days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    keep_days: u32,
    /// Limit the size of each namespace in a directory, in MiB
    #[arg(long, value_name = "MIB", default_value_t = 1024)]
    keep_mib: u32,
    #[command(flatten)]
    budget: budget::Arguments,
    #[command(flatten)]
    bounds: BoundsArguments,
    /// On a terminal, show the first keys instead of writing them to a file
    #[arg(long)]
    show_keys: bool,
    /// Log format
    #[arg(long, value_name = "FORMAT", value_enum, default_value_t)]
    log_format: log::Format,
}

#[derive(Debug, clap::Args)]
#[group(skip)]
struct BoundsArguments {
    /// Largest entry, in bytes
    #[arg(long, value_name = "BYTES")]
    max_entry: Option<usize>,
    /// Concurrent connections
    #[arg(long, value_name = "NUMBER", default_value_t = Bounds::default().connections)]
    max_connections: usize,
    /// Average requests per second and key
    #[arg(long, value_name = "NUMBER", default_value_t = Bounds::default().rate)]
    rate: NonZeroU32,
    /// Concurrent requests per key
    #[arg(long, value_name = "NUMBER", default_value_t = Bounds::default().burst)]
    burst: NonZeroU32,
    /// Timeout for a request's headers and for idle connections
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    head_seconds: u32,
    /// Timeout for a request's body
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    body_seconds: u32,
    /// How long running requests may take at shutdown
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    grace_seconds: u32,
}

/// Starts the server's log; returns `false` for commands that only change keys, which have none.
pub(super) fn keep_log(arguments: &Arguments) -> bool {
    let serves = arguments.command.is_none();
    if serves {
        log::start(arguments.serve.log_format);
    }
    serves
}

pub(super) fn run(arguments: &Arguments, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let home = Environment::of_process().home;
    let home = home.map(|home| home.join("serve"));
    match &arguments.command {
        None => serve(&arguments.serve, home.as_deref(), out),
        Some(Command::AddKey(key)) => add(key, home.as_deref(), out),
        Some(Command::RemoveKey { name, file }) => remove(name, &file.of(home.as_deref())?, out),
        Some(Command::ListKeys { file }) => list(&file.of(home.as_deref())?, out),
    }
}

fn add(key: &AddKey, home: Option<&Path>, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let file = key.file.of(home)?;
    let rights = if key.write {
        vec![Right::Read, Right::Write]
    } else {
        vec![Right::Read]
    };
    let secret = file.add(&NewKey {
        name: key.name.clone(),
        rights,
        namespaces: key.namespace.clone(),
    })?;
    welcome::key(&file, &secret, out)?;
    Ok(ExitStatus::Fine)
}

fn remove(name: &str, file: &KeyFile, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let is_removed = file.exists() && file.remove(name)?;
    ensure!(
        is_removed,
        "{} has no key named `{name}`; `rustassistant cache serve list-keys` lists them",
        file.path().display()
    );
    writeln!(out, "removed: {name}")?;
    Ok(ExitStatus::Fine)
}

fn list(file: &KeyFile, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let ring = file.read()?;
    for grant in ring.grants() {
        let rights: Vec<_> = grant.rights.iter().map(Right::to_string).collect();
        let namespaces: Vec<_> = grant.namespaces.iter().map(Pattern::to_string).collect();
        let (rights, namespaces) = (rights.join(", "), namespaces.join(", "));
        writeln!(out, "{}: {rights} in {namespaces}", grant.name)?;
    }
    for trusted in ring.trusted() {
        writeln!(out, "trusted: {trusted}")?;
    }
    Ok(ExitStatus::Fine)
}

fn serve(arguments: &Serve, home: Option<&Path>, out: &mut Output) -> anyhow::Result<ExitStatus> {
    let keys = arguments.file.of(home)?;
    let address = resolve(&arguments.listen)?;
    arguments.check(&address, &keys)?;
    let listener = TcpListener::bind(address)
        .with_context(|| format!("Can't listen on {address}; choose another with `--listen`"))?;
    let url = arguments.url(listener.local_addr()?);
    if !keys.exists() {
        welcome::first(&keys, &url, arguments.show(), out)?;
    }
    let options = arguments.options(keys, home)?;
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let runtime = Builder::new_multi_thread()
        .worker_threads(threads.min(4))
        .enable_all()
        .build()
        .context("The server can't start")?;
    runtime.block_on(async {
        let service = Arc::new(Service::open(options, &migrations::SQLITE).await?);
        let stop = CancellationToken::new();
        heed_signals(Arc::clone(&service), stop.clone())?;
        writeln!(out, "Listening on {url}. Press ctrl-c to stop.")?;
        out.flush()?;
        service.serve(listener, stop).await?;
        Ok(ExitStatus::Fine)
    })
}

impl Serve {
    /// Rejects insecure combinations of options.
    fn check(&self, address: &SocketAddr, keys: &KeyFile) -> anyhow::Result<()> {
        if address.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        ensure!(
            self.tls_cert.is_some() || self.behind_proxy,
            "{address} is reachable from other machines, and without TLS the keys would be sent in plain text. Set a \
             certificate with `--tls-cert` and `--tls-key`, use `--behind-proxy` if a proxy terminates TLS, or \
             listen on 127.0.0.1"
        );
        ensure!(
            keys.exists(),
            "{} does not exist, so nobody could use the server. Create a key with `rustassistant cache serve add-key \
             --name ci --write`",
            keys.path().display()
        );
        Ok(())
    }

    fn show(&self) -> Show {
        if self.show_keys && std::io::stdout().is_terminal() {
            Show::Keys
        } else {
            Show::Place
        }
    }

    fn url(&self, address: SocketAddr) -> String {
        let scheme = match self.tls_cert {
            Some(_) => "https",
            None => "http",
        };
        format!("{scheme}://{address}{}", self.base)
    }

    fn options(&self, keys: KeyFile, home: Option<&Path>) -> anyhow::Result<ServiceOptions> {
        let certificate = self.tls_cert.clone().zip(self.tls_key.clone());
        Ok(ServiceOptions {
            place: self.place(home)?,
            keys,
            trusted: self.trusted.clone(),
            certificate: certificate.map(|(chain, key)| Certificate { chain, key }),
            front: if self.behind_proxy {
                Front::Proxy
            } else {
                Front::Direct
            },
            base: self.base.clone(),
            limits: Limits {
                bytes: u64::from(self.keep_mib) << 20,
                age: Duration::from_hours(24 * u64::from(self.keep_days)),
                ..Limits::default()
            },
            budget: self.budget.limits().map(|limits| Budget {
                limits,
                schema: &migrations::LEDGER,
            }),
            bounds: self.bounds.bounds(),
        })
    }

    fn place(&self, home: Option<&Path>) -> anyhow::Result<StoragePlace> {
        let Some(storage) = &self.storage else {
            let home =
                home.context("There is no home directory; choose the storage with `--storage`")?;
            return Ok(StoragePlace::Folder(home.join("cache")));
        };
        if !storage.contains("://") {
            return Ok(StoragePlace::Folder(PathBuf::from(storage)));
        }
        let address = Address::from(storage.as_str());
        if !matches!(address.scheme(), Some(Scheme::Postgres)) {
            bail!("{address} is neither a directory nor a database address (`postgresql://...`)");
        }
        Ok(StoragePlace::Postgres(Box::new(Remote {
            secret: self.storage_password_file.clone().map(Secret::File),
            ca_file: self.storage_ca_file.clone(),
            patience: Patience::Pipeline,
            ..Remote::at(storage.as_str())
        })))
    }
}

impl BoundsArguments {
    fn bounds(&self) -> Bounds {
        let seconds = |seconds: u32| Duration::from_secs(seconds.into());
        let most = Bounds::default().entry_bytes;
        Bounds {
            entry_bytes: self.max_entry.unwrap_or(most).min(most),
            connections: self.max_connections,
            rate: self.rate,
            burst: self.burst,
            head_time: seconds(self.head_seconds),
            body_time: seconds(self.body_seconds),
            grace: seconds(self.grace_seconds),
        }
    }
}

impl File {
    fn of(&self, home: Option<&Path>) -> anyhow::Result<KeyFile> {
        let beside = || home.map(|home| home.join("keys.toml"));
        let path = self.keys.clone().or_else(beside);
        let path = path.context("There is no home directory; name a file with `--keys`")?;
        Ok(KeyFile::at(path))
    }
}

fn resolve(listen: &str) -> anyhow::Result<SocketAddr> {
    let mut addresses = listen
        .to_socket_addrs()
        .with_context(|| format!("`{listen}` is not an address and a port"))?;
    addresses
        .next()
        .with_context(|| format!("`{listen}` doesn't resolve to an address"))
}

/// Parses a path prefix, with a leading slash and without a trailing one.
fn base(text: &str) -> Result<String, &'static str> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-".contains(&byte);
    let base = text.trim_end_matches('/');
    let is_path = base.starts_with('/') && base.bytes().all(is_plain);
    if base.is_empty() || is_path {
        Ok(base.to_owned())
    } else {
        Err("expected a path such as `/api`")
    }
}

/// Handles signals to stop the server or reload its files. Signals sent after this has returned aren't lost.
fn heed_signals(service: Arc<Service>, stop: CancellationToken) -> std::io::Result<()> {
    let mut signals = Signals::new()?;
    tokio::spawn(async move {
        while signals.next().await == Signal::ReadAgain {
            service.reload();
        }
        tracing::info!("ending");
        stop.cancel();
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_path() {
        for (text, is) in [("", ""), ("/", ""), ("/api", "/api"), ("/a/b/", "/a/b")] {
            assert_eq!(base(text).as_deref(), Ok(is));
        }
        for text in ["api", "/{x}", "/a b", "https://a"] {
            assert!(base(text).is_err(), "{text}");
        }
    }
}
