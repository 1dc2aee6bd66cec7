//! What `refactor plan` and `refactor rewrite` have in common: a function, a task, and how it is told what comes of it.

use std::{io::Write, sync::Arc};

use anyhow::{Context, anyhow};
use serde::Serialize;

use super::{
    Format, FunctionArguments,
    asking::{Judging, asker, chosen_for, cost},
};
use crate::{
    analysis::{FileChange, InputFile, Refused},
    cli::{
        ExitStatus, Output,
        agreed::not_offered,
        changes::write,
        output::{look, say},
        place,
        settings::Settings,
        work::Work,
    },
    config::ModelOptions,
    model::{Answer, Asker, Question},
    report::{self, SCHEMA, write_json_line},
    syntax::Source,
    text::TextRange,
};

/// A task of a model at a function that a command line names.
pub(super) struct FunctionTask<'a> {
    /// The command.
    pub(super) id: &'static str,
    /// The task as `model.tasks` names it.
    pub(super) task: &'static str,
    pub(super) arguments: &'a FunctionArguments,
}

/// A function that rustc compiles, and a model that may be asked about it.
pub(super) struct Prepared {
    pub(super) asker: Asker,
    pub(super) judging: Judging,
    pub(super) work: Work,
}

/// What is written to the standard output where nothing comes of it.
#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    place: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    refused: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

impl FunctionTask<'_> {
    /// Carries it out; what goes wrong is told in the form that was asked for, too.
    pub(super) fn run(
        &self,
        settings: &mut Settings,
        out: &mut Output,
        carry_out: impl FnOnce(
            &Self,
            (InputFile, TextRange, Arc<ModelOptions>),
            &Settings,
            &mut Output,
        ) -> anyhow::Result<ExitStatus>,
    ) -> anyhow::Result<ExitStatus> {
        let done = match self.found(settings) {
            Ok(Some(found)) => carry_out(self, found, settings, out),
            Ok(None) => {
                let error = Some("The file can't be read.".to_owned());
                self.write(None, error, out)?;
                Ok(ExitStatus::Trouble)
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &done {
            let error = Some(format!("{error:#}"));
            self.write(None, error, out)?;
        }
        done
    }

    /// The file, the place, and the model that is asked. Nothing if the file can't be read, which has been said.
    fn found(
        &self,
        settings: &mut Settings,
    ) -> anyhow::Result<Option<(InputFile, TextRange, Arc<ModelOptions>)>> {
        let Some((input, range)) = place::read(&self.arguments.place, settings)? else {
            return Ok(None);
        };
        let options = chosen_for(self.task, &input)?;
        Ok(Some((input, range, options)))
    }

    /// Says why nothing comes of it, in the form that was asked for.
    pub(super) fn refuse(&self, why: Refused, out: &mut Output) -> anyhow::Result<ExitStatus> {
        if let Refused::Because(why) = &why {
            self.write(Some(why), None, out)?;
        }
        not_offered(self.id, self.arguments.place.words(), why)
    }

    fn write(
        &self,
        refused: Option<&str>,
        error: Option<String>,
        out: &mut Output,
    ) -> anyhow::Result<()> {
        if self.arguments.format != Format::Json {
            return Ok(());
        }
        let document = Document {
            schema: SCHEMA,
            place: self.arguments.place.words(),
            refused,
            error,
        };
        write_json_line(out, &document).context("The answer can't be written")?;
        out.flush().context("The answer can't be written")
    }

    /// Shows a change, and writes it where that is asked for. What it is, is told by a title and notes.
    pub(super) fn carry_out(
        &self,
        change: FileChange,
        (title, notes): (&str, &[String]),
        (options, answer): (&ModelOptions, &Answer),
        out: &mut Output,
    ) -> anyhow::Result<ExitStatus> {
        if self.arguments.format == Format::Human {
            report::write_change(out, &change, look()).context("The diff can't be written")?;
        }
        out.flush().context("The diff can't be written")?;
        if self.arguments.write && write(&[change]) > 0 {
            return Ok(ExitStatus::Trouble);
        }
        let what = if self.arguments.write {
            "Applied"
        } else {
            "use `--write` to apply"
        };
        say("note", &format!("{what}: {title}"));
        for words in notes {
            say("note", words);
        }
        say("note", &cost(options, answer));
        Ok(ExitStatus::Fine)
    }
}

/// Whoever is asked a question about a function, if it may be asked and rustc compiles the function.
pub(super) fn prepared(
    (input, source, function): (&InputFile, &Source, TextRange),
    (options, question): (&ModelOptions, &Question),
    settings: &Settings,
) -> anyhow::Result<Result<Prepared, Refused>> {
    let work = Work::with_cache(&input.config.cache)?;
    let asker = asker(options, &input.config.cache, settings, &work);
    let checked = work.block_on(asker.check(question));
    checked.map_err(|why| anyhow!("{why}"))?;
    let mut judging = Judging::of(input)?;
    let compiled = judging.check_compiled(&work, source, function)?;
    if let Err(why) = compiled {
        work.finish();
        return Ok(Err(why));
    }
    Ok(Ok(Prepared {
        asker,
        judging,
        work,
    }))
}

/// What a file becomes.
pub(super) fn change(
    input: InputFile,
    text: &Arc<str>,
    places: usize,
) -> anyhow::Result<FileChange> {
    let shown = input.shown.clone();
    let change = FileChange::new(input, Arc::clone(text), Vec::new(), places);
    change.map_err(|error| anyhow!("{error}; `{shown}` is unchanged"))
}

/// A title, with the reason that a model gives.
pub(super) fn with_reason(title: &str, why: &str, options: &ModelOptions) -> String {
    match why {
        "" => format!("{title}."),
        why => format!("{title}. {} says: {why}", options.model),
    }
}
