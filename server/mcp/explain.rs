//! `explain`: documents a smell or a refactoring.

use serde::Deserialize;

use super::answer::{Answer, Refused};
use crate::report::{Explanation, Look, explanation, unknown_id, write_documentation};

/// Maximum length of an id; no id is longer, and searching for similar ones takes time.
const LONGEST_ID: usize = 100;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Arguments {
    id: String,
    #[serde(default)]
    skip: usize,
}

pub(super) fn answer(arguments: &Arguments) -> Result<Answer, Refused> {
    let Arguments { id, skip } = arguments;
    if id.len() > LONGEST_ID {
        return Err(Refused::because("The id is too long."));
    }
    let Some(Explanation { kind, markdown }) = explanation(id) else {
        return Err(Refused::Because(unknown_id(id)));
    };
    let mut page = Vec::new();
    let written = write_documentation(&mut page, &markdown, Look::default());
    written.map_err(Refused::because)?;
    let page = String::from_utf8_lossy(&page);
    let lines = page.lines().map(str::to_owned).collect();
    Ok(Answer::new(format!("{id} ({kind})"), lines, *skip))
}
