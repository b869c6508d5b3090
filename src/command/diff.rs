//! `switchback diff`: settings, two sides, the comparison, the report.

use std::path::{Path, PathBuf};

use super::check::choose_rules;
use super::{Streams, Terminal, inputs};
use crate::cli::{DiffArgs, DiffFormat, InputArgs};
use crate::config::Config;
use crate::database::{self, Variables};
use crate::diff::{Side, diff};
use crate::git::Repository;
use crate::report::diff::{Comparison, json, markdown, text};
use crate::source::migration::{Direction, Migration, Section, Standing, TransactionMode};
use crate::source::{self, Input, Overlay, Reason, Request, Sources};
use crate::syntax::span::Span;

/// Compares two schemas. True when findings reach the level that fails it.
pub fn run(
    args: &DiffArgs,
    verbose: bool,
    terminal: Terminal,
    variables: &Variables,
    streams: Streams<'_>,
) -> Result<bool, super::Error> {
    let Streams { out, log, .. } = streams;
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let paths = [&args.new, &args.old].map(PathBuf::from);
    let first = paths.iter().find(|path| directory.join(path).exists()).cloned();
    let input = InputArgs { paths: first.into_iter().collect(), stdin_filename: None, run_generators: false };
    let mut config = inputs::configuration(&input, &args.config, &args.database, &directory, terminal.now, log)?;
    choose_rules(&args.rules, &mut config.settings)?;
    let mut load = |name: &str| -> Result<(String, Side), super::Error> {
        if is_url(name) {
            return of_database(name, variables);
        }
        let sources = of_files(name, &config, &directory)?;
        if verbose {
            inputs::explain(&sources, log)?;
        }
        Ok((name.to_owned(), side(sources)))
    };
    let ((old_name, old), (new_name, new)) = (load(&args.old)?, load(&args.new)?);
    let found = diff(old, new, &config.settings);
    let comparison = Comparison {
        diff: &found,
        old: &old_name,
        new: &new_name,
        version: config.settings.version,
        style: terminal.style,
        actions: terminal.actions,
    };
    match args.output_format {
        DiffFormat::Text => text::write(&comparison, out),
        DiffFormat::Markdown => markdown::write(&comparison, out),
        DiffFormat::Json => json::write(&comparison, out),
    }?;
    Ok(args.fail_on.level().is_some_and(|level| found.reaches(level)))
}

fn side(sources: Sources) -> Side {
    let printed = sources.skipped.iter().any(|skipped| skipped.reason == Reason::Dump);
    Side { migrations: sources.migrations, printed }
}

fn is_url(name: &str) -> bool {
    name.starts_with("postgres://") || name.starts_with("postgresql://")
}

/// The schema of a live database, and what to call it: its URL may hold a password.
fn of_database(url: &str, variables: &Variables) -> Result<(String, Side), super::Error> {
    let mut session = database::open(url, variables)?;
    let text = database::schema::print(&mut session)?;
    let name = session.server().to_owned();
    let span = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let migration = Migration {
        path: PathBuf::from(&name),
        sections: vec![Section { span, direction: Direction::Up, transaction: TransactionMode::None }],
        text,
        release: name.clone(),
        reported: false,
        standing: Standing::default(),
        down: None,
        carrier: None,
    };
    Ok((name, Side { migrations: vec![migration], printed: true }))
}

/// What a side names: a path where there is one of that name, else `REV:PATH`.
fn of_files(name: &str, config: &Config, directory: &Path) -> Result<Sources, super::Error> {
    let mut request = Request {
        exclude: config.exclude.clone(),
        ..Request::new(directory.to_owned(), vec![Input::Path(PathBuf::from(name))])
    };
    if !directory.join(name).exists() {
        match name.split_once(':') {
            Some((revision, path)) => of_revision(revision, path, &mut request)?,
            None if name.contains(['/', '\\', '.']) => {}
            None => return Err(super::Error::UnknownSide { name: name.to_owned() }),
        }
    }
    Ok(source::load_schema(&request)?)
}

/// Has `request` read what a revision holds at `path`, counted from the root of the repository, and nothing on disk.
fn of_revision(revision: &str, path: &str, request: &mut Request) -> Result<(), super::Error> {
    let repository = Repository::open(&request.directory)?;
    let found = repository.revision(revision)?;
    let path_there = match path.strip_prefix("./") {
        Some(path) => request.directory.join(path),
        None => repository.root().join(path),
    };
    let files: Vec<_> =
        repository.tree(&found)?.into_iter().filter(|file| file.path.starts_with(&path_there)).collect();
    if files.is_empty() {
        return Err(super::Error::NotInRevision { revision: revision.to_owned(), path: path.to_owned() });
    }
    let sql = |path: &Path| path.to_string_lossy().to_ascii_lowercase().contains(".sql");
    let wanted: Vec<_> = files.into_iter().filter(|file| sql(&file.path)).collect();
    let objects: Vec<_> = wanted.iter().map(|file| &file.id).collect();
    let contents = repository.read(&objects)?;
    let overlay: Overlay = wanted.iter().map(|file| file.path.clone()).zip(contents.into_iter().map(Some)).collect();
    request.inputs = vec![Input::Path(path_there)];
    request.overlay = overlay;
    request.overlay_only = true;
    Ok(())
}
