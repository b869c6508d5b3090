//! See `rules/rename-column.md`.

use super::support::rename::Renames;
use super::support::usage::{self, Usage};
use super::support::{action, column_path, column_subject, on_new_relation};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted};
use crate::transition::{ShapeId, SyncedBy};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let renames = Renames::of(release);
    for step in &release.steps {
        let Some((table, action)) = action(step) else { continue };
        let ActionKind::RenameColumn { column, to } = &action.kind else { continue };
        // The second half of a swap: the first half is reported.
        let takes_place = renames.column_vacater(table, &to.name).is_some() || takes_over(step, table, to, release);
        if !unused(step, column, release) && !takes_place && !renames.is_behind_view(table) {
            report(step, &renames, release, (table, column, to), findings);
        }
    }
}

/// Whether no released code can know the column by this name.
fn unused(step: &Step<'_>, column: &Ident, release: &Release<'_>) -> bool {
    on_new_relation(step, release)
        || step.is_new(release, step.before.origin)
        || step
            .column(&column.name)
            .is_some_and(|column| step.is_new(release, column.origin) || step.is_new(release, column.renamed))
}

/// Whether the column takes the name of one that the release drops, and that a trigger copied into it until then, and never
/// back: what the running code knows is the name that stays.
fn takes_over(step: &Step<'_>, table: &QName, to: &Ident, release: &Release<'_>) -> bool {
    let Some(new) = step.shape else { return false };
    let is_drop = |other: &&Step<'_>| {
        action(other).is_some_and(|(found, action)| {
            found == table && matches!(&action.kind, ActionKind::DropColumn { column, .. } if column.name == to.name)
        })
    };
    let start = release.steps.first().map_or(0, |first| first.order);
    let copied = |from: ShapeId, to: ShapeId| {
        release.ledger.kept(to).any(|sync| {
            (sync.from, sync.to) == (from, to)
                && matches!(sync.by, SyncedBy::Trigger { .. })
                && sync.started.order < start
                && sync.ended.is_none_or(|ended| ended.order >= start)
        })
    };
    let dropped = release.steps.iter().take_while(|other| other.order < step.order).filter(is_drop);
    dropped.filter_map(|drop| drop.shape).any(|old| copied(old, new) && !copied(new, old))
}

fn report(
    step: &Step<'_>,
    renames: &Renames<'_, '_>,
    release: &Release<'_>,
    (table, column, to): (&QName, &Ident, &Ident),
    findings: &mut Findings,
) {
    let old = column_path(table, &column.name);
    let new = column_path(table, &to.name);
    let taker = renames.column_taker(table, &column.name);
    let (message, label) = match taker {
        Some(_) => (
            format!("{old} becomes another column: the running code goes on reading and writing it, and misses {new}"),
            "its name goes to another column in the same release",
        ),
        None => (
            format!("renaming {old} to {} breaks the code that runs", Quoted(&to.name)),
            "the old name is gone at once",
        ),
    };
    let mut builder = findings.on(step, message).label(label).subject(column_subject(table, &column.name));
    if let Some(taker) = taker {
        builder = builder.related(taker.file, taker.operation.span, "takes the old name here");
    }
    let builder = builder
        .note("until the deploy is complete, and again in a rollback, the previous release runs against this schema")
        .help(help(column, to, taker.is_some()));
    let usage = Usage::of(step, release, &usage::column(table, &column.name));
    usage.conclude(builder, taker.is_none() && step.before.dependents.is_empty());
}

fn help(column: &Ident, to: &Ident, swapped: bool) -> String {
    let (old, new) = (Quoted(&column.name), Quoted(&to.name));
    if swapped {
        return format!(
            "let every write reach both columns before the swap, and check that both hold the same; then say so: -- \
             switchback: allow(rename-column) <how {old} was kept in step>"
        );
    }
    format!(
        "add {new} as a new column, keep both in step while readers and writers move, and drop {old} in a later release"
    )
}
