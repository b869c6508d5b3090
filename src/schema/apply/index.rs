//! New indexes.

use super::create_table::must_exist;
use super::{Log, column, drop, inherit, name};
use crate::schema::catalog::{Catalog, Index, Origin, Relation};
use crate::schema::operation::QName;
use crate::syntax::object::CreateIndex;

pub(super) fn create_index(catalog: &mut Catalog<'_>, table: &QName, def: &CreateIndex, log: &mut Log) {
    if let Some(name) = &def.name {
        let name = table.beside(&name.name);
        if catalog.is_relation(&name) {
            if !log.exists("index", name.short(), catalog.index_origin(&name)) {
                return;
            }
            drop::drop_index(catalog, &name);
        }
    }
    if !must_exist(catalog, table, log) {
        return;
    }
    column::learn(catalog, table, &def.columns);
    let index = new_index(catalog, table, def, log.origin);
    let spread = !def.only && catalog.table(table).is_some_and(|found| found.partitioned);
    if spread {
        let earlier = catalog.table(table).map(|found| found.indexes.clone()).unwrap_or_default();
        for partition in catalog.partitions_deep(table) {
            if !inherit::has_part(catalog, &partition, &earlier, &index) {
                put_copy(catalog, &partition, &index, log.origin);
            }
        }
    }
    catalog.put_index(table, index);
}

/// Puts the same index on another table, under a made-up name.
pub(super) fn put_copy(catalog: &mut Catalog<'_>, table: &QName, index: &Index, origin: Origin) {
    let name = name::relation(catalog, table, Some(&name::index_words(&index.words)), "idx", false);
    catalog.put_index(
        table,
        Index { name, only: false, clustered: false, replica_identity: false, origin: Some(origin), ..index.clone() },
    );
}

fn new_index(catalog: &Catalog<'_>, table: &QName, def: &CreateIndex, origin: Origin) -> Index {
    let name = match &def.name {
        Some(name) => name.name.clone(),
        None => name::relation(catalog, table, Some(&name::index_words(&def.words)), "idx", false),
    };
    // An index on `ONLY` a table without partitions is like any other.
    let only = def.only
        && match catalog.relations.get(table) {
            Some(Relation::Table(found)) => found.partitioned || !found.complete,
            Some(Relation::View(_) | Relation::Sequence(_)) | None => false,
        };
    Index { name, only, origin: Some(origin), ..Index::wanted(def) }
}
