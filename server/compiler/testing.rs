//! Runs a package's tests with new source texts of some files.

use std::time::Duration;

use super::{
    Texts, Unjudged,
    package::{PATIENCE, Package, cargo, run_check_within, unusable},
    recorder, said,
    users::Alias,
    wrapper,
};
use crate::programs::{NotRun, Said};

/// Result of running tests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TestsTold {
    /// This many passed, and none failed.
    Passed(usize),
    Failed(String),
    Late,
}

/// The overlay of the workspace in which tests run.
const OVERLAY: &str = "tested";
/// Maximum number of failed tests to name.
const MOST_NAMED: usize = 3;

impl Package {
    /// Describes why the tests fail with these source texts; `None` if they pass, or if there is no package. They run in an
    /// overlay, so that files they create beside the sources stay there.
    pub(super) fn failing_tests(&self, texts: &Texts) -> Result<Option<String>, Unjudged> {
        let Some(said) = self.tested(texts, &[], PATIENCE)? else {
            return Ok(None);
        };
        let said = said?;
        Ok((!said.is_success).then(|| why(&said)))
    }

    /// Runs the tests whose names contain one of these.
    pub(super) fn tests_naming(
        &self,
        texts: &Texts,
        names: &[String],
        limit: Duration,
    ) -> Result<TestsTold, Unjudged> {
        let Some(said) = self.tested(texts, names, limit)? else {
            return Ok(TestsTold::Passed(0));
        };
        Ok(match said {
            Ok(said) if said.is_success => TestsTold::Passed(said::passed_tests(&said.out)),
            Ok(said) => TestsTold::Failed(why(&said)),
            Err(NotRun::Late { .. }) => TestsTold::Late,
            Err(why) => return Err(why.into()),
        })
    }

    /// Runs tests with these source texts; `None` if there is no package.
    fn tested(
        &self,
        texts: &Texts,
        names: &[String],
        patience: Duration,
    ) -> Result<Option<Result<Said, NotRun>>, Unjudged> {
        let Some(name) = &self.name else {
            return Ok(None);
        };
        let overlay = self.whole_overlay(OVERLAY, texts)?;
        let place = overlay
            .place(&self.root)
            .unwrap_or_else(|| self.root.clone());
        let alias = Alias::of(&self.own, texts).map_err(|error| unusable(&self.own, &error))?;
        let mut cargo = cargo(&place);
        let chained = wrapper::chosen(&self.root);
        recorder::pass_through(&mut cargo, &alias.0, chained.as_deref());
        cargo
            .args(["test", "--package", name, "--manifest-path"])
            .arg(place.join("Cargo.toml"))
            .env("CARGO_TARGET_DIR", &self.own)
            .env("CARGO_INCREMENTAL", "0");
        if !names.is_empty() {
            cargo.arg("--").args(names);
        }
        Ok(Some(run_check_within(patience, cargo, &place, &self.stop)))
    }
}

fn why(said: &Said) -> String {
    let failed = said::failed_tests(&said.out);
    if failed.is_empty() {
        let words = said::first_words(&said.err);
        return format!("its tests fail: {words}");
    }
    in_words(&failed)
}

fn in_words(failed: &[String]) -> String {
    let named = failed.iter().take(MOST_NAMED);
    let named: Vec<String> = named.map(|name| format!("`{name}`")).collect();
    let (tests, more) = (named.join(", "), failed.len() - named.len());
    match (failed.len(), more) {
        (1, _) => format!("the test {tests} fails"),
        (_, 0) => format!("the tests {tests} fail"),
        _ => format!("the tests {tests} and {more} more fail"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failing_tests_are_named_and_the_others_counted() {
        let all = ["a", "b", "c", "d"].map(str::to_owned);
        assert_eq!(in_words(&all[..1]), "the test `a` fails");
        assert_eq!(in_words(&all[..2]), "the tests `a`, `b` fail");
        assert_eq!(in_words(&all), "the tests `a`, `b`, `c` and 1 more fail");
    }
}
