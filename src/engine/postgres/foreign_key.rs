//! Foreign keys, and the other table that every change to one locks too (manual: ALTER TABLE, "Description"; facts `add-fk*`, `validate-fk*`, `drop-fk*`, `type-*-fk-*`).

use super::footprint::{Footprint, MOST_REACHED};
use crate::engine::lock::LockMode::{self, AccessExclusive, AccessShare, RowShare, ShareRowExclusive};
use crate::schema::catalog::{ConstraintBody, Table, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::name::{Name, Symbol};

/// A foreign key about to be added.
pub(super) struct NewKey<'a> {
    pub(super) columns: Vec<Symbol>,
    pub(super) referenced: &'a Name,
    /// Old rows are not checked: `NOT VALID` or `NOT ENFORCED`.
    pub(super) unchecked: bool,
    /// The columns are new and null in every old row, so there is nothing to look up.
    pub(super) all_null: bool,
}

/// `ADD FOREIGN KEY`: triggers are made on both sides, and unless told otherwise all rows of both are read. The lock on
/// the referencing table is the statement's and is taken by the caller.
pub(super) fn add(footprint: &mut Footprint<'_, '_>, table: &QName, key: &NewKey<'_>, mode: LockMode) {
    let referenced = footprint.catalog.resolve(key.referenced);
    lock_referenced(footprint, &referenced, ShareRowExclusive);
    for partition in footprint.partitions(table) {
        footprint.lock(&partition, mode);
    }
    let (attached, fresh): (Vec<QName>, Vec<QName>) = footprint
        .parts(table)
        .into_iter()
        .partition(|part| part != table && has_key(footprint, part, &referenced, key));
    if !attached.is_empty() {
        // A partition's own foreign key is taken over, which drops its triggers on the referenced table (fact
        // `add-fk-partitioned-children-already-have-fk`).
        lock_referenced(footprint, &referenced, AccessExclusive);
    }
    if key.unchecked {
        return;
    }
    for part in &fresh {
        footprint.scan(part);
    }
    if !fresh.is_empty() && !key.all_null {
        scan_all(footprint, &referenced);
    }
}

fn has_key(footprint: &Footprint<'_, '_>, part: &QName, referenced: &QName, key: &NewKey<'_>) -> bool {
    let same = |constraint: &TableConstraint| {
        points_to(constraint, referenced) && constraint.columns == key.columns && constraint.validated
    };
    footprint.catalog.table(part).is_some_and(|part| part.constraints.iter().any(same))
}

/// `VALIDATE CONSTRAINT` of a foreign key (facts `validate-fk-referencing-partitioned`, `validate-fk-partitioned`).
pub(super) fn validate(footprint: &mut Footprint<'_, '_>, table: &QName, constraint: &TableConstraint) {
    let ConstraintBody::ForeignKey { table: referenced, .. } = &constraint.kind else { return };
    footprint.lock(referenced, RowShare);
    let partitions = footprint.partitions(referenced);
    footprint.lock_all(&partitions, AccessShare);
    scan_all(footprint, table);
    scan_all(footprint, referenced);
}

/// Dropping a foreign key drops its triggers on the other table, which nobody may be using meanwhile.
pub(super) fn drop(footprint: &mut Footprint<'_, '_>, constraint: &TableConstraint) {
    if let ConstraintBody::ForeignKey { table: referenced, .. } = &constraint.kind {
        lock_referenced(footprint, referenced, AccessExclusive);
    }
}

/// All foreign keys that point at these columns of the table are dropped: `CASCADE` from the key they need.
pub(super) fn drop_incoming(footprint: &mut Footprint<'_, '_>, table: &QName, columns: &[Symbol]) {
    for (child, _) in incoming(footprint, table) {
        let concerned = child.constraints.iter().any(|constraint| {
            points_to(constraint, table) && columns.iter().any(|column| points_at(footprint, constraint, column))
        });
        if concerned {
            let family = footprint.family(&child.name);
            footprint.lock_all(&family, AccessExclusive);
        }
    }
}

/// Foreign keys on either side of a column whose type changes are made anew (facts `type-*-fk-*`,
/// `type-pk-int-bigint-incoming-fk`). They are checked again only if `revalidate`.
pub(super) fn rebuild_on(footprint: &mut Footprint<'_, '_>, table: &QName, column: &Symbol, revalidate: bool) {
    let own = footprint.catalog.table(table).map(|table| table.constraints.as_slice()).unwrap_or_default();
    for constraint in own.iter().filter(|constraint| constraint.columns.contains(column)) {
        let ConstraintBody::ForeignKey { table: referenced, .. } = &constraint.kind else { continue };
        lock_referenced(footprint, referenced, AccessExclusive);
        if revalidate && constraint.validated && constraint.enforced {
            scan_all(footprint, table);
            scan_all(footprint, referenced);
        }
    }
    for (child, constraint) in incoming(footprint, table) {
        if points_at(footprint, constraint, column) {
            footprint.lock(&child.name, AccessExclusive);
            if revalidate && constraint.validated && constraint.enforced {
                scan_all(footprint, &child.name);
                scan_all(footprint, table);
            }
        }
    }
}

/// Foreign keys to the table from others, with the tables they stand on.
pub(super) fn incoming<'c>(footprint: &Footprint<'c, '_>, table: &QName) -> Vec<(&'c Table, &'c TableConstraint)> {
    let mut found = Vec::new();
    let children = footprint.catalog.referencing.get(table).into_iter().flatten().take(MOST_REACHED);
    for child in children.filter(|child| *child != table) {
        let Some(child) = footprint.catalog.table(child) else { continue };
        found.extend(child.constraints.iter().filter(|key| points_to(key, table)).map(|key| (&**child, key)));
    }
    found
}

/// Foreign keys of the table to others.
pub(super) fn outgoing<'c>(footprint: &Footprint<'c, '_>, table: &QName) -> Vec<(&'c QName, &'c TableConstraint)> {
    let own = footprint.catalog.table(table).map(|table| table.constraints.as_slice()).unwrap_or_default();
    own.iter()
        .filter_map(|constraint| match &constraint.kind {
            ConstraintBody::ForeignKey { table: referenced, .. } if referenced != table => {
                Some((referenced, constraint))
            }
            _ => None,
        })
        .collect()
}

/// A lock on a referenced table and on its partitions, which carry triggers of their own.
pub(super) fn lock_referenced(footprint: &mut Footprint<'_, '_>, referenced: &QName, mode: LockMode) {
    footprint.lock(referenced, mode);
    let partitions = footprint.partitions(referenced);
    footprint.lock_all(&partitions, mode);
}

/// Whether a foreign key to its table points at this column.
pub(super) fn points_at(footprint: &Footprint<'_, '_>, constraint: &TableConstraint, column: &Symbol) -> bool {
    let ConstraintBody::ForeignKey { table, referenced, .. } = &constraint.kind else { return false };
    if !referenced.is_empty() {
        return referenced.contains(column);
    }
    let key = footprint.catalog.table(table).and_then(|table| table.primary_key());
    key.is_none_or(|key| key.columns.contains(column))
}

fn points_to(constraint: &TableConstraint, table: &QName) -> bool {
    matches!(&constraint.kind, ConstraintBody::ForeignKey { table: referenced, .. } if referenced == table)
}

fn scan_all(footprint: &mut Footprint<'_, '_>, table: &QName) {
    for part in footprint.parts(table) {
        footprint.scan(&part);
    }
}
