//! Views and materialized views, and what reading through them reaches (facts in the group "Views and materialized
//! views", `refresh-mv*`, `lock-table-view`).

use std::collections::BTreeSet;

use super::footprint::{Footprint, MOST_REACHED};
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode::{self, AccessExclusive, AccessShare, Exclusive};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;
use crate::syntax::object::CreateView;
use crate::syntax::query::Query;

/// `CREATE VIEW`, `CREATE MATERIALIZED VIEW`. Only the latter runs its query.
pub(super) fn create(footprint: &mut Footprint<'_, '_>, view: &QName, def: &CreateView) {
    let exists = footprint.catalog.relations.contains_key(view);
    let runs = def.materialized && !def.no_data && !exists;
    read_query(footprint, &def.query, runs);
    if def.or_replace && exists {
        footprint.lock_as(view, LockedKind::View, AccessExclusive);
    }
}

/// Locks what a query names, and reads it if the query runs.
pub(super) fn read_query(footprint: &mut Footprint<'_, '_>, query: &Query, runs: bool) {
    for name in &query.reads {
        let relation = footprint.catalog.resolve(name);
        if runs {
            for reached in reach(footprint, &relation) {
                footprint.lock(&reached, AccessShare);
                read(footprint, &reached);
            }
        } else {
            footprint.lock(&relation, AccessShare);
        }
    }
}

/// `REFRESH MATERIALIZED VIEW`: filled into a new file, or compared and merged (facts `refresh-mv`,
/// `refresh-mv-concurrently`, `refresh-mv-no-data`).
pub(super) fn refresh(footprint: &mut Footprint<'_, '_>, view: &QName, concurrently: bool, no_data: bool) {
    let mode = if concurrently { Exclusive } else { AccessExclusive };
    footprint.lock_as(view, LockedKind::MaterializedView, mode);
    if no_data {
        return;
    }
    if concurrently {
        footprint.scan(view);
    } else {
        footprint.rewrite(view);
    }
    let reads = footprint.catalog.view(view).map(|view| view.reads.clone()).unwrap_or_default();
    for relation in reads {
        for reached in reach(footprint, &relation) {
            footprint.lock(&reached, AccessShare);
            read(footprint, &reached);
        }
    }
}

/// All rows are read, if it has any of its own.
pub(super) fn read(footprint: &mut Footprint<'_, '_>, relation: &QName) {
    let view = footprint.catalog.view(relation).is_some_and(|view| !view.materialized);
    if !view && !footprint.is_partitioned(relation) {
        footprint.scan(relation);
    }
}

/// What running a query over this name reaches: the relation, what a view reads, partitions and children; each once.
pub(super) fn reach(footprint: &Footprint<'_, '_>, relation: &QName) -> Vec<QName> {
    let mut found: Vec<QName> = Vec::new();
    let mut seen = BTreeSet::from([relation.clone()]);
    let mut pending = vec![relation.clone()];
    while let Some(relation) = pending.pop() {
        if found.len() == MOST_REACHED {
            break;
        }
        let next: Vec<QName> = match footprint.catalog.view(&relation) {
            Some(view) if !view.materialized => view.reads.clone(),
            Some(_) => Vec::new(),
            None => footprint.catalog.partitions_deep(&relation),
        };
        found.push(relation);
        pending.extend(next.into_iter().filter(|name| seen.insert(name.clone())));
    }
    found
}

/// `CASCADE`: the views that read the relation (and, where given, mention the column) go, and those that read them.
pub(super) fn drop_readers(footprint: &mut Footprint<'_, '_>, relation: &QName, column: Option<&Symbol>) {
    let mut seen = BTreeSet::new();
    let mut pending: Vec<(QName, Option<&Symbol>)> = vec![(relation.clone(), column)];
    while let Some((relation, column)) = pending.pop() {
        for reader in footprint.catalog.links.readers.get(&relation).into_iter().flatten().take(MOST_REACHED) {
            let Some(view) = footprint.catalog.view(reader) else { continue };
            let concerned = column.is_none_or(|column| view.columns.contains(column));
            if concerned && seen.len() < MOST_REACHED && seen.insert(reader) {
                footprint.lock(reader, AccessExclusive);
                pending.push((reader.clone(), None));
            }
        }
    }
}

/// `LOCK TABLE`: a view passes the lock on, a parent too unless told otherwise (facts `lock-table-*`).
pub(super) fn lock_table(footprint: &mut Footprint<'_, '_>, relation: &QName, mode: LockMode, only: bool) {
    if only {
        return footprint.lock(relation, mode);
    }
    for reached in reach(footprint, relation) {
        footprint.lock(&reached, mode);
    }
}
