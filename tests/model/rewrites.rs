//! Refactorings as a good model writes them: all pass the checks, and rustc accepts them.

use std::{fmt::Write, path::Path, sync::Arc, thread};

use rustassistant::{
    analysis::Rewriting,
    compiler::{Compiler, Stop, Texts},
    config::{Environment, Request, Rules, load},
    model::RewriteReply,
    syntax::{FileContext, STACK_SIZE, Source},
    text::{TextRange, TextSize},
};

/// Declarations that the functions use.
const HEAD: &str = "#![allow(dead_code)]
use std::collections::HashMap;

pub struct Lamp {
    pub is_on: bool,
    pub watts: u32,
    pub name: String,
}

pub enum Shape {
    Square(u32),
    Box { wide: u32, high: u32 },
    Point,
}

fn note(_: &str) {}
fn check(it: &str) -> Result<u32, String> {
    it.parse().map_err(|_| it.to_owned())
}
";

/// Functions and their rewritten versions.
const PAIRS: [(&str, &str); 20] = [
    // Guards in a loop.
    (
        "pub fn bright(lamps: &[Lamp]) -> u32 {\n    let mut sum = 0;\n    for lamp in lamps {\n        if lamp.is_on {\n            if lamp.watts > 40 {\n                // Only what is seen.\n                sum += lamp.watts;\n            }\n        }\n    }\n    sum\n}\n",
        "pub fn bright(lamps: &[Lamp]) -> u32 {\n    let mut sum = 0;\n    for lamp in lamps {\n        if !lamp.is_on || lamp.watts <= 40 {\n            continue;\n        }\n        // Only what is seen.\n        sum += lamp.watts;\n    }\n    sum\n}\n",
    ),
    // An iterator.
    (
        "pub fn watts(lamps: &[Lamp]) -> u32 {\n    let mut sum = 0;\n    for lamp in lamps {\n        if lamp.is_on {\n            if lamp.watts > 7 {\n                sum += lamp.watts;\n            }\n        }\n    }\n    sum\n}\n",
        "pub fn watts(lamps: &[Lamp]) -> u32 {\n    lamps\n        .iter()\n        .filter(|lamp| lamp.is_on && lamp.watts > 7)\n        .map(|lamp| lamp.watts)\n        .sum()\n}\n",
    ),
    // A helper for a condition.
    (
        "pub fn names(lamps: &[Lamp]) -> Vec<String> {\n    let mut names = Vec::new();\n    for lamp in lamps {\n        if lamp.is_on {\n            if lamp.watts > 20 && !lamp.name.is_empty() {\n                names.push(lamp.name.clone());\n            }\n        }\n    }\n    names\n}\n",
        "pub fn names(lamps: &[Lamp]) -> Vec<String> {\n    let mut names = Vec::new();\n    for lamp in lamps.iter().filter(|lamp| is_told(lamp)) {\n        names.push(lamp.name.clone());\n    }\n    names\n}\n\nfn is_told(lamp: &Lamp) -> bool {\n    lamp.is_on && lamp.watts > 20 && !lamp.name.is_empty()\n}\n",
    ),
    // Early returns.
    (
        "pub fn level(watts: u32) -> &'static str {\n    if watts > 0 {\n        if watts > 40 {\n            if watts > 100 {\n                \"blinding\"\n            } else {\n                \"bright\"\n            }\n        } else {\n            \"dim\"\n        }\n    } else {\n        \"dark\"\n    }\n}\n",
        "pub fn level(watts: u32) -> &'static str {\n    match watts {\n        0 => \"dark\",\n        it if it > 100 => \"blinding\",\n        it if it > 40 => \"bright\",\n        _ => \"dim\",\n    }\n}\n",
    ),
    // `let … else`.
    (
        "pub fn first_name(lamps: &[Lamp]) -> Option<String> {\n    if let Some(lamp) = lamps.first() {\n        if lamp.is_on {\n            if !lamp.name.is_empty() {\n                return Some(lamp.name.clone());\n            }\n        }\n    }\n    None\n}\n",
        "pub fn first_name(lamps: &[Lamp]) -> Option<String> {\n    let lamp = lamps.first()?;\n    let is_named = lamp.is_on && !lamp.name.is_empty();\n    is_named.then(|| lamp.name.clone())\n}\n",
    ),
    // A question mark.
    (
        "pub fn both(a: &str, b: &str) -> Result<u32, String> {\n    match check(a) {\n        Ok(a) => match check(b) {\n            Ok(b) => {\n                if a > b {\n                    Ok(a - b)\n                } else {\n                    Ok(b - a)\n                }\n            }\n            Err(why) => Err(why),\n        },\n        Err(why) => Err(why),\n    }\n}\n",
        "pub fn both(a: &str, b: &str) -> Result<u32, String> {\n    let a = check(a)?;\n    let b = check(b)?;\n    Ok(a.abs_diff(b))\n}\n",
    ),
    // A match with several patterns.
    (
        "pub fn area(shape: &Shape) -> u32 {\n    if let Shape::Square(side) = shape {\n        side * side\n    } else {\n        if let Shape::Box { wide, high } = shape {\n            if *wide > 0 {\n                wide * high\n            } else {\n                0\n            }\n        } else {\n            0\n        }\n    }\n}\n",
        "pub fn area(shape: &Shape) -> u32 {\n    match shape {\n        Shape::Square(side) => side * side,\n        Shape::Box { wide, high } if *wide > 0 => wide * high,\n        _ => 0,\n    }\n}\n",
    ),
    // Any.
    (
        "pub fn has_bright(lamps: &[Lamp]) -> bool {\n    let mut found = false;\n    for lamp in lamps {\n        if lamp.is_on {\n            if lamp.watts > 60 {\n                found = true;\n                break;\n            }\n        }\n    }\n    found\n}\n",
        "pub fn has_bright(lamps: &[Lamp]) -> bool {\n    lamps.iter().any(|lamp| lamp.is_on && lamp.watts > 60)\n}\n",
    ),
    // Position.
    (
        "pub fn place_of(lamps: &[Lamp], name: &str) -> Option<usize> {\n    for (at, lamp) in lamps.iter().enumerate() {\n        if lamp.is_on {\n            if lamp.name == name {\n                if lamp.watts > 9 {\n                    return Some(at);\n                }\n            }\n        }\n    }\n    None\n}\n",
        "pub fn place_of(lamps: &[Lamp], name: &str) -> Option<usize> {\n    lamps\n        .iter()\n        .position(|lamp| lamp.is_on && lamp.name == name && lamp.watts > 9)\n}\n",
    ),
    // A map used for counting.
    (
        "pub fn tally(lamps: &[Lamp]) -> HashMap<String, u32> {\n    let mut found = HashMap::new();\n    for lamp in lamps {\n        if lamp.is_on {\n            if !lamp.name.is_empty() {\n                if found.contains_key(&lamp.name) {\n                    *found.get_mut(&lamp.name).unwrap() += 1;\n                } else {\n                    found.insert(lamp.name.clone(), 1);\n                }\n            }\n        }\n    }\n    found\n}\n",
        "pub fn tally(lamps: &[Lamp]) -> HashMap<String, u32> {\n    let mut found: HashMap<String, u32> = HashMap::new();\n    for lamp in lamps {\n        if lamp.is_on && !lamp.name.is_empty() {\n            *found.entry(lamp.name.clone()).or_insert(0) += 1;\n        }\n    }\n    found\n}\n",
    ),
    // Two helpers.
    (
        "pub fn report(lamps: &[Lamp]) -> (u32, u32) {\n    let mut on = 0;\n    let mut off = 0;\n    for lamp in lamps {\n        if lamp.is_on {\n            if lamp.watts > 30 {\n                on += 1;\n            }\n        } else if lamp.watts > 50 {\n            off += 1;\n        }\n    }\n    note(\"counted\");\n    (on, off)\n}\n",
        "pub fn report(lamps: &[Lamp]) -> (u32, u32) {\n    let counted = (count_on(lamps), count_off(lamps));\n    note(\"counted\");\n    counted\n}\n\nfn count_on(lamps: &[Lamp]) -> u32 {\n    let on = lamps.iter().filter(|lamp| lamp.is_on && lamp.watts > 30);\n    on.fold(0, |sum, _| sum + 1)\n}\n\nfn count_off(lamps: &[Lamp]) -> u32 {\n    let off = lamps.iter().filter(|lamp| !lamp.is_on && lamp.watts > 50);\n    off.fold(0, |sum, _| sum + 1)\n}\n",
    ),
    // Words of a line.
    (
        "pub fn pairs(text: &str) -> Vec<(String, String)> {\n    let mut all = Vec::new();\n    for line in text.lines() {\n        if !line.is_empty() {\n            if !line.starts_with('#') {\n                if let Some((key, value)) = line.split_once('=') {\n                    all.push((key.trim().to_owned(), value.trim().to_owned()));\n                }\n            }\n        }\n    }\n    all\n}\n",
        "pub fn pairs(text: &str) -> Vec<(String, String)> {\n    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));\n    lines\n        .filter_map(|line| line.split_once('='))\n        .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))\n        .collect()\n}\n",
    ),
    // The comment moves to a helper with its step.
    (
        "pub fn total(texts: &[&str]) -> Result<u32, String> {\n    let mut sum = 0;\n    for text in texts {\n        if !text.is_empty() {\n            // Signs are of no matter.\n            if let Some(rest) = text.strip_prefix('+') {\n                sum += check(rest)?;\n            } else {\n                sum += check(text)?;\n            }\n        }\n    }\n    Ok(sum)\n}\n",
        "pub fn total(texts: &[&str]) -> Result<u32, String> {\n    let mut sum = 0;\n    for text in texts.iter().filter(|text| !text.is_empty()) {\n        sum += check(without_sign(text))?;\n    }\n    Ok(sum)\n}\n\n// Signs are of no matter.\nfn without_sign(text: &str) -> &str {\n    text.strip_prefix('+').unwrap_or(text)\n}\n",
    ),
    // Nested options.
    (
        "pub fn longest<'a>(lamps: &'a [Lamp]) -> Option<&'a str> {\n    let mut best: Option<&str> = None;\n    for lamp in lamps {\n        if lamp.is_on {\n            if best.is_none() || lamp.name.len() > best.unwrap().len() {\n                best = Some(&lamp.name);\n            }\n        }\n    }\n    best\n}\n",
        "pub fn longest<'a>(lamps: &'a [Lamp]) -> Option<&'a str> {\n    let mut best: Option<&str> = None;\n    for lamp in lamps.iter().filter(|lamp| lamp.is_on) {\n        if best.is_none() || lamp.name.len() > best.unwrap().len() {\n            best = Some(&lamp.name);\n        }\n    }\n    best\n}\n",
    ),
    // A loop with a `while let`.
    (
        "pub fn drained(stack: &mut Vec<u32>) -> u32 {\n    let mut sum = 0;\n    loop {\n        match stack.pop() {\n            Some(it) => {\n                if it > 5 {\n                    if it < 90 {\n                        sum += it;\n                    }\n                }\n            }\n            None => break,\n        }\n    }\n    sum\n}\n",
        "pub fn drained(stack: &mut Vec<u32>) -> u32 {\n    let mut sum = 0;\n    while let Some(it) = stack.pop() {\n        if it > 5 && it < 90 {\n            sum += it;\n        }\n    }\n    sum\n}\n",
    ),
    // Guards at the beginning.
    (
        "pub fn join(a: &[u32], b: &[u32]) -> Vec<u32> {\n    let mut all = Vec::new();\n    if !a.is_empty() {\n        if !b.is_empty() {\n            for it in a {\n                if b.contains(it) {\n                    all.push(*it);\n                }\n            }\n        }\n    }\n    all\n}\n",
        "pub fn join(a: &[u32], b: &[u32]) -> Vec<u32> {\n    if a.is_empty() || b.is_empty() {\n        return Vec::new();\n    }\n    a.iter().filter(|it| b.contains(it)).copied().collect()\n}\n",
    ),
    // Code that a closure deduplicates.
    (
        "pub fn split(lamps: &[Lamp]) -> (Vec<u32>, Vec<u32>) {\n    let mut few = Vec::new();\n    let mut many = Vec::new();\n    for lamp in lamps {\n        if lamp.is_on {\n            if lamp.watts > 33 {\n                many.push(lamp.watts);\n            } else {\n                few.push(lamp.watts);\n            }\n        }\n    }\n    (few, many)\n}\n",
        "pub fn split(lamps: &[Lamp]) -> (Vec<u32>, Vec<u32>) {\n    let on = lamps.iter().filter(|lamp| lamp.is_on);\n    let watts = on.map(|lamp| lamp.watts);\n    watts.partition(|watts| *watts <= 33)\n}\n",
    ),
    // An `impl` is tried below; a fallible loop here.
    (
        "pub fn all_of(texts: &[&str]) -> Result<Vec<u32>, String> {\n    let mut all = Vec::new();\n    for text in texts {\n        if !text.is_empty() {\n            match check(text) {\n                Ok(it) => {\n                    if it > 3 {\n                        all.push(it);\n                    }\n                }\n                Err(why) => return Err(why),\n            }\n        }\n    }\n    Ok(all)\n}\n",
        "pub fn all_of(texts: &[&str]) -> Result<Vec<u32>, String> {\n    let mut all = Vec::new();\n    for text in texts.iter().filter(|text| !text.is_empty()) {\n        let it = check(text)?;\n        if it > 3 {\n            all.push(it);\n        }\n    }\n    Ok(all)\n}\n",
    ),
    // Zip.
    (
        "pub fn same(a: &[u32], b: &[u32]) -> usize {\n    let mut count = 0;\n    for (at, it) in a.iter().enumerate() {\n        if at < b.len() {\n            if let Some(other) = b.get(at) {\n                if it == other {\n                    count += 1;\n                }\n            }\n        }\n    }\n    count\n}\n",
        "pub fn same(a: &[u32], b: &[u32]) -> usize {\n    a.iter().zip(b).filter(|(it, other)| it == other).count()\n}\n",
    ),
    // Windows.
    (
        "pub fn rises(all: &[u32]) -> bool {\n    let mut before: Option<u32> = None;\n    for it in all {\n        if let Some(before) = before {\n            if *it < before {\n                if before > 2 {\n                    return false;\n                }\n            }\n        }\n        before = Some(*it);\n    }\n    true\n}\n",
        "pub fn rises(all: &[u32]) -> bool {\n    let mut pairs = all.iter().zip(all.iter().skip(1));\n    pairs.all(|(before, it)| it >= before || *before <= 2)\n}\n",
    ),
];

/// The rules with options from the command line.
pub(crate) fn rules_of(options: &[&str]) -> Rules {
    let flags: Vec<String> = options.iter().map(|&it| it.to_owned()).collect();
    let request = Request {
        flags: &flags,
        ..Request::new(Path::new("/"))
    };
    load(&request, &Environment::default()).config.rules
}

#[test]
fn what_moves_code_and_keeps_its_words_holds() {
    let work = || {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap().join("lib.rs");
        let before: Vec<&str> = PAIRS.iter().map(|(before, _)| *before).collect();
        let text: Arc<str> = format!("{HEAD}\n{}", before.join("\n")).into();
        std::fs::write(&path, &*text).unwrap();
        let source = Source::parse(Arc::clone(&text), FileContext::default()).unwrap();
        let rules = rules_of(&[
            "smells.cognitive-complexity.warn=4",
            "smells.deep-nesting.warn=2",
        ]);
        let mut compiler = Compiler::new(Stop::default());
        let mut refused = String::new();
        for (before, after) in PAIRS {
            let at = TextSize::try_from(text.find(before).unwrap() + 8).unwrap();
            let rewriting = Rewriting::at(&source, &rules, TextRange::empty(at)).unwrap();
            let reply = RewriteReply {
                code: after.to_owned(),
                why: String::new(),
            };
            match rewriting.tried(&source, (&path, &Texts::new()), &reply, &mut compiler) {
                Ok(held) => assert!(held.after < held.before, "{before}"),
                Err(why) => writeln!(refused, "{after}{why}\n").unwrap(),
            }
        }
        assert!(refused.is_empty(), "{refused}");
    };
    let thread = thread::Builder::new().stack_size(STACK_SIZE);
    thread.spawn(work).unwrap().join().unwrap();
}
