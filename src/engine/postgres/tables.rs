//! Whole tables: created, dropped, truncated (facts in the group "Tables", `drop-partition*`, `truncate-*`).

use std::collections::BTreeSet;

use super::footprint::{Footprint, MOST_REACHED};
use super::{foreign_key, partitions, views};
use crate::engine::lock::LockMode::{AccessExclusive, AccessShare, ShareRowExclusive, ShareUpdateExclusive};
use crate::schema::operation::QName;
use crate::syntax::table::{Constraint, ConstraintKind, CreateTable};

/// `CREATE TABLE`: nothing happens to the new table that anybody could notice, but others are referred to.
pub(super) fn create(footprint: &mut Footprint<'_, '_>, table: &QName, def: &CreateTable) {
    if def.if_not_exists && footprint.catalog.relations.contains_key(table) {
        return;
    }
    for like in &def.like {
        let source = footprint.catalog.resolve(&like.table);
        footprint.lock(&source, AccessShare);
    }
    for parent in &def.inherits {
        let parent = footprint.catalog.resolve(parent);
        footprint.lock(&parent, ShareUpdateExclusive);
    }
    if let Some(partition_of) = &def.partition_of {
        let parent = footprint.catalog.resolve(&partition_of.parent);
        partitions::create(footprint, &parent, table, partition_of.default);
    }
    let inline = def.columns.iter().flat_map(|column| &column.constraints);
    for constraint in inline.chain(&def.constraints) {
        refer(footprint, table, constraint);
    }
    if let Some(query) = &def.query {
        views::read_query(footprint, query, !def.no_data);
    }
}

/// A foreign key of a new table: there is nothing to check yet, but triggers to make (facts `create-table-fk*`).
fn refer(footprint: &mut Footprint<'_, '_>, table: &QName, constraint: &Constraint) {
    if let ConstraintKind::ForeignKey(key) = &constraint.kind {
        let referenced = footprint.catalog.resolve(&key.table);
        if referenced != *table {
            foreign_key::lock_referenced(footprint, &referenced, ShareRowExclusive);
        }
    }
}

/// `DROP TABLE`, and every other way a table goes: its foreign keys and its partitions go with it; with `CASCADE` also
/// what refers to it.
pub(super) fn drop(footprint: &mut Footprint<'_, '_>, table: &QName, cascade: bool) {
    if let Some(parent) = footprint.partition_parent(table) {
        footprint.lock(parent, AccessExclusive);
        if let Some(default) = footprint.default_partition(parent) {
            footprint.lock(default, AccessExclusive);
        }
    }
    let mut seen = BTreeSet::from([table.clone()]);
    let mut pending = vec![table.clone()];
    while let Some(table) = pending.pop() {
        drop_one(footprint, &table, cascade);
        if cascade || footprint.is_partitioned(&table) {
            for child in footprint.catalog.children.get(&table).into_iter().flatten() {
                if seen.len() < MOST_REACHED && seen.insert(child.clone()) {
                    pending.push(child.clone());
                }
            }
        }
    }
}

fn drop_one(footprint: &mut Footprint<'_, '_>, table: &QName, cascade: bool) {
    footprint.lock(table, AccessExclusive);
    for (_, key) in foreign_key::outgoing(footprint, table) {
        foreign_key::drop(footprint, key);
    }
    let sequences = footprint.owned_sequences(table, None);
    footprint.lock_all(&sequences, AccessExclusive);
    if cascade {
        for (child, _) in foreign_key::incoming(footprint, table) {
            let family = footprint.family(&child.name);
            footprint.lock_all(&family, AccessExclusive);
        }
        views::drop_readers(footprint, table, None);
    }
}

/// How far a `TRUNCATE` goes.
pub(super) struct Truncate {
    pub(super) cascade: bool,
    pub(super) only: bool,
    /// Sequences start again, which takes a lock on them (fact `truncate-restart-identity`).
    pub(super) restart: bool,
}

/// `TRUNCATE`: new empty files, whatever the size. With `CASCADE` the tables that reference it are emptied as well.
pub(super) fn truncate(footprint: &mut Footprint<'_, '_>, table: &QName, how: &Truncate) {
    let mut seen = BTreeSet::from([table.clone()]);
    let mut pending = vec![table.clone()];
    while let Some(table) = pending.pop() {
        footprint.lock(&table, AccessExclusive);
        lock_bounds(footprint, &table);
        if how.restart {
            let sequences = footprint.owned_sequences(&table, None);
            footprint.lock_all(&sequences, AccessExclusive);
        }
        let mut next = if how.only { Vec::new() } else { footprint.catalog.partitions_deep(&table) };
        if how.cascade {
            next.extend(foreign_key::incoming(footprint, &table).into_iter().map(|(child, _)| child.name.clone()));
        }
        next.retain(|name| seen.len() < MOST_REACHED && seen.insert(name.clone()));
        pending.extend(next);
    }
}

/// Before version 14 the server looks up the bounds of a partition that is written to or truncated by itself.
pub(super) fn lock_bounds(footprint: &mut Footprint<'_, '_>, table: &QName) {
    let parent = footprint.partition_parent(table).filter(|_| !footprint.since(14));
    if let Some(parent) = parent {
        footprint.lock(parent, AccessShare);
    }
}
