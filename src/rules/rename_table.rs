//! See `rules/rename-table.md`.

use std::collections::BTreeSet;

use super::support::rename::{Rename, Renames};
use super::support::usage::{self, Usage};
use super::support::{action, on_new_relation};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::transition::{Event, Sync};

/// Changes of columns after the rename that are looked at.
const COLUMNS_CHANGED: usize = 16;

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
        report(rename, &renames, release, findings);
    }
}

/// Queries name the parent of a partition.
fn is_partition(rename: &Rename<'_, '_>) -> bool {
    rename.step.before.table.as_ref().is_some_and(|table| !table.parents.is_empty())
}

fn report(rename: &Rename<'_, '_>, renames: &Renames<'_, '_>, release: &Release<'_>, findings: &mut Findings) {
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
    if let Some((taker, since)) = taker.and_then(|taker| Some((taker, kept_in_step(rename, taker, release)?))) {
        let other = action(taker).map(|(relation, _)| relation.short()).unwrap_or_default();
        let file = release.file_name(since.at.file);
        return builder.allow_by_history(format!("every write to {old} reaches {other} as well since {file}"));
    }
    if let Some(taker) = taker {
        builder = builder.related(taker.file, taker.operation.span, "takes the old name here");
    }
    let builder = builder
        .note("until the deploy is complete, and again in a rollback, the previous release runs against this schema")
        .help(help(rename, release, taker.is_some()));
    // Views, triggers and functions of the schema follow a table by its identity, not by its name; bodies do not.
    let usage = Usage::of(rename.step, release, &usage::relation(rename.old));
    usage.conclude(builder, taker.is_none() && rename.step.before.dependents.is_empty());
}

/// Since when a trigger of an earlier release has every write reach the relation that takes the name, too.
fn kept_in_step(rename: &Rename<'_, '_>, taker: &Step<'_>, release: &Release<'_>) -> Option<Event> {
    let (old, new) = (rename.step.shape?, taker.shape?);
    let follows = |sync: &&Sync| {
        let until = sync.ended.is_none_or(|end| end.at.release == release.number);
        sync.from == old && sync.to == new && sync.started.at.release < release.number && until
    };
    release.ledger.kept(old).find(follows).map(|sync| sync.started)
}

fn help(rename: &Rename<'_, '_>, release: &Release<'_>, swapped: bool) -> String {
    if swapped {
        return format!(
            "let every writer write both tables before the swap, and check that both hold the same rows; then say so: \
             -- switchback: allow(rename-table) <how {} was kept in step>",
            rename.new.short()
        );
    }
    // Both are written alike: with the schema, if one of the two needs it.
    let plain = [rename.old, &rename.new].iter().all(|name| &*name.schema == "public");
    let written = |name: &QName| if plain { name.short() } else { name.to_string() };
    let changed = changed_later(rename, release);
    let place = if changed.is_empty() {
        "in the same transaction"
    } else {
        "in the same transaction and after the last statement that changes its columns"
    };
    format!(
        "leave a view under the old name, {place}, and drop it when nothing names it any more:\nCREATE VIEW {} AS SELECT \
         {} FROM {};",
        written(rename.old),
        columns(rename, &changed),
        written(&rename.new)
    )
}

/// The columns the view has, where all of them are known.
fn columns(rename: &Rename<'_, '_>, changed: &[&ActionKind]) -> String {
    let Some(table) = rename.step.before.table.as_ref().filter(|table| table.complete && !table.columns.is_empty())
    else {
        return "*".to_owned();
    };
    let shown = |name: &Symbol| {
        let mut current = name;
        for action in changed {
            match action {
                ActionKind::DropColumn { column, .. } if column.name == *current => return None,
                ActionKind::RenameColumn { column, to } if column.name == *current => current = &to.name,
                _ => {}
            }
        }
        let old = Quoted(name);
        Some(if current == name { old.to_string() } else { format!("{} AS {old}", Quoted(current)) })
    };
    let columns: Vec<_> = table.columns.iter().filter_map(|column| shown(&column.name)).collect();
    columns.join(", ")
}

/// What later statements of the release do to the columns of the renamed table that a view would be in the way of.
fn changed_later<'r>(rename: &Rename<'r, '_>, release: &'r Release<'_>) -> Vec<&'r ActionKind> {
    let later = release.steps.iter().skip_while(|step| !std::ptr::eq(*step, rename.step)).skip(1).filter_map(action);
    let of_table = later.filter(|(table, _)| **table == rename.new).map(|(_, action)| &action.kind);
    let of_columns = |action: &&ActionKind| {
        matches!(action, ActionKind::DropColumn { .. } | ActionKind::RenameColumn { .. } | ActionKind::SetType { .. })
    };
    of_table.filter(of_columns).take(COLUMNS_CHANGED).collect()
}
