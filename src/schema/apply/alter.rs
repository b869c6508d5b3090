//! `ALTER TABLE` and its kin: one action on one relation. The server allows `ALTER TABLE` on indexes, views and
//! sequences too.

use super::alter_column::{self, Site};
use super::constraint::Wanted;
use super::create_table::must_exist;
use super::{Log, column, constraint, drop, inherit, part_name, rename, setting};
use crate::schema::catalog::{Catalog, ConstraintBody, Relation, Sequence};
use crate::schema::operation::QName;
use crate::syntax::alter::{ActionKind, AlterKind, AlterTable};
use crate::syntax::name::{Ident, Name, Symbol};

pub(super) fn alter(
    catalog: &mut Catalog<'_>,
    relation: &QName,
    alter: &AlterTable,
    action: &ActionKind,
    log: &mut Log,
) {
    match action {
        ActionKind::Rename { to } => {
            learn_table(catalog, relation, alter, log);
            return rename::rename(catalog, relation, &relation.beside(&to.name), log);
        }
        ActionKind::SetSchema { schema } => {
            learn_table(catalog, relation, alter, log);
            let new = QName { schema: schema.name.clone(), name: relation.name.clone() };
            return rename::rename(catalog, relation, &new, log);
        }
        _ => {}
    }
    if catalog.indexes.contains_key(relation) || alter.kind == AlterKind::Index {
        if let ActionKind::AttachPartition { .. } = action {
            attach_index(catalog, relation);
        }
        return;
    }
    learn_table(catalog, relation, alter, log);
    match catalog.relations.get(relation) {
        Some(Relation::Table(_)) => {
            let site = Site { table: relation, only: alter.only };
            alter_table(catalog, &site, action, log);
        }
        Some(Relation::Sequence(_)) => {
            if let ActionKind::SequenceOptions { owned_by: Some((table, column)), .. } = action {
                own_sequence(catalog, relation, table, column);
            }
        }
        Some(Relation::View(_)) => setting::change(catalog, relation, action, log.origin),
        None => {}
    }
}

/// `OWNED BY table.column`.
fn own_sequence(catalog: &mut Catalog<'_>, name: &QName, table: &Name, column: &Ident) {
    let owner = (catalog.resolve(table), column.name.clone());
    if let Some(sequence) = catalog.take_sequence(name) {
        catalog.put_sequence(Sequence { owned_by: Some(owner), ..sequence });
    }
}

/// A table that is altered exists, unless the statement only asks.
fn learn_table(catalog: &mut Catalog<'_>, relation: &QName, alter: &AlterTable, log: &Log) {
    if matches!(alter.kind, AlterKind::Table | AlterKind::ForeignTable) && !alter.if_exists {
        must_exist(catalog, relation, log);
    }
}

fn alter_table(catalog: &mut Catalog<'_>, site: &Site<'_>, action: &ActionKind, log: &mut Log) {
    let table = site.table;
    match action {
        ActionKind::AddColumn { column, .. } => column::add_column(catalog, table, column, site.only, log),
        ActionKind::DropColumn { column, cascade, .. } => {
            drop::drop_column(catalog, site, &column.name, *cascade, log);
        }
        ActionKind::RenameColumn { column, to } => rename::rename_column(catalog, table, &column.name, &to.name, log),
        ActionKind::RenameConstraint { constraint, to } => {
            if has_constraint(catalog, table, constraint, log) {
                rename::rename_constraint(catalog, table, &constraint.name, &to.name);
            }
        }
        ActionKind::AddConstraint(def) => {
            constraint::add(catalog, table, &Wanted { def, column: None, proven: false, only: site.only }, log);
        }
        ActionKind::AlterConstraint { constraint, enforced, deferrable, .. }
            if enforced.is_some() || deferrable.is_some() =>
        {
            change_constraint(catalog, table, constraint, log, |found| {
                if let Some(enforced) = *enforced {
                    // To enforce is to check all rows.
                    (found.enforced, found.validated) = (enforced, enforced);
                }
                found.deferrable = deferrable.unwrap_or(found.deferrable);
            });
        }
        ActionKind::ValidateConstraint { constraint } => validate(catalog, table, constraint, log),
        ActionKind::DropConstraint { constraint, cascade, .. } => {
            drop::drop_constraint(catalog, table, &constraint.name, *cascade, log);
        }
        ActionKind::AttachPartition { partition, default } => {
            let partition = catalog.resolve(partition);
            inherit::must_be_partitioned(catalog, table);
            must_exist(catalog, &partition, log);
            inherit::attach(catalog, table, &partition, *default);
            inherit::copy_to_partition(catalog, table, &partition, log);
        }
        ActionKind::DetachPartition { partition, .. } => {
            let partition = catalog.resolve(partition);
            inherit::detach(catalog, table, &partition);
        }
        ActionKind::Inherit { parent, inherit } => {
            let parent = catalog.resolve(parent);
            if *inherit {
                inherit::attach(catalog, &parent, table, false);
            } else {
                inherit::detach(catalog, &parent, table);
            }
        }
        ActionKind::ReplicaIdentity(_)
        | ActionKind::SetCluster { .. }
        | ActionKind::SetOptions { .. }
        | ActionKind::ResetOptions { .. }
        | ActionKind::Trigger { .. }
        | ActionKind::OfType(_)
        | ActionKind::SetLogged(_) => setting::change(catalog, table, action, log.origin),
        _ => alter_column::alter_column(catalog, site, action, log),
    }
}

fn validate(catalog: &mut Catalog<'_>, table: &QName, name: &Ident, log: &mut Log) {
    change_constraint(catalog, table, name, log, |found| found.validated = true);
    let required: Vec<Symbol> = match catalog.table(table).and_then(|found| found.constraint(&name.name)) {
        Some(found) if matches!(found.kind, ConstraintBody::NotNull) => found.columns.clone(),
        _ => return,
    };
    constraint::require(catalog, table, &required);
}

/// Changes a constraint of the table, and the one of the same name of whatever inherits from it.
fn change_constraint(
    catalog: &mut Catalog<'_>,
    table: &QName,
    name: &Ident,
    log: &mut Log,
    change: impl Fn(&mut crate::schema::catalog::TableConstraint),
) {
    if !has_constraint(catalog, table, name, log) {
        return;
    }
    let mut tables = catalog.partitions_deep(table);
    tables.push(table.clone());
    for table in tables {
        if catalog.table(&table).is_some_and(|found| found.constraint(&name.name).is_some())
            && let Some(found) = catalog.edit_table(&table)
            && let Some(constraint) = found.constraints.iter_mut().find(|found| found.name == name.name)
        {
            change(constraint);
        }
    }
}

fn has_constraint(catalog: &Catalog<'_>, table: &QName, name: &Ident, log: &mut Log) -> bool {
    let Some(found) = catalog.table(table) else { return false };
    let has = found.constraint(&name.name).is_some();
    if !has && found.complete {
        log.missing("constraint", part_name(table, &name.name));
    }
    has
}

/// `ALTER INDEX … ATTACH PARTITION`: the parent's index is whole once every partition has its part.
fn attach_index(catalog: &mut Catalog<'_>, index: &QName) {
    let Some(table) = catalog.index_table(index).cloned() else { return };
    let Some(parent) = catalog.index(index).filter(|found| found.only) else { return };
    let mut partitions = catalog.children.get(&table).into_iter().flatten().filter_map(|child| catalog.table(child));
    let whole = partitions.all(|partition| inherit::parts_of(&partition.indexes, parent).next().is_some());
    if whole && let Some(found) = catalog.edit_index(index) {
        found.only = false;
    }
}
