//! See `rules/primary-key-builds-index.md`.

use super::support::key::{self, NewKey};
use super::support::{action, edit, lasting, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Ident;
use crate::syntax::span::Span;
use crate::syntax::table::{Constraint, ConstraintKind};

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let Some((table, action)) = action(step) else { return };
    if lasting(step).all(|impact| impact.rewrite) {
        return;
    }
    match &action.kind {
        ActionKind::AddConstraint(constraint) => {
            if let ConstraintKind::PrimaryKey(primary) = &constraint.kind
                && primary.using_index.is_none()
                // With NOT VALID it is refused.
                && !constraint.not_valid
            {
                let columns: Vec<_> = primary.columns.iter().collect();
                let help = help(step, table, constraint, &columns);
                let help = format!("{}{help}", key::column_first(step, &columns));
                report(step, table, constraint.span, &help, findings);
            }
        }
        ActionKind::AddColumn { column, .. } => {
            let primary = |constraint: &&Constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
            if let Some(constraint) = column.constraints.iter().find(primary) {
                let help = help(step, table, constraint, &[&column.name]);
                report(step, table, constraint.span, &format!("add the column alone; then {help}"), findings);
            }
        }
        _ => {}
    }
}

fn report(step: &Step<'_>, table: &QName, place: Span, help: &str, findings: &mut Findings) {
    let builder = findings
        .on(step, format!("the primary key builds its index while reads and writes of {} wait", table.short()))
        .at(edit::place(step, place))
        .label("its index is built under the strongest lock")
        .subject(table.to_string());
    with_impacts(builder, lasting(step)).help(help).emit();
}

fn help(step: &Step<'_>, table: &QName, constraint: &Constraint, columns: &[&Ident]) -> String {
    let name = constraint.name.as_ref().map_or_else(|| format!("{}_pkey", table.name), |name| name.name.to_string());
    let nullable =
        columns.iter().any(|column| step.column(&column.name).and_then(|known| known.not_null) != Some(true));
    let first = if nullable { "make its columns NOT NULL (see set-not-null-scan), " } else { "" };
    let key = NewKey { table, name, columns, kind: "PRIMARY KEY", distinct: "" };
    format!("{first}build the index outside a transaction, and make the key from it:\n{}", key::statements(step, &key))
}
