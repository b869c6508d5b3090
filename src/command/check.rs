//! `switchback check`: settings, sources, the walk, the report.

use std::fs;
use std::path::Path;

use super::outputs::Outputs;
use super::{Streams, Terminal, inputs, release};
use crate::cli::{CheckArgs, RuleArgs};
use crate::config::value;
use crate::evidence::{Evidence, queries};
use crate::git::base::Surroundings;
use crate::lint::lint_with;
use crate::report::{Report, Style};
use crate::rule::RuleId;
use crate::settings::Settings;
use crate::source;
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::source::start_after::start_after;
use crate::spec;
use crate::suggest::nearest;

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
    let mut config = inputs::configuration(&args.input, &args.config, &args.database, &directory, terminal.now, log)?;
    choose_rules(&args.rules, &mut config.settings)?;
    let outputs = Outputs::plan(&args.output, terminal, surroundings, log)?;
    let origin = Origin::of(&directory);
    let mut request = inputs::request(&args.input, &config, directory, input)?;
    let compared = release::compare(&args.release, &request, surroundings)?;
    if let Some(compared) = &compared {
        request.overlay = compared.since.overlay();
    }
    let mut sources = source::load(&request)?;
    if let Some(compared) = &compared {
        compared.since.mark(&request.directory, &mut sources);
    }
    if let Some(version) = args.release.start_after.as_ref().or(config.start_after.as_ref())
        && !start_after(&mut sources.migrations, version)
    {
        let names = sources.migrations.iter().map(Migration::short_name);
        return Err(super::Error::StartAfter {
            near: nearest(version, names).map(str::to_owned),
            name: version.clone(),
        });
    }
    if verbose {
        inputs::explain(&sources, log)?;
        compared.as_ref().map_or(Ok(()), |compared| release::explain(&compared.since, &sources, log))?;
    }
    let migrations = &sources.migrations;
    let record = args.evidence.query_stats.as_ref().map(|path| request.directory.join(path));
    let records: Vec<_> = record.into_iter().chain(config.stats.clone()).collect();
    let queries = args.evidence.query_stats.as_ref().map(|path| read(path, &request.directory)).transpose()?;
    let outcome = lint_with(migrations, &config.settings, |targets| {
        let mut evidence = match &compared {
            Some(compared) => compared.evidence(&request, migrations, &config.settings.code, targets, &records)?,
            None => Evidence::default(),
        };
        if let Some((name, bytes)) = &queries {
            evidence.queries = Some(queries::search(name, bytes, targets)?);
        }
        Ok::<_, super::Error>(evidence)
    })?;
    let Terminal { style, actions, .. } = terminal;
    let style = Style { verbose, ..style };
    outputs.write(&Report { outcome: &outcome, migrations, origin: &origin, style, actions }, out)?;
    let fail_on = args.output.fail_on.unwrap_or(config.fail_on);
    Ok(fail_on.level().is_some_and(|level| outcome.reaches(level)))
}

/// The bytes of a file, with its name as it was written.
fn read(path: &Path, directory: &Path) -> Result<(String, Vec<u8>), super::Error> {
    let bytes = fs::read(directory.join(path)).map_err(|error| super::Error::Read { path: path.to_owned(), error })?;
    Ok((path.display().to_string(), bytes))
}

/// Arguments win over the file.
pub(super) fn choose_rules(args: &RuleArgs, settings: &mut Settings) -> Result<(), super::Error> {
    settings.select.extend(rule_ids(&args.select)?);
    settings.ignore.extend(rule_ids(&args.ignore)?);
    Ok(())
}

/// The rules that are named, by themselves or by their group.
fn rule_ids(names: &[String]) -> Result<Vec<RuleId>, super::Error> {
    let known = spec::names();
    let find = |name: &String| value::rules(name, &known).map_err(|_| super::Error::unknown_rule(name));
    Ok(names.iter().map(find).collect::<Result<Vec<_>, _>>()?.concat())
}
