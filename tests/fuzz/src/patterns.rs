//! Patterns in `exclude` and in ignore files.

use std::path::Path;

use rustassistant::{
    config::{EntryKind, Environment, Request, load},
    workspace::{WalkOptions, walk},
};

use crate::{owned, scratch::with_files};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    owned(&[
        "target/\n*.bak\n!keep.rs\n/src/**/gen_*.rs\n",
        "{a,b{c,d}}/*.rs\n[a-z]?\\*\n# a comment\n",
        "**/**/a\n**\n\\#a\n a \n[!x]\n",
        "src/{generated,vendor/{one,two}}/**",
    ])
}

/// A pattern matches or is refused; the walk terminates either way.
pub(crate) fn walk_with(bytes: &[u8]) {
    let line = String::from_utf8_lossy(bytes);
    let line: String = line
        .chars()
        .filter(|c| !c.is_control() && *c != '\'')
        .collect();
    let files: &[(&str, &[u8])] = &[
        (".ignore", bytes),
        ("src/a.rs", b""),
        ("src/b/gen_c.rs", b""),
    ];
    with_files(files, |folder| {
        let environment = Environment::default();
        let flags = [format!("exclude=['{line}']")];
        let request = Request {
            flags: &flags,
            workspace: Some(folder),
            ..Request::new(folder)
        };
        let loaded = load(&request, &environment);
        let exclude = &loaded.config.exclude;
        exclude.matches(Path::new("src/a.rs"), EntryKind::File);
        exclude.covers(&folder.join("src/b/gen_c.rs"));
        let (files, _) = walk(folder, &WalkOptions::new(exclude));
        assert!(files.len() <= 2, "{files:?}");
    });
}
