//! `switchback check`: settings, sources, the walk, the report.

use super::outputs::Outputs;
use super::{Streams, Terminal, inputs, release};
use crate::cli::{CheckArgs, RuleArgs};
use crate::config::value;
use crate::evidence::Evidence;
use crate::git::base::Surroundings;
use crate::lint::lint_with;
use crate::report::{Report, Style};
use crate::rule::RuleId;
use crate::settings::Settings;
use crate::source;
use crate::source::origin::Origin;
use crate::spec;

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
    let mut config = inputs::configuration(&args.input, &args.config, &args.database, &directory)?;
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
    if verbose {
        inputs::explain(&sources, log)?;
        compared.as_ref().map_or(Ok(()), |compared| release::explain(&compared.since, &sources, log))?;
    }
    let migrations = &sources.migrations;
    let outcome = lint_with(migrations, &config.settings, |targets| match &compared {
        Some(compared) => compared.evidence(&request, migrations, &config.settings.code, targets),
        None => Ok(Evidence::default()),
    })?;
    let style = Style { verbose, ..terminal.style };
    let actions = terminal.actions;
    outputs.write(&Report { outcome: &outcome, migrations, origin: &origin, style, actions }, out)?;
    let fail_on = args.output.fail_on.unwrap_or(config.fail_on);
    Ok(fail_on.level().is_some_and(|level| outcome.reaches(level)))
}

/// Arguments win over the file.
fn choose_rules(args: &RuleArgs, settings: &mut Settings) -> Result<(), super::Error> {
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
