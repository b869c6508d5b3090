//! See `rules/unique-constraint-builds-index.md`.

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
        // With NOT VALID it is refused.
        ActionKind::AddConstraint(constraint) if !constraint.not_valid => match &constraint.kind {
            ConstraintKind::Unique(unique) if unique.using_index.is_none() => {
                let columns: Vec<_> = unique.columns.iter().collect();
                let help = unique_help(step, table, constraint, &columns);
                let help = format!("{}{help}", key::column_first(step, &columns));
                report(step, table, constraint.span, findings, help);
            }
            ConstraintKind::Exclude(_) => report(step, table, constraint.span, findings, exclude_help()),
            _ => {}
        },
        ActionKind::AddColumn { column, .. } => {
            let unique = |constraint: &&Constraint| matches!(constraint.kind, ConstraintKind::Unique(_));
            if let Some(constraint) = column.constraints.iter().find(unique) {
                let help = unique_help(step, table, constraint, &[&column.name]);
                report(step, table, constraint.span, findings, format!("add the column alone; then {help}"));
            }
        }
        _ => {}
    }
}

fn report(step: &Step<'_>, table: &QName, place: Span, findings: &mut Findings, help: String) {
    let builder = findings
        .on(step, format!("the constraint builds its index while reads and writes of {} wait", table.short()))
        .at(edit::place(step, place))
        .label("its index is built under the strongest lock")
        .subject(table.to_string());
    with_impacts(builder, lasting(step)).help(help).emit();
}

fn unique_help(step: &Step<'_>, table: &QName, constraint: &Constraint, columns: &[&Ident]) -> String {
    let name = constraint.name.as_ref().map_or_else(
        || {
            let names = columns.iter().map(|column| &*column.name);
            std::iter::once(&*table.name).chain(names).chain(["key"]).collect::<Vec<_>>().join("_")
        },
        |name| name.name.to_string(),
    );
    let distinct = match &constraint.kind {
        ConstraintKind::Unique(key) if key.nulls_not_distinct => " NULLS NOT DISTINCT",
        _ => "",
    };
    let key = NewKey { table, name, columns, kind: "UNIQUE", distinct };
    format!("build the index outside a transaction, and make the constraint from it:\n{}", key::statements(step, &key))
}

fn exclude_help() -> String {
    "an exclusion constraint has no gentler form: add it to a new table and move the rows there, or take the lock when \
     nobody needs the table, with a lock_timeout"
        .to_owned()
}
