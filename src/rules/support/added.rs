//! What a step adds to the schema: columns, constraints, names. Nothing is copied. What only the session sees, what is
//! there already, and the bodies of functions that are called are left out: their text stands elsewhere.

use super::edit;
use crate::review::step::Step;
use crate::schema::operation::{OperationKind, QName};
use crate::settings::policy::NameKind;
use crate::syntax::alter::{ActionKind, AlterKind};
use crate::syntax::name::{Ident, Name};
use crate::syntax::object::{ObjectChange, ObjectKind};
use crate::syntax::statement::StatementKind;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};
use crate::syntax::types::DataType;

/// The columns and constraints that a step adds to a table.
#[derive(Clone, Copy)]
pub(crate) struct Added<'s> {
    pub(crate) table: &'s QName,
    pub(crate) columns: &'s [ColumnDef],
    /// Table constraints; those written at a column are in `columns`.
    pub(crate) constraints: &'s [Constraint],
    /// The table itself is new.
    pub(crate) whole: bool,
}

/// A type that a step gives to a column.
#[derive(Clone, Copy)]
pub(crate) struct Typed<'s> {
    pub(crate) table: &'s QName,
    pub(crate) column: &'s Ident,
    pub(crate) data_type: &'s DataType,
    /// The type it has now, where the column is there already and the history knows it.
    pub(crate) old: Option<&'s DataType>,
    /// The column is new.
    pub(crate) new: bool,
}

/// A name that a step gives.
#[derive(Clone, Copy)]
pub(crate) struct Named<'s> {
    pub(crate) kind: NameKind,
    pub(crate) ident: &'s Ident,
    /// The table it belongs to.
    pub(crate) table: Option<&'s QName>,
}

/// What a step adds to a table that others see.
pub(crate) fn to_table<'s>(step: &'s Step<'_>) -> Option<Added<'s>> {
    if edit::is_elsewhere(step) {
        return None;
    }
    match &step.operation.kind {
        OperationKind::CreateTable { table, def } if !def.temporary && !is_there(step) => {
            Some(Added { table, columns: &def.columns, constraints: &def.constraints, whole: true })
        }
        OperationKind::Alter { relation: table, action, .. } if !is_temporary(step) => match &action.kind {
            ActionKind::AddColumn { column, .. } => {
                let columns = std::slice::from_ref(&**column);
                Some(Added { table, columns, constraints: &[], whole: false })
            }
            ActionKind::AddConstraint(constraint) => {
                let constraints = std::slice::from_ref(&**constraint);
                Some(Added { table, columns: &[], constraints, whole: false })
            }
            _ => None,
        },
        _ => None,
    }
}

impl<'s> Added<'s> {
    /// All constraints, each with the column it is written at.
    pub(crate) fn all_constraints(self) -> impl Iterator<Item = (Option<&'s ColumnDef>, &'s Constraint)> {
        let inline =
            |column: &'s ColumnDef| column.constraints.iter().map(move |constraint| (Some(column), constraint));
        self.columns.iter().flat_map(inline).chain(self.constraints.iter().map(|constraint| (None, constraint)))
    }
}

/// Calls `each` with every type that the step gives to a column.
pub(crate) fn each_type<'s>(step: &'s Step<'_>, mut each: impl FnMut(Typed<'s>)) {
    if let OperationKind::Alter { relation, action, .. } = &step.operation.kind
        && let ActionKind::SetType { column, data_type, .. } = &action.kind
        && !edit::is_elsewhere(step)
        && !is_temporary(step)
    {
        let old = step.column(&column.name).and_then(|known| known.data_type.as_ref());
        return each(Typed { table: relation, column, data_type, old, new: false });
    }
    let Some(added) = to_table(step) else { return };
    for column in added.columns {
        if let Some(data_type) = &column.data_type {
            each(Typed { table: added.table, column: &column.name, data_type, old: None, new: true });
        }
    }
}

/// Calls `each` with every name that the step gives to something that lasts.
pub(crate) fn each_name<'s>(step: &'s Step<'_>, mut each: impl FnMut(Named<'s>)) {
    if edit::is_elsewhere(step) {
        return;
    }
    let mut alone = |kind, ident: &'s Ident| each(Named { kind, ident, table: None });
    match &step.operation.kind {
        OperationKind::CreateTable { def, .. } if !def.temporary && !is_there(step) => {
            alone(NameKind::Table, &def.name.name);
            in_table(step, &mut each);
        }
        OperationKind::SelectInto { query, .. } => {
            if let Some(into) = &query.into {
                alone(NameKind::Table, &into.name);
            }
        }
        OperationKind::CreateView { def, .. } if !def.temporary => alone(NameKind::View, &def.name.name),
        OperationKind::CreateType { def, .. } => alone(NameKind::Type, &def.name.name),
        OperationKind::CreateDomain { def, .. } => alone(NameKind::Type, &def.name.name),
        OperationKind::CreateSequence { def, .. } if !def.temporary => alone(NameKind::Sequence, &def.name.name),
        OperationKind::CreateFunction { def, .. } => alone(NameKind::Function, &def.name.name),
        OperationKind::CreateSchema { .. } => {
            if let StatementKind::CreateSchema { name: Some(name), .. } = &step.statement.kind {
                alone(NameKind::Schema, name);
            }
        }
        OperationKind::CreateTrigger { table, def } => {
            each(Named { kind: NameKind::Trigger, ident: &def.name, table: Some(table) });
        }
        OperationKind::CreateIndex { table, def } if !is_temporary(step) => {
            if let Some(ident) = &def.name {
                each(Named { kind: NameKind::Index, ident, table: Some(table) });
            }
        }
        OperationKind::Alter { .. } if !is_temporary(step) => in_alter(step, &mut each),
        OperationKind::AlterObject { def, .. } => {
            if let (Some(kind), ObjectChange::Rename(to)) = (kind_of(def.kind), &def.change) {
                alone(kind, to);
            }
        }
        _ => {}
    }
}

fn in_table<'s>(step: &'s Step<'_>, each: &mut impl FnMut(Named<'s>)) {
    let Some(added) = to_table(step) else { return };
    for column in added.columns {
        each(Named { kind: NameKind::Column, ident: &column.name, table: Some(added.table) });
    }
    for (_, constraint) in added.all_constraints() {
        if let Some(ident) = &constraint.name {
            each(Named { kind: constraint_kind(constraint), ident, table: Some(added.table) });
        }
    }
}

fn in_alter<'s>(step: &'s Step<'_>, each: &mut impl FnMut(Named<'s>)) {
    let OperationKind::Alter { relation, action, alter } = &step.operation.kind else { return };
    match &action.kind {
        ActionKind::RenameColumn { to, .. } => {
            each(Named { kind: NameKind::Column, ident: to, table: Some(relation) });
        }
        ActionKind::RenameConstraint { to, .. } => {
            each(Named { kind: NameKind::Constraint, ident: to, table: Some(relation) });
        }
        ActionKind::Rename { to } => {
            let kind = match alter.kind {
                AlterKind::Index => NameKind::Index,
                AlterKind::Sequence => NameKind::Sequence,
                AlterKind::View | AlterKind::MaterializedView => NameKind::View,
                AlterKind::Table | AlterKind::ForeignTable if step.before.view.is_some() => NameKind::View,
                AlterKind::Table | AlterKind::ForeignTable => NameKind::Table,
            };
            each(Named { kind, ident: to, table: None });
        }
        _ => in_table(step, each),
    }
}

fn constraint_kind(constraint: &Constraint) -> NameKind {
    match constraint.kind {
        ConstraintKind::PrimaryKey(_) => NameKind::PrimaryKey,
        ConstraintKind::ForeignKey(_) => NameKind::ForeignKey,
        ConstraintKind::Unique(_) => NameKind::Unique,
        ConstraintKind::Check(_) => NameKind::Check,
        ConstraintKind::NotNull(_) | ConstraintKind::Exclude(_) => NameKind::Constraint,
    }
}

fn kind_of(kind: ObjectKind) -> Option<NameKind> {
    Some(match kind {
        ObjectKind::Type | ObjectKind::Domain => NameKind::Type,
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => NameKind::Function,
        ObjectKind::Schema => NameKind::Schema,
        ObjectKind::Trigger => NameKind::Trigger,
        _ => return None,
    })
}

/// The names of new tables, views and functions with what `CREATE` is followed by: the part that may lack its schema.
pub(crate) fn qualifiable<'s>(step: &'s Step<'_>) -> Option<(&'static str, &'s Name, &'s QName)> {
    if edit::is_elsewhere(step) {
        return None;
    }
    match &step.operation.kind {
        OperationKind::CreateTable { table, def } if !def.temporary && !is_there(step) => {
            Some((if def.foreign { "FOREIGN TABLE" } else { "TABLE" }, &def.name, table))
        }
        OperationKind::CreateView { view, def } if !def.temporary => {
            Some((if def.materialized { "MATERIALIZED VIEW" } else { "VIEW" }, &def.name, view))
        }
        OperationKind::CreateFunction { name, def } => {
            Some((if def.procedure { "PROCEDURE" } else { "FUNCTION" }, &def.name, name))
        }
        OperationKind::CreateType { name, def } => Some(("TYPE", &def.name, name)),
        OperationKind::CreateDomain { name, def } => Some(("DOMAIN", &def.name, name)),
        OperationKind::CreateSequence { name, def } if !def.temporary => Some(("SEQUENCE", &def.name, name)),
        _ => None,
    }
}

/// `IF NOT EXISTS` stands on a table that the history created.
pub(crate) fn is_there(step: &Step<'_>) -> bool {
    step.operation.guarded && step.before.table.as_ref().is_some_and(|table| table.origin.is_some())
}

/// The table is only seen by its session.
pub(crate) fn is_temporary(step: &Step<'_>) -> bool {
    step.before.table.as_ref().is_some_and(|table| table.temporary)
}
