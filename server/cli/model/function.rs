//! The common part of `refactor plan` and `refactor rewrite`: a function, a task, and how results are reported.

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

/// A model's task for a function named on the command line.
pub(super) struct FunctionTask<'a> {
    /// The command's name.
    pub(super) id: &'static str,
    /// The task's name in `model.tasks`.
    pub(super) task: &'static str,
    pub(super) arguments: &'a FunctionArguments,
}

/// A function that rustc compiles, and a model that may be queried about it.
pub(super) struct Prepared {
    pub(super) asker: Asker,
    pub(super) judging: Judging,
    pub(super) work: Work,
}

/// The JSON document if there is no result.
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
    /// Runs the task; errors are reported in the requested format as well.
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

    /// Returns the file, the range and the model. `None` if the file can't be read, which was already reported.
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

    /// Reports why there is no result, in the requested format.
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

    /// Prints a change with a title and notes, and writes it if requested.
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

/// Returns the access to a model for a function, if it may be queried and rustc compiles the function.
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

/// Returns the change of a file.
pub(super) fn change(
    input: InputFile,
    text: &Arc<str>,
    places: usize,
) -> anyhow::Result<FileChange> {
    let shown = input.shown.clone();
    let change = FileChange::new(input, Arc::clone(text), Vec::new(), places);
    change.map_err(|error| anyhow!("{error}; `{shown}` is unchanged"))
}

/// Returns a title with the model's reason.
pub(super) fn with_reason(title: &str, why: &str, options: &ModelOptions) -> String {
    match why {
        "" => format!("{title}."),
        why => format!("{title}. {} says: {why}", options.model),
    }
}
