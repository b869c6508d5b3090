//! A table that is made and filled from another one, all in one go: what the statements of such a change say.

use super::backfill::{Job, Work};
use super::change::Scene;
use super::draft::Unit;
use super::select::Select;
use super::step::Demand;
use super::write::quoted;
use crate::schema::catalog::{Catalog, ConstraintBody, Table};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Symbol;
use crate::syntax::query::{RowChange, RowVerb};

/// A new table and what fills it.
pub(super) struct Copy<'s> {
    /// Numbers of the operations that make the table and what belongs to it.
    pub(super) made: Vec<usize>,
    /// Number of the `INSERT`.
    pub(super) filled: usize,
    /// The table it is filled from.
    pub(super) old: &'s Table,
    /// The new table, with all that belongs to it.
    pub(super) new: &'s Table,
    /// Columns of the new one with their expressions over the old one.
    pub(super) columns: Vec<(Symbol, String)>,
    /// Columns of the new one that tell its rows apart.
    pub(super) key: Vec<Symbol>,
    /// Which rows are copied.
    pub(super) filter: Option<String>,
    /// The schema after the `INSERT`.
    pub(super) after: &'s Catalog<'s>,
}

/// The copy whose table the operation `at` creates.
pub(super) fn copy<'s>(scene: &'s Scene<'_, '_>, at: usize) -> Option<Copy<'s>> {
    let OperationKind::CreateTable { table: name, .. } = &scene.unit(at)?.operation.kind else { return None };
    let insert = |(_, unit): &(usize, &Unit<'_>)| matches!(&unit.operation.kind, OperationKind::ChangeRows { table, change } if table == name && change.verb == RowVerb::Insert);
    let (filled, unit) = scene.from(at).find(insert)?;
    let OperationKind::ChangeRows { change, .. } = &unit.operation.kind else { return None };
    let after: &Catalog<'_> = &unit.before;
    let new = after.table(name)?;
    let [read] = change.query.reads.as_slice() else { return None };
    let old = after.table(&after.resolve(read)).filter(|old| !unit.is_new(&old.name, scene.file))?;
    let select = Select::read(scene.draft.text, change.span, old)?;
    let columns = columns(new, old, change, &select)?;
    let key = key(new, &columns)?;
    let made = scene.from(at).take_while(|(number, _)| *number < filled);
    let made = made.filter(|(_, unit)| belongs(unit, name)).map(|(number, _)| number).collect();
    Some(Copy { made, filled, old, new, columns, key, filter: select.condition, after })
}

/// Columns of the new table with what fills them. Without a list they are filled in order.
fn columns(new: &Table, old: &Table, change: &RowChange, select: &Select) -> Option<Vec<(Symbol, String)>> {
    let mut names: Vec<&Symbol> = change.columns.iter().map(|column| &column.name).collect();
    if names.is_empty() {
        names = new.columns.iter().map(|column| &column.name).collect();
    }
    let all = || old.columns.iter().map(|column| quoted(&column.name)).collect();
    let list: Vec<String> = if select.takes_all() { all() } else { select.list.clone() };
    let filled = names.iter().zip(&list).map(|(name, from)| (Symbol::clone(name), from.clone())).collect();
    let fits = if change.columns.is_empty() { list.len() <= names.len() } else { list.len() == names.len() };
    fits.then_some(filled)
}

/// The primary key of the new table, or a unique one, if all of it is filled.
fn key(new: &Table, columns: &[(Symbol, String)]) -> Option<Vec<Symbol>> {
    let mut keys = new
        .constraints
        .iter()
        .filter(|found| matches!(found.kind, ConstraintBody::PrimaryKey | ConstraintBody::Unique) && !found.deferrable)
        .map(|found| &found.columns);
    let filled =
        |key: &&Vec<Symbol>| !key.is_empty() && key.iter().all(|column| columns.iter().any(|(name, _)| name == column));
    keys.find(filled).cloned()
}

/// Whether an operation makes the table, a partition of it, or something on it.
fn belongs(unit: &Unit<'_>, table: &QName) -> bool {
    let is_part =
        |name: &QName| name == table || unit.before.table(name).is_some_and(|found| found.parents.contains(table));
    match &unit.operation.kind {
        OperationKind::CreateTable { table: name, def } => {
            let parent = def.partition_of.as_ref().map(|part| unit.before.resolve(&part.parent));
            name == table || parent.as_ref() == Some(table)
        }
        OperationKind::CreateIndex { table: name, .. } | OperationKind::CreateTrigger { table: name, .. } => {
            is_part(name)
        }
        OperationKind::Alter { relation, .. } => is_part(relation),
        _ => false,
    }
}

impl Copy<'_> {
    /// The statements that make the new table, each once.
    pub(super) fn statements(&self, scene: &Scene<'_, '_>) -> Vec<String> {
        let units = self.made.iter().filter_map(|number| scene.unit(*number));
        units.map(|unit| unit.sql(scene.draft.text)).collect()
    }

    /// What an `INSERT` says for columns that the server would rather number itself.
    pub(super) fn overriding(&self) -> &'static str {
        let always = |(name, _): &(Symbol, String)| self.new.column(name).is_some_and(|column| column.identity_always);
        if self.columns.iter().any(always) { " OVERRIDING SYSTEM VALUE" } else { "" }
    }

    /// The job that fills the new table.
    pub(super) fn job(&self, base: String, filter: Option<String>) -> Job<'_> {
        let names: Vec<String> = self.columns.iter().map(|(name, _)| quoted(name)).collect();
        let values: Vec<String> = self.columns.iter().map(|(_, from)| from.clone()).collect();
        Job {
            table: self.old,
            base,
            words: format!("copy {} to {}", self.old.name.short(), self.new.name.short()),
            work: Work::Insert {
                target: self.new.name.short(),
                columns: format!("({}){}", names.join(", "), self.overriding()),
                values: values.join(", "),
                filter,
            },
            left: None,
        }
    }

    /// Every row that `filter` takes has one in the new table, as a query shows.
    pub(super) fn complete(&self, filter: Option<&str>) -> Demand {
        let (old, new) = (self.old.name.short(), self.new.name.short());
        let filter = filter.map_or_else(String::new, |filter| format!("({filter}) AND "));
        let over = |expression: &str| {
            super::expression::renamed(expression, &self.old.name.name, |name| {
                self.old.column(name).map(|column| format!("{old}.{}", quoted(&column.name)))
            })
        };
        let key: Vec<String> = self
            .columns
            .iter()
            .filter(|(name, _)| self.key.contains(name))
            .map(|(name, from)| format!("copied.{} = {}", quoted(name), over(from)))
            .collect();
        let missing = format!(
            "SELECT count(*) FROM {old} WHERE {filter}NOT EXISTS (\n    SELECT FROM {new} AS copied WHERE {}\n)",
            key.join(" AND ")
        );
        Demand::none("the backfill is complete", missing)
    }
}
