//! Row changes that reach so many rows that they should be cut into batches.

use super::{batch, edit};
use crate::review::size::Size;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::bookkeeping;
use crate::schema::catalog::{ConstraintBody, Index};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Symbol;
use crate::syntax::query::{Reach, RowChange, RowVerb};

/// How a row change goes beyond a batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sweep {
    /// Every row.
    Everything,
    /// As many rows as its condition holds for.
    Filtered,
    /// Batches, but all in the one transaction of a procedural block.
    UncommittedLoop,
}

/// The impact of a row change on the table it writes.
pub(crate) fn target_impact<'s>(step: &'s Step<'_>, table: &QName) -> Option<&'s Impact> {
    step.impacts.iter().find(|impact| impact.relation == *table)
}

/// Reports a change of kind `verb` that runs over an existing table in one transaction.
pub(crate) fn report(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings, verbs: &[RowVerb]) {
    let OperationKind::ChangeRows { table, change } = &step.operation.kind else { return };
    let impact = target_impact(step, table);
    let small = impact.is_some_and(|impact| matches!(impact.size, Size::Small(_)));
    if !verbs.contains(&change.verb) || small || step.on_new_table(release) || bookkeeping::is_table(table) {
        return;
    }
    let Some(sweep) = sweep(step, change) else { return };
    let verb = verb_words(change.verb);
    let name = table.short();
    let (message, label) = match sweep {
        Sweep::Everything => (format!("one {verb} goes over every row of {name} in one transaction"), "every row"),
        Sweep::Filtered => (
            format!("one {verb} goes over any number of rows of {name} in one transaction"),
            "the condition sets no limit",
        ),
        Sweep::UncommittedLoop => (
            format!("the batches of this {verb} of {name} are all one transaction: the loop never commits"),
            "every batch stays open until the block ends",
        ),
    };
    let mut builder = findings
        .on(step, message)
        .at(edit::place(step, change.span))
        .label(label)
        .subject(table.to_string())
        .note(format!("every row it touches in {name} stays locked until the transaction commits"));
    if let Some(impact) = impact {
        builder = builder.size(impact);
    }
    builder.help(help(step, change, sweep)).emit();
}

fn sweep(step: &Step<'_>, change: &RowChange) -> Option<Sweep> {
    let in_loop = step.operation.body.is_some_and(|body| body.in_loop);
    let commits = step.operation.body.is_some_and(|body| body.commits_in_loop);
    match change.reach {
        Reach::Everything => Some(Sweep::Everything),
        // One row of a loop over rows; their number is that of the rounds.
        Reach::Filtered if in_loop && change.by_record => None,
        Reach::Filtered if (in_loop && commits) || names_key(step, change) => None,
        Reach::Filtered => Some(Sweep::Filtered),
        Reach::Batch if in_loop && !commits => Some(Sweep::UncommittedLoop),
        Reach::Batch | Reach::Named | Reach::Values | Reach::Nothing => None,
    }
}

/// Whether the condition fixes every column of a unique key, so that it holds for one row of each value.
fn names_key(step: &Step<'_>, change: &RowChange) -> bool {
    let Some(table) = step.before.table.as_ref().filter(|_| change.query.reads.is_empty()) else { return false };
    let fixed = |column: &Symbol| change.equals.contains(column);
    let by_constraint = table.constraints.iter().any(|constraint| {
        matches!(constraint.kind, ConstraintBody::PrimaryKey | ConstraintBody::Unique)
            && !constraint.columns.is_empty()
            && constraint.columns.iter().all(fixed)
    });
    let by_index = |index: &Index| {
        index.unique
            && !index.partial
            && !index.keys.is_empty()
            && index.keys.iter().all(|key| key.as_ref().is_some_and(fixed))
    };
    by_constraint || table.indexes.iter().any(by_index)
}

fn verb_words(verb: RowVerb) -> &'static str {
    match verb {
        RowVerb::Insert => "INSERT",
        RowVerb::Update => "UPDATE",
        RowVerb::Delete => "DELETE",
        RowVerb::Merge => "MERGE",
    }
}

fn help(step: &Step<'_>, change: &RowChange, sweep: Sweep) -> String {
    if sweep == Sweep::UncommittedLoop {
        return "COMMIT at the end of each round, in a procedure or DO block that runs outside a transaction, or drive \
                the batches from outside the migration"
            .to_owned();
    }
    batch::help(step, change)
}
