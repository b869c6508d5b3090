//! See `rules/forbidden-statement.md`.

use super::support::added::to_table;
use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::settings::policy::Forbidden;
use crate::syntax::object::{ObjectKind, TypeBody};
use crate::syntax::span::Span;
use crate::syntax::table::{ConstraintKind, ReferentialAction};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let forbidden = &release.settings.policy.forbidden;
    if forbidden.is_empty() {
        return;
    }
    for step in &release.steps {
        if edit::is_elsewhere(step) {
            continue;
        }
        each_use(step, |kind, span| {
            if forbidden.contains(&kind) {
                report(step, kind, span, findings);
            }
        });
    }
}

/// Calls `each` with what the step uses that can be forbidden, and where.
fn each_use(step: &Step<'_>, mut each: impl FnMut(Forbidden, Span)) {
    let whole = step.operation.span;
    match &step.operation.kind {
        OperationKind::CreateTrigger { .. } => each(Forbidden::Trigger, whole),
        OperationKind::CreateType { def, .. } if matches!(def.body, TypeBody::Enum(_)) => {
            each(Forbidden::Enum, def.name.span());
        }
        OperationKind::CreateDomain { def, .. } => each(Forbidden::Domain, def.name.span()),
        OperationKind::CreateFunction { def, .. } => each(Forbidden::Function, def.name.span()),
        OperationKind::CreateView { def, .. } if !def.temporary => {
            let kind = if def.materialized { Forbidden::MaterializedView } else { Forbidden::View };
            each(kind, def.name.span());
        }
        OperationKind::CreateObject { def, .. } if def.kind == ObjectKind::Rule => each(Forbidden::Rule, whole),
        OperationKind::CreateTable { def, .. } => {
            if let Some(partition) = &def.partition_by {
                each(Forbidden::Partition, partition.span);
            }
        }
        _ => {}
    }
    let Some(added) = to_table(step) else { return };
    for (_, constraint) in added.all_constraints() {
        if let ConstraintKind::ForeignKey(key) = &constraint.kind {
            each(Forbidden::ForeignKey, constraint.span);
            if key.on_delete == ReferentialAction::Cascade {
                each(Forbidden::OnDeleteCascade, constraint.span);
            }
        }
    }
}

fn report(step: &Step<'_>, kind: Forbidden, span: Span, findings: &mut Findings) {
    let word = kind.word();
    findings
        .on(step, format!("{} forbidden here", words(kind)))
        .at(span)
        .label("forbidden")
        .help(format!("do without it, or take \"{word}\" out of [policy] forbidden in switchback.toml"))
        .emit();
}

fn words(kind: Forbidden) -> &'static str {
    match kind {
        Forbidden::ForeignKey => "foreign keys are",
        Forbidden::OnDeleteCascade => "ON DELETE CASCADE is",
        Forbidden::Trigger => "triggers are",
        Forbidden::Enum => "enum types are",
        Forbidden::Domain => "domains are",
        Forbidden::Partition => "partitioned tables are",
        Forbidden::Function => "functions and procedures are",
        Forbidden::View => "views are",
        Forbidden::MaterializedView => "materialized views are",
        Forbidden::Rule => "rules are",
    }
}
