//! Runs one or all targets on random bytes for a while, or on standard input.

use std::{
    io::Read,
    panic::{AssertUnwindSafe, catch_unwind},
    process::ExitCode,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

use rustassistant_fuzz::{Numbers, TARGETS, Target, mutated};

/// Maximum time per input before it counts as a hang.
const LONGEST: Duration = Duration::from_secs(60);
/// Deeply nested texts require it, as in the programs themselves.
const STACK: usize = rustassistant::syntax::STACK_SIZE;

struct Options {
    name: String,
    time: Duration,
    seed: u64,
    reads_input: bool,
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        let names: Vec<_> = TARGETS.iter().map(|target| target.name).collect();
        eprintln!(
            "fuzz TARGET|all [--seconds N] [--seed N] [-], where a target is one of: {}",
            names.join(", ")
        );
        return ExitCode::from(2);
    };
    let wanted = |target: &&Target| options.name == "all" || options.name == target.name;
    for target in TARGETS.iter().filter(wanted) {
        if options.reads_input {
            let mut bytes = Vec::new();
            std::io::stdin().read_to_end(&mut bytes).expect("bytes");
            (target.body)(&bytes);
        } else if let Err(failure) = run(target, &options) {
            eprintln!("{}: {failure}", target.name);
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn options() -> Option<Options> {
    let mut arguments = std::env::args().skip(1);
    let mut options = Options {
        name: arguments.next()?,
        time: Duration::from_secs(2),
        seed: 1,
        reads_input: false,
    };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => options.time = Duration::from_secs(arguments.next()?.parse().ok()?),
            "--seed" => options.seed = arguments.next()?.parse().ok()?,
            "-" => options.reads_input = true,
            _ => return None,
        }
    }
    let is_known = options.name == "all" || TARGETS.iter().any(|it| it.name == options.name);
    is_known.then_some(options)
}

/// Runs inputs one after the other in a thread, and checks that each terminates.
fn run(target: &'static Target, options: &Options) -> Result<(), String> {
    let (sender, done) = mpsc::channel::<Vec<u8>>();
    let (time, seed) = (options.time, options.seed);
    let work = thread::Builder::new().stack_size(STACK).spawn(move || {
        let seeds = (target.seeds)();
        let mut numbers = Numbers::new(seed);
        let start = Instant::now();
        let mut count = 0;
        while count < seeds.len() || start.elapsed() < time {
            let bytes = match seeds.get(count) {
                Some(seed) => seed.clone(),
                None => mutated(&seeds, &mut numbers),
            };
            let _ = sender.send(bytes.clone());
            if catch_unwind(AssertUnwindSafe(|| (target.body)(&bytes))).is_err() {
                return Err(format!("the input is in {}", kept(target, &bytes)));
            }
            count += 1;
        }
        Ok(count)
    });
    let work = work.map_err(|error| error.to_string())?;
    let mut last = Vec::new();
    loop {
        match done.recv_timeout(LONGEST) {
            Ok(bytes) => last = bytes,
            Err(mpsc::RecvTimeoutError::Timeout) => {
                return Err(format!("hangs; the input is in {}", kept(target, &last)));
            }
            Err(mpsc::RecvTimeoutError::Disconnected) => break,
        }
    }
    let count = work.join().map_err(|_| "the thread is gone".to_owned())??;
    println!("{}: {count} inputs", target.name);
    Ok(())
}

fn kept(target: &Target, bytes: &[u8]) -> String {
    let path = std::env::temp_dir().join(format!("rustassistant-fuzz-{}", target.name));
    let _ = std::fs::write(&path, bytes);
    path.display().to_string()
}
