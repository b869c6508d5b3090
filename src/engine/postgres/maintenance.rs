//! `VACUUM`, `ANALYZE`, `CLUSTER` (facts in the group "Maintenance").

use super::footprint::{Footprint, MOST_REACHED};
use crate::engine::lock::LockMode::{AccessExclusive, AccessShare, ShareUpdateExclusive};
use crate::schema::catalog::Relation;
use crate::schema::operation::QName;

/// `VACUUM`: of one table with its partitions, or of all tables.
pub(super) fn vacuum(footprint: &mut Footprint<'_, '_>, table: Option<&QName>, full: bool) {
    footprint.no_transaction = true;
    for member in concerned(footprint, table) {
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
/// parent, and get their own from version 18 on (fact `analyze-inherit-parent`).
pub(super) fn analyze(footprint: &mut Footprint<'_, '_>, table: Option<&QName>) {
    let members = concerned(footprint, table);
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
fn concerned(footprint: &Footprint<'_, '_>, table: Option<&QName>) -> Vec<QName> {
    match table {
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
    let Some(table) = table else {
        footprint.no_transaction = true;
        return footprint.assume(|| "the tables clustered before are not known".to_owned());
    };
    // Partitioned tables can be clustered from version 15 on, each partition in a transaction of its own.
    footprint.no_transaction |= footprint.is_partitioned(table);
    footprint.lock(table, AccessExclusive);
    for part in footprint.parts(table) {
        footprint.lock(&part, AccessExclusive);
        footprint.rewrite(&part);
    }
}
