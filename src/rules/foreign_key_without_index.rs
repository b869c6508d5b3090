//! See `rules/foreign-key-without-index.md`.

use super::support::end::{End, Kept};
use super::support::{action, edit};
use crate::finding::Level;
use crate::review::step::{Impact, Release};
use crate::rule::Findings;
use crate::schema::catalog::{ConstraintBody, Index, Table, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::table::ReferentialAction;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for kept in End::of(release).constraints() {
        let table = kept.table;
        let known = table.complete || kept.constraint.columns.iter().all(|column| is_new(table, column, release));
        if known
            && kept.constraint.enforced
            && !table.temporary
            && !has_index(table, &kept.constraint.columns)
            && !is_inherited(kept.constraint, table, release)
        {
            report(&kept, release, findings);
        }
    }
}

/// No index can be on a column that was not there, but for those the release makes.
fn is_new(table: &Table, column: &Symbol, release: &Release<'_>) -> bool {
    let origin = table.column(column).and_then(|column| column.origin);
    origin.is_some_and(|origin| origin.release == release.number)
}

fn has_index(table: &Table, columns: &[Symbol]) -> bool {
    table.indexes.iter().any(|index| finds_rows(index, columns))
}

/// Whether the index leads to the rows with given values of `columns`: they are its first keys in whatever order, or some
/// of them are unique by themselves.
fn finds_rows(index: &Index, columns: &[Symbol]) -> bool {
    let is_ours = |key: &&Option<Symbol>| key.as_ref().is_some_and(|key| columns.contains(key));
    let leading = index.keys.iter().take_while(is_ours).count();
    let enough = leading >= columns.len() || (index.unique && leading == index.keys.len());
    index.skips_only_nulls(columns) && matches!(&*index.method, "btree" | "hash") && enough
}

/// A partition has the foreign keys of its parent, which is reported.
fn is_inherited(constraint: &TableConstraint, table: &Table, release: &Release<'_>) -> bool {
    let has = |parent: &QName| {
        let constraints = release.after.table(parent).map(|parent| parent.constraints.as_slice()).unwrap_or_default();
        constraints
            .iter()
            .any(|other| matches!(other.kind, ConstraintBody::ForeignKey { .. }) && other.columns == constraint.columns)
    };
    table.parents.iter().any(has)
}

fn report(kept: &Kept<'_, '_>, release: &Release<'_>, findings: &mut Findings) {
    let Kept { step, written, table, constraint } = *kept;
    let ConstraintBody::ForeignKey { table: parent, on_delete, .. } = &constraint.kind else { return };
    let short = table.name.short();
    let columns: Vec<_> = constraint.columns.iter().map(|column| Quoted(column).to_string()).collect();
    let columns = columns.join(", ");
    let parent = parent.short();
    let mut builder = findings
        .on(step, format!("no index of {short} begins with ({columns}), by which it refers to {parent}"))
        .at(edit::place(step, written.span))
        .label("its rows are found by reading all of them")
        .subject(format!("{}.{}", table.name, Quoted(&constraint.name)))
        .note(format!("every DELETE from {parent}, and every UPDATE of its key, reads all of {short}"));
    builder = match silent(*on_delete) {
        Some(what) => builder.note(format!("the rows it finds are {what}, and locked until the transaction commits")),
        None => builder.at_most(Level::Note),
    };
    if replaces(kept, release) {
        builder = builder.at_most(Level::Note).note("the foreign key it replaces had none either");
    }
    let new = step.is_new(release, table.origin);
    if let Some(impact) = size(kept) {
        builder = builder.size(impact);
    }
    let concurrently = if new || table.partitioned { "" } else { "CONCURRENTLY " };
    let name = edit::made_name(&[&table.name.name, &constraint.columns.join("_"), "idx"]);
    let place = if new { "add one" } else { "add one first, in a file that runs without a transaction" };
    builder.help(format!("{place}:\nCREATE INDEX {concurrently}{name} ON {short} ({columns});")).emit();
}

/// Whether the columns had a foreign key before, which the release drops: then it is no new burden.
fn replaces(kept: &Kept<'_, '_>, release: &Release<'_>) -> bool {
    release.steps.iter().filter(|step| step.file == kept.step.file).any(|step| {
        let Some((_, ActionKind::DropConstraint { constraint, .. })) =
            action(step).map(|(table, action)| (table, &action.kind))
        else {
            return false;
        };
        let Some(table) = step.before.table.as_deref().filter(|table| table.name == kept.table.name) else {
            return false;
        };
        table.constraint(&constraint.name).is_some_and(|dropped| {
            matches!(dropped.kind, ConstraintBody::ForeignKey { .. }) && dropped.columns == kept.constraint.columns
        })
    })
}

/// What happens to the referencing rows without a word.
fn silent(action: ReferentialAction) -> Option<&'static str> {
    match action {
        ReferentialAction::Cascade => Some("deleted along with it"),
        ReferentialAction::SetNull => Some("set to null"),
        ReferentialAction::SetDefault => Some("set to their default"),
        ReferentialAction::NoAction | ReferentialAction::Restrict => None,
    }
}

/// How big the referencing table is, where that is known.
fn size<'r>(kept: &Kept<'r, '_>) -> Option<&'r Impact> {
    kept.step.impacts.iter().find(|impact| impact.relation == kept.table.name)
}
