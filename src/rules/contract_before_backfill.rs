//! See `rules/contract-before-backfill.md`.

use super::support::grounds::Grounds;
use super::support::removal::{Removal, removals};
use crate::review::step::Release;
use crate::rule::Findings;
use crate::transition::{Phase, Standing};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for removal in removals(release).iter().filter(|removal| removal.replacement.is_none()) {
        if let Grounds::NotFilled(standing) = &removal.grounds {
            report(removal, standing, release, findings);
        }
    }
}

fn report(removal: &Removal<'_, '_>, standing: &Standing<'_>, release: &Release<'_>, findings: &mut Findings) {
    let words = removal.what.words();
    let new: Vec<String> = standing.transition.new.iter().map(|id| release.ledger.name(*id)).collect();
    let new = new.join(", ");
    let mut builder = findings
        .on(removal.step, format!("{words} is dropped, and the rows that were there were never copied to {new}"))
        .label("what only it holds is lost")
        .subject(removal.what.subject());
    for step in standing.transition.moves.iter().filter(|step| step.phase <= Phase::Syncing).take(2) {
        builder = builder.related(step.event.at.file, step.event.at.span, step.words.clone());
    }
    let builder = builder.note("what keeps the two in step reaches the rows that are written, not those that are not");
    removal
        .usage
        .show(builder)
        .help(format!(
            "copy the old rows in batches and check them, in a release before this one; if that was done outside SQL, say \
             so there: -- switchback: backfill {} job(<name>)",
            new.split(", ").next().unwrap_or_default()
        ))
        .emit();
}
