//! Applies refactorings one by one, after confirmation on the terminal.

use std::{
    io::{self, BufRead, IsTerminal, Write},
    sync::Arc,
};

use anyhow::bail;

use super::{apply::laid_out, output::look, work::Work};
use crate::{
    analysis::{Applied, InputFile, Only, apply_safe_one_by_one},
    report::{Look, Reader, write_diff, write_new_file},
    text::NewFile,
};

const QUESTION: &str = "Apply? [y]es, [n]o, [a]ll remaining, [q]uit: ";

/// Returns the files changed by confirmed refactorings.
pub(super) fn agreed(
    work: &Work,
    inputs: Vec<InputFile>,
    only: Vec<String>,
) -> anyhow::Result<Vec<(InputFile, Applied)>> {
    if !io::stdin().is_terminal() {
        bail!("`--interactive` needs a terminal on standard input; `--write` applies everything");
    }
    let changes = work.engine.run(move || {
        let mut answer = Answer::Yes;
        let mut changes = Vec::new();
        for input in inputs {
            if answer == Answer::Quit {
                break;
            }
            changes.extend(of_file(input, &only, &mut answer));
        }
        changes
    });
    Ok(work.block_on(changes)?)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    All,
    Quit,
}

fn of_file(input: InputFile, only: &[String], answer: &mut Answer) -> Option<(InputFile, Applied)> {
    let mut before = (Arc::clone(&input.text), 0);
    let mut holds = |text: &Arc<str>, created: &[(NewFile, String)]| {
        if !matches!(answer, Answer::All | Answer::Quit) {
            show(
                &input.shown,
                (&before.0, text),
                &created[before.1.min(created.len())..],
            );
            *answer = ask(&mut io::stdin().lock(), &mut io::stderr().lock());
        }
        match answer {
            Answer::Yes | Answer::All => {
                before = (Arc::clone(text), created.len());
                Ok(())
            }
            Answer::No | Answer::Quit => Err("it was declined".to_owned()),
        }
    };
    let only = match only {
        [] => Only::All,
        only => Only::These(only),
    };
    let applied = apply_safe_one_by_one(&input.text, input.context, &input.rules, only, &mut holds);
    laid_out(input, applied)
}

/// The question is printed below the change. A closed terminal counts as a refusal.
fn show(path: &str, texts: (&str, &str), created: &[(NewFile, String)]) {
    let look = Look {
        reader: Reader::Person,
        ..look()
    };
    let mut out = io::stderr().lock();
    let _ = write_diff(&mut out, path, texts, look);
    for (file, text) in created {
        let _ = write_new_file(&mut out, &file.components().join("/"), text, look);
    }
}

/// Repeats the question until there is an answer. The end of input counts as one.
fn ask(answers: &mut dyn BufRead, out: &mut dyn Write) -> Answer {
    loop {
        let _ = write!(out, "{QUESTION}");
        let _ = out.flush();
        let mut line = String::new();
        if answers.read_line(&mut line).unwrap_or_default() == 0 {
            let _ = writeln!(out);
            return Answer::Quit;
        }
        match line.trim().to_lowercase().as_str() {
            "y" | "yes" => return Answer::Yes,
            "n" | "no" => return Answer::No,
            "a" | "all" => return Answer::All,
            "q" | "quit" => return Answer::Quit,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_until_there_is_an_answer() {
        let asked = |answers: &str| {
            let mut out = Vec::new();
            let answer = ask(&mut answers.as_bytes(), &mut out);
            (
                answer,
                String::from_utf8(out).unwrap().matches("Apply?").count(),
            )
        };
        assert!(asked("y\n") == (Answer::Yes, 1));
        assert!(asked("\nwhat\n N \n") == (Answer::No, 3));
        assert!(asked("All\n") == (Answer::All, 1));
        assert!(asked("") == (Answer::Quit, 1));
        assert!(asked("q") == (Answer::Quit, 1));
    }
}
