//! See `rules/missing-lock-timeout.md`.

use super::support::{blocking, counted, edit};
use crate::fix::{Edit, Fix};
use crate::review::session::{OpenTransaction, Timeout};
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::source::migration::TransactionMode;
use crate::syntax::statement::StatementKind;

/// The first statement of a file that may wait for ever, and how many more do.
struct Unbounded<'r, 'a> {
    step: &'r Step<'a>,
    impact: &'r Impact,
    last: u32,
    more: usize,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut file: Option<Unbounded<'_, '_>> = None;
    for step in &release.steps {
        let Some(impact) = waits(step) else { continue };
        match &mut file {
            Some(first) if first.step.file == step.file => {
                first.more += usize::from(first.last != step.statement_index);
                first.last = step.statement_index;
            }
            _ => {
                if let Some(done) = file.replace(Unbounded { step, impact, last: step.statement_index, more: 0 }) {
                    report(&done, findings);
                }
            }
        }
    }
    if let Some(done) = file {
        report(&done, findings);
    }
}

/// The lock that a step may wait for without limit.
fn waits<'s>(step: &'s Step<'_>) -> Option<&'s Impact> {
    let unlimited = matches!(step.session.lock_timeout, Timeout::Unset | Timeout::Off);
    let gives_up = matches!(step.statement.kind, StatementKind::LockTable { nowait: true, .. });
    if !unlimited || gives_up {
        return None;
    }
    blocking(step).max_by_key(|impact| impact.mode)
}

fn report(file: &Unbounded<'_, '_>, findings: &mut Findings) {
    let Unbounded { step, impact, more, .. } = file;
    let relation = impact.relation.short();
    let lock = impact.mode.words();
    let (message, label) = match step.session.lock_timeout {
        Timeout::Off => (
            format!("lock_timeout is switched off when {lock} on {relation} is requested"),
            "may wait without limit, and everybody behind it",
        ),
        _ => (
            format!("no lock_timeout is set when {lock} on {relation} is requested"),
            "may wait without limit, and everybody behind it",
        ),
    };
    let mut builder = findings
        .on(step, message)
        .label(label)
        .subject(impact.relation.to_string())
        .lock(impact)
        .note(waiting(impact.mode.blocks_reads(), &relation));
    if *more > 0 {
        let verb = if *more == 1 { "waits" } else { "wait" };
        builder = builder.note(format!("{} of this file {verb} in the same way", counted(*more, "more statement")));
    }
    if let Some(fix) = fix(step) {
        builder = builder.fix(fix);
    }
    builder
        .help(format!("set a timeout before it, and run the migration again when it strikes:\n{}", setting(step)))
        .emit();
}

fn setting(step: &Step<'_>) -> &'static str {
    match step.session.transaction {
        Some(OpenTransaction::Explicit(_) | OpenTransaction::Tool) => "SET LOCAL lock_timeout = '5s';",
        Some(OpenTransaction::Implicit) | None => "SET lock_timeout = '5s';",
    }
}

/// To be read first: whether the migration can be run again after a timeout is not ours to know.
fn fix(step: &Step<'_>) -> Option<Fix> {
    // With a second statement the file would become a transaction, which this command refuses.
    if step.effects.no_transaction && step.mode != TransactionMode::None {
        return None;
    }
    let source = &step.migration.text;
    let at = step.statement.span.start;
    let text = format!("{}{}{}", setting(step), edit::newline(source), edit::indentation(source, at));
    Some(Fix::manual("set a lock_timeout", vec![Edit::insert(at, text)]))
}

/// Who waits behind the statement while it waits itself. Reads neither hold up `SHARE` nor queue behind it.
fn waiting(blocks_reads: bool, relation: &str) -> String {
    if blocks_reads {
        format!("while it waits behind one long query, every later query on {relation} waits behind it")
    } else {
        format!("while it waits behind one long write, every later write to {relation} waits behind it")
    }
}
