//! See `rules/transition-overdue.md`.

use super::support::span_words;
use crate::review::step::Release;
use crate::rule::Findings;
use crate::transition::Transition;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let ledger = release.ledger;
    let open = ledger.tracked().into_iter().filter(|found| !ledger.is_done(found));
    for transition in open {
        report(transition, release, findings);
    }
}

fn report(transition: &Transition, release: &Release<'_>, findings: &mut Findings) {
    let Some(today) = release.settings.today else { return };
    let first = transition.declared.or_else(|| transition.moves.first().map(|step| step.event));
    let Some(first) = first else { return };
    let names = |ids: &[crate::transition::ShapeId]| {
        ids.iter().map(|id| release.ledger.name(*id)).collect::<Vec<_>>().join(", ")
    };
    let what = if transition.old.is_empty() { names(&transition.new) } else { names(&transition.old) };
    let late = transition.due.map(|due| (due, today.days_since(due))).filter(|(_, days)| *days > 0);
    let age = release.time(first.at.file).map(|time| today.days_since(time.date()) * 86_400);
    let old = age.zip(release.settings.max_age).filter(|(age, most)| age > most);
    let message = match (late, old) {
        (Some((due, days)), _) => {
            format!("the replacement of {what} was due on {due}, {} ago", span_words(days * 86_400))
        }
        (None, Some((age, most))) => {
            format!("the replacement of {what} is open for {}, longer than {}", span_words(age), span_words(most))
        }
        (None, None) => return,
    };
    let phase = transition.phase().map_or("begun", crate::transition::Phase::word);
    let mut builder = findings
        .at(first.at.file, first.at.span, message)
        .label("not done")
        .subject(what)
        .note(format!("it is {phase}; until it is done, everybody pays for both shapes"));
    if let Some(owner) = &transition.owner {
        builder = builder.note(format!("its owner is {owner}"));
    }
    builder
        .help("take the next step, which `switchback status` names, or agree on another day and write it into by(…)")
        .emit();
}
