//! See `rules/blocking-scan.md`.

use super::support::{blocking, edit, lasting, with_impacts};
use crate::engine::effect::LockedKind;
use crate::finding::Level;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Quoted;
use crate::syntax::object::{AlterObject, ObjectChange};
use crate::syntax::statement::ReindexTarget;
use crate::syntax::table::ConstraintKind;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    if let OperationKind::LockTable { .. } = step.operation.kind {
        return explicit_lock(step, findings);
    }
    if lasting(step).any(|impact| impact.rewrite) || refers_from_new_table(step, release) {
        return;
    }
    let reindex = matches!(step.operation.kind, OperationKind::Reindex { .. });
    // The table of an index may be unknown; then its lock is all there is to go by.
    let unknown = || blocking(step).find(|impact| reindex && impact.kind == LockedKind::Index);
    let Some(impact) = lasting(step).max_by_key(|impact| impact.mode).or_else(unknown) else { return };
    let relation = impact.relation.short();
    let (what, help) = words(step, &impact.relation);
    let (work, waiting) = match (reindex, impact.build && !impact.scan) {
        (true, _) => ("rebuilds", "reads and writes"),
        (false, true) => ("builds an index on", impact.mode.blocked()),
        (false, false) => ("reads every row of", impact.mode.blocked()),
    };
    let mut builder = findings
        .on(step, format!("{what} {work} {relation} while {waiting} wait"))
        .label(format!("{waiting} wait as long as {relation} is big"))
        .subject(impact.relation.to_string());
    builder = with_impacts(builder, blocking(step).filter(|other| other.lasts() || !impact.lasts()));
    if reindex {
        builder = builder.note("planning a query locks every index of its tables, so readers wait as well");
    }
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
        .help("keep what follows to a few statements that are done at once, or use a weaker mode, and set a lock_timeout")
        .emit();
}

/// A foreign key of a new table has no rows to look up.
fn refers_from_new_table(step: &Step<'_>, release: &Release<'_>) -> bool {
    let OperationKind::Alter { action, .. } = &step.operation.kind else { return false };
    let adds = matches!(action.kind, ActionKind::AddConstraint(_) | ActionKind::AddColumn { .. });
    adds && step.on_new_table(release)
}

fn words(step: &Step<'_>, scanned: &QName) -> (String, String) {
    let (what, help) = match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => return action_words(relation, &action.kind),
        _ => other_words(step, scanned),
    };
    (what.to_owned(), help)
}

fn other_words(step: &Step<'_>, scanned: &QName) -> (&'static str, String) {
    match &step.operation.kind {
        OperationKind::Reindex { target, name, .. } => ("REINDEX", reindex_help(step, *target, name.as_ref())),
        OperationKind::AlterObject { name: Some(name), def, .. } => domain_words(step, name, def),
        OperationKind::CreateTable { .. } => (
            "a new partition",
            format!(
                "create it as a table of its own, prove by a validated check constraint on {} that none of its rows belong \
                 there, and attach it with ALTER TABLE … ATTACH PARTITION",
                scanned.short()
            ),
        ),
        _ => ("this statement", "run it when nobody needs the table, with a lock_timeout".to_owned()),
    }
}

fn reindex_help(step: &Step<'_>, target: ReindexTarget, name: Option<&QName>) -> String {
    let word = match target {
        ReindexTarget::Index => "INDEX",
        ReindexTarget::Table => "TABLE",
        ReindexTarget::Schema => "SCHEMA",
        ReindexTarget::Database => "DATABASE",
        ReindexTarget::System => "SYSTEM",
    };
    let name = match (target, name) {
        (ReindexTarget::Index | ReindexTarget::Table, Some(name)) => format!(" {}", name.short()),
        (_, Some(name)) => format!(" {}", Quoted(&name.name)),
        (_, None) => String::new(),
    };
    let place = if step.session.transaction.is_some() { ", outside a transaction" } else { "" };
    format!("rebuild it while it stays in use{place}:\nREINDEX {word} CONCURRENTLY{name};")
}

fn action_words(table: &QName, action: &ActionKind) -> (String, String) {
    let quiet = || "run it when nobody needs the table, with a lock_timeout".to_owned();
    let (what, help) = match action {
        ActionKind::AttachPartition { partition, .. } => (
            "ATTACH PARTITION",
            format!(
                "prove the bounds by a check constraint first, added NOT VALID and validated in a transaction of its own; \
                 the same on the default partition, if there is one:\nALTER TABLE {partition} ADD CONSTRAINT {check} CHECK \
                 (<bounds>) NOT VALID;\nALTER TABLE {partition} VALIDATE CONSTRAINT {check};",
                check = edit::made_name(&[partition.last(), "bounds"])
            ),
        ),
        ActionKind::AddConstraint(constraint) if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) => (
            "a primary key over columns that may be null",
            "make the columns NOT NULL first (see set-not-null-scan); then the index is all it needs".to_owned(),
        ),
        ActionKind::AlterConstraint { .. } => (
            "enforcing a constraint",
            format!("add a second constraint to {} with NOT VALID, and validate it on its own", table.short()),
        ),
        ActionKind::DetachPartition { partition, .. } => (
            "DETACH PARTITION",
            format!("detach it in two steps that wait for queries instead of stopping them:\nALTER TABLE {} DETACH \
                     PARTITION {partition} CONCURRENTLY;", table.short()),
        ),
        ActionKind::AddColumn { column, .. } => {
            let help = "add the column alone; add its constraint with NOT VALID, and validate it in a transaction of its own";
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

fn domain_words(step: &Step<'_>, domain: &QName, def: &AlterObject) -> (&'static str, String) {
    let off_peak = "it has no gentler form: run it when the tables that use the domain are quiet, with a lock_timeout";
    match &def.change {
        ObjectChange::AddDomainConstraint(constraint) => {
            let clause = edit::text(step, constraint.span);
            let add = format!("ALTER DOMAIN {} ADD {clause} NOT VALID;", domain.short());
            let caveat = "validating the constraint later stops writes in the same way";
            ("a new domain constraint", format!("leave the old rows unchecked ({caveat}):\n{add}"))
        }
        ObjectChange::ValidateDomainConstraint(_) => ("validating a domain constraint", off_peak.to_owned()),
        ObjectChange::DomainNotNull(true) => ("making a domain NOT NULL", off_peak.to_owned()),
        _ => ("this change of the domain", off_peak.to_owned()),
    }
}
