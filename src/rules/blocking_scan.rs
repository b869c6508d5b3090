//! See `rules/blocking-scan.md`.

use super::support::{blocking, lasting, with_impacts};
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Quoted;
use crate::syntax::table::ConstraintKind;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    if let OperationKind::LockTable { .. } = step.operation.kind {
        return explicit_lock(step, findings);
    }
    if lasting(step).any(|impact| impact.rewrite) || refers_from_new_table(step, release) {
        return;
    }
    let Some(impact) = lasting(step).max_by_key(|impact| impact.mode) else { return };
    let relation = impact.relation.short();
    let (what, help) = words(step);
    let work = if impact.build && !impact.scan { "builds an index on" } else { "reads every row of" };
    let waiting = impact.mode.blocked();
    let mut builder = findings
        .on(step, format!("{what} {work} {relation} while {waiting} wait"))
        .label(format!("{waiting} wait as long as {relation} is big"))
        .subject(impact.relation.to_string());
    builder = with_impacts(builder, lasting(step));
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    builder.help(help).emit();
}

/// How long the lock is held depends on what follows, so this is a warning.
fn explicit_lock(step: &Step<'_>, findings: &mut Findings) {
    let Some(impact) = blocking(step).next() else { return };
    let relation = impact.relation.short();
    findings
        .on(step, format!("LOCK TABLE stops {} of {relation} until the transaction commits", impact.mode.blocked()))
        .label("everything after it runs under this lock")
        .subject(impact.relation.to_string())
        .impact(impact)
        .at_most(Level::Warning)
        .help(
            "keep what follows to a few statements that are done at once, or use a weaker mode, and set a lock_timeout",
        )
        .emit();
}

/// A foreign key of a new table has no rows to look up.
fn refers_from_new_table(step: &Step<'_>, release: &Release<'_>) -> bool {
    let OperationKind::Alter { action, .. } = &step.operation.kind else { return false };
    let adds = matches!(action.kind, ActionKind::AddConstraint(_) | ActionKind::AddColumn { .. });
    adds && step.on_new_table(release)
}

fn words(step: &Step<'_>) -> (String, String) {
    match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => action_words(relation, &action.kind),
        _ => ("this statement".to_owned(), "run it when nobody needs the table, with a lock_timeout".to_owned()),
    }
}

fn action_words(table: &QName, action: &ActionKind) -> (String, String) {
    let quiet = || "run it when nobody needs the table, with a lock_timeout".to_owned();
    let (what, help) = match action {
        ActionKind::AddConstraint(constraint) if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) => (
            "a primary key over columns that may be null",
            "make the columns NOT NULL first (see set-not-null-scan); then the index is all it needs".to_owned(),
        ),
        ActionKind::AlterConstraint { .. } => (
            "enforcing a constraint",
            format!("add a second constraint to {} with NOT VALID, and validate it on its own", table.short()),
        ),
        ActionKind::DetachPartition { .. } => (
            "DETACH PARTITION from a table that others refer to",
            "it has to be proven that no foreign key needs a row of the partition: delete those rows, and run it when \
             nobody needs the tables, with a lock_timeout"
                .to_owned(),
        ),
        ActionKind::AddColumn { column, .. } => {
            let help =
                "add the column alone; add its constraint with NOT VALID, and validate it in a transaction of its own";
            return (format!("adding column {}", Quoted(&column.name.name)), help.to_owned());
        }
        ActionKind::AddConstraint(constraint) => (adding(&constraint.kind), quiet()),
        ActionKind::SetType { column, .. } => {
            return (format!("changing the type of {}", Quoted(&column.name)), quiet());
        }
        ActionKind::SetNotNull { column } => return (format!("setting {} NOT NULL", Quoted(&column.name)), quiet()),
        ActionKind::ValidateConstraint { constraint } => {
            return (format!("validating {}", Quoted(&constraint.name)), quiet());
        }
        ActionKind::SetExpression { column, .. } => {
            return (format!("changing the expression of {}", Quoted(&column.name)), quiet());
        }
        ActionKind::Inherit { .. } => ("INHERIT", quiet()),
        _ => ("this action", quiet()),
    };
    (what.to_owned(), help)
}

fn adding(constraint: &ConstraintKind) -> &'static str {
    match constraint {
        ConstraintKind::ForeignKey(_) => "adding this foreign key",
        ConstraintKind::Check(_) => "adding this check constraint",
        ConstraintKind::NotNull(_) => "adding this NOT NULL constraint",
        ConstraintKind::Unique(_) => "adding this unique constraint",
        ConstraintKind::PrimaryKey(_) => "adding this primary key",
        ConstraintKind::Exclude(_) => "adding this exclusion constraint",
    }
}
