//! The state of an operation's target just before it.

use std::sync::Arc;

use super::step::{Before, Domain, Partition};
use crate::schema::cascade::cascade;
use crate::schema::catalog::{Catalog, Origin, Relation, TypeKind, UserType};
use crate::schema::dependents::{Target, dependents};
use crate::schema::operation::{Operation, OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::syntax::object::ObjectKind;
use crate::syntax::types::DataType;

/// Domains over domains that are followed.
const DEEPEST_DOMAIN: usize = 32;

/// Views that are named.
const MOST_READERS: usize = 16;

/// Looks the target of `operation` up.
pub(super) fn before(catalog: &Catalog<'_>, operation: &Operation<'_>) -> Before {
    let mut before = Before { cascade: cascade(catalog, operation), ..Before::default() };
    if let Some(relation) = main_relation(operation) {
        let table = catalog.index_table(relation).unwrap_or(relation);
        before.table = catalog.table(table).cloned();
        before.view = catalog.view(table).cloned();
    }
    before.partition = partition(catalog, operation).map(Box::new);
    before.referencing = referencing(catalog, operation);
    match &operation.kind {
        OperationKind::Alter { relation, action, .. } => alter(catalog, relation, &action.kind, &mut before),
        OperationKind::Drop { kind, name, on, .. } => drop_target(catalog, *kind, name, on.as_ref(), &mut before),
        OperationKind::AlterObject { name: Some(name), def, .. } if is_type(def.kind) => {
            user_type(catalog, name, &mut before);
        }
        OperationKind::AlterObject { name: Some(name), def, .. } if def.kind == ObjectKind::Schema => {
            before.origin = catalog.schema_origin(&name.name);
            before.known = before.origin.is_some();
        }
        _ => {
            if let Some(relation) = main_relation(operation) {
                relation_facts(catalog, relation, &mut before);
            }
        }
    }
    before
}

/// The table, view or index an operation is about.
fn main_relation<'o>(operation: &'o Operation<'_>) -> Option<&'o QName> {
    match &operation.kind {
        OperationKind::Alter { relation: name, .. }
        | OperationKind::CreateIndex { table: name, .. }
        | OperationKind::CreateTrigger { table: name, .. }
        | OperationKind::CreateTable { table: name, .. }
        | OperationKind::CreateView { view: name, .. }
        | OperationKind::Truncate { table: name, .. }
        | OperationKind::LockTable { table: name, .. }
        | OperationKind::Refresh { view: name, .. }
        | OperationKind::ChangeRows { table: name, .. }
        | OperationKind::Reindex { name: Some(name), .. }
        | OperationKind::Cluster { table: Some(name), .. }
        | OperationKind::Vacuum { table: Some(name), .. }
        | OperationKind::Analyze { table: Some(name), .. }
        | OperationKind::Copy { table: Some(name), .. } => Some(name),
        OperationKind::Drop { kind, name, on, .. } => match kind {
            ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => on.as_ref(),
            ObjectKind::Table
            | ObjectKind::ForeignTable
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::Index => Some(name),
            _ => None,
        },
        _ => None,
    }
}

fn is_type(kind: ObjectKind) -> bool {
    matches!(kind, ObjectKind::Type | ObjectKind::Domain)
}

fn alter(catalog: &Catalog<'_>, relation: &QName, action: &ActionKind, before: &mut Before) {
    let new_type = match action {
        ActionKind::AddColumn { column, .. } => column.data_type.as_ref(),
        ActionKind::SetType { data_type, .. } => Some(data_type),
        _ => None,
    };
    before.domain = new_type.and_then(|data_type| domain(catalog, data_type));
    if let ActionKind::SetType { column, data_type, .. } = action {
        let old = catalog.table(relation).and_then(|table| table.column(&column.name));
        before.user_type = old.and_then(|old| known_type(catalog, old.data_type.as_ref()?));
        before.new_type = known_type(catalog, data_type);
    }
    match action {
        ActionKind::DropColumn { column, .. }
        | ActionKind::RenameColumn { column, .. }
        | ActionKind::SetType { column, .. } => {
            column_facts(catalog, relation, &column.name, before);
            before.dependents = dependents(catalog, Target::Column(relation, &column.name));
            before.readers = readers(catalog, relation, &column.name);
        }
        ActionKind::SetDefault { column, .. }
        | ActionKind::DropDefault { column }
        | ActionKind::SetNotNull { column }
        | ActionKind::DropNotNull { column }
        | ActionKind::SetExpression { column, .. }
        | ActionKind::DropExpression { column, .. }
        | ActionKind::DropIdentity { column, .. } => column_facts(catalog, relation, &column.name, before),
        ActionKind::DropConstraint { constraint, .. }
        | ActionKind::ValidateConstraint { constraint }
        | ActionKind::AlterConstraint { constraint, .. }
        | ActionKind::RenameConstraint { constraint, .. } => {
            let origin = catalog.constraint_origin(relation, &constraint.name);
            before.known = before.table.as_ref().is_some_and(|table| table.constraint(&constraint.name).is_some());
            before.origin = origin;
        }
        ActionKind::Rename { .. } | ActionKind::SetSchema { .. } => {
            relation_facts(catalog, relation, before);
            before.dependents = dependents(catalog, Target::Relation(relation));
        }
        _ => relation_facts(catalog, relation, before),
    }
}

/// The user's type of this name, also where it is that of the elements of an array.
fn known_type(catalog: &Catalog<'_>, data_type: &DataType) -> Option<Arc<UserType>> {
    catalog.types.get(&catalog.resolve_type(&data_type.as_name())).cloned()
}

/// What `data_type` stands for, if it is a domain that the history knows.
fn domain(catalog: &Catalog<'_>, data_type: &DataType) -> Option<Domain> {
    let mut found: Option<Domain> = None;
    for _ in 0..DEEPEST_DOMAIN {
        let current = found.as_ref().map_or(data_type, |found| &found.base);
        if current.array > 0 {
            // The elements are of the domain, not the column.
            break;
        }
        let user_type = catalog.types.get(&catalog.resolve_type(&current.as_name()));
        let Some(TypeKind::Domain { base, not_null, constraints, .. }) = user_type.map(|found| &found.kind) else {
            break;
        };
        let above = found.as_ref().is_some_and(|found| found.constrained);
        found = Some(Domain { base: (**base).clone(), constrained: above || *not_null || !constraints.is_empty() });
    }
    found
}

/// The partition that comes, goes or is changed by itself, with its surroundings.
fn partition(catalog: &Catalog<'_>, operation: &Operation<'_>) -> Option<Partition> {
    let (parent, name) = match &operation.kind {
        OperationKind::CreateTable { table, def } => {
            (catalog.resolve(&def.partition_of.as_ref()?.parent), table.clone())
        }
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::AttachPartition { partition, .. } | ActionKind::DetachPartition { partition, .. } => {
                (relation.clone(), catalog.resolve(partition))
            }
            ActionKind::AddColumn { .. } | ActionKind::DropColumn { .. } | ActionKind::SetType { .. } => {
                (partitioned_parent(catalog, relation)?.clone(), relation.clone())
            }
            _ => return None,
        },
        OperationKind::Drop { kind: ObjectKind::Table | ObjectKind::ForeignTable, name, .. } => {
            (partitioned_parent(catalog, name)?.clone(), name.clone())
        }
        _ => return None,
    };
    let table = catalog.table(&name).cloned();
    let default = catalog.default_partition(&parent).filter(|default| **default != name);
    let default = default.and_then(|default| catalog.table(default)).cloned();
    Some(Partition { parent: catalog.table(&parent).cloned(), table, default })
}

fn partitioned_parent<'c>(catalog: &'c Catalog<'_>, table: &QName) -> Option<&'c QName> {
    let partitioned = |parent: &&QName| catalog.table(parent).is_some_and(|parent| parent.partitioned);
    catalog.table(table)?.parents.iter().find(partitioned)
}

/// Views whose columns can only be those of the table.
fn readers(catalog: &Catalog<'_>, table: &QName, column: &Symbol) -> Vec<QName> {
    let reads = |view: &&QName| {
        catalog.view(view).is_some_and(|view| view.reads.as_slice() == [table.clone()] && view.columns.contains(column))
    };
    catalog.links.readers.get(table).into_iter().flatten().filter(reads).take(MOST_READERS).cloned().collect()
}

/// The other side of the foreign keys to what is dropped, emptied or changed.
fn referencing(catalog: &Catalog<'_>, operation: &Operation<'_>) -> Vec<QName> {
    let mut children = match &operation.kind {
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::DropColumn { .. } | ActionKind::SetType { .. } => catalog.fk_children(relation),
            _ => Vec::new(),
        },
        OperationKind::Drop { kind: ObjectKind::Table, name: table, .. } | OperationKind::Truncate { table, .. } => {
            catalog.fk_children(table)
        }
        _ => Vec::new(),
    };
    // The key of a partition is part of that of the whole table.
    children.retain(|child| partitioned_parent(catalog, child).is_none());
    children
}

fn column_facts(catalog: &Catalog<'_>, relation: &QName, name: &Symbol, before: &mut Before) {
    let column = catalog.table(relation).and_then(|table| table.column(name));
    before.known = column.is_some();
    before.origin = column.and_then(|column| column.origin);
    before.renamed = column.and_then(|column| column.renamed);
}

fn relation_facts(catalog: &Catalog<'_>, relation: &QName, before: &mut Before) {
    if catalog.index_table(relation).is_some() {
        before.known = true;
        before.origin = catalog.index_origin(relation);
        return;
    }
    let found: Option<(Option<Origin>, Option<Origin>)> = catalog.relations.get(relation).map(|found| match found {
        Relation::Table(table) => (table.origin, table.renamed),
        Relation::View(view) => (view.origin, None),
        Relation::Sequence(sequence) => (sequence.origin, None),
    });
    before.known = found.is_some();
    (before.origin, before.renamed) = found.unwrap_or_default();
}

fn user_type(catalog: &Catalog<'_>, name: &QName, before: &mut Before) {
    before.user_type = catalog.types.get(name).cloned();
    let found = before.user_type.as_deref();
    before.known = found.is_some();
    before.origin = found.and_then(|user_type| user_type.origin);
    before.renamed = found.and_then(|user_type| user_type.renamed);
}

fn drop_target(catalog: &Catalog<'_>, kind: ObjectKind, name: &QName, on: Option<&QName>, before: &mut Before) {
    match kind {
        ObjectKind::Type | ObjectKind::Domain => {
            user_type(catalog, name, before);
            before.dependents = dependents(catalog, Target::Type(name));
        }
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => {
            before.known = catalog.functions.contains_key(name);
            before.origin = catalog.function_origin(name);
            before.dependents = dependents(catalog, Target::Function(name));
        }
        ObjectKind::Schema => {
            before.origin = catalog.schema_origin(&name.name);
            before.known = before.origin.is_some();
        }
        ObjectKind::Trigger => {
            before.origin = on.and_then(|table| catalog.trigger_origin(table, &name.name));
            before.known = before.origin.is_some();
        }
        ObjectKind::Table | ObjectKind::ForeignTable | ObjectKind::View | ObjectKind::MaterializedView => {
            relation_facts(catalog, name, before);
            before.dependents = dependents(catalog, Target::Relation(name));
        }
        _ => relation_facts(catalog, name, before),
    }
}
