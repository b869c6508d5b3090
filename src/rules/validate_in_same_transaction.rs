//! See `rules/validate-in-same-transaction.md`.

use super::support::held::{Held, Holds};
use super::support::{action, edit, shares_pending};
use crate::engine::lock::LockMode;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::{ActionKind, AlterTable};
use crate::syntax::name::{Ident, Quoted};
use crate::syntax::table::ConstraintKind;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut holds = Holds::default();
    // The actions of a statement are looked through once, however many of them validate.
    let mut statement = None;
    let mut own = None;
    for step in &release.steps {
        if let OperationKind::Alter { relation, action, alter } = &step.operation.kind
            && let ActionKind::ValidateConstraint { constraint } = &action.kind
        {
            if statement != Some((step.file, step.statement_index)) {
                statement = Some((step.file, step.statement_index));
                own = strongest_action(step, relation, alter);
            }
            if let Some(scanned) = step.impacts.iter().find(|impact| impact.scan)
                && let Some(held) = holds.before(step, relation).or(own)
            {
                report(step, constraint, scanned, &held, findings);
            }
        }
        holds.after(step);
    }
}

fn report(step: &Step<'_>, constraint: &Ident, scanned: &Impact, held: &Held<'_>, findings: &mut Findings) {
    // Of a partitioned table the partitions are read.
    let table = action(step).map_or(&scanned.relation, |(relation, _)| relation);
    let name = Quoted(&constraint.name);
    let (short, locked, waiting) = (table.short(), held.relation.short(), held.mode.blocked());
    let later = if shares_pending(step) {
        "with a later release: all that is pending shares one transaction"
    } else {
        "in a transaction of its own, for example in the next migration"
    };
    findings
        .on(step, format!("validating {name} reads every row of {short} while {waiting} of {locked} wait"))
        .label("runs under the lock of an earlier statement")
        .subject(format!("{table}.{name}"))
        .impact(&held.impact(true, scanned.size))
        .related(held.file, held.by, held.taken())
        .help(format!("validate it {later}:\nALTER TABLE {short} VALIDATE CONSTRAINT {name};"))
        .emit();
}

/// One statement holds the strongest lock of its actions from its start to its end.
fn strongest_action<'s>(step: &Step<'_>, table: &'s QName, alter: &AlterTable) -> Option<Held<'s>> {
    let stronger = alter.actions.iter().filter_map(|action| Some((lock_needed(&action.kind)?, action.span)));
    let (mode, by) = stronger.max_by_key(|(mode, _)| *mode)?;
    Some(Held { relation: table, mode, by: edit::place(step, by), file: step.file, until: "the statement" })
}

/// The lock of an action, if it is stronger than that of validation.
fn lock_needed(action: &ActionKind) -> Option<LockMode> {
    match action {
        ActionKind::ValidateConstraint { .. }
        | ActionKind::SetStatistics { .. }
        | ActionKind::SetColumnOptions { .. }
        | ActionKind::SetOptions { .. }
        | ActionKind::ResetOptions { .. }
        | ActionKind::SetCluster { .. }
        | ActionKind::AttachPartition { .. } => None,
        ActionKind::Trigger { .. } => Some(LockMode::ShareRowExclusive),
        ActionKind::AddConstraint(constraint) if matches!(constraint.kind, ConstraintKind::ForeignKey(_)) => {
            Some(LockMode::ShareRowExclusive)
        }
        _ => Some(LockMode::AccessExclusive),
    }
}
