//! `switchback plan`: the change, the history before it, the plan, the report.

mod write;

use std::path::{Path, PathBuf};

use super::{Streams, Terminal, inputs};
use crate::cli::{InputArgs, PlanArgs, PlanFormat, SyncName};
use crate::config::Config;
use crate::plan::{Options, Plan, SyncBy, Way, plan};
use crate::report::plan::{Planning, json, markdown, text};
use crate::report::position::LineIndex;
use crate::source::migration::{Direction, Migration, Section, Standing, TransactionMode};
use crate::source::{self, Sources};
use crate::syntax;
use crate::syntax::span::Span;

/// What a change is called that is in no file.
const UNNAMED: &str = "the change";

/// A change and what was before it.
struct Found {
    /// All migrations there are.
    sources: Sources,
    /// How many of them come before the change.
    before: usize,
    /// Which of them new ones are written beside.
    beside: Option<usize>,
    /// Its tool opens a transaction around each file.
    wrapped: bool,
    change: Migration,
    /// The byte of the only statement that is meant.
    part: Option<u32>,
    /// As it was named, for headings.
    name: String,
}

/// Plans a change. True when for some of it no way is known.
pub fn run(args: &PlanArgs, verbose: bool, terminal: Terminal, streams: Streams<'_>) -> Result<bool, super::Error> {
    let Streams { input, out, log } = streams;
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let named = Named::of(&args.change, &directory);
    let paths = match &named {
        Named::File { path, .. } => vec![path.clone()],
        Named::Sql | Named::Piped => args.migrations.clone(),
    };
    let inputs_args = InputArgs { paths, stdin_filename: None, run_generators: false };
    let config = inputs::configuration(&inputs_args, &args.config, &args.database, &directory, terminal.now, log)?;
    let request = inputs::request(&inputs_args, &config, directory.clone(), &mut std::io::empty())?;
    let found = match named {
        Named::File { path, line } => of_file(&request, &path, line, verbose, log)?,
        Named::Sql => of_text(&request, &config, args, args.change.clone(), verbose, log)?,
        Named::Piped => {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(super::Error::Input)?;
            let text = String::from_utf8_lossy(&bytes).into_owned();
            of_text(&request, &config, args, text, verbose, log)?
        }
    };
    let options = options(args);
    let history = found.sources.migrations.get(..found.before).unwrap_or_default();
    let planned = plan(history, &found.change, found.part, &config.settings, &options);
    let planning = Planning {
        plan: &planned,
        name: &found.name,
        change: &found.change,
        options: &options,
        wrapped: found.wrapped,
        version: config.settings.version,
        style: terminal.style,
        actions: terminal.actions,
    };
    if let Some(folder) = &args.write {
        write::write(folder, &planning, &found, &request, terminal.now, log)?;
        return Ok(unplanned(&planned));
    }
    match args.output_format {
        PlanFormat::Text => text::write(&planning, out),
        PlanFormat::Markdown => markdown::write(&planning, out),
        PlanFormat::Json => json::write(&planning, out),
    }?;
    Ok(unplanned(&planned))
}

/// Whether no way is known for some of a change.
fn unplanned(plan: &Plan) -> bool {
    plan.changes.iter().any(|change| matches!(change.way, Way::None(_)))
}

fn options(args: &PlanArgs) -> Options {
    let way = &args.way;
    Options {
        lock_timeout: way.lock_timeout.clone(),
        batch: way.batch_size,
        pause: way.pause,
        sync: match way.sync {
            SyncName::Trigger => SyncBy::Trigger,
            SyncName::Application => SyncBy::Application,
        },
        fill: way.fill.iter().map(|(column, text)| (syntax::folded(column), text.clone())).collect(),
    }
}

/// What an argument names.
enum Named {
    File { path: PathBuf, line: Option<u32> },
    Sql,
    Piped,
}

impl Named {
    /// A file where there is one of that name, with or without a line; else SQL, which has blanks in it.
    fn of(change: &str, directory: &Path) -> Self {
        if change == "-" {
            return Self::Piped;
        }
        if directory.join(change).is_file() {
            return Self::File { path: PathBuf::from(change), line: None };
        }
        if let Some((path, line)) = change.rsplit_once(':')
            && let Ok(line) = line.parse()
            && directory.join(path).is_file()
        {
            return Self::File { path: PathBuf::from(path), line: Some(line) };
        }
        let sql = change.trim().contains(char::is_whitespace);
        if sql { Self::Sql } else { Self::File { path: PathBuf::from(change), line: None } }
    }
}

/// A migration, and those before it.
fn of_file(
    request: &source::Request,
    path: &Path,
    line: Option<u32>,
    verbose: bool,
    log: &mut dyn std::io::Write,
) -> Result<Found, super::Error> {
    let sources = source::load(request)?;
    if verbose {
        inputs::explain(&sources, log)?;
    }
    let Some(at) = sources.migrations.iter().position(|migration| migration.reported) else {
        return Err(super::Error::NoChange { path: path.to_owned() });
    };
    let change = sources.migrations.get(at).cloned();
    let change = change.ok_or_else(|| super::Error::NoChange { path: path.to_owned() })?;
    let part = line.map(|line| start_of_line(&change.text, line));
    let wrapped = wraps(&sources, at);
    let sources = as_history(sources);
    Ok(Found { sources, before: at, beside: Some(at), wrapped, change, part, name: path.display().to_string() })
}

/// SQL in no file, after all migrations there are.
fn of_text(
    request: &source::Request,
    config: &Config,
    args: &PlanArgs,
    text: String,
    verbose: bool,
    log: &mut dyn std::io::Write,
) -> Result<Found, super::Error> {
    // A folder without migrations is an error only where somebody named it.
    let asked = !args.migrations.is_empty() || !config.paths.is_empty();
    let sources = match source::load(request) {
        Ok(sources) => {
            if verbose {
                inputs::explain(&sources, log)?;
            }
            sources
        }
        Err(error) if asked => return Err(error.into()),
        Err(_) => Sources::default(),
    };
    let span = Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX));
    let change = Migration {
        path: PathBuf::from(UNNAMED),
        sections: vec![Section { span, direction: Direction::Up, transaction: TransactionMode::Unknown }],
        text,
        release: UNNAMED.to_owned(),
        reported: true,
        standing: Standing::default(),
        down: None,
        carrier: None,
    };
    let before = sources.migrations.len();
    let beside = before.checked_sub(1);
    let wrapped = beside.is_some_and(|at| wraps(&sources, at));
    Ok(Found { sources: as_history(sources), before, beside, wrapped, change, part: None, name: UNNAMED.to_owned() })
}

/// Whether the tool of a migration opens a transaction around each of its files, as far as any of them tells.
fn wraps(sources: &Sources, at: usize) -> bool {
    let Some(of) = sources.migrations.get(at) else { return false };
    let peers = sources.migrations.iter().filter(|one| one.standing.home == of.standing.home);
    peers.flat_map(|one| &one.sections).any(|section| section.transaction == TransactionMode::Wrapped)
}

fn as_history(mut sources: Sources) -> Sources {
    for migration in &mut sources.migrations {
        migration.reported = false;
    }
    sources
}

/// The first byte of a line that is no blank; lines count from 1, as they do in reports.
fn start_of_line(text: &str, line: u32) -> u32 {
    let line = LineIndex::new(text).line(line);
    let blanks = text.get(line.clone()).map_or(0, |said| said.len() - said.trim_start_matches([' ', '\t']).len());
    u32::try_from(line.start + blanks).unwrap_or(u32::MAX)
}
