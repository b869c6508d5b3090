//! See `rules/point-of-no-return.md`.

use super::support::{action, column_path, column_subject, on_new_relation};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Quoted;
use crate::syntax::object::ObjectKind;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    if !release.settings.policy.sign_off {
        return;
    }
    for step in &release.steps {
        if !on_new_relation(step, release)
            && !step.is_new(release, step.before.origin)
            && let Some((what, subject)) = lost(step)
        {
            report(step, &what, &subject, findings);
        }
    }
}

/// What cannot be brought back, and its subject.
fn lost(step: &Step<'_>) -> Option<(String, String)> {
    match &step.operation.kind {
        OperationKind::Drop { kind: ObjectKind::Table, name, .. } => {
            Some((format!("table {} goes with its rows", name.short()), name.to_string()))
        }
        OperationKind::Drop { kind: ObjectKind::Schema, name, .. } => {
            let name = Quoted(&name.name).to_string();
            Some((format!("schema {name} goes with what is in it"), name))
        }
        OperationKind::Truncate { table, .. } => {
            Some((format!("every row of {} goes", table.short()), table.to_string()))
        }
        OperationKind::Alter { .. } => {
            let (table, action) = action(step)?;
            match &action.kind {
                ActionKind::DropColumn { column, .. } => Some((
                    format!("column {} goes with what it holds", column_path(table, &column.name)),
                    column_subject(table, &column.name),
                )),
                _ => None,
            }
        }
        _ => None,
    }
}

fn report(step: &Step<'_>, what: &str, subject: &str, findings: &mut Findings) {
    let (message, label) = match step.signed {
        None => (format!("{what}, and nobody has signed for it"), "no way back after this"),
        Some(said) if said.approved.is_none() => {
            (format!("{what}, and the comment does not say who agreed"), "not signed")
        }
        Some(_) => return,
    };
    findings
        .on(step, message)
        .label(label)
        .subject(subject)
        .note("a down migration brings the shape back, not the data; from here the way back is a backup")
        .help(
            "let whoever may decide sign above the statement ([policy] sign-off in switchback.toml):\n-- switchback: \
             point-of-no-return approved(@name) why it can go, and how long it takes to restore",
        )
        .emit();
}
