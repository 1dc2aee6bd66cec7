//! Generates programs from a seed: functions over values with observable drops, guards, getters that return references, types
//! inferred only from use, newtypes over floats and macros that declare, with every kind of control flow between them.
//!
//! They compile by construction: borrows are from parameters, every value has one of a few types, and names are used only where
//! they are visible. They terminate because loops count.

mod body;
mod chance;
mod prelude;

use std::{
    fmt::Write as _,
    io::Write as _,
    process::{Command, Stdio},
};

use body::{Body, Param, Value};
use chance::Chance;

use super::{builds::Program, workers::in_parallel};

/// Generates `count` programs, deterministically for a seed, alternating between the editions.
pub(crate) fn programs(seed: u64, count: usize, editions: &[usize]) -> Vec<Program> {
    let places: Vec<usize> = (0..count).collect();
    in_parallel(&places, |place| {
        let edition = editions[place % editions.len()];
        let text = program(&mut Chance::new(seed, *place), edition);
        Program {
            text: formatted(&text, edition).unwrap_or(text),
            edition,
        }
    })
}

fn program(chance: &mut Chance, edition: usize) -> String {
    let mut functions = String::new();
    let mut calls = String::new();
    for at in 0..chance.between(1, 4) {
        let params = params(chance);
        let returns = *chance.pick(&[Value::Unit, Value::Number, Value::Option, Value::Result]);
        let declared: Vec<&str> = params.iter().map(|param| param.declared()).collect();
        let body = Body::write(chance, edition, &params, returns);
        let _ = write!(
            functions,
            "\nfn step_{at}({}){} {{\n{body}}}\n",
            declared.join(", "),
            returns.as_return(),
        );
        let given: Vec<&str> = params.iter().map(|param| param.given()).collect();
        let call = format!("step_{at}({})", given.join(", "));
        let _ = match returns {
            Value::Unit => writeln!(calls, "{call};"),
            _ => writeln!(calls, "println!(\"{at}: {{:?}}\", {call});"),
        };
    }
    let main = prelude::main(&calls);
    let used = format!("{functions}{main}");
    format!("{}{used}", prelude::of(chance, &used))
}

fn params(chance: &mut Chance) -> Vec<Param> {
    let mut params: Vec<Param> = Param::ALL.to_vec();
    while params.len() > 6 {
        let at = chance.below(params.len());
        params.remove(at);
    }
    params
}

/// The program formatted by rustfmt; `None` if rustfmt is missing or fails.
fn formatted(text: &str, edition: usize) -> Option<String> {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--emit", "stdout", "--quiet", "--edition"])
        .arg(edition.to_string())
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    rustfmt.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = rustfmt.wait_with_output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then_some(text)
}
