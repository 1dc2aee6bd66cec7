//! The machines of a team: each has a home and a checkout of the same project at a different path.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustassistant::cache::{ExposeSecret, SigningKey};
use serde_json::Value;
use tempfile::TempDir;

use crate::postgres::fixture::{Database, PASSWORD};

/// Secrets that must not occur in the output or files of a machine.
pub(crate) const SECRETS: [&str; 3] = [PASSWORD, "rakey-", "ed25519-secret:"];

pub(crate) struct Machine {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// The output of a run.
pub(crate) struct Said {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Machine {
    /// With a `config.toml` in its home.
    pub(crate) fn new(config: &str) -> Machine {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home/.rustassistant");
        fs::create_dir_all(&home).unwrap();
        fs::write(home.join("config.toml"), config).unwrap();
        let machine = Machine {
            folder,
            environment: Vec::new(),
        };
        check_out(&machine.project());
        machine
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Machine {
        self.environment.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn home(&self) -> PathBuf {
        self.folder.path().join("home/.rustassistant")
    }

    /// The path differs on every machine.
    pub(crate) fn project(&self) -> PathBuf {
        self.folder.path().join("work/project")
    }

    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rustassistant"));
        command
            .args(words)
            .current_dir(self.project())
            .env("HOME", self.folder.path().join("home"))
            .env("RUSTASSISTANT_HOME", self.home())
            .envs(self.environment.iter().cloned());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Said {
        let Output {
            status,
            stdout,
            stderr,
        } = self.command(words).output().unwrap();
        let said = Said {
            code: status.code(),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        };
        for secret in SECRETS {
            assert!(!said.stdout.contains(secret), "{}", said.stdout);
            assert!(!said.stderr.contains(secret), "{}", said.stderr);
        }
        said
    }

    /// The report about the project, and the messages.
    pub(crate) fn analyze(&self) -> (Value, String) {
        let said = self.run(&["refactor", "analyze", ".", "--format", "json"]);
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        (serde_json::from_str(&said.stdout).unwrap(), said.stderr)
    }

    /// The output of `cache stats --json`.
    pub(crate) fn stats(&self) -> Value {
        let said = self.run(&["cache", "stats", "--json"]);
        assert_eq!(said.code, Some(0), "{}", said.stderr);
        serde_json::from_str(&said.stdout).unwrap()
    }

    /// The part of a report that must be the same on every machine, with any cache and without.
    pub(crate) fn findings(report: &Value) -> Value {
        let mut report = report.clone();
        let summary = &mut report["summary"];
        for changing in ["cache", "parsed", "elapsed_ms"] {
            summary[changing] = Value::Null;
        }
        report
    }

    /// Asserts that no file in the home directory contains a secret.
    pub(crate) fn assert_keeps_no_secret(&self) {
        for file in fs::read_dir(self.home()).unwrap().flatten() {
            let bytes = fs::read(file.path()).unwrap();
            for secret in SECRETS {
                let holds = bytes
                    .windows(secret.len())
                    .any(|at| at == secret.as_bytes());
                assert!(!holds, "{}", file.path().display());
            }
        }
    }
}

/// Copies some of this project's sources, which have findings, as a package.
fn check_out(project: &Path) {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = project.join("src");
    fs::create_dir_all(&source).unwrap();
    fs::write(
        project.join("Cargo.toml"),
        "[package]\nname = \"project\"\nversion = \"0.1.0\"\nedition = \"2024\"\n",
    )
    .unwrap();
    for folder in [
        "server/engine/text",
        "server/cli",
        "server/report",
        "tests/cli/fixtures",
    ] {
        for file in fs::read_dir(sources.join(folder)).unwrap().flatten() {
            let is_rust = file.path().extension().is_some_and(|ending| ending == "rs");
            if !is_rust {
                continue;
            }
            let name = format!(
                "{}_{}",
                folder.replace('/', "_"),
                file.file_name().to_string_lossy()
            );
            fs::copy(file.path(), source.join(name)).unwrap();
        }
    }
}

/// The pipeline of `main`, and the `config.toml` of a developer, for one kind of team's cache.
pub(crate) struct Team {
    pub(crate) pipeline: Machine,
    pub(crate) config: String,
    pub(crate) key: String,
    /// The variable that contains the developers' key.
    pub(crate) variable: &'static str,
    _server: Option<Server>,
}

impl Team {
    pub(crate) fn developer(&self) -> Machine {
        Machine::new(&self.config).with(self.variable, &self.key)
    }

    /// With a database initialized by `cache setup`.
    pub(crate) fn over_postgres(database: &Database) -> Team {
        let signer = SigningKey::generate().unwrap();
        let address = |user: &str| {
            format!(
                "postgresql://{user}@localhost:{}/{}",
                database.port(),
                database.name()
            )
        };
        let authority = database.with_tls("reader").ca_file.unwrap();
        let authority = authority.display();
        let pipeline = Machine::new("")
            .with("RUSTASSISTANT_CACHE_URL", address("writer"))
            .with("RUSTASSISTANT_CACHE_API_KEY", PASSWORD)
            .with("RUSTASSISTANT_CACHE_CA_FILE", authority.to_string())
            .with("RUSTASSISTANT_CACHE_WRITE", "true")
            .with(
                "RUSTASSISTANT_CACHE_SIGNING_KEY",
                signer.secret_text().expose_secret(),
            );
        let config = format!(
            "[cache]\nbackend = \"postgres\"\nurl = \"{}\"\napi_key = \"${{TEAM_PASSWORD}}\"\n\
             [cache.team]\ntrusted_keys = [\"{}\"]\nca_file = \"{authority}\"\n",
            address("reader"),
            signer.public(),
        );
        Team {
            pipeline,
            config,
            key: PASSWORD.to_owned(),
            variable: "TEAM_PASSWORD",
            _server: None,
        }
    }

    /// With `cache serve`, started without any setup and configured as it instructs.
    pub(crate) fn over_http() -> Team {
        let server = Server::start();
        let lines = |from: &str, until: &str| {
            let text = server.said.split_once(from).unwrap().1;
            let text = text.split_once(until).unwrap().0;
            let lines = text.lines().map(|line| line.trim().to_owned());
            lines.collect::<Vec<_>>()
        };
        let config = lines("config.toml:", "and set in their environment:").join("\n");
        let key = lines("and set in their environment:", "CI of protected").join("");
        let mut pipeline = Machine::new("");
        for line in lines("as secrets:", "To create more keys") {
            if let Some((name, value)) = line.split_once('=') {
                pipeline = pipeline.with(name, value);
            }
        }
        let key = key
            .trim()
            .strip_prefix("CACHE_API_KEY=")
            .unwrap()
            .to_owned();
        Team {
            pipeline,
            config,
            key,
            variable: "CACHE_API_KEY",
            _server: Some(server),
        }
    }
}

/// `cache serve` with default settings.
struct Server {
    child: Child,
    /// The message with its first keys.
    said: String,
    _home: TempDir,
}

impl Server {
    fn start() -> Server {
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_rustassistant"))
            .args(["cache", "serve", "--listen", "127.0.0.1:0"])
            .env("RUSTASSISTANT_HOME", home.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut said = String::new();
        for line in lines.map_while(Result::ok) {
            said += &(line + "\n");
            if said.contains("Listening on") {
                break;
            }
        }
        let path = home.path().join("serve/first-keys.txt");
        assert!(said.contains(path.to_str().unwrap()), "{said}");
        Server {
            child,
            said: std::fs::read_to_string(path).unwrap(),
            _home: home,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}
