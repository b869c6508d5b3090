//! What is left, at the end of a release, of what its steps touched: a rule on the shape of the schema asks for the
//! result, and lets a later statement mend an earlier one.

use std::collections::BTreeMap;

use crate::review::step::{Release, Step};
use crate::schema::catalog::{ConstraintBody, Origin, Table, TableConstraint};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Symbol};
use crate::syntax::object::ObjectKind;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};

/// For each step of a release the name that its table has in the end.
#[derive(Debug)]
pub(crate) struct End<'r, 'a> {
    release: &'r Release<'a>,
    names: Vec<Option<QName>>,
}

/// A constraint that a step writes and that is still there in the end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'r, 'a> {
    /// The step.
    pub(crate) step: &'r Step<'a>,
    /// As written.
    pub(crate) written: &'r Constraint,
    /// Its table in the end.
    pub(crate) table: &'r Table,
    /// Itself in the end.
    pub(crate) constraint: &'r TableConstraint,
}

impl<'r, 'a> End<'r, 'a> {
    /// Follows the tables of `release` to its end.
    pub(crate) fn of(release: &'r Release<'a>) -> Self {
        // From the last step to the first: what a name of this moment is called in the end, or that it is gone.
        let mut later: BTreeMap<QName, Option<QName>> = BTreeMap::new();
        let mut names: Vec<Option<QName>> = release.steps.iter().rev().map(|step| follow(&mut later, step)).collect();
        names.reverse();
        Self { release, names }
    }

    /// Every step with the table it works on, as that is in the end, where it is still there and known.
    pub(crate) fn tables(&self) -> impl Iterator<Item = (&'r Step<'a>, &'r Table)> {
        let release = self.release;
        let table = |name: &Option<QName>| name.as_ref().and_then(|name| release.after.table(name));
        release.steps.iter().zip(&self.names).filter_map(move |(step, name)| Some((step, &**table(name)?)))
    }

    /// The name in the end of the table that the step at `index` works on, unless that is dropped.
    pub(crate) fn name(&self, index: usize) -> Option<&QName> {
        self.names.get(index)?.as_ref()
    }

    /// The table that the step at `index` works on, as it is in the end.
    pub(crate) fn table(&self, index: usize) -> Option<&'r Table> {
        let name = self.names.get(index)?.as_ref()?;
        self.release.after.table(name).map(|table| &**table)
    }

    /// Whether the table that the step at `index` works on is dropped by a later one.
    pub(crate) fn is_dropped(&self, index: usize) -> bool {
        self.names.get(index).is_some_and(Option::is_none)
    }

    /// The constraints that steps write and that are still there in the end, in order.
    pub(crate) fn constraints(&self) -> Vec<Kept<'r, 'a>> {
        let mut kept = Vec::new();
        for (step, table) in self.tables() {
            let all = written(step);
            if all.is_empty() {
                continue;
            }
            let origin = Origin { release: self.release.number, file: step.file, span: step.operation.span };
            let mut left: Vec<&TableConstraint> =
                table.constraints.iter().filter(|constraint| constraint.origin == Some(origin)).collect();
            for (written, column) in all {
                let found = left.iter().position(|constraint| is_written_as(constraint, written, column));
                if let Some(found) = found {
                    kept.push(Kept { step, written, table, constraint: left.swap_remove(found) });
                }
            }
        }
        kept
    }
}

/// The name in the end of the table that the step works on. `later` is brought to the moment before the step.
fn follow(later: &mut BTreeMap<QName, Option<QName>>, step: &Step<'_>) -> Option<QName> {
    let now = |later: &BTreeMap<QName, Option<QName>>, name: &QName| {
        later.get(name).cloned().unwrap_or_else(|| Some(name.clone()))
    };
    match &step.operation.kind {
        OperationKind::CreateTable { table, .. } | OperationKind::SelectInto { table, .. } => {
            let last = now(later, table);
            if !step.operation.guarded {
                later.remove(table);
            }
            last
        }
        OperationKind::Alter { relation, action, .. } => {
            let new = match &action.kind {
                ActionKind::Rename { to } => QName { schema: relation.schema.clone(), name: to.name.clone() },
                ActionKind::SetSchema { schema } => QName { schema: schema.name.clone(), name: relation.name.clone() },
                _ => return now(later, relation),
            };
            let last = later.remove(&new).unwrap_or(Some(new));
            later.insert(relation.clone(), last.clone());
            last
        }
        OperationKind::Drop { kind: ObjectKind::Table | ObjectKind::ForeignTable, name, .. } => {
            later.insert(name.clone(), None);
            None
        }
        OperationKind::CreateIndex { table, .. }
        | OperationKind::CreateTrigger { table, .. }
        | OperationKind::Truncate { table, .. }
        | OperationKind::Drop { kind: ObjectKind::Trigger, on: Some(table), .. } => now(later, table),
        _ => None,
    }
}

/// Whether `constraint` is what `written` became: of the same name, kind and columns.
fn is_written_as(constraint: &TableConstraint, written: &Constraint, column: Option<&Symbol>) -> bool {
    let same = |columns: &[Ident]| {
        let names = columns.iter().map(|ident| &ident.name);
        let inline = column.filter(|_| columns.is_empty());
        names.chain(inline).eq(&constraint.columns)
    };
    let fits = match (&constraint.kind, &written.kind) {
        (ConstraintBody::ForeignKey { .. }, ConstraintKind::ForeignKey(key)) => same(&key.columns),
        (ConstraintBody::PrimaryKey, ConstraintKind::PrimaryKey(key))
        | (ConstraintBody::Unique, ConstraintKind::Unique(key)) => key.using_index.is_some() || same(&key.columns),
        (ConstraintBody::Check { expr: Some(known), .. }, ConstraintKind::Check(expr)) => known.span == expr.span,
        _ => false,
    };
    fits && written.name.as_ref().is_none_or(|name| name.name == constraint.name)
}

/// The constraints that a step writes, each with the column it stands in if it is written inline.
pub(crate) fn written<'r>(step: &'r Step<'_>) -> Vec<(&'r Constraint, Option<&'r Symbol>)> {
    fn inline(column: &ColumnDef) -> impl Iterator<Item = (&Constraint, Option<&Symbol>)> {
        column.constraints.iter().map(|constraint| (constraint, Some(&column.name.name)))
    }
    match &step.operation.kind {
        OperationKind::CreateTable { def, .. } => {
            let listed = def.constraints.iter().map(|constraint| (constraint, None));
            def.columns.iter().flat_map(inline).chain(listed).collect()
        }
        OperationKind::Alter { action, .. } => match &action.kind {
            ActionKind::AddConstraint(constraint) => vec![(&**constraint, None)],
            ActionKind::AddColumn { column, .. } => inline(column).collect(),
            _ => Vec::new(),
        },
        _ => Vec::new(),
    }
}
