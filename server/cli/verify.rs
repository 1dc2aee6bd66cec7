//! The command `refactor apply --verify`: keeps changes that pass rustc and the tests, and reverts the others.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, bail};

use super::{output::say, work::Work};
use crate::{
    analysis::{Applied, CarriedOut, InputFile, Only, SWITCHED_OFF, apply_safe_if},
    compiler::{Compiler, Fault, Stop, Texts, Unjudged, Verdict, home},
    os::{Signal, Signals},
    report::counted,
    text::NewFile,
};

/// A file and the changes to apply.
pub(super) type Applying = (InputFile, Applied);

/// Checks after a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Verification {
    /// The packages compile.
    Compile,
    /// Their tests pass as well.
    Test,
}

/// The result of checking changes with rustc.
#[derive(Default)]
pub(super) struct Verified {
    pub(super) held: Vec<Applying>,
    taken_back: Vec<TakenBack>,
    /// Files that rustc can't check, with reasons.
    unjudged: Vec<(String, String)>,
}

struct TakenBack {
    file: String,
    what: CarriedOut,
    why: String,
}

/// Checks the changes until done or interrupted by the user.
pub(super) fn verified(
    work: &Work,
    changes: Vec<Applying>,
    only: Vec<String>,
    how: Verification,
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
    let what = match how {
        Verification::Compile => "with rustc, which runs build scripts and procedural macros",
        Verification::Test => {
            "with rustc and the packages' tests, which runs build scripts and procedural macros"
        }
    };
    say("note", &format!("Checking {files} {what}."));
    let stop = Stop::default();
    let check = Check {
        compiler: Compiler::new(stop.clone()).remembering(work.known()),
        how,
        only,
        held: Texts::new(),
        verified,
    };
    let verified = until_stopped(work, &stop, move || check.all(changes))?;
    match verified {
        Ok(verified) => Ok(verified),
        Err(why) => bail!("{why}; nothing was changed"),
    }
}

/// Runs a job with the compiler, and stops it when the user interrupts it.
pub(super) fn until_stopped<T: Send + 'static>(
    work: &Work,
    stop: &Stop,
    job: impl FnOnce() -> T + Send + 'static,
) -> anyhow::Result<T> {
    work.block_on(async {
        let mut signals = Signals::new().context("Can't listen for signals")?;
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
    /// Reports changes that aren't applied; returns how many files couldn't be checked.
    pub(super) fn say(&self) -> usize {
        for TakenBack { file, what, why } in &self.taken_back {
            let (id, line) = (what.refactoring, what.line + 1);
            say("warning", &format!("{file}:{line}: undid `{id}`: {why}"));
        }
        for (file, why) in &self.unjudged {
            let why = format!("`{file}` is unchanged, because rustc can't check it: {why}");
            say("error", &why);
        }
        self.unjudged.len()
    }
}

struct Check {
    compiler: Compiler,
    how: Verification,
    only: Vec<String>,
    /// The new source texts of all accepted changes.
    held: Texts,
    verified: Verified,
}

impl Check {
    fn all(mut self, changes: Vec<Applying>) -> Result<Verified, Unjudged> {
        let changes = self.with_passing_tests(changes)?;
        let mut waiting = Vec::from_iter((!changes.is_empty()).then_some(changes));
        while let Some(mut changes) = waiting.pop() {
            match self.ask(&changes) {
                Ok((None, texts)) => {
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

    /// If tests are enabled, returns the changes in packages whose tests currently pass, because failing tests aren't
    /// conclusive.
    fn with_passing_tests(&mut self, changes: Vec<Applying>) -> Result<Vec<Applying>, Unjudged> {
        if self.how == Verification::Compile {
            return Ok(changes);
        }
        let mut by_home: BTreeMap<PathBuf, Vec<Applying>> = BTreeMap::new();
        for change in changes {
            let home = path_of(&change.0).map(|path| home(&path));
            by_home
                .entry(home.unwrap_or_default())
                .or_default()
                .push(change);
        }
        let mut passing = Vec::new();
        for changes in by_home.into_values() {
            let why = match self.failing_before(&changes) {
                Ok(None) => {
                    passing.extend(changes);
                    continue;
                }
                Ok(Some(failing)) => format!("before any change, {failing}"),
                Err(Unjudged::Stopped) => return Err(Unjudged::Stopped),
                Err(why) => why.to_string(),
            };
            let files = changes.into_iter().map(|(input, _)| input.shown);
            let unjudged = files.map(|shown| (shown, why.clone()));
            self.verified.unjudged.extend(unjudged);
        }
        Ok(passing)
    }

    fn failing_before(&mut self, changes: &[Applying]) -> Result<Option<String>, Unjudged> {
        let mut texts = Texts::new();
        for (input, _) in changes {
            add(&mut texts, input, &input.text, &[])?;
        }
        self.compiler.failing_tests(&texts)
    }

    /// Returns the objection to some changes together with the accepted ones, and all their source texts.
    fn ask(&mut self, changes: &[Applying]) -> Result<(Option<String>, Texts), Unjudged> {
        let mut texts = self.held.clone();
        for (input, applied) in changes {
            add(&mut texts, input, &applied.text, &applied.created)?;
        }
        let input = changes.first().map(|(input, _)| input);
        let objection = objection(&mut self.compiler, self.how, &texts, input)?;
        Ok((objection, texts))
    }

    /// Applies the acceptable changes of a file whose changes aren't all acceptable.
    fn one(&mut self, (input, _): Applying, told: Result<(), Unjudged>) -> Result<(), Unjudged> {
        if let Err(why) = told {
            self.verified.unjudged.push((input.shown, why.to_string()));
            return Ok(());
        }
        let Self {
            compiler,
            how,
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
            let added = add(&mut texts, &input, text, created);
            match added.and_then(|()| objection(compiler, *how, &texts, Some(&input))) {
                Ok(None) => {
                    last = texts;
                    Ok(())
                }
                Ok(Some(words)) => Err(words),
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

/// Returns rustc's errors in some source texts, or failing tests if enabled; `input` is the file in question.
fn objection(
    compiler: &mut Compiler,
    how: Verification,
    texts: &Texts,
    input: Option<&InputFile>,
) -> Result<Option<String>, Unjudged> {
    match compiler.verdict(texts)? {
        Verdict::Broken(faults) => Ok(Some(words(&faults, input))),
        Verdict::Clean if how == Verification::Test => compiler.failing_tests(texts),
        Verdict::Clean => Ok(None),
    }
}

fn path_of(input: &InputFile) -> Result<PathBuf, Unjudged> {
    let path = input.path.canonicalize();
    path.map_err(|error| Unjudged::Because(error.to_string()))
}

/// Adds the source texts of a file and of new files.
fn add(
    texts: &mut Texts,
    input: &InputFile,
    text: &Arc<str>,
    created: &[(NewFile, String)],
) -> Result<(), Unjudged> {
    let path = path_of(input)?;
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

/// Returns the first error, with its location if it is in another file.
fn words(faults: &[Fault], input: Option<&InputFile>) -> String {
    let Some(fault) = faults.first() else {
        return String::new();
    };
    let here = input.and_then(|input| path_of(input).ok());
    let is_here = |file: &Path| here.as_deref() == Some(file);
    match &fault.file {
        Some(file) if !is_here(file) => {
            format!("{fault} ({}:{})", file.display(), fault.line + 1)
        }
        _ => fault.to_string(),
    }
}
