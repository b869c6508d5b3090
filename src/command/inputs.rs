//! What the commands that read migrations have in common: the settings that apply and the migrations that are meant.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::projects::{self, Part};
use crate::baseline;
use crate::cli::{ConfigArgs, DatabaseArgs, InputArgs};
use crate::config::{self, Config};
use crate::date::{DAY, Moment};
use crate::report::text::one_line;
use crate::settings::extent::Measured;
use crate::source;
use crate::source::generator::Generator;
use crate::source::migration::Migration;
use crate::source::{Input, Overlay, Request, Scope, Sources, start_after};
use crate::spec;
use crate::stats;
use crate::suggest::nearest;

/// The configuration that applies to what is named, which has to be of one project. Arguments win over the file.
pub(super) fn configuration(
    input: &InputArgs,
    args: &ConfigArgs,
    database: &DatabaseArgs,
    directory: &Path,
    now: Moment,
    log: &mut dyn Write,
) -> Result<Config, super::Error> {
    let mut parts = parts(input, args, database, directory, now, log)?.into_iter();
    match (parts.next(), parts.next()) {
        (Some(only), None) => Ok(only.config),
        _ => Err(super::Error::SeveralProjects),
    }
}

/// The same for each project that something named belongs to, with what is named of it.
pub(super) fn parts(
    input: &InputArgs,
    args: &ConfigArgs,
    database: &DatabaseArgs,
    directory: &Path,
    now: Moment,
    log: &mut dyn Write,
) -> Result<Vec<Part>, super::Error> {
    let config = match file(input, args, directory) {
        Some(file) => config::read(&file, &spec::names())?,
        None => Config::default(),
    };
    let mut parts = projects::parts(config, input, args.project.as_deref(), directory)?;
    for part in &mut parts {
        override_by_arguments(&mut part.config, database, directory, now, log)?;
    }
    Ok(parts)
}

fn override_by_arguments(
    config: &mut Config,
    database: &DatabaseArgs,
    directory: &Path,
    now: Moment,
    log: &mut dyn Write,
) -> Result<(), super::Error> {
    if let Some(path) = &database.stats {
        config.stats = Some(directory.join(path));
    }
    if let Some(path) = &config.stats {
        let measured = measured(path, config.max_stats_age, now)?;
        if let Some(days) = measured.stale {
            let limit = config.max_stats_age / DAY;
            let file = path.file_name().unwrap_or_default().display();
            writeln!(
                log,
                "warning: {file} is {days} days old, more than the {limit} days of `max-age`: pull it again"
            )?;
        }
        config.settings.stats = Some(Arc::new(measured));
    }
    let settings = &mut config.settings;
    settings.today = Some(now.date());
    settings.version = database.engine.unwrap_or(settings.version);
    settings.table_rows.extend(database.table_rows.iter().cloned());
    Ok(())
}

/// The statistics in `path`, with their age if that is above `longest`.
fn measured(path: &Path, longest: i64, now: Moment) -> Result<Measured, super::Error> {
    let stats = stats::read(path)?;
    let age = stats.taken_at.age(now);
    Ok(Measured { stale: (age > longest).then_some(u64::try_from(age / DAY).unwrap_or(0)), stats })
}

/// The configuration file that applies to the first path.
pub(super) fn file(input: &InputArgs, args: &ConfigArgs, directory: &Path) -> Option<PathBuf> {
    if let Some(file) = &args.config {
        return Some(directory.join(file));
    }
    if args.no_config {
        return None;
    }
    let first = input.stdin_filename.as_ref().or_else(|| input.paths.iter().find(|path| path.as_os_str() != "-"));
    config::find(&first.map_or_else(|| directory.to_owned(), |path| directory.join(path)))
}

/// The migrations that are named, or else those of the configuration, or else those of the folder.
pub(super) fn request(
    input: &InputArgs,
    config: &Config,
    directory: PathBuf,
    standard_input: &mut dyn Read,
) -> Result<Request, super::Error> {
    let mut inputs = Vec::new();
    let mut paths: &[PathBuf] = &input.paths;
    let here = [PathBuf::from(".")];
    if paths.is_empty() {
        paths = if config.paths.is_empty() { &here } else { &config.paths };
    }
    for path in paths {
        if path.as_os_str() == "-" {
            let mut bytes = Vec::new();
            standard_input.read_to_end(&mut bytes).map_err(super::Error::Input)?;
            inputs.push(Input::Text { name: input.stdin_filename.clone(), bytes });
        } else {
            inputs.push(Input::Path(path.clone()));
        }
    }
    if input.run_generators && config.command.is_empty() {
        return Err(super::Error::NoCommand);
    }
    let generator = (!config.command.is_empty()).then(|| Generator {
        command: config.command.clone(),
        directory: config.folder.clone().unwrap_or_else(|| directory.clone()),
        run: input.run_generators,
    });
    Ok(Request {
        directory,
        inputs,
        exclude: config.exclude.clone(),
        scope: Scope::default(),
        post_deploy: config.post_deploy.clone(),
        layout: config.layout.clone(),
        generator,
        placeholders: config.placeholders.clone(),
        overlay: Overlay::new(),
        overlay_only: false,
    })
}

/// Migrations up to the one named in an argument, or else in the configuration, become history.
pub(super) fn start_after(
    argument: Option<&String>,
    config: &Config,
    sources: &mut Sources,
) -> Result<(), super::Error> {
    let Some(version) = argument.or(config.start_after.as_ref()) else { return Ok(()) };
    // Nothing may be left of what a hook named.
    if sources.migrations.is_empty() || start_after::start_after(&mut sources.migrations, version) {
        return Ok(());
    }
    let names = sources.migrations.iter().map(Migration::short_name);
    Err(super::Error::StartAfter { near: nearest(version, names).map(str::to_owned), name: version.clone() })
}

/// The file of the baseline, and whether somebody named it, so that it has to be there.
pub(super) fn baseline(argument: Option<&Path>, config: &Config, directory: &Path) -> (PathBuf, bool) {
    match (argument, &config.baseline) {
        (Some(path), _) => (directory.join(path), true),
        (None, Some(path)) => (path.clone(), true),
        (None, None) => (config.folder.as_deref().unwrap_or(directory).join(baseline::FILE_NAME), false),
    }
}

/// What is read, and what is left out and why.
pub(super) fn explain(sources: &Sources, log: &mut dyn Write) -> io::Result<()> {
    for found in &sources.layouts {
        let source::LayoutFound { folder, layout, why, migrations } = found;
        writeln!(log, "{}: {migrations} migrations laid out as {layout}, by {why}", folder.display())?;
    }
    for warning in &sources.warnings {
        writeln!(log, "warning: {}", one_line(warning))?;
    }
    for skipped in &sources.skipped {
        writeln!(log, "skipped {}: {}", skipped.path.display(), skipped.reason)?;
    }
    Ok(())
}
