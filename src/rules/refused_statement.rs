//! See `rules/refused-statement.md`.

use super::support::edit;
use super::support::refusal::{Refusal, refusals};
use crate::review::step::{Release, Step};
use crate::rule::Findings;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut doubtful = None;
    for step in &release.steps {
        // A file that does not fit the history was written for another schema; nothing in it is certain any more.
        if !step.mismatches.is_empty() {
            doubtful = Some(step.file);
        }
        // Whether a statement in a body runs, and whether something catches the error, is not known.
        if doubtful == Some(step.file) || step.operation.body.is_some() {
            continue;
        }
        for refusal in refusals(step, release) {
            report(step, refusal, findings);
        }
    }
}

fn report(step: &Step<'_>, refusal: Refusal, findings: &mut Findings) {
    findings
        .on(step, format!("the server refuses this: {}", refusal.words))
        .at(edit::place(step, refusal.at))
        .label("fails here")
        .subject(refusal.subject)
        .help(refusal.help)
        .emit();
}
