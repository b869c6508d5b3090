//! `switchback check`: settings, sources, the walk, the report.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, Read, Write};
use std::path::Path;

use super::fix::{self, Fixes, Looked};
use super::outputs::Outputs;
use super::projects::Part;
use super::release::Compared;
use super::{Streams, Terminal, baseline, inputs, release};
use crate::baseline::Run;
use crate::cli::{CheckArgs, RuleArgs};
use crate::config::value::FailOn;
use crate::config::{Config, value};
use crate::date::Moment;
use crate::evidence::{Evidence, queries};
use crate::finding::Finding;
use crate::fix::apply;
use crate::git::base::Surroundings;
use crate::lint::lint_with;
use crate::outcome::{Allowed, AllowedBy, Outcome};
use crate::report::{self, Report, Style};
use crate::rule::RuleId;
use crate::settings::Settings;
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::source::{self, Request, Scope};
use crate::spec;
use crate::suppress::add;

/// Runs the check. True when findings reach the level that fails it.
pub fn run(
    args: &CheckArgs,
    verbose: bool,
    terminal: Terminal,
    surroundings: &dyn Surroundings,
    streams: Streams<'_>,
) -> Result<bool, super::Error> {
    let Streams { input, out, log } = streams;
    let outputs = Outputs::plan(&args.output, terminal, surroundings, log)?;
    let checked = Checked::new(args, verbose, terminal, surroundings, input, log)?;
    if args.fix.diff {
        checked.fixes.iter().try_for_each(|fixes| fixes.diff(terminal, out))?;
        return Ok(checked.fixes.iter().any(|fixes| !fixes.is_empty()));
    }
    if args.fix.fix_only {
        return Ok(false);
    }
    outputs.write(&checked.report(verbose, terminal), out)?;
    Ok(checked.fails())
}

/// What a check found, and in what.
pub(super) struct Checked {
    outcome: Outcome,
    migrations: Vec<Migration>,
    pub(super) origin: Origin,
    pub(super) fail_on: FailOn,
    fixes: Vec<Fixes>,
}

/// One history, and how it is looked at.
struct History<'a> {
    args: &'a CheckArgs,
    config: &'a Config,
    compared: Option<&'a Compared>,
    origin: &'a Origin,
}

impl History<'_> {
    /// Reads it, and checks it.
    fn look(&self, request: &Request, verbose: bool, log: &mut dyn Write) -> Result<Looked, super::Error> {
        let Self { args, config, compared, origin } = *self;
        let mut sources = source::load(request)?;
        if let Some(compared) = compared {
            compared.since.mark(&request.directory, &mut sources);
        }
        inputs::start_after(args.release.start_after.as_ref(), config, &mut sources)?;
        if verbose {
            inputs::explain(&sources, log)?;
            compared.map_or(Ok(()), |compared| release::explain(&compared.since, &sources, log))?;
        }
        let migrations = sources.migrations;
        let mut outcome = lint(args, config, request, compared, &migrations)?;
        if !args.leave.no_baseline {
            let run = Run { migrations: &migrations, origin, settings: &config.settings };
            let file = inputs::baseline(args.leave.baseline.as_deref(), config, &request.directory);
            baseline::leave(file, &mut outcome, run, log)?;
        }
        Ok(Looked { migrations, outcome })
    }
}

impl Checked {
    /// Reads what is named, and checks it, project by project.
    pub(super) fn new(
        args: &CheckArgs,
        verbose: bool,
        terminal: Terminal,
        surroundings: &dyn Surroundings,
        input: &mut dyn Read,
        log: &mut dyn Write,
    ) -> Result<Self, super::Error> {
        let directory = std::env::current_dir().map_err(super::Error::Directory)?;
        let parts = inputs::parts(&args.input, &args.config, &args.database, &directory, terminal.now, log)?;
        let origin = Origin::of(&directory);
        let mut checked = Self {
            outcome: Outcome::default(),
            migrations: Vec::new(),
            origin,
            fail_on: FailOn::Never,
            fixes: Vec::new(),
        };
        for Part { config, input: named } in parts {
            // The strictest of all.
            let fail_on = args.output.fail_on.unwrap_or(config.fail_on);
            let stricter =
                fail_on.level().is_some_and(|level| checked.fail_on.level().is_none_or(|other| level < other));
            checked.fail_on = if stricter { fail_on } else { checked.fail_on };
            let args = CheckArgs { input: named, ..args.clone() };
            let now = terminal.now;
            checked.add(&args, verbose, config, &directory, now, surroundings, input, log)?;
        }
        Ok(checked)
    }

    /// Checks one history, and adds what is found.
    #[expect(clippy::too_many_arguments, reason = "each is another side of the surroundings")]
    fn add(
        &mut self,
        args: &CheckArgs,
        verbose: bool,
        mut config: Config,
        directory: &Path,
        now: Moment,
        surroundings: &dyn Surroundings,
        input: &mut dyn Read,
        log: &mut dyn Write,
    ) -> Result<(), super::Error> {
        choose_rules(&args.rules, &mut config.settings)?;
        let mut request = inputs::request(&args.input, &config, directory.to_owned(), input)?;
        if args.migrations_only {
            let paths: Vec<_> = config.paths.iter().map(|path| request.absolute(path)).collect();
            request.scope = if paths.is_empty() { Scope::Likely } else { Scope::Within(paths) };
        }
        let compared = release::compare(&args.release, &request, surroundings)?;
        if let Some(compared) = &compared {
            request.overlay = compared.since.overlay();
        }
        let history = History { args, config: &config, compared: compared.as_ref(), origin: &self.origin };
        let mut looked = history.look(&request, verbose, log)?;
        if args.fix.wanted() {
            let released = release::released(compared.as_ref(), &request, surroundings, &looked.migrations);
            let rules = fix::Rules { args: &args.fix, request: &request, released: &released, now };
            let (left, fixes) = fix::converge(&rules, looked, |overlay| {
                // What is said once is not said again.
                history.look(&Request { overlay: overlay.clone(), ..request.clone() }, false, &mut io::sink())
            })?;
            looked = left;
            if !args.fix.diff {
                fixes.write(log)?;
            }
            self.fixes.push(fixes);
        }
        let Looked { migrations, mut outcome } = looked;
        if let Some(reason) = &args.add_allow {
            add_allows(reason, &migrations, &request.directory, &mut outcome, log)?;
        }
        self.outcome.add(outcome, self.migrations.len());
        self.migrations.extend(migrations);
        Ok(())
    }

    /// As standard output shows it.
    pub(super) fn report(&self, verbose: bool, terminal: Terminal) -> Report<'_> {
        let Terminal { style, actions, .. } = terminal;
        let style = Style { verbose, ..style };
        Report { outcome: &self.outcome, migrations: &self.migrations, origin: &self.origin, style, actions }
    }

    /// Whether findings reach the level that fails the run.
    pub(super) fn fails(&self) -> bool {
        self.fail_on.level().is_some_and(|level| self.outcome.reaches(level))
    }
}

/// Checks what was read, with what is known from outside.
fn lint(
    args: &CheckArgs,
    config: &Config,
    request: &Request,
    compared: Option<&Compared>,
    migrations: &[Migration],
) -> Result<Outcome, super::Error> {
    let record = args.evidence.query_stats.as_ref().map(|path| request.directory.join(path));
    let records: Vec<_> = record.into_iter().chain(config.stats.clone()).collect();
    let queries = args.evidence.query_stats.as_ref().map(|path| read(path, &request.directory)).transpose()?;
    lint_with(migrations, &config.settings, |targets| {
        let mut evidence = match compared {
            Some(compared) => compared.evidence(request, migrations, &config.settings.code, targets, &records)?,
            None => Evidence::default(),
        };
        if let Some((name, bytes)) = &queries {
            evidence.queries = Some(queries::search(name, bytes, targets)?);
        }
        Ok(evidence)
    })
}

/// Writes the comments that allow what is found. What could not be written stays a finding.
fn add_allows(
    reason: &str,
    migrations: &[Migration],
    directory: &Path,
    outcome: &mut Outcome,
    log: &mut dyn Write,
) -> Result<(), super::Error> {
    let mut written = BTreeSet::new();
    let mut comments = 0;
    for (file, edits) in add::directives(&outcome.findings, migrations, reason) {
        let Some(migration) = migrations.get(file as usize) else { continue };
        match apply::to_file(&directory.join(&migration.path), migration.file_text(), &edits) {
            Ok(()) => {
                comments += edits.len();
                written.insert(file);
            }
            Err(error) => writeln!(log, "warning: {} is left as it is: {error}", migration.path.display())?,
        }
    }
    let is_allowed = |finding: &Finding| written.contains(&finding.file) && add::can_be_allowed(finding);
    let (allowed, left) = std::mem::take(&mut outcome.findings).into_iter().partition(is_allowed);
    outcome.findings = left;
    let number = allowed.len();
    let allow = |finding| Allowed { finding, reason: reason.to_owned(), by: AllowedBy::Directive };
    outcome.allowed.extend(allowed.into_iter().map(allow));
    outcome.count();
    let (comments, files) = (report::counted(comments, "comment"), report::counted(written.len(), "file"));
    writeln!(log, "{comments} in {files} added, for {}", report::counted(number, "finding"))?;
    Ok(())
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
