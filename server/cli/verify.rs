//! `refactor apply --verify`: changes that rustc holds, and those that were taken back.

use std::{path::Path, sync::Arc};

use anyhow::{Context, bail};

use super::{output::say, work::Work};
use crate::{
    analysis::{Applied, CarriedOut, InputFile, Only, SWITCHED_OFF, apply_safe_if},
    compiler::{Compiler, Fault, Stop, Texts, Unjudged, Verdict},
    os::{Signal, Signals},
    report::counted,
    text::NewFile,
};

/// A file and what is to be carried out in it.
pub(super) type Applying = (InputFile, Applied);

/// What is left of changes after rustc has seen them.
#[derive(Default)]
pub(super) struct Verified {
    pub(super) held: Vec<Applying>,
    taken_back: Vec<TakenBack>,
    /// Files that rustc can't say anything of, and why.
    unjudged: Vec<(String, String)>,
}

struct TakenBack {
    file: String,
    what: CarriedOut,
    why: String,
}

/// Asks rustc until an end comes or a person wants none.
pub(super) fn verified(
    work: &Work,
    changes: Vec<Applying>,
    only: Vec<String>,
) -> anyhow::Result<Verified> {
    if changes.is_empty() {
        return Ok(Verified::default());
    }
    let (changes, switched_off): (Vec<_>, Vec<_>) = changes
        .into_iter()
        .partition(|(input, _)| input.config.compiler);
    let switched_off = switched_off.into_iter();
    let unjudged = switched_off.map(|(input, _)| (input.shown, SWITCHED_OFF.to_owned()));
    let verified = Verified {
        unjudged: unjudged.collect(),
        ..Verified::default()
    };
    if changes.is_empty() {
        return Ok(verified);
    }
    let files = counted(changes.len(), "file");
    say(
        "note",
        &format!("Checking {files} with rustc, which runs build scripts and procedural macros."),
    );
    let stop = Stop::default();
    let check = Check {
        compiler: Compiler::new(stop.clone()),
        only,
        held: Texts::new(),
        verified,
    };
    let verified = until_stopped(work, &stop, move || check.all(changes))?;
    match verified {
        Ok(verified) => Ok(verified),
        Err(why) => bail!("{why}; nothing is changed"),
    }
}

/// Does some work with the compiler, and has it stop when a person wants no more of it.
pub(super) fn until_stopped<T: Send + 'static>(
    work: &Work,
    stop: &Stop,
    job: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    work.block_on(async {
        let mut signals = Signals::new().context("Signals can't be heard")?;
        let mut done = std::pin::pin!(work.engine.run(job));
        loop {
            tokio::select! {
                done = &mut done => return done.map_err(anyhow::Error::from),
                signal = signals.next() => if signal == Signal::End {
                    stop.now();
                },
            }
        }
    })
}

impl Verified {
    /// Says what isn't carried out; returns how many files nothing was said of.
    pub(super) fn say(&self) -> usize {
        for TakenBack { file, what, why } in &self.taken_back {
            let (id, line) = (what.refactoring, what.line + 1);
            say(
                "warning",
                &format!("{file}:{line}: `{id}` is taken back: {why}"),
            );
        }
        for (file, why) in &self.unjudged {
            let why = format!("`{file}` is left as it is, as rustc can't be asked: {why}");
            say("error", &why);
        }
        self.unjudged.len()
    }
}

struct Check {
    compiler: Compiler,
    only: Vec<String>,
    /// The new texts of everything that holds so far.
    held: Texts,
    verified: Verified,
}

impl Check {
    fn all(mut self, changes: Vec<Applying>) -> Result<Verified, Unjudged> {
        let mut waiting = vec![changes];
        while let Some(mut changes) = waiting.pop() {
            match self.ask(&changes) {
                Ok((Verdict::Clean, texts)) => {
                    self.held = texts;
                    self.verified.held.extend(changes);
                }
                Err(Unjudged::Stopped) => return Err(Unjudged::Stopped),
                told if changes.len() == 1 => {
                    let change = changes.remove(0);
                    self.one(change, told.map(|_| ()))?;
                }
                _ => {
                    let rest = changes.split_off(changes.len() / 2);
                    waiting.extend([rest, changes]);
                }
            }
        }
        Ok(self.verified)
    }

    /// A verdict on some changes together with what holds, and all of their texts.
    fn ask(&mut self, changes: &[Applying]) -> Result<(Verdict, Texts), Unjudged> {
        let mut texts = self.held.clone();
        for (input, applied) in changes {
            add(&mut texts, input, &applied.text, &applied.created)?;
        }
        Ok((self.compiler.verdict(&texts)?, texts))
    }

    /// Carries out what holds in a file of which something doesn't.
    fn one(&mut self, (input, _): Applying, told: Result<(), Unjudged>) -> Result<(), Unjudged> {
        if let Err(why) = told {
            self.verified.unjudged.push((input.shown, why.to_string()));
            return Ok(());
        }
        let Self {
            compiler,
            only,
            held,
            verified,
        } = self;
        let only = if only.is_empty() {
            Only::All
        } else {
            Only::These(only)
        };
        let mut stopped = None;
        let mut last = held.clone();
        let mut holds = |text: &Arc<str>, created: &[(NewFile, String)]| {
            let mut texts = held.clone();
            let verdict = add(&mut texts, &input, text, created);
            match verdict.and_then(|()| compiler.verdict(&texts)) {
                Ok(Verdict::Clean) => {
                    last = texts;
                    Ok(())
                }
                Ok(Verdict::Broken(faults)) => Err(words(&faults, &input)),
                Err(why) => {
                    let words = why.to_string();
                    stopped = Some(why);
                    Err(words)
                }
            }
        };
        let applied = apply_safe_if(&input.text, input.context, &input.rules, only, &mut holds);
        if let Some(why) = stopped {
            return Err(why);
        }
        // It was parsed before.
        let Ok(mut applied) = applied else {
            return Ok(());
        };
        let taken_back = std::mem::take(&mut applied.taken_back).into_iter();
        verified
            .taken_back
            .extend(taken_back.map(|(what, why)| TakenBack {
                file: input.shown.clone(),
                what,
                why,
            }));
        if !applied.carried_out.is_empty() {
            *held = last;
            verified.held.push((input, applied));
        }
        Ok(())
    }
}

/// Adds the texts of a file and of what is created beside it.
fn add(
    texts: &mut Texts,
    input: &InputFile,
    text: &Arc<str>,
    created: &[(NewFile, String)],
) -> Result<(), Unjudged> {
    let path = input.path.canonicalize();
    let path = path.map_err(|error| Unjudged::Because(error.to_string()))?;
    let folder = path.parent().unwrap_or(&path).to_path_buf();
    for (file, text) in created {
        let path = file
            .components()
            .iter()
            .fold(folder.clone(), |at, name| at.join(name));
        texts.insert(path, text.as_str().into());
    }
    texts.insert(path, Arc::clone(text));
    Ok(())
}

/// The first error, with its place where that is in another file.
fn words(faults: &[Fault], input: &InputFile) -> String {
    let Some(fault) = faults.first() else {
        return String::new();
    };
    let is_here = |file: &Path| input.path.canonicalize().is_ok_and(|path| path == file);
    match &fault.file {
        Some(file) if !is_here(file) => {
            format!("{fault} ({}:{})", file.display(), fault.line + 1)
        }
        _ => fault.to_string(),
    }
}
