//! See `rules/contract-before-expand.md`.

use super::support::grounds::Grounds;
use super::support::removal::{Removal, Removed, removals};
use super::support::with_dependents;
use crate::review::step::Release;
use crate::rule::{Builder, Findings};
use crate::syntax::name::Quoted;

/// Things in a dropped schema that a finding names.
const CONTENTS_SHOWN: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for removal in removals(release).iter().filter(|removal| removal.replacement.is_none()) {
        match &removal.grounds {
            _ if removal.usage.is_used() => report(removal, findings),
            Grounds::None => report(removal, findings),
            Grounds::Ready(history) => allow(removal, history, findings),
            // Rules of their own speak of what is missing.
            Grounds::StillWritten(_) | Grounds::NotFilled(_) | Grounds::TooSoon(..) => {}
        }
    }
}

/// The history shows that it was time.
fn allow(removal: &Removal<'_, '_>, history: &str, findings: &mut Findings) {
    let message = format!("{} is dropped", removal.what.words());
    let reason = match removal.usage.clean() {
        Some(clean) => format!("{history}, {clean}"),
        None => history.to_owned(),
    };
    findings.on(removal.step, message).subject(removal.what.subject()).allow_by_history(reason);
}

fn report(removal: &Removal<'_, '_>, findings: &mut Findings) {
    let words = removal.what.words();
    let (message, label) = match removal.usage.users() {
        Some(users) => (format!("{words} is dropped while {users}"), "still used"),
        None => (
            format!("{words} is dropped, and nothing shows that the running code has stopped using it"),
            "no earlier release retired it",
        ),
    };
    let builder =
        findings.on(removal.step, message).label(label).subject(removal.what.subject()).note(
            "until the deploy is complete, and again in a rollback, the previous release runs against this schema",
        );
    let mut builder = with_contents(with_dependents(builder, removal.step), removal);
    if let Some(advice) = removal.usage.advice("contract-before-expand") {
        builder = builder.note(advice);
    }
    removal.usage.conclude(builder.help(help(removal)), removal.step.before.dependents.is_empty());
}

/// Names what is in a schema that is dropped with everything in it.
fn with_contents<'b>(builder: Builder<'b>, removal: &Removal<'_, '_>) -> Builder<'b> {
    let cascade = removal.step.before.cascade.as_ref().filter(|_| matches!(removal.what, Removed::Schema(_)));
    let inside = cascade.map(|cascade| cascade.taken.as_slice()).unwrap_or_default();
    let builder = inside
        .iter()
        .take(CONTENTS_SHOWN)
        .fold(builder, |builder, taken| builder.note(format!("{taken} goes with it")));
    match inside.len().checked_sub(CONTENTS_SHOWN) {
        None | Some(0) => builder,
        Some(more) => builder.note(format!("so do {more} more")),
    }
}

fn help(removal: &Removal<'_, '_>) -> String {
    let words = removal.what.words();
    if let Removed::Column(table, column) = removal.what {
        let required = removal.step.column(&column.name).and_then(|column| column.not_null);
        if required != Some(false) {
            return format!(
                "first ship a release that no longer uses {words} and lets new rows leave it out, then drop it in a later \
                 one:\nALTER TABLE {} ALTER COLUMN {} DROP NOT NULL;",
                table.short(),
                Quoted(&column.name)
            );
        }
    }
    format!("first ship a release that no longer uses {words}, then drop it in a later one")
}
