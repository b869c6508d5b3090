//! Indexes: created, dropped, altered, rebuilt (manual: CREATE INDEX, DROP INDEX, ALTER INDEX, REINDEX; facts in the group
//! "Indexes").
//!
//! The lock on an index itself is told only where a statement names the index or rebuilds it: elsewhere the lock on its
//! table is at least as strong. `CONCURRENTLY` locks the old index only when nobody can see it any more: not told.

use super::footprint::{Footprint, MOST_REACHED};
use super::{foreign_key, modes};
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode::{self, AccessExclusive, AccessShare, Share, ShareUpdateExclusive};
use crate::schema::catalog::{Index, Relation};
use crate::schema::operation::QName;
use crate::syntax::alter::{Action, ActionKind, AlterKind};
use crate::syntax::name::Symbol;
use crate::syntax::object::{CreateIndex, Drop};
use crate::syntax::statement::ReindexTarget;

/// `CREATE INDEX`. On a partitioned table it is built on every partition that has none like it.
pub(super) fn create(footprint: &mut Footprint<'_, '_>, table: &QName, def: &CreateIndex) {
    let mode = if def.concurrently { ShareUpdateExclusive } else { Share };
    footprint.no_transaction |= def.concurrently;
    footprint.lock(table, mode);
    let name = def.name.as_ref().map(|name| &name.name);
    let exists = |name: &Symbol| {
        footprint.catalog.indexes.contains_key(&QName { schema: table.schema.clone(), name: name.clone() })
    };
    if def.if_not_exists && name.is_some_and(exists) {
        return;
    }
    if !footprint.is_partitioned(table) {
        return footprint.build(table, name.cloned());
    }
    if def.only {
        return;
    }
    let wanted = Index::wanted(def);
    let partitions = footprint.partitions(table);
    footprint.lock_all(&partitions, mode);
    for leaf in footprint.leaves(table) {
        if !footprint.indexes(&leaf).iter().any(|index| is_alike(index, &wanted)) {
            footprint.build(&leaf, None);
        }
    }
}

/// Whether an index serves in place of another. Expressions and predicates are not compared.
pub(super) fn is_alike(index: &Index, other: &Index) -> bool {
    let plain = !index.partial && !other.partial && index.keys.iter().all(Option::is_some);
    plain && index.unique == other.unique && index.method == other.method && index.keys == other.keys
}

/// Whether the index is on just these columns.
pub(super) fn is_on(index: &Index, columns: &[Symbol]) -> bool {
    !index.partial && index.keys.len() == columns.len() && index.keys.iter().flatten().eq(columns)
}

/// `DROP INDEX`: readers of the table plan with its indexes, so they have to stay away for a moment (facts `drop-index*`).
pub(super) fn drop(footprint: &mut Footprint<'_, '_>, index: &QName, def: &Drop) {
    footprint.no_transaction |= def.concurrently;
    let mode = if def.concurrently { ShareUpdateExclusive } else { AccessExclusive };
    footprint.lock_as(index, LockedKind::Index, mode);
    let Some(table) = footprint.catalog.index_table(index) else {
        return assume_table(footprint, index);
    };
    footprint.lock(table, mode);
    let partitions = footprint.partitions(table);
    footprint.lock_all(&partitions, mode);
    if let Some(found) = footprint.catalog.index(index).filter(|found| found.unique && def.cascade) {
        let columns: Vec<Symbol> = found.keys.iter().flatten().cloned().collect();
        foreign_key::drop_incoming(footprint, table, &columns);
    }
}

/// `ALTER INDEX`, or `ALTER TABLE` on an index (facts `alter-index-*`, `rename-index*`).
pub(super) fn alter(footprint: &mut Footprint<'_, '_>, index: &QName, action: &Action, kind: AlterKind) {
    let mode = match &action.kind {
        ActionKind::Rename { .. } if kind == AlterKind::Index => ShareUpdateExclusive,
        ActionKind::SetOptions { .. } | ActionKind::ResetOptions { .. } => modes::of_parameters(&action.kind),
        ActionKind::SetStatistics { .. } | ActionKind::AttachPartition { .. } => ShareUpdateExclusive,
        _ => AccessExclusive,
    };
    footprint.lock_as(index, LockedKind::Index, mode);
    let table = footprint.catalog.index_table(index);
    match (&action.kind, table) {
        (ActionKind::AttachPartition { partition, .. }, _) => {
            let child = footprint.catalog.resolve(partition);
            footprint.lock_as(&child, LockedKind::Index, AccessExclusive);
            for table in [table, footprint.catalog.index_table(&child)].into_iter().flatten() {
                footprint.lock(table, AccessShare);
            }
        }
        (ActionKind::SetTablespace, Some(table)) if !footprint.is_partitioned(table) => {
            footprint.copy_index(table, &index.name);
        }
        _ => {}
    }
}

/// `REINDEX` (facts `reindex-*`).
pub(super) fn reindex(
    footprint: &mut Footprint<'_, '_>,
    target: ReindexTarget,
    name: Option<&QName>,
    concurrently: bool,
) {
    footprint.no_transaction |= concurrently;
    let mode = if concurrently { ShareUpdateExclusive } else { Share };
    match (target, name) {
        (ReindexTarget::Index, Some(index)) => reindex_index(footprint, index, mode),
        (ReindexTarget::Table, Some(table)) => reindex_table(footprint, table, mode),
        (ReindexTarget::System, _) => footprint.no_transaction = true,
        (ReindexTarget::Index | ReindexTarget::Table, None) => {}
        (ReindexTarget::Schema, schema) => reindex_all(footprint, schema.map(|schema| &schema.name), mode),
        (ReindexTarget::Database, _) => reindex_all(footprint, None, mode),
    }
}

fn assume_table(footprint: &mut Footprint<'_, '_>, index: &QName) {
    footprint.assume(|| format!("the table of index {} is not known; it is locked as well", index.short()));
}

fn reindex_index(footprint: &mut Footprint<'_, '_>, index: &QName, mode: LockMode) {
    lock_rebuilt(footprint, index, mode);
    let Some(table) = footprint.catalog.index_table(index) else {
        return assume_table(footprint, index);
    };
    footprint.lock(table, mode);
    if !footprint.is_partitioned(table) {
        return footprint.build(table, Some(index.name.clone()));
    }
    // Version 14 does each partition in a transaction of its own (fact `reindex-partitioned-index`).
    let Some(wanted) = footprint.catalog.index(index).filter(|_| footprint.since(14)) else { return };
    footprint.no_transaction = true;
    let partitions = footprint.partitions(table);
    footprint.lock_all(&partitions, mode);
    for leaf in footprint.leaves(table) {
        let alike = |index: &&Index| is_alike(index, wanted);
        let name = footprint.indexes(&leaf).iter().find(alike).map(|index| index.name.clone());
        if let Some(name) = &name {
            lock_rebuilt(footprint, &beside(&leaf, name), mode);
        }
        footprint.build(&leaf, name);
    }
}

fn reindex_table(footprint: &mut Footprint<'_, '_>, table: &QName, mode: LockMode) {
    footprint.lock(table, mode);
    if !footprint.is_partitioned(table) {
        return rebuild_all(footprint, table, mode);
    }
    // Before version 14 there is only a warning (fact `reindex-partitioned-concurrently`).
    if footprint.since(14) {
        footprint.no_transaction = true;
        for leaf in footprint.leaves(table) {
            // Even CONCURRENTLY looks for the partitions under a lock that stops writers.
            footprint.lock(&leaf, Share);
            rebuild_all(footprint, &leaf, mode);
        }
    }
}

fn reindex_all(footprint: &mut Footprint<'_, '_>, schema: Option<&Symbol>, mode: LockMode) {
    footprint.no_transaction = true;
    for (name, relation) in footprint.catalog.relations.iter().take(MOST_REACHED) {
        let stored = match relation {
            Relation::Table(table) => !table.partitioned,
            Relation::View(view) => view.materialized,
            Relation::Sequence(_) => false,
        };
        if stored && schema.is_none_or(|schema| name.schema == *schema) {
            rebuild_all(footprint, name, mode);
        }
    }
}

/// All indexes of one table. Its own lock lets readers in, but planning a query locks every index (fact `reindex-table`).
fn rebuild_all(footprint: &mut Footprint<'_, '_>, table: &QName, mode: LockMode) {
    footprint.lock(table, mode);
    let names: Vec<Symbol> = footprint.indexes(table).iter().map(|index| index.name.clone()).collect();
    if names.is_empty() && footprint.catalog.table(table).is_none_or(|table| !table.complete) {
        footprint.build(table, None);
    }
    for name in names {
        lock_rebuilt(footprint, &beside(table, &name), mode);
        footprint.build(table, Some(name));
    }
}

/// The lock on an index that is rebuilt, given that on its table.
fn lock_rebuilt(footprint: &mut Footprint<'_, '_>, index: &QName, mode: LockMode) {
    let online = mode == ShareUpdateExclusive;
    footprint.lock_as(index, LockedKind::Index, if online { mode } else { AccessExclusive });
}

fn beside(table: &QName, index: &Symbol) -> QName {
    QName { schema: table.schema.clone(), name: index.clone() }
}
