//! `switchback review`: a check, or the report of one, brought to a pull request.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use miette::Diagnostic;

use super::check::Checked;
use super::outputs::Outputs;
use super::{Streams, Terminal, inputs};
use crate::cli::output::ReportFormat;
use crate::cli::{CheckArgs, ReviewArgs};
use crate::forge::document::{Claimed, LARGEST};
use crate::forge::setup::{Change, Setup, Wanted};
use crate::forge::{self, Action, Ask, Done, ForgeError, ROOT_KEY};
use crate::git::base::Surroundings;
use crate::report::remark::{Remarks, Reported};
use crate::report::{commands, counted};
use crate::source::origin::Origin;

/// Checks, and posts what was found. True when findings reach the level that fails it.
pub fn run(
    args: &ReviewArgs,
    verbose: bool,
    terminal: Terminal,
    surroundings: &dyn Surroundings,
    streams: Streams<'_>,
) -> Result<bool, super::Error> {
    let wanted = Wanted {
        kind: args.forge.map(Into::into),
        repository: args.repository.clone(),
        number: args.number,
        commit: args.commit.clone(),
    };
    let setup = Setup::new(&wanted, surroundings)?;
    match &args.findings {
        Some(path) => post_report(path, args, &setup, streams),
        None => post_check(args, verbose, terminal, surroundings, &setup, streams),
    }
}

fn post_check(
    args: &ReviewArgs,
    verbose: bool,
    terminal: Terminal,
    surroundings: &dyn Surroundings,
    setup: &Setup,
    streams: Streams<'_>,
) -> Result<bool, super::Error> {
    let Streams { input, out, log } = streams;
    let mut outputs = Outputs::plan(&args.check.output, terminal, surroundings, log)?;
    let check = with_base(&args.check);
    let checked = Checked::new(&check, verbose, terminal, surroundings, input, log)?;
    let report = checked.report(verbose, terminal);
    let key = match &args.key {
        Some(key) => key.clone(),
        None => default_key(&check, &checked.origin)?,
    };
    let ask = Ask {
        key: &key,
        check_run: args.check_run,
        dry_run: args.dry_run,
        claimed: false,
        fails: checked.fail_on.level(),
    };
    let posted = publish(setup, &Reported::new(&report), ask);
    match &posted {
        Ok(done) if args.dry_run => {
            write_plan(done, out)?;
            outputs.standard = None;
        }
        Ok(done) => tell(done, setup, log)?,
        Err(error) if error.is_permission() => {
            writeln!(log, "warning: nothing is posted: {error}")?;
            if let Some(help) = Diagnostic::help(error) {
                writeln!(log, "  help: {help}")?;
            }
            if terminal.actions && args.check.output.output_format.is_none() {
                outputs.standard = Some(ReportFormat::Github);
            }
        }
        // Said at the end. Whatever a host says, the reports are written.
        Err(_) => {}
    }
    outputs.write(&report, out)?;
    match posted {
        Err(error) if !error.is_permission() => Err(error.into()),
        _ => Ok(checked.fails()),
    }
}

fn post_report(path: &Path, args: &ReviewArgs, setup: &Setup, streams: Streams<'_>) -> Result<bool, super::Error> {
    let Streams { out, log, .. } = streams;
    let refused = |why: String| super::Error::Findings { path: path.to_owned(), why };
    let mut bytes = Vec::new();
    let file = File::open(path).and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes));
    file.map_err(|error| super::Error::Read { path: path.to_owned(), error })?;
    if bytes.len() as u64 > LARGEST {
        return Err(refused(format!("it is larger than {} MiB", LARGEST / (1024 * 1024))));
    }
    let claimed = Claimed::read(&bytes, args.prefix.as_deref().unwrap_or_default()).map_err(refused)?;
    let fails = args.check.output.fail_on.unwrap_or_default().level();
    let key = args.key.as_deref().unwrap_or(ROOT_KEY);
    let ask = Ask { key, check_run: args.check_run, dry_run: args.dry_run, claimed: true, fails };
    // A job whose only task is to post has nothing to fall back on.
    let done = publish(setup, &claimed, ask)?;
    if args.dry_run {
        write_plan(&done, out)?;
    } else {
        tell(&done, setup, log)?;
    }
    Ok(fails.is_some_and(|level| claimed.reaches(level)))
}

fn publish(setup: &Setup, remarks: &dyn Remarks, ask: Ask<'_>) -> Result<Done, ForgeError> {
    if setup.token.is_none() && !ask.dry_run {
        return Err(ForgeError::NoToken { variable: setup.kind.token_variable() });
    }
    forge::publish(setup, remarks, ask)
}

/// A review is about what a pull request brings, so it is compared with where it goes.
fn with_base(args: &CheckArgs) -> CheckArgs {
    let mut args = args.clone();
    if args.release.base.is_none() && !args.release.staged {
        args.release.base = Some("auto".to_owned());
    }
    args
}

/// The folder of the configuration: in a repository of several, each has its own comments. It stays the same where a
/// configuration is added at the root.
fn default_key(args: &CheckArgs, origin: &Origin) -> Result<String, super::Error> {
    let directory = std::env::current_dir().map_err(super::Error::Directory)?;
    let file = inputs::file(&args.input, &args.config, &directory);
    let folder = file.as_deref().and_then(Path::parent).map(|folder| origin.rooted(folder));
    let folder = folder.filter(|folder| !folder.as_os_str().is_empty() && folder.is_relative());
    Ok(folder.map_or_else(|| ROOT_KEY.to_owned(), |folder| folder.to_string_lossy().into_owned()))
}

/// What would be done, as JSON.
fn write_plan(done: &Done, out: &mut dyn Write) -> io::Result<()> {
    let actions = match done {
        Done::Plan(actions) => actions.as_slice(),
        Done::MovedOn { .. } => &[],
    };
    serde_json::to_writer_pretty(commands::Json::new(out), actions)?;
    writeln!(out)
}

/// What was done, for whoever reads the log.
fn tell(done: &Done, setup: &Setup, log: &mut dyn Write) -> io::Result<()> {
    let place = match setup.change {
        Change::Number(number) => format!("{}#{number}", setup.repository),
        Change::Branch { .. } | Change::Commit => setup.repository.clone(),
    };
    match done {
        Done::MovedOn { checked, head } => {
            writeln!(log, "nothing is posted: {checked} was checked, and {place} has moved on to {head}")
        }
        Done::Plan(actions) => {
            let words = words(actions);
            let words = if words.is_empty() { "nothing to say that is not said".to_owned() } else { words.join(", ") };
            writeln!(log, "{place}: {words}")
        }
    }
}

fn words(actions: &[Action]) -> Vec<String> {
    let withdrawn = actions.iter().filter(|action| matches!(action, Action::Withdraw { .. })).count();
    let mut words = Vec::new();
    for action in actions {
        match action {
            Action::Review { comments, .. } if comments.is_empty() => words.push("a review is posted".to_owned()),
            Action::Review { comments, .. } => {
                words.push(format!("a review with {} is posted", counted(comments.len(), "comment")));
            }
            Action::PostSummary { .. } => words.push("the summary is posted".to_owned()),
            Action::EditSummary { .. } => words.push("the summary is edited".to_owned()),
            Action::Annotate(annotations) => {
                let number = annotations.batches.iter().map(Vec::len).sum();
                words.push(format!("{} posted", counted(number, "annotation")));
            }
            Action::Withdraw { .. } | Action::DeleteSummary { .. } => {}
        }
    }
    if withdrawn > 0 {
        words.push(format!("{} taken back", counted(withdrawn, "comment")));
    }
    words
}
