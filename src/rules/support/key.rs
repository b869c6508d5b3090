//! How to add a constraint gently where its name is still taken, or its index has to be built first.

use super::edit;
use crate::review::step::Step;
use crate::schema::catalog::Table;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted};

/// A constraint that stands on a unique index.
pub(crate) struct NewKey<'s> {
    /// Its table.
    pub(crate) table: &'s QName,
    /// Its name, as written or as the server would make it.
    pub(crate) name: String,
    /// Its columns.
    pub(crate) columns: &'s [&'s Ident],
    /// `UNIQUE` or `PRIMARY KEY`.
    pub(crate) kind: &'static str,
    /// `NULLS NOT DISTINCT`, with a blank before it, or nothing.
    pub(crate) distinct: &'static str,
}

/// The SQL that builds the index without stopping anybody, and makes the constraint from it.
pub(crate) fn statements(step: &Step<'_>, key: &NewKey<'_>) -> String {
    let NewKey { table, name, columns, kind, distinct } = key;
    let list: Vec<_> = columns.iter().map(|column| Quoted(&column.name).to_string()).collect();
    let (short, list) = (table.short(), list.join(", "));
    let (index, first) = if is_taken(step, name) {
        (edit::made_name(&[name, "new"]), format!("DROP CONSTRAINT {}, ", Quoted(name)))
    } else {
        (Quoted(name).to_string(), String::new())
    };
    format!(
        "CREATE UNIQUE INDEX CONCURRENTLY {index} ON {short} ({list}){distinct};\nALTER TABLE {short} {first}ADD CONSTRAINT \
         {} {kind} USING INDEX {index};",
        Quoted(name)
    )
}

/// A name of this stem that the table does not use yet, as SQL.
pub(crate) fn free_name(table: &Table, stem: &str, suffix: &str) -> String {
    let name = format!("{stem}_{suffix}");
    let taken = table.constraint(&name).is_some() || table.index(&name).is_some();
    Quoted(&if taken { format!("{name}_new") } else { name }).to_string()
}

/// Whether the table has a constraint or index of this name, or had one that the same statement drops.
pub(crate) fn is_taken(step: &Step<'_>, name: &str) -> bool {
    let table = step.before.table.as_ref();
    let known = table.is_some_and(|table| table.constraint(name).is_some() || table.index(name).is_some());
    known
        || actions(step)
            .any(|action| matches!(action, ActionKind::DropConstraint { constraint, .. } if &*constraint.name == name))
}

/// What comes first where the same statement adds one of the columns.
pub(crate) fn column_first(step: &Step<'_>, columns: &[&Ident]) -> &'static str {
    let is_new = |action: &ActionKind| match action {
        ActionKind::AddColumn { column, .. } => columns.iter().any(|known| known.name == column.name.name),
        _ => false,
    };
    if actions(step).any(is_new) { "add the column first, in a statement of its own; then " } else { "" }
}

fn actions<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s ActionKind> {
    let actions = match &step.operation.kind {
        OperationKind::Alter { alter, .. } => alter.actions.as_slice(),
        _ => &[],
    };
    actions.iter().map(|action| &action.kind)
}
