//! See `rules/backfill-in-ddl-transaction.md`.

use super::support::held::{Held, Holds};
use super::support::{edit, sweep};
use crate::review::size::Size;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::bookkeeping;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::query::{Reach, RowChange, RowVerb};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut holds = Holds::default();
    for step in &release.steps {
        if let OperationKind::ChangeRows { table, change } = &step.operation.kind
            && takes_long(step, release, table, change)
            && let Some(held) = holds.before(step, table)
        {
            report(step, table, change, &held, findings);
        }
        holds.after(step);
    }
}

fn report(step: &Step<'_>, table: &QName, change: &RowChange, held: &Held<'_>, findings: &mut Findings) {
    let locked = held.relation.short();
    findings
        .on(step, format!("rows of {} are changed while {} of {locked} wait", table.short(), held.mode.blocked()))
        .at(edit::place(step, change.span))
        .label("runs under the lock of an earlier statement")
        .subject(table.to_string())
        .lock(&held.impact(false, Size::Unknown))
        .related(held.file, held.by, held.taken())
        .help("move the rows in a migration of its own, in batches that commit, after the schema change has committed")
        .emit();
}

/// Whether the change may go over many rows, of a table that has many or into one that is filled here.
fn takes_long(step: &Step<'_>, release: &Release<'_>, table: &QName, change: &RowChange) -> bool {
    if bookkeeping::is_table(table) {
        return false;
    }
    let small = sweep::target_impact(step, table).is_some_and(|impact| matches!(impact.size, Size::Small(_)));
    match change.verb {
        // `SELECT 'x' WHERE NOT EXISTS (…)` reads only the table it adds a row to.
        RowVerb::Insert => {
            change.reach != Reach::Values && change.query.reads.iter().any(|read| *read.last() != table.name)
        }
        RowVerb::Update | RowVerb::Delete | RowVerb::Merge => {
            !small
                && !step.on_new_table(release)
                && matches!(change.reach, Reach::Everything | Reach::Filtered | Reach::Batch)
        }
    }
}
