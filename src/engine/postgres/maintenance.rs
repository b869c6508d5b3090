//! `VACUUM`, `ANALYZE`, `CLUSTER` (facts in the group "Maintenance").

use super::footprint::{Footprint, MOST_REACHED};
use crate::engine::lock::LockMode::{AccessExclusive, AccessShare, ShareUpdateExclusive};
use crate::schema::catalog::Relation;
use crate::schema::operation::QName;

/// `VACUUM`: of one table with its partitions, or of all tables.
pub(super) fn vacuum(footprint: &mut Footprint<'_, '_>, table: Option<&QName>, only: bool, full: bool) {
    footprint.no_transaction = true;
    for member in concerned(footprint, table, only) {
        footprint.lock(&member, if full { AccessExclusive } else { ShareUpdateExclusive });
        if !footprint.is_partitioned(&member) {
            if full {
                footprint.rewrite(&member);
            } else {
                footprint.scan(&member);
            }
        }
    }
}

/// `ANALYZE` reads a sample; that of a small table is the whole table. Inheriting children count in the numbers of their
/// parent, and get their own from version 18 on, unless told otherwise (facts `analyze-inherit-parent`,
/// `analyze-only-partitioned`).
pub(super) fn analyze(footprint: &mut Footprint<'_, '_>, table: Option<&QName>, only: bool) {
    let members = concerned(footprint, table, only);
    if let Some(table) = table {
        for child in footprint.catalog.partitions_deep(table) {
            footprint.lock(&child, AccessShare);
            if !footprint.is_partitioned(&child) {
                footprint.scan(&child);
            }
        }
    }
    for member in members {
        footprint.lock(&member, ShareUpdateExclusive);
        if !footprint.is_partitioned(&member) {
            footprint.scan(&member);
        }
    }
}

/// The table with its partitions, from version 18 on with inheriting children too; or every known table.
fn concerned(footprint: &Footprint<'_, '_>, table: Option<&QName>, only: bool) -> Vec<QName> {
    match table {
        Some(table) if only => vec![table.clone()],
        Some(table) if footprint.since(18) || footprint.is_partitioned(table) => footprint.family(table),
        Some(table) => vec![table.clone()],
        None => {
            let stored = |relation: &Relation| match relation {
                Relation::Table(_) => true,
                Relation::View(view) => view.materialized,
                Relation::Sequence(_) => false,
            };
            let all = footprint.catalog.relations.iter().take(MOST_REACHED);
            all.filter(|(_, relation)| stored(relation)).map(|(name, _)| name.clone()).collect()
        }
    }
}

/// `CLUSTER`: the table is copied in the order of an index (facts `cluster-*`).
pub(super) fn cluster(footprint: &mut Footprint<'_, '_>, table: Option<&QName>) {
    let Some(table) = table else { return cluster_all(footprint) };
    // Partitioned tables can be clustered from version 15 on, each partition in a transaction of its own.
    footprint.no_transaction |= footprint.is_partitioned(table);
    footprint.lock(table, AccessExclusive);
    for part in footprint.parts(table) {
        footprint.lock(&part, AccessExclusive);
        footprint.rewrite(&part);
    }
}

/// Every table that is marked to be kept in the order of an index; partitioned ones are passed over (fact
/// `cluster-all`).
fn cluster_all(footprint: &mut Footprint<'_, '_>) {
    footprint.no_transaction = true;
    let names = footprint.catalog.relations.keys().take(MOST_REACHED);
    let marked = names.filter(|name| footprint.indexes(name).iter().any(|index| index.clustered));
    let tables: Vec<QName> = marked.filter(|name| !footprint.is_partitioned(name)).cloned().collect();
    if tables.is_empty() {
        footprint.assume(|| "the tables clustered before are not known".to_owned());
    }
    for table in tables {
        footprint.lock(&table, AccessExclusive);
        footprint.rewrite(&table);
    }
}
