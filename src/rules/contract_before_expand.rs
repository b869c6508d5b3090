//! See `rules/contract-before-expand.md`.

use super::support::removal::{Removal, Removed, removals};
use super::support::with_dependents;
use crate::review::step::Release;
use crate::rule::{Builder, Findings};
use crate::syntax::name::Quoted;

/// Things in a dropped schema that a finding names.
const CONTENTS_SHOWN: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for removal in removals(release).iter().filter(|removal| removal.replacement.is_none()) {
        report(removal, findings);
    }
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
    if removal.usage.is_unsearched() && !removal.usage.is_used() {
        builder = builder.note(
            "with --base the code that is running is searched for it; or say how you know that it is unused: -- \
             switchback: allow(contract-before-expand) <evidence>",
        );
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
