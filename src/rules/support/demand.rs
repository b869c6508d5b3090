//! What a step demands of a column from then on: that every row has a value in it.

use super::action;
use crate::review::step::{Release, Step};
use crate::schema::catalog::{Column, ConstraintBody, Origin, Table};
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::table::ConstraintKind;
use crate::transition::{Key, ShapeId};

/// A column that may not be null any more.
#[derive(Clone, Debug)]
pub(crate) struct Demand<'r, 'a> {
    /// The step that demands it.
    pub(crate) step: &'r Step<'a>,
    /// The table.
    pub(crate) table: &'r QName,
    /// The table as it was before.
    pub(crate) before: &'r Table,
    /// The column as it was before.
    pub(crate) column: &'r Column,
    /// Its shape, where the ledger has anything to say of it.
    pub(crate) shape: Option<ShapeId>,
    /// The rows that are there are checked at once.
    pub(crate) checks_rows: bool,
    /// "set NOT NULL", "demanded by CHECK".
    pub(crate) words: &'static str,
}

/// The columns of an existing table that a step demands a value in.
pub(crate) fn demands<'r, 'a>(step: &'r Step<'a>, release: &Release<'_>) -> Vec<Demand<'r, 'a>> {
    let Some((table, action)) = action(step) else { return Vec::new() };
    let Some(before) = step.before.table.as_deref() else { return Vec::new() };
    if step.on_new_table(release) {
        return Vec::new();
    }
    let (columns, checks_rows, words): (&[Symbol], bool, &str) = match &action.kind {
        ActionKind::SetNotNull { column } => (std::slice::from_ref(&column.name), true, "set NOT NULL"),
        ActionKind::AddConstraint(constraint) if !constraint.not_enforced => match &constraint.kind {
            ConstraintKind::Check(check) => (&check.not_null, !constraint.not_valid, "demanded by a CHECK"),
            ConstraintKind::NotNull(column) => {
                (std::slice::from_ref(&column.name), !constraint.not_valid, "made NOT NULL")
            }
            _ => return Vec::new(),
        },
        _ => return Vec::new(),
    };
    let demand = |name: &Symbol| {
        let column = before.column(name).filter(|column| column.not_null != Some(true))?;
        let shape = match action.kind {
            ActionKind::SetNotNull { .. } => step.shape,
            _ if keeps_name(release, table, column) => release.ledger.find(&Key::column(table, name)),
            _ => return None,
        };
        Some(Demand { step, table, before, column, shape, checks_rows, words })
    };
    columns.iter().filter_map(demand).collect()
}

/// Whether a column is to be found by its name when the release is through, so that the ledger knows it by that name.
fn keeps_name(release: &Release<'_>, table: &QName, column: &Column) -> bool {
    let after = release.after.table(table).and_then(|after| after.column(&column.name));
    after.is_some_and(|after| after.origin == column.origin)
}

impl Demand<'_, '_> {
    /// `users.email`.
    pub(crate) fn path(&self) -> String {
        super::column_path(self.table, &self.column.name)
    }

    /// Where the column was added to a table that an earlier release had made.
    pub(crate) fn added_later(&self) -> Option<Origin> {
        let added = self.column.origin?;
        let with_table = self.before.origin.is_some_and(|origin| origin.release >= added.release);
        (!with_table && !self.before.temporary && self.before.parents.is_empty()).then_some(added)
    }

    /// Whether a validated constraint proves already what is demanded.
    pub(crate) fn is_proven(&self) -> bool {
        self.before.constraints.iter().any(|constraint| {
            let proves = match &constraint.kind {
                ConstraintBody::Check { not_null, .. } => not_null.contains(&self.column.name),
                ConstraintBody::NotNull | ConstraintBody::PrimaryKey => constraint.columns.contains(&self.column.name),
                _ => false,
            };
            proves && constraint.validated && constraint.enforced
        })
    }

    /// `UPDATE` that fills the column in batches, as SQL.
    pub(crate) fn backfill(&self) -> String {
        let name = Quoted(&self.column.name);
        let key = self.before.primary_key().map(|key| key.columns.as_slice());
        let key = match key {
            Some([key]) => Quoted(key).to_string(),
            _ => "id".to_owned(),
        };
        format!(
            "UPDATE {table} SET {name} = … WHERE {key} IN (SELECT {key} FROM {table} WHERE {name} IS NULL LIMIT 1000);",
            table = self.table.short()
        )
    }
}
