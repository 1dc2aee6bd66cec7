//! Runs programs in separate process groups, at low priority, until they exit, are stopped or time out.

use std::{
    io::{self, Read, Write},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use crate::os;

/// Maximum bytes of a program's output to keep.
const MOST_OUTPUT: u64 = 64 << 20;
/// Interval for checking whether the program has exited.
const LOOK: Duration = Duration::from_millis(4);

/// Stops the running program from another thread.
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    pub fn now(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// A program's output and exit status.
#[derive(Debug)]
pub struct Said {
    pub is_success: bool,
    pub out: Vec<u8>,
    pub err: Vec<u8>,
}

/// Reason why a program didn't run to completion.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotRun {
    #[error("`{0}` was not found")]
    NotFound(String),
    #[error("`{name}` can't be started: {why}")]
    NotStarted { name: String, why: String },
    #[error("`{name}` was stopped after {seconds} seconds")]
    Late { name: String, seconds: u64 },
    /// The run was cancelled.
    #[error("it was stopped")]
    Stopped,
}

/// Runs a program to completion and returns its output.
pub fn run(command: Command, patience: Duration, stop: &Stop) -> Result<Said, NotRun> {
    run_on(Vec::new(), command, patience, stop)
}

/// Runs a program with `input` on its standard input.
pub fn run_on(
    input: Vec<u8>,
    command: Command,
    patience: Duration,
    stop: &Stop,
) -> Result<Said, NotRun> {
    let name = command.get_program().to_string_lossy().into_owned();
    let stdin = if input.is_empty() {
        Stdio::null()
    } else {
        Stdio::piped()
    };
    let mut group = Group::start(command, stdin).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => NotRun::NotFound(name.clone()),
        _ => not_started(&name, &error),
    })?;
    if let Some(mut stdin) = group.0.stdin.take() {
        // A program that exits before reading all input reports the reason itself.
        thread::spawn(move || stdin.write_all(&input));
    }
    let out = read(group.0.stdout.take());
    let err = read(group.0.stderr.take());
    let status = group.wait(&name, patience, stop)?;
    // Descendants may still hold the outputs open.
    drop(group);
    Ok(Said {
        is_success: status.success(),
        out: out.join().unwrap_or_default(),
        err: err.join().unwrap_or_default(),
    })
}

fn not_started(name: &str, error: &io::Error) -> NotRun {
    NotRun::NotStarted {
        name: name.to_owned(),
        why: error.to_string(),
    }
}

fn read(from: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut from) = from {
            // Keep what was read before an error.
            let _ = from.by_ref().take(MOST_OUTPUT).read_to_end(&mut bytes);
            let _ = io::copy(&mut from, &mut io::sink());
        }
        bytes
    })
}

/// A program and its descendants, which are ended on drop.
struct Group(Child);

impl Group {
    fn start(mut command: Command, stdin: Stdio) -> io::Result<Self> {
        command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        os::own_group(&mut command);
        // A child inherits the priority of the thread that starts it, and a thread can't raise its priority again.
        let started = thread::spawn(move || {
            let _ = os::step_back();
            command.spawn()
        });
        let started = started.join();
        Ok(Self(started.map_err(|_| {
            io::Error::other("the thread that starts it failed")
        })??))
    }

    fn wait(&mut self, name: &str, patience: Duration, stop: &Stop) -> Result<ExitStatus, NotRun> {
        let since = Instant::now();
        loop {
            let status = self.0.try_wait();
            let status = status.map_err(|error| not_started(name, &error))?;
            if let Some(status) = status {
                return Ok(status);
            }
            if stop.is_wanted() {
                return Err(NotRun::Stopped);
            }
            if since.elapsed() > patience {
                return Err(NotRun::Late {
                    name: name.to_owned(),
                    seconds: patience.as_secs(),
                });
            }
            thread::sleep(LOOK);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        os::end_group(self.0.id());
        // Without process groups, only the program itself is killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn what_a_program_says_is_heard() {
        let said = run(
            shell("echo a; echo b >&2; exit 3"),
            Duration::from_mins(1),
            &Stop::default(),
        )
        .unwrap();
        assert_eq!((said.out, said.err), (b"a\n".to_vec(), b"b\n".to_vec()));
        assert!(!said.is_success);
    }

    #[test]
    fn what_a_program_reads_is_written_to_it() {
        let input = vec![b'a'; 1 << 20];
        let (patience, stop) = (Duration::from_mins(1), Stop::default());
        let said = run_on(input.clone(), shell("cat"), patience, &stop).unwrap();
        assert_eq!(said.out, input);
        assert!(run_on(input, shell("exit 3"), patience, &stop).is_ok());
    }

    #[test]
    fn what_is_late_or_stopped_ends_with_all_that_it_started() {
        let root = tempfile::tempdir().unwrap();
        let number = root.path().join("number");
        let script = format!("sleep 600 & echo $! > {}; wait", number.display());
        let late = run(shell(&script), Duration::from_secs(1), &Stop::default());
        assert!(matches!(late, Err(NotRun::Late { .. })));
        let number = std::fs::read_to_string(number).unwrap();
        let number: u32 = number.trim().parse().unwrap();
        let since = Instant::now();
        while os::is_alive(number) && !is_zombie(number) {
            assert!(since.elapsed() < Duration::from_secs(30));
            thread::sleep(LOOK);
        }

        let stop = Stop::default();
        stop.now();
        let stopped = run(shell("sleep 600"), Duration::from_mins(5), &stop);
        assert_eq!(stopped.err(), Some(NotRun::Stopped));
    }

    /// Whether the process has exited and hasn't been reaped yet.
    fn is_zombie(number: u32) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{number}/stat"));
        stat.is_ok_and(|stat| stat.contains(") Z "))
    }

    #[test]
    fn what_is_left_behind_holds_nobody_up() {
        let since = Instant::now();
        let said = run(
            shell("sleep 600 & echo a"),
            Duration::from_mins(5),
            &Stop::default(),
        );
        assert_eq!(said.unwrap().out, b"a\n");
        assert!(since.elapsed() < Duration::from_mins(1));
    }

    #[test]
    fn what_is_not_there_is_named() {
        let command = Command::new("no-such-program");
        let why = run(command, Duration::from_mins(1), &Stop::default()).err();
        assert!(why.unwrap().to_string().contains("no-such-program"));
    }
}
