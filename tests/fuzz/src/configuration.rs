//! Configuration files, including those of Cargo, rustfmt, rustup and clippy that are read too.

use rustassistant::{
    config::{Environment, Request, load},
    workspace::Manifests,
};

use crate::{owned, scratch::with_files};

pub(crate) fn seeds() -> Vec<Vec<u8>> {
    owned(&[
        "profile = \"full\"\nexclude = ['a', 'b/*']\n[smells.long-function]\nlevel = \"strong\"\nwarn = 50\nstrong = 100\n",
        "[cache]\nbackend = \"http\"\nurl = \"https://a.example/b\"\napi_key = { command = [\"x\"] }\n[cache.limits]\nmemory = \"4 MiB\"\n",
        "[package]\nname = \"a\"\nedition = \"2024\"\nrust-version = \"1.85\"\n[[bin]]\nname = \"b\"\npath = \"src/a.rs\"\nedition = \"2018\"\n",
        "max_width = 80\nuse_small_heuristics = \"Max\"\nhard_tabs = true\n",
        "[toolchain]\nchannel = \"1.80.1\"\n",
        "msrv = \"1.70\"\na.b.c = 1\n[[x]]\n[[x.y]]\nz = {}\n",
    ])
}

/// Whatever the files contain, loading yields options and a bounded number of problems.
pub(crate) fn read(bytes: &[u8]) {
    let names = [
        "rustassistant.toml",
        "Cargo.toml",
        "rustfmt.toml",
        "rust-toolchain.toml",
        "rust-toolchain",
        "clippy.toml",
        ".git",
    ];
    let files: Vec<_> = names.iter().map(|name| (*name, bytes)).collect();
    with_files(&files, |folder| {
        let environment = Environment::default();
        let request = Request {
            workspace: Some(folder),
            ..Request::new(folder)
        };
        let loaded = load(&request, &environment);
        let said: usize = loaded.problems.iter().map(|it| it.to_string().len()).sum();
        assert!(said < 1 << 20, "{said} bytes of complaints");
        Manifests::new().context_of(&folder.join("src/a.rs"));
    });
}
