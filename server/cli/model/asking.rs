//! Access to the model for commands.

use std::{
    future::Future,
    path::{Path, PathBuf},
    pin::Pin,
    sync::Arc,
};

use anyhow::{Context, bail};

use crate::{
    analysis::{InputFile, Refused, SWITCHED_OFF, check_compiled},
    cli::{agreed::CHECKING, output::say, settings::Settings, verify::until_stopped, work::Work},
    compiler::{self, Compiler, Stop, Unjudged},
    config::{CacheOptions, Config, ModelChoice, ModelOptions},
    model::{Answer, AnswerSource, Asker},
    os::{Signal, Signals},
    syntax::Source,
    text::TextRange,
};

/// Returns the configured model, or an error that explains why there is none.
pub(super) fn chosen(config: &Config) -> anyhow::Result<Arc<ModelOptions>> {
    match &config.model {
        ModelChoice::Chosen(options) => Ok(Arc::clone(options)),
        ModelChoice::SwitchedOff => bail!(
            "`model.enabled` is `false` here, so nothing is sent; `rustassistant config show` prints where it is set."
        ),
        ModelChoice::Nothing => bail!(
            "No model is configured, so nothing is sent. Set `provider` and `model` in `[model]` of your own \
             config.toml."
        ),
    }
}

/// Like [`chosen`], for a task that also needs rustc.
pub(super) fn chosen_for(task: &str, input: &InputFile) -> anyhow::Result<Arc<ModelOptions>> {
    let options = chosen(&input.config)?;
    if !options.tasks.contains(&task) {
        bail!("`model.tasks` doesn't contain `{task}`, so nothing is sent.");
    }
    if !input.config.compiler {
        bail!("{SWITCHED_OFF}.");
    }
    if !compiler::is_found() {
        bail!("cargo was not found on PATH, and rustc has to check the result.");
    }
    Ok(options)
}

/// Checks one file with rustc, for the duration of a command.
pub(super) struct Judging {
    path: PathBuf,
    stop: Stop,
    compiler: Option<Compiler>,
}

impl Judging {
    /// Doesn't start anything yet.
    pub(super) fn of(input: &InputFile) -> anyhow::Result<Self> {
        let path = input.path.canonicalize();
        Ok(Self {
            path: path.context("The file's path can't be resolved")?,
            stop: Stop::default(),
            compiler: None,
        })
    }

    /// Checks that rustc compiles the current version of the function.
    pub(super) fn check_compiled(
        &mut self,
        work: &Work,
        source: &Source,
        function: TextRange,
    ) -> anyhow::Result<Result<(), Refused>> {
        say("note", CHECKING);
        let source = source.clone();
        self.ask(work, move |path, compiler| {
            let checked = check_compiled(&source, path, function, compiler);
            checked.map_err(|why| match why {
                Refused::Unjudged(Unjudged::Because(why)) => {
                    Refused::Because(format!("rustc can't check this: {why}; nothing was sent."))
                }
                why => why,
            })
        })
    }

    /// Runs a job with the compiler until it is done or the user interrupts it.
    pub(super) fn ask<T: Send + 'static>(
        &mut self,
        work: &Work,
        job: impl FnOnce(&Path, &mut Compiler) -> Result<T, Refused> + Send + 'static,
    ) -> anyhow::Result<Result<T, Refused>> {
        let compiler = self.compiler.take();
        let mut compiler = compiler.unwrap_or_else(|| Compiler::new(self.stop.clone()));
        let path = self.path.clone();
        let (compiler, told) = until_stopped(work, &self.stop, move || {
            let told = job(&path, &mut compiler);
            (compiler, told)
        })?;
        self.compiler = Some(compiler);
        match told {
            Err(Refused::Unjudged(Unjudged::Stopped)) => bail!("stopped; nothing was changed"),
            Err(Refused::Unjudged(why)) => bail!("rustc can't check this: {why}"),
            told => Ok(told),
        }
    }
}

/// Describes the cost of an answer in one line.
pub(super) fn cost(options: &ModelOptions, answer: &Answer) -> String {
    let (model, tokens) = (&options.model, answer.tokens);
    match answer.source {
        AnswerSource::Model => format!("`{model}` used {tokens} tokens."),
        AnswerSource::Kept => {
            format!("Used a cached answer of `{model}`, which saves {tokens} tokens.")
        }
    }
}

/// Returns the asker of the model, with cached answers.
pub(super) fn asker(
    options: &ModelOptions,
    cache: &CacheOptions,
    settings: &Settings,
    work: &Work,
) -> Asker {
    let environment = settings.environment();
    let asker = work.block_on(Asker::open(options, environment, cache));
    asker.with_memory(work.engine.store(), environment)
}

/// Waits for work that the user may interrupt; `job` is notified of that.
pub(super) fn stoppable<T, F: Future<Output = T>>(
    work: &Work,
    job: impl FnOnce(Pin<Box<dyn Future<Output = ()>>>) -> F,
) -> anyhow::Result<T> {
    work.block_on(async {
        let mut signals = Signals::new().context("Can't listen for signals")?;
        let stopped = async move { while signals.next().await != Signal::End {} };
        Ok(job(Box::pin(stopped)).await)
    })
}
