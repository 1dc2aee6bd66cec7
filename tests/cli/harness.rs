//! Runs the real binary in its own place: a directory with files, and a separate home directory.

use std::{
    ffi::OsStr,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Timeout for detecting a hang; far longer than any run takes.
const PATIENCE: Duration = Duration::from_mins(3);

/// Environment variables that identify coding agents.
const AGENTS: [&str; 6] = [
    "AI_AGENT",
    "AGENT",
    "CLAUDECODE",
    "CODEX_SANDBOX",
    "CURSOR_AGENT",
    "GEMINI_CLI",
];

pub(crate) struct Place {
    dir: tempfile::TempDir,
    home: PathBuf,
}

/// The result of a run.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) code: Option<i32>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let home = dir.path().join("home");
        std::fs::create_dir(dir.path().join("work")).unwrap();
        Self { dir, home }
    }

    /// A place whose home is `home`, relative to the place.
    pub(crate) fn with_home(home: &str) -> Self {
        let place = Self::new();
        let home = place.dir.path().join(home);
        Self { home, ..place }
    }

    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    /// A path below the working directory of the binary.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join("work").join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
        self
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    /// The command with an environment that contains only the home directory.
    pub(crate) fn command(&self) -> Command {
        self.command_for(Path::new(env!("CARGO_BIN_EXE_rustassistant")))
    }

    pub(crate) fn command_for(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let name_text = name.to_string_lossy();
            let is_heard = ["RUSTASSISTANT", "LC_"]
                .iter()
                .any(|start| name_text.starts_with(start));
            if is_heard || AGENTS.contains(&&*name_text) {
                command.env_remove(name);
            }
        }
        command
            .current_dir(self.path(""))
            .env("RUSTASSISTANT_HOME", &self.home)
            .env("LANG", "C")
            .env_remove("COLUMNS")
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The command as a user who is subject to permissions, unlike root.
    #[cfg(unix)]
    pub(crate) fn command_of_somebody(&self) -> Command {
        use std::{
            fs::Permissions,
            os::unix::{fs::PermissionsExt, process::CommandExt},
        };
        const NOBODY: u32 = 65_534;
        let probe = self.root().join("probe");
        std::fs::write(&probe, "").unwrap();
        std::fs::set_permissions(&probe, Permissions::from_mode(0o000)).unwrap();
        if std::fs::read(&probe).is_err() {
            return self.command();
        }
        // The binary may be inaccessible to other users, and is too large to be copied for each test.
        let binary = self.root().join("rustassistant");
        let original = env!("CARGO_BIN_EXE_rustassistant");
        if std::fs::hard_link(original, &binary).is_err() {
            std::fs::copy(original, &binary).unwrap();
        }
        std::fs::set_permissions(self.root(), Permissions::from_mode(0o755)).unwrap();
        let mut command = self.command_for(&binary);
        command.uid(NOBODY).gid(NOBODY);
        command
    }

    pub(crate) fn run(&self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Run {
        let mut command = self.command();
        command.args(arguments);
        finish(command)
    }

    /// The report of `refactor analyze --format json`, with more arguments.
    pub(crate) fn json(&self, arguments: &[&str]) -> serde_json::Value {
        let run = self.analyze(arguments);
        serde_json::from_str(&run.stdout).unwrap_or_else(|error| panic!("{error}: {run:#?}"))
    }

    /// `refactor analyze --format json`, with more arguments.
    pub(crate) fn analyze(&self, arguments: &[&str]) -> Run {
        let command = ["refactor", "analyze", "--format", "json"];
        self.run(command.iter().chain(arguments))
    }
}

/// Runs the command to its end; fails the test on a hang or a panic.
pub(crate) fn finish(command: Command) -> Run {
    finish_within(command, PATIENCE)
}

/// The same with a longer timeout, such as for rustc checking a large crate many times.
pub(crate) fn finish_within(mut command: Command, patience: Duration) -> Run {
    let mut child = command.spawn().unwrap();
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let code = wait(&mut child, patience);
    let run = Run {
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        code,
    };
    assert!(!run.stderr.contains("panicked at"), "{run:#?}");
    assert!(!run.stderr.contains("overflowed its stack"), "{run:#?}");
    assert!(run.code.is_some(), "ended by a signal: {run:#?}");
    run
}

fn drain(stream: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut stream) = stream {
            stream.read_to_end(&mut bytes).unwrap();
        }
        String::from_utf8(bytes).unwrap()
    })
}

fn wait(child: &mut Child, patience: Duration) -> Option<i32> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if started.elapsed() > patience {
            child.kill().unwrap();
            panic!("it hangs");
        }
        thread::sleep(Duration::from_millis(5));
    }
}

impl Run {
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    pub(crate) fn says(self, words: &str) -> Self {
        assert!(self.stderr.contains(words), "`{words}` not in {self:#?}");
        self
    }

    pub(crate) fn report(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The report without the parts that may vary between runs.
    pub(crate) fn stable_report(&self) -> serde_json::Value {
        let mut report = self.report();
        let summary = report["summary"].as_object_mut().unwrap();
        for field in ["cache", "parsed", "elapsed_ms"] {
            summary.remove(field).unwrap();
        }
        report
    }
}

/// The paths in a report, in order.
pub(crate) fn paths(report: &serde_json::Value) -> Vec<&str> {
    let files = report["files"].as_array().unwrap();
    files
        .iter()
        .map(|file| file["path"].as_str().unwrap())
        .collect()
}

/// Runs git in a place, isolated from other configuration.
#[cfg(unix)]
pub(crate) fn git(place: &Place, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.current_dir(place.path(""))
        .args([
            "-c",
            "user.name=a",
            "-c",
            "user.email=a@b",
            "-c",
            "commit.gpgsign=false",
            "-c",
            "init.defaultBranch=main",
        ])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .stdout(Stdio::null());
    assert!(git.status().unwrap().success(), "{arguments:?}");
}
