//! `switchback check`: settings, sources, the walk, the report.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::cli::{CheckArgs, ReleaseArgs, ReportFormat};
use crate::config::{self, Config, value};
use crate::git::base::{self, Surroundings};
use crate::git::{GitError, Repository};
use crate::lint::lint;
use crate::report::{Report, Style, concise, json, pretty};
use crate::rule::RuleId;
use crate::source::migration::Change;
use crate::source::since::Since;
use crate::source::{self, Input, Overlay, Request};
use crate::spec;

/// What the surroundings say: everything that is not an argument.
#[derive(Clone, Copy, Debug)]
pub struct Terminal {
    /// Standard output is a terminal.
    pub interactive: bool,
    /// What it can show.
    pub style: Style,
    /// A GitHub Actions step reads what is printed.
    pub actions: bool,
}

/// Where a run reads and writes.
pub struct Streams<'a> {
    /// Standard input, for `-`.
    pub input: &'a mut dyn Read,
    /// The report.
    pub out: &'a mut dyn Write,
    /// Everything else.
    pub log: &'a mut dyn Write,
}

/// Runs the check. True when findings reach the level that fails it.
pub fn run(
    args: &CheckArgs,
    verbose: bool,
    terminal: Terminal,
    surroundings: &dyn Surroundings,
    streams: Streams<'_>,
) -> Result<bool, super::Error> {
    let Streams { input, out, log } = streams;
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let mut config = configuration(args, &directory)?;
    arguments(args, &mut config)?;
    let mut request = request(args, &config, directory, input)?;
    let since = since(&args.release, &request, surroundings)?;
    if let Some(since) = &since {
        request.overlay = since.overlay();
    }
    let mut sources = source::load(&request)?;
    if let Some(since) = &since {
        since.mark(&request.directory, &mut sources);
    }
    if verbose {
        explain_sources(&sources, log)?;
        explain_release(since.as_ref(), &sources, log)?;
    }
    let outcome = lint(&sources.migrations, &config.settings);
    let report =
        Report { outcome: &outcome, migrations: &sources.migrations, style: terminal.style, actions: terminal.actions };
    let default = if terminal.interactive { ReportFormat::Pretty } else { ReportFormat::Concise };
    match args.output.output_format.unwrap_or(default) {
        ReportFormat::Pretty => pretty::write(&report, out),
        ReportFormat::Concise => concise::write(&report, out),
        ReportFormat::Json => json::write(&report, out),
    }?;
    let fail_on = args.output.fail_on.unwrap_or(config.fail_on);
    Ok(fail_on.level().is_some_and(|level| outcome.reaches(level)))
}

/// The configuration that applies to the first path.
fn configuration(args: &CheckArgs, directory: &Path) -> Result<Config, super::Error> {
    let known = spec::names();
    if let Some(file) = &args.config.config {
        return Ok(config::read(&directory.join(file), &known)?);
    }
    if args.config.no_config {
        return Ok(Config::default());
    }
    let first = args.stdin_filename.as_ref().or_else(|| args.paths.iter().find(|path| path.as_os_str() != "-"));
    let start = first.map_or_else(|| directory.to_owned(), |path| directory.join(path));
    match config::find(&start) {
        Some(file) => Ok(config::read(&file, &known)?),
        None => Ok(Config::default()),
    }
}

/// Arguments win over the file.
fn arguments(args: &CheckArgs, config: &mut Config) -> Result<(), super::Error> {
    let settings = &mut config.settings;
    settings.version = args.database.engine.unwrap_or(settings.version);
    settings.table_rows.extend(args.database.table_rows.iter().cloned());
    settings.select.extend(rule_ids(&args.rules.select)?);
    settings.ignore.extend(rule_ids(&args.rules.ignore)?);
    Ok(())
}

/// The rules that are named, by themselves or by their group.
fn rule_ids(names: &[String]) -> Result<Vec<RuleId>, super::Error> {
    let known = spec::names();
    let find = |name: &String| value::rules(name, &known).map_err(|_| super::Error::unknown_rule(name));
    Ok(names.iter().map(find).collect::<Result<Vec<_>, _>>()?.concat())
}

fn request(
    args: &CheckArgs,
    config: &Config,
    directory: PathBuf,
    input: &mut dyn Read,
) -> Result<Request, super::Error> {
    let mut inputs = Vec::new();
    let mut paths: &[PathBuf] = &args.paths;
    let here = [PathBuf::from(".")];
    if paths.is_empty() {
        paths = if config.paths.is_empty() { &here } else { &config.paths };
    }
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            input.read_to_end(&mut bytes).map_err(super::Error::Input)?;
            inputs.push(Input::Text { name: args.stdin_filename.clone(), bytes });
        } else {
            inputs.push(Input::Path(path.clone()));
        }
    }
    Ok(Request { directory, inputs, exclude: config.exclude.clone(), overlay: Overlay::new() })
}

/// What changed, if that was asked for.
fn since(
    args: &ReleaseArgs,
    request: &Request,
    surroundings: &dyn Surroundings,
) -> Result<Option<Since>, super::Error> {
    if args.base.is_none() && !args.staged {
        return Ok(None);
    }
    let paths: Vec<PathBuf> = request.inputs.iter().filter_map(|input| input.path(&request.directory)).collect();
    let first = paths.first().unwrap_or(&request.directory);
    let folder = first.ancestors().find(|path| path.is_dir()).unwrap_or(&request.directory);
    let repository = Repository::open(folder)?;
    if let Some(path) = paths.into_iter().find(|path| !path.starts_with(repository.root())) {
        let root = repository.root().to_owned();
        return Err(GitError::Outside { path, root }.into());
    }
    let Some(base) = &args.base else { return Ok(Some(Since::staged(&repository)?)) };
    let named = if base == "auto" { base::auto(&repository, surroundings)? } else { repository.revision(base)? };
    Ok(Some(Since::base(&repository, repository.merge_base(&named)?)?))
}

fn explain_release(since: Option<&Since>, sources: &source::Sources, log: &mut dyn Write) -> io::Result<()> {
    let Some(since) = since else { return Ok(()) };
    let count =
        |wanted: fn(&Change) -> bool| sources.migrations.iter().filter(|found| wanted(&found.standing.change)).count();
    let added = count(|change| *change == Change::Added);
    let modified = count(|change| matches!(change, Change::Modified { .. }));
    let (name, id) = (&since.base.name, since.base.id.short());
    let history = sources.migrations.len() - added - modified;
    writeln!(log, "compared with {name} ({id}): {added} migrations are new, {modified} changed, {history} are history")
}

fn explain_sources(sources: &source::Sources, log: &mut dyn Write) -> io::Result<()> {
    for found in &sources.layouts {
        writeln!(log, "{}: {} migrations laid out as {}", found.folder.display(), found.migrations, found.layout)?;
    }
    for skipped in &sources.skipped {
        writeln!(log, "skipped {}: {}", skipped.path.display(), skipped.reason)?;
    }
    Ok(())
}
