//! The command `cache setup`.

use std::io::Write;

use anyhow::bail;

use crate::{
    cache::{self, CacheBackend, ledger::PostgresLedger},
    cli::{
        ExitStatus, Output,
        cache::{block_on, configuration, place, team::budget},
        settings,
    },
    migrations,
};

#[derive(Debug, clap::Args)]
pub(in crate::cli::cache) struct Arguments {
    /// The database's address, with a role that owns it [default: `cache.url`]
    #[arg(long)]
    url: Option<String>,
    #[command(flatten)]
    budget: budget::Arguments,
}

/// The group roles, and what each is for.
const ROLES: [(&str, &str); 5] = [
    ("reader", "people, who read `main`"),
    (
        "writer",
        "pipelines of protected branches, which add to `main`",
    ),
    (
        "branch",
        "pipelines of pull requests, which add to namespaces of their own",
    ),
    ("gc", "whatever runs `rustassistant cache prune --team`"),
    ("server", "`rustassistant cache serve`"),
];

pub(super) fn run(
    arguments: &Arguments,
    flags: &settings::Arguments,
    out: &mut Output,
) -> anyhow::Result<ExitStatus> {
    let config = configuration(flags)?;
    let backend = match &arguments.url {
        Some(url) => place::at_address(url, &config, flags)?,
        None => place::team(&config)?,
    };
    let CacheBackend::Postgres(remote) = &backend else {
        bail!(
            "{} is not a database and needs no setup; only `postgresql://` addresses do",
            place::shown(&backend)
        );
    };
    let limits = arguments.budget.limits();
    block_on(async {
        cache::setup(remote, &migrations::POSTGRES).await?;
        if let Some(limits) = limits {
            let ledger = PostgresLedger::new(remote).await?;
            ledger.set_limits(limits).await?;
        }
        Ok(())
    })?;
    writeln!(out, "{} is set up", remote.address)?;
    if let Some(limits) = limits {
        let said = [("day", limits.day), ("month", limits.month)];
        for (window, limit) in said {
            let Some(limit) = limit else { continue };
            let namespace = &remote.namespace;
            writeln!(
                out,
                "In `{namespace}`, {limit} tokens may be spent each {window}"
            )?;
        }
    }
    writeln!(out)?;
    writeln!(out, "Grant each of its users one of these roles:")?;
    for (role, whom) in ROLES {
        writeln!(out, "  GRANT rustassistant_{role} TO \"USER\";  -- {whom}")?;
    }
    writeln!(
        out,
        "And each user of `rustassistant_branch` its namespaces:"
    )?;
    writeln!(
        out,
        "  INSERT INTO rustassistant.branch (role, ns) VALUES ('USER', 'pr-1');"
    )?;
    Ok(ExitStatus::Fine)
}
