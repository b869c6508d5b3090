//! `ALTER TABLE`, action by action. What an action does is in the file named after its subject; which lock it needs is in
//! `modes`.

use super::column_type::{self, NewType};
use super::footprint::Footprint;
use super::{add_column, constraints, drop_column, indexes, modes, not_null, partitions, storage};
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode::{self, AccessExclusive, AccessShare, ShareRowExclusive};
use crate::schema::catalog::Relation;
use crate::schema::operation::QName;
use crate::syntax::alter::{Action, ActionKind, AlterKind, AlterTable, Triggers};
use crate::syntax::name::Ident;

/// One action on one relation.
pub(super) fn alter(footprint: &mut Footprint<'_, '_>, relation: &QName, action: &Action, alter: &AlterTable) {
    let known = footprint.catalog.relations.get(relation);
    let index = match known {
        Some(_) => false,
        None => footprint.catalog.indexes.contains_key(relation) || alter.kind == AlterKind::Index,
    };
    if index {
        return indexes::alter(footprint, relation, action, alter.kind);
    }
    let mode = modes::of_statement(alter);
    footprint.lock_as(relation, kind(alter.kind), mode);
    match known {
        Some(Relation::View(_)) => storage::change(footprint, relation, action),
        Some(Relation::Table(_)) => on_table(footprint, relation, action, alter, mode),
        None if matches!(alter.kind, AlterKind::Table | AlterKind::ForeignTable) => {
            on_table(footprint, relation, action, alter, mode);
        }
        Some(Relation::Sequence(_)) | None => on_sequence(footprint, action),
    }
}

/// `ALTER SEQUENCE`: its new owner is looked at.
fn on_sequence(footprint: &mut Footprint<'_, '_>, action: &Action) {
    if let ActionKind::SequenceOptions { owned_by: Some((table, _)), .. } = &action.kind {
        let table = footprint.catalog.resolve(table);
        footprint.lock(&table, AccessShare);
    }
}

/// The kind of a relation that the history does not know.
fn kind(kind: AlterKind) -> LockedKind {
    match kind {
        AlterKind::Table | AlterKind::ForeignTable => LockedKind::Table,
        AlterKind::Index => LockedKind::Index,
        AlterKind::View => LockedKind::View,
        AlterKind::MaterializedView => LockedKind::MaterializedView,
        AlterKind::Sequence => LockedKind::Sequence,
    }
}

fn on_table(footprint: &mut Footprint<'_, '_>, table: &QName, action: &Action, alter: &AlterTable, mode: LockMode) {
    match &action.kind {
        ActionKind::AddColumn { column, if_not_exists } => {
            add_column::add(footprint, table, column, *if_not_exists, alter);
        }
        ActionKind::DropColumn { column, cascade, .. } => drop_column::drop(footprint, table, &column.name, *cascade),
        ActionKind::SetType { column, data_type, collation, using } => {
            let new = NewType { column: &column.name, data_type, collation: collation.as_ref(), using: using.as_ref() };
            column_type::set_type(footprint, table, &new);
        }
        ActionKind::SetNotNull { column } => not_null::set(footprint, table, &column.name, alter, mode),
        ActionKind::DropNotNull { column } => not_null::drop(footprint, table, &column.name, alter, mode),
        ActionKind::AddConstraint(constraint) => constraints::add(footprint, table, constraint, alter, mode),
        ActionKind::AlterConstraint { constraint, enforced, .. } => {
            constraints::alter(footprint, table, constraint, *enforced);
        }
        ActionKind::ValidateConstraint { constraint } => {
            constraints::validate(footprint, table, constraint, mode);
        }
        ActionKind::DropConstraint { constraint, cascade, .. } => {
            constraints::drop(footprint, table, constraint, *cascade);
        }
        ActionKind::RenameConstraint { constraint, .. } => constraints::rename(footprint, table, constraint),
        ActionKind::AttachPartition { partition, default } => {
            let partition = footprint.catalog.resolve(partition);
            partitions::attach(footprint, table, &partition, *default);
        }
        ActionKind::DetachPartition { partition, concurrently, finalize } => {
            let partition = footprint.catalog.resolve(partition);
            if *finalize {
                partitions::finalize(footprint, table, &partition);
            } else {
                partitions::detach(footprint, table, &partition, *concurrently);
            }
        }
        ActionKind::Inherit { parent, inherit } => {
            let parent = footprint.catalog.resolve(parent);
            partitions::inherit(footprint, &parent, *inherit);
        }
        _ => on_columns(footprint, table, action, alter, mode),
    }
}

/// Actions that change no rows, only what is noted about the table or its columns. Some pass on to whoever inherits the
/// column, unless `ONLY` says otherwise (facts `set-default-partitioned`, `set-storage-partitioned`,
/// `rename-column-inherit-parent`).
fn on_columns(footprint: &mut Footprint<'_, '_>, table: &QName, action: &Action, alter: &AlterTable, mode: LockMode) {
    let inherited = match &action.kind {
        ActionKind::SetDefault { .. }
        | ActionKind::DropDefault { .. }
        | ActionKind::SetStatistics { .. }
        | ActionKind::SetStorage { .. }
        | ActionKind::SetExpression { .. }
        | ActionKind::DropExpression { .. }
        | ActionKind::RenameColumn { .. } => true,
        // Identity of partitioned tables is of version 17.
        ActionKind::AddIdentity { .. } | ActionKind::SetIdentity { .. } | ActionKind::DropIdentity { .. } => {
            footprint.since(17) && footprint.is_partitioned(table)
        }
        _ => false,
    };
    if inherited && !alter.only {
        let family = footprint.family(table);
        footprint.lock_all(&family, mode);
    }
    match &action.kind {
        ActionKind::SetIdentity { column } => lock_sequence(footprint, table, column, ShareRowExclusive),
        ActionKind::DropIdentity { column, .. } => lock_sequence(footprint, table, column, AccessExclusive),
        ActionKind::SetExpression { column, .. } => set_expression(footprint, table, column),
        ActionKind::Trigger { triggers, .. } => toggle_triggers(footprint, table, triggers, mode),
        _ => storage::change(footprint, table, action),
    }
}

/// The sequence behind an identity column (facts `set-identity-by-default`, `drop-identity`).
fn lock_sequence(footprint: &mut Footprint<'_, '_>, table: &QName, column: &Ident, mode: LockMode) {
    let sequences = footprint.owned_sequences(table, Some(&column.name));
    footprint.lock_all(&sequences, mode);
}

/// `SET EXPRESSION`: stored values are worked out anew (fact `set-expression-stored`).
fn set_expression(footprint: &mut Footprint<'_, '_>, table: &QName, column: &Ident) {
    let found = footprint.catalog.table(table).and_then(|table| table.column(&column.name));
    let generated = found.and_then(|column| column.generated.as_ref());
    if generated.is_some_and(|generated| !generated.stored) {
        return;
    }
    if generated.is_none() {
        footprint.assume(|| format!("whether {}.{} is stored is not known", table.short(), column.name));
    }
    for leaf in footprint.leaves(table) {
        footprint.rewrite(&leaf);
    }
}

/// `ENABLE TRIGGER`, `DISABLE TRIGGER`: partitions have copies of the trigger (fact `disable-trigger-partitioned`).
fn toggle_triggers(footprint: &mut Footprint<'_, '_>, table: &QName, triggers: &Triggers, mode: LockMode) {
    let known = footprint.catalog.table(table).map(|table| table.triggers.as_slice()).unwrap_or_default();
    if known.iter().any(|known| triggers.include(&known.name)) {
        let partitions = footprint.partitions(table);
        footprint.lock_all(&partitions, mode);
    }
}
