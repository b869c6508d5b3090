//! `switchback baseline`: the findings that a team leaves, written down and cleared out.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use super::{Streams, inputs};
use crate::baseline::{self, Baseline, BaselineError, Entry, Run};
use crate::cli::BaselineArgs;
use crate::config::Config;
use crate::date::Moment;
use crate::lint::lint;
use crate::outcome::Outcome;
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::{report, source};

/// What a run over the migrations found, to hold a baseline against.
struct Found {
    config: Config,
    migrations: Vec<Migration>,
    origin: Origin,
    outcome: Outcome,
    /// The file.
    path: PathBuf,
    /// What it says.
    before: Baseline,
}

impl Found {
    fn run(&self) -> Run<'_> {
        Run { migrations: &self.migrations, origin: &self.origin, settings: &self.config.settings }
    }
}

/// Writes everything that is found.
pub fn write(args: &BaselineArgs, now: Moment, streams: Streams<'_>) -> Result<(), super::Error> {
    let Streams { input, out, log } = streams;
    let found = look(args, now, input, log, false)?;
    let after = found.before.rewritten(&found.outcome, found.run());
    baseline::write(&found.path, &after)?;
    let (new, gone) = (after.not_in(&found.before), found.before.not_in(&after));
    writeln!(out, "{}: {} ({new} new, {gone} gone)", shown(&found), counted(&after))?;
    Ok(())
}

/// Takes out what is not found any more.
pub fn prune(args: &BaselineArgs, now: Moment, streams: Streams<'_>) -> Result<(), super::Error> {
    let Streams { input, out, log } = streams;
    let found = look(args, now, input, log, true)?;
    let mut outcome = found.outcome.clone();
    let stale: BTreeSet<&Entry> = found.before.apply(&mut outcome, found.run()).into_iter().collect();
    let is_gone = |entry: &&Entry| !found.origin.from_root(&entry.path).exists();
    let gone: BTreeSet<&Entry> = stale.into_iter().chain(found.before.entries().filter(is_gone)).collect();
    let after = found.before.without(&gone);
    if !gone.is_empty() {
        baseline::write(&found.path, &after)?;
    }
    writeln!(out, "{}: {} ({} gone)", shown(&found), counted(&after), gone.len())?;
    Ok(())
}

fn look(
    args: &BaselineArgs,
    now: Moment,
    input: &mut dyn std::io::Read,
    log: &mut dyn Write,
    must_exist: bool,
) -> Result<Found, super::Error> {
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let config = inputs::configuration(&args.input, &args.config, &args.database, &directory, now, log)?;
    let (path, before) = match inputs::baseline(args.baseline.as_deref(), &config, &directory) {
        (path, _) if !must_exist && !path.exists() => (path, Baseline::default()),
        (path, _) => {
            let read = baseline::read(&path)?;
            (path, read)
        }
    };
    let origin = Origin::of(&directory);
    let request = inputs::request(&args.input, &config, directory, input)?;
    let mut sources = source::load(&request)?;
    inputs::start_after(None, &config, &mut sources)?;
    let outcome = lint(&sources.migrations, &config.settings);
    Ok(Found { config, migrations: sources.migrations, origin, outcome, path, before })
}

fn shown(found: &Found) -> String {
    found.origin.shown(&found.path).display().to_string()
}

/// `132 findings in 40 files`.
fn counted(baseline: &Baseline) -> String {
    if baseline.is_empty() {
        return "no findings".to_owned();
    }
    format!("{} in {}", report::counted(baseline.len(), "finding"), report::counted(baseline.paths().len(), "file"))
}

/// Moves to what is allowed what the baseline leaves, and says which of its entries are stale.
pub(super) fn leave(
    (path, explicit): (PathBuf, bool),
    outcome: &mut Outcome,
    run: Run<'_>,
    log: &mut dyn Write,
) -> Result<(), super::Error> {
    if !explicit && !path.exists() {
        return Ok(());
    }
    let baseline = baseline::read(&path)?;
    let stale = baseline.apply(outcome, run);
    if let Some(first) = stale.first() {
        let number = report::counted(stale.len(), "stale entry");
        let name = run.origin.shown(&path);
        writeln!(
            log,
            "warning: {number} in {}, such as {} in {}: what they leave is not found any more; `switchback baseline prune` takes them out",
            name.display(),
            first.rule,
            first.path,
        )?;
    }
    Ok(())
}

impl From<BaselineError> for super::Error {
    fn from(error: BaselineError) -> Self {
        Self::Baseline(Box::new(error))
    }
}
