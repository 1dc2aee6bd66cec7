//! Error messages of a build without models.

macro_rules! refuses {
    ($name:ident, ($($arguments:ty),*)) => {
        pub(super) mod $name {
            use anyhow::bail;

            use crate::{cli::{ExitStatus, Output, settings::Settings}, config::NO_MODEL};

            pub(in crate::cli::model) fn run(
                $(_: $arguments,)*
                _: &mut Settings,
                _: &mut Output,
            ) -> anyhow::Result<ExitStatus> {
                bail!("{NO_MODEL}")
            }
        }
    };
}

refuses!(check, ());
refuses!(plan, (&crate::cli::model::FunctionArguments));
refuses!(rewrite, (&crate::cli::model::FunctionArguments));
refuses!(status, (&crate::cli::model::Status));

pub(in crate::cli) fn proposed_names(
    _: &crate::analysis::InputFile,
    _: crate::analysis::Nameless,
    _: &crate::cli::settings::Settings,
) -> anyhow::Result<Vec<String>> {
    anyhow::bail!("{}", crate::config::NO_MODEL)
}
