//! `switchback status`: settings, sources, when each migration came, the ledger, its report.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{Streams, Terminal, inputs};
use crate::cli::{DatabaseArgs, StatusArgs, StatusFailOn, StatusFormat};
use crate::date::{Date, Moment};
use crate::git::{GitError, Repository};
use crate::report::status::{Board, html, json, markdown, text};
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::source::since::{PATTERNS, SQL_PATTERNS};
use crate::source::{self, Request, Sources};
use crate::status::{self, Since};

/// Shows where every transition stands. True when one is overdue and that is to fail.
pub fn run(args: &StatusArgs, verbose: bool, terminal: Terminal, streams: Streams<'_>) -> Result<bool, super::Error> {
    let Streams { input, out, log } = streams;
    let today = terminal.now.date();
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let config =
        inputs::configuration(&args.input, &args.config, &DatabaseArgs::default(), &directory, terminal.now, log)?;
    let origin = Origin::of(&directory);
    let request = inputs::request(&args.input, &config, directory, input)?;
    let mut sources = source::load(&request)?;
    if verbose {
        inputs::explain(&sources, log)?;
    }
    let repository = repository(&request);
    date(&request, &mut sources, &repository)?;
    let since = args.since.as_deref().map(|name| since(name, &request, &sources, repository, log)).transpose()?;
    let status = status::of(&sources.migrations, &config.settings, today, since);
    let Terminal { style, actions, .. } = terminal;
    let board =
        Board { status: &status, migrations: &sources.migrations, origin: &origin, all: args.all, style, actions };
    match args.output_format {
        StatusFormat::Text => text::write(&board, out),
        StatusFormat::Markdown => markdown::write(&board, out),
        StatusFormat::Json => json::write(&board, out),
        StatusFormat::Html => html::write(&board, out),
    }?;
    Ok(args.fail_on == StatusFailOn::Overdue && status.overdue() > 0)
}

/// The repository that the first path lies in.
fn repository(request: &Request) -> Result<Repository, GitError> {
    let first = request.inputs.iter().find_map(|input| input.path(&request.directory));
    let first = first.unwrap_or_else(|| request.directory.clone());
    let folder = first.ancestors().find(|path| path.is_dir()).unwrap_or(&request.directory);
    Repository::open(folder)
}

/// Asks git when the migrations were first committed whose versions do not tell their time. Without a repository nothing
/// tells.
fn date(
    request: &Request,
    sources: &mut Sources,
    repository: &Result<Repository, GitError>,
) -> Result<(), super::Error> {
    let Ok(repository) = repository else { return Ok(()) };
    if sources.migrations.iter().all(|migration| migration.time().is_some()) {
        return Ok(());
    }
    // To look through the history of all code takes its time.
    let carried = sources.migrations.iter().any(Migration::is_foreign);
    let added: BTreeMap<PathBuf, i64> = repository.added(if carried { PATTERNS } else { SQL_PATTERNS })?;
    for migration in &mut sources.migrations {
        let seconds = added.get(&request.absolute(&migration.path));
        migration.standing.committed = seconds.map(|seconds| Moment { seconds: *seconds });
    }
    Ok(())
}

/// The migrations that are new since a day or a revision.
fn since(
    name: &str,
    request: &Request,
    sources: &Sources,
    repository: Result<Repository, GitError>,
    log: &mut dyn Write,
) -> Result<Since, super::Error> {
    let migrations = &sources.migrations;
    let new: Vec<bool> = if let Some(day) = Date::parse(name) {
        let start = Moment::start_of(day);
        let undated = migrations.iter().filter(|migration| migration.time().is_none()).count();
        if undated > 0 {
            writeln!(log, "nothing tells the day of {undated} migrations: what they moved is not marked")?;
        }
        migrations.iter().map(|migration| migration.time().is_some_and(|time| time >= start)).collect()
    } else {
        let repository = repository?;
        let base = repository.merge_base(&repository.revision(name)?)?;
        let changes = repository.changes(&base, PATTERNS)?;
        let added = changes.iter().filter(|one| one.before.is_none() && !one.gone);
        let added: BTreeSet<&Path> = added.map(|one| one.path.as_path()).collect();
        migrations.iter().map(|migration| added.contains(request.absolute(&migration.path).as_path())).collect()
    };
    Ok(Since { name: name.to_owned(), new })
}
