//! Partitions and inheritance: attached, detached, created, inherited (manual: ALTER TABLE, "ATTACH/DETACH PARTITION";
//! facts `attach-*`, `detach-*`, `create-partition-*`, `inherit`, `no-inherit`).

use std::sync::Arc;

use super::footprint::Footprint;
use super::{foreign_key, indexes};
use crate::engine::lock::LockMode::{AccessExclusive, AccessShare, ShareRowExclusive, ShareUpdateExclusive};
use crate::schema::catalog::{ConstraintBody, Index, Table};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// `ATTACH PARTITION`. The parent stays usable; the rows of the candidate, and of a default partition that might hold
/// some of its rows, are read unless a check proves them right.
pub(super) fn attach(footprint: &mut Footprint<'_, '_>, parent: &QName, partition: &QName, default: bool) {
    footprint.lock(parent, ShareUpdateExclusive);
    let family = footprint.family(partition);
    footprint.lock_all(&family, AccessExclusive);
    scan_unproven(footprint, partition, parent, false);
    if !default {
        open_default(footprint, parent, partition);
    }
    adopt_indexes(footprint, parent, partition);
    adopt_foreign_keys(footprint, parent, partition);
    lock_referencing(footprint, parent);
}

/// `CREATE TABLE … PARTITION OF`: there are no rows yet, but the default partition is in the way (facts
/// `create-partition-of-*`).
pub(super) fn create(footprint: &mut Footprint<'_, '_>, parent: &QName, partition: &QName, default: bool) {
    footprint.lock(parent, AccessExclusive);
    if !default {
        open_default(footprint, parent, partition);
    }
    for (referenced, _) in foreign_key::outgoing(footprint, parent) {
        foreign_key::lock_referenced(footprint, referenced, ShareRowExclusive);
    }
    lock_referencing(footprint, parent);
}

/// Nobody may add rows to the default partition that belong to the new one, and those that are there must not.
fn open_default(footprint: &mut Footprint<'_, '_>, parent: &QName, partition: &QName) {
    let Some(default) = footprint.default_partition(parent) else { return };
    if default != partition {
        let family = footprint.family(default);
        footprint.lock_all(&family, AccessExclusive);
        scan_unproven(footprint, default, parent, true);
    }
}

/// Reads the rows unless a validated check on the partition key stands on the table. Whether it implies the bounds is
/// not worked out: nobody limits just that column for another reason. It must not leave room for nulls, except in the
/// default partition, which is where they belong (facts `attach-with-check*`, `attach-list-with-check`,
/// `attach-with-default-partition-both-checks`).
fn scan_unproven(footprint: &mut Footprint<'_, '_>, table: &QName, parent: &QName, default: bool) {
    let parent = footprint.catalog.table(parent).filter(|parent| parent.complete);
    let proven = |table: &Arc<Table>| {
        let key = parent.map(|parent| parent.partition_key.as_slice());
        proves_bounds(table, key, default)
    };
    if footprint.catalog.table(table).is_some_and(proven) {
        footprint.assume(|| format!("the check on {} is taken to imply the partition's bounds", table.short()));
        return;
    }
    for leaf in footprint.leaves(table) {
        footprint.scan(&leaf);
    }
}

/// `key`: the partition key, where it is known. No check implies the bounds of a hash partition, whose key is empty.
fn proves_bounds(table: &Table, key: Option<&[Symbol]>, nulls: bool) -> bool {
    table.constraints.iter().any(|constraint| {
        let ConstraintBody::Check { not_null, .. } = &constraint.kind else { return false };
        let key = key.unwrap_or(&constraint.columns);
        let never_null = |column: &Symbol| {
            nulls
                || not_null.contains(column)
                || table.column(column).is_some_and(|column| column.not_null == Some(true))
        };
        let covered = |column: &Symbol| constraint.columns.contains(column) && never_null(column);
        constraint.validated && constraint.enforced && !key.is_empty() && key.iter().all(covered)
    })
}

/// Each index of the parent is matched with one of the partition, or built on it (facts `attach-parent-has-*`,
/// `attach-chk-parent-has-index-*`).
fn adopt_indexes(footprint: &mut Footprint<'_, '_>, parent: &QName, partition: &QName) {
    for wanted in footprint.indexes(parent) {
        for part in footprint.parts(partition) {
            if !footprint.indexes(&part).iter().any(|index| fits(index, wanted)) {
                footprint.build(&part, None);
            }
        }
    }
}

/// The index of a constraint needs one of a constraint (fact `attach-parent-has-pk-cand-unique-index-only`).
fn fits(index: &Index, wanted: &Index) -> bool {
    indexes::is_alike(index, wanted) && (wanted.constraint.is_none() || index.constraint.is_some())
}

/// A foreign key of the parent is taken over from the partition, which locks the referenced table against everybody, or
/// made anew and checked (facts `attach-parent-has-fk*`, `attach-chk-parent-has-fk-cand-has-fk-not-valid`).
fn adopt_foreign_keys(footprint: &mut Footprint<'_, '_>, parent: &QName, partition: &QName) {
    for (referenced, wanted) in foreign_key::outgoing(footprint, parent) {
        let own = foreign_key::outgoing(footprint, partition)
            .into_iter()
            .find(|(table, key)| *table == referenced && key.columns == wanted.columns);
        let taken = own.is_some_and(|(_, key)| key.validated || footprint.since(18));
        let mode = if taken { AccessExclusive } else { ShareRowExclusive };
        foreign_key::lock_referenced(footprint, referenced, mode);
        if wanted.validated && !own.is_some_and(|(_, key)| key.validated) {
            for table in [partition, referenced] {
                for part in footprint.parts(table) {
                    footprint.scan(&part);
                }
            }
        }
    }
}

/// Tables that reference the parent get triggers for the new partition (fact `attach-parent-referenced`).
fn lock_referencing(footprint: &mut Footprint<'_, '_>, parent: &QName) {
    let mode = if footprint.since(15) { ShareRowExclusive } else { AccessShare };
    for (table, _) in foreign_key::incoming(footprint, parent) {
        footprint.lock(&table.name, mode);
    }
}

/// `DETACH PARTITION`. A foreign key to the parent has to be proven free of the partition's rows (facts `detach-*`).
pub(super) fn detach(footprint: &mut Footprint<'_, '_>, parent: &QName, partition: &QName, concurrently: bool) {
    footprint.lock(parent, if concurrently { ShareUpdateExclusive } else { AccessExclusive });
    let referencing = foreign_key::incoming(footprint, parent);
    let strong = footprint.since(14) || !referencing.is_empty();
    footprint.lock(partition, if strong { AccessExclusive } else { ShareUpdateExclusive });
    let inner = footprint.partitions(partition);
    footprint.lock_all(&inner, AccessExclusive);
    if let Some(default) = footprint.default_partition(parent) {
        footprint.lock(default, AccessExclusive);
    }
    for (referenced, _) in foreign_key::outgoing(footprint, parent) {
        foreign_key::lock_referenced(footprint, referenced, ShareRowExclusive);
    }
    for (table, _) in referencing {
        footprint.lock(&table.name, AccessExclusive);
        for table in [partition, &table.name] {
            for part in footprint.parts(table) {
                footprint.scan(&part);
            }
        }
    }
    footprint.no_transaction |= concurrently;
}

/// `DETACH PARTITION … FINALIZE` ends what was interrupted.
pub(super) fn finalize(footprint: &mut Footprint<'_, '_>, parent: &QName, partition: &QName) {
    footprint.lock(parent, ShareUpdateExclusive);
    footprint.lock(partition, AccessExclusive);
}

/// `INHERIT`, `NO INHERIT`.
pub(super) fn inherit(footprint: &mut Footprint<'_, '_>, parent: &QName, inherit: bool) {
    footprint.lock(parent, if inherit { ShareUpdateExclusive } else { AccessShare });
}
