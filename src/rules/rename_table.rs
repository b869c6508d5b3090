//! See `rules/rename-table.md`.

use std::collections::BTreeSet;

use super::support::on_new_relation;
use super::support::rename::{Rename, Renames};
use crate::review::step::Release;
use crate::rule::Findings;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let renames = Renames::of(release);
    let used = |rename: &Rename<'_, '_>| {
        let step = rename.step;
        !on_new_relation(step, release)
            && !step.is_new(release, step.before.origin)
            && !step.is_new(release, step.before.renamed)
            && !is_partition(rename)
            && !renames.has_view(rename.old)
    };
    let moved: Vec<_> = renames.relations.iter().filter(|rename| used(rename)).collect();
    // The second half of a swap takes a name that the first half set free; the first half is reported.
    let vacated: BTreeSet<_> = moved.iter().map(|rename| rename.old).collect();
    for rename in moved.iter().filter(|rename| !vacated.contains(&rename.new)) {
        report(rename, &renames, findings);
    }
}

/// Queries name the parent of a partition.
fn is_partition(rename: &Rename<'_, '_>) -> bool {
    rename.step.before.table.as_ref().is_some_and(|table| !table.parents.is_empty())
}

fn report(rename: &Rename<'_, '_>, renames: &Renames<'_, '_>, findings: &mut Findings) {
    let old = rename.old.short();
    let new = rename.new.short();
    let taker = renames.taker(rename.old);
    let (message, label) = match taker {
        Some(_) => (
            format!("another relation takes the name {old}: the running code goes on with it and no longer sees {new}"),
            "swapped in one release",
        ),
        None => (format!("renaming {old} to {new} breaks the code that runs"), "the old name is gone at once"),
    };
    let mut builder = findings.on(rename.step, message).label(label).subject(rename.old.to_string());
    if let Some(taker) = taker {
        builder = builder.related(taker.file, taker.operation.span, "takes the old name here");
    }
    builder
        .note("until the deploy is complete, and again in a rollback, the previous release runs against this schema")
        .help(help(rename, taker.is_some()))
        .emit();
}

fn help(rename: &Rename<'_, '_>, swapped: bool) -> String {
    if swapped {
        return format!(
            "let every writer write both tables before the swap, and check that both hold the same rows; then say so: \
             -- switchback: allow(rename-table) <how {} was kept in step>",
            rename.new.short()
        );
    }
    format!(
        "leave a view under the old name, in the same transaction, and drop it when nothing names it any more:\nCREATE VIEW \
         {} AS SELECT * FROM {};",
        rename.old.short(),
        rename.new.short()
    )
}
