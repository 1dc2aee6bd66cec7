//! The command `cache keygen`.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use anyhow::Context;

use crate::{
    cache::{ExposeSecret, PublicKey, SigningKey},
    cli::{ExitStatus, Output, settings::Settings},
    os,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli::cache) struct Arguments {
    /// The file to create for the secret key; `-` is stdout [default: signing.key in RustAssistant's home]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

const NAME: &str = "signing.key";

pub(super) fn run(
    arguments: &Arguments,
    settings: &Settings,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let key = SigningKey::generate()?;
    if arguments.out.as_deref() == Some(Path::new("-")) {
        writeln!(out, "{}", key.secret_text().expose_secret())?;
        explain(&mut io::stderr().lock(), &key.public(), None)?;
        return Ok(ExitStatus::Fine);
    }
    let path = match &arguments.out {
        Some(path) => std::path::absolute(path).unwrap_or_else(|_| path.clone()),
        None => at_home(settings)?,
    };
    save(&key, &path)?;
    explain(out, &key.public(), Some(&path))?;
    Ok(ExitStatus::Fine)
}

fn at_home(settings: &Settings) -> anyhow::Result<PathBuf> {
    let home = settings.environment().home.as_deref();
    let home = home.context("There is no home directory to write to; use `--out FILE`")?;
    os::private_folder(fs::DirBuilder::new().recursive(true))
        .create(home)
        .with_context(|| format!("{} can't be created", home.display()))?;
    Ok(home.join(NAME))
}

fn save(key: &SigningKey, path: &Path) -> anyhow::Result<()> {
    let shown = path.display();
    let mut file = create(path).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            anyhow::anyhow!("{shown} already exists; choose another file with `--out`")
        }
        _ => anyhow::anyhow!("{shown} can't be created: {error}"),
    })?;
    let written = writeln!(file, "{}", key.secret_text().expose_secret());
    written
        .and_then(|()| file.sync_all())
        .with_context(|| format!("{shown} can't be written"))
}

/// Creates a file that is only accessible to its owner from the beginning.
fn create(path: &Path) -> io::Result<File> {
    os::private_file(OpenOptions::new().write(true).create_new(true)).open(path)
}

fn explain(out: &mut impl Write, public: &PublicKey, secret: Option<&Path>) -> io::Result<()> {
    writeln!(out, "public key: {public}")?;
    writeln!(out, "id: {}", public.id())?;
    if let Some(path) = secret {
        writeln!(out, "secret key: in {}", path.display())?;
    }
    writeln!(out)?;
    writeln!(
        out,
        "Add to the config.toml of everybody who trusts this key:"
    )?;
    writeln!(out, "  cache.team.trusted_keys = [\"{public}\"]")?;
    writeln!(
        out,
        "Add to the secrets of the pipeline that fills the team's cache:"
    )?;
    match secret {
        Some(path) => writeln!(
            out,
            "  RUSTASSISTANT_CACHE_SIGNING_KEY, with the content of {}",
            path.display()
        ),
        None => writeln!(
            out,
            "  RUSTASSISTANT_CACHE_SIGNING_KEY, with the line on stdout"
        ),
    }
}
