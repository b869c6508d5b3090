//! See `rules/expand-with-contract.md`.

use super::support::copies::Copy;
use super::support::removal::{Removal, Removed, Replacement, removals};
use super::support::{column_path, edit, with_dependents};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::syntax::table::ColumnDef;

/// Added columns that are named and pointed at.
const SHOWN: usize = 3;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for removal in &removals(release) {
        match &removal.replacement {
            Some(Replacement::Copied(copy)) => copied(removal, copy, findings),
            Some(Replacement::Added { columns, again }) => added(removal, columns, *again, findings),
            None => {}
        }
    }
}

fn copied(removal: &Removal<'_, '_>, copy: &Copy<'_>, findings: &mut Findings) {
    let words = removal.what.words();
    let target = filled(copy);
    let message = format!("{words} is dropped in the release that copies it to {target}");
    let label = "the running code still uses it, and what it writes from now on is lost";
    report(removal, &message, label, findings, |builder| builder.related(copy.file, copy.span, "copied here"));
}

fn added(removal: &Removal<'_, '_>, columns: &[(&Step<'_>, &ColumnDef)], again: bool, findings: &mut Findings) {
    let Removed::Column(table, _) = removal.what else { return };
    let words = removal.what.words();
    let (message, label) = if again {
        (format!("{words} is dropped and added again in one release"), "what it holds is lost")
    } else {
        let shown: Vec<_> =
            columns.iter().take(SHOWN).map(|(_, column)| column_path(table, &column.name.name)).collect();
        let more = if columns.len() > SHOWN { ", …" } else { "" };
        let message = format!("{words} is dropped in the release that adds {}{more}", shown.join(", "));
        (message, "the running code still uses it and knows no other")
    };
    report(removal, &message, label, findings, |mut builder| {
        for (step, column) in columns.iter().take(SHOWN) {
            builder = builder.related(step.file, edit::place(step, column.name.span), "added here");
        }
        builder
    });
}

fn report<'f>(
    removal: &Removal<'_, '_>,
    message: &str,
    label: &str,
    findings: &'f mut Findings,
    places: impl FnOnce(crate::rule::Builder<'f>) -> crate::rule::Builder<'f>,
) {
    let builder = findings.on(removal.step, message).label(label).subject(removal.what.subject()).note(
        "the two belong in different releases: between them every reader and writer moves, and the rows of the old \
         shape are copied while both are kept in step",
    );
    let builder = removal.usage.show(with_dependents(places(builder), removal.step));
    builder
        .help(format!(
            "keep {} in this release; drop it in a later one, when no running code names it any more",
            removal.what.words()
        ))
        .emit();
}

/// `users.first_name, users.last_name`, or the table where no column is named.
fn filled(copy: &Copy<'_>) -> String {
    let columns = copy.columns.iter().take(SHOWN);
    let columns: Vec<_> = columns.map(|column| column_path(copy.target, &column.name)).collect();
    if columns.is_empty() { format!("table {}", copy.target.short()) } else { columns.join(", ") }
}
