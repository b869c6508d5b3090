//! See `rules/validate-in-same-transaction.md`.

use super::support::held::{Held, Holds};
use super::support::{edit, with_impacts};
use crate::engine::lock::LockMode;
use crate::review::step::{Release, Step};
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
            if step.impacts.iter().any(|impact| impact.scan)
                && let Some(held) = holds.before(step, relation).or(own)
            {
                report(step, relation, constraint, &held, findings);
            }
        }
        holds.after(step);
    }
}

fn report(step: &Step<'_>, table: &QName, constraint: &Ident, held: &Held<'_>, findings: &mut Findings) {
    let name = Quoted(&constraint.name);
    let locked = held.relation.short();
    let builder = findings
        .on(step, format!("validating {name} reads every row of {} while {locked} stays locked", table.short()))
        .label(format!("{} of {locked} wait meanwhile", held.mode.blocked()))
        .subject(format!("{table}.{name}"))
        .note(format!("{} on {locked} is held until the end of {}", held.mode.words(), held.until))
        .related(step.file, held.by, format!("{} on {locked} is taken here", held.mode.words()));
    with_impacts(builder, step.impacts.iter().filter(|impact| impact.scan))
        .help(format!(
            "validate it in a transaction of its own, for example in the next migration:\nALTER TABLE {} VALIDATE \
             CONSTRAINT {name};",
            table.short()
        ))
        .emit();
}

/// One statement holds the strongest lock of its actions from its start to its end.
fn strongest_action<'s>(step: &Step<'_>, table: &'s QName, alter: &AlterTable) -> Option<Held<'s>> {
    let stronger = alter.actions.iter().filter_map(|action| Some((lock_needed(&action.kind)?, action.span)));
    let (mode, by) = stronger.max_by_key(|(mode, _)| *mode)?;
    Some(Held { relation: table, mode, by: edit::place(step, by), until: "the statement" })
}

/// The lock of an action, if it is stronger than that of validation.
fn lock_needed(action: &ActionKind) -> Option<LockMode> {
    match action {
        ActionKind::ValidateConstraint { .. }
        | ActionKind::SetStatistics { .. }
        | ActionKind::SetColumnOptions { .. }
        | ActionKind::SetOptions { .. }
        | ActionKind::SetCluster
        | ActionKind::AttachPartition { .. } => None,
        ActionKind::Trigger { .. } => Some(LockMode::ShareRowExclusive),
        ActionKind::AddConstraint(constraint) if matches!(constraint.kind, ConstraintKind::ForeignKey(_)) => {
            Some(LockMode::ShareRowExclusive)
        }
        _ => Some(LockMode::AccessExclusive),
    }
}
