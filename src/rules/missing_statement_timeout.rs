//! See `rules/missing-statement-timeout.md`.

use super::support::{counted, is_concurrent};
use crate::review::session::{OpenTransaction, Timeout};
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;

/// The first statement of a file that may run without limit, and how many more do.
struct Unlimited<'r, 'a> {
    step: &'r Step<'a>,
    impact: &'r Impact,
    last: u32,
    more: usize,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    if !release.settings.policy.statement_timeout {
        return;
    }
    for steps in release.steps.chunk_by(|a, b| a.file == b.file) {
        let mut found: Option<Unlimited<'_, '_>> = None;
        for step in steps {
            let Some(impact) = runs_long(step) else { continue };
            let last = step.statement_index;
            match &mut found {
                Some(first) => {
                    first.more += usize::from(first.last != last);
                    first.last = last;
                }
                None => found = Some(Unlimited { step, impact, last, more: 0 }),
            }
        }
        if let Some(found) = found {
            report(&found, findings);
        }
    }
}

/// The table that a step works through without a limit. What is `CONCURRENTLY` has to end by itself: canceled half-way, it
/// leaves an invalid index behind.
fn runs_long<'s>(step: &'s Step<'_>) -> Option<&'s Impact> {
    let unlimited = matches!(step.session.statement_timeout, Timeout::Unset | Timeout::Off);
    if !unlimited || is_concurrent(step) {
        return None;
    }
    step.impacts.iter().find(|impact| impact.lasts())
}

fn report(found: &Unlimited<'_, '_>, findings: &mut Findings) {
    let Unlimited { step, impact, more, .. } = found;
    let table = impact.relation.short();
    let setting = match step.session.transaction {
        Some(OpenTransaction::Explicit(_) | OpenTransaction::Tool(_)) => "SET LOCAL statement_timeout = '30s';",
        Some(OpenTransaction::Implicit) | None => "SET statement_timeout = '30s';",
    };
    let state = if step.session.statement_timeout == Timeout::Off { "is switched off" } else { "is not set" };
    let mut builder = findings
        .on(step, format!("statement_timeout {state} when this works through {table}"))
        .label("may run without limit")
        .subject(impact.relation.to_string())
        .lock(impact)
        .measured(impact);
    if *more > 0 {
        let verb = if *more == 1 { "runs" } else { "run" };
        builder = builder.note(format!("{} of this file {verb} without limit too", counted(*more, "more statement")));
    }
    builder.help(format!("set one before it ([policy] statement-timeout in switchback.toml):\n{setting}")).emit();
}
