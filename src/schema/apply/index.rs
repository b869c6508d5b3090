//! New indexes.

use super::create_table::must_exist;
use super::{Log, column, drop, inherit, name};
use crate::schema::catalog::{Catalog, Index, Origin, Relation};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;
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
    catalog.put_index(table, Index { name, only: false, origin: Some(origin), ..index.clone() });
}

fn new_index(catalog: &Catalog<'_>, table: &QName, def: &CreateIndex, origin: Origin) -> Index {
    let keys: Vec<Option<Symbol>> = def.keys.iter().map(|key| key.as_ref().map(|key| key.name.clone())).collect();
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
    Index {
        name,
        unique: def.unique,
        method: def.method.clone().unwrap_or_else(|| "btree".into()),
        words: def.words.clone(),
        computed: computed(def),
        keys,
        columns: def.columns.clone(),
        partial: def.predicate.is_some(),
        constraint: None,
        only,
        origin: Some(origin),
    }
}

/// Columns in expressions and in the predicate. Beside an expression, included columns cannot be told apart from those
/// it reads.
fn computed(def: &CreateIndex) -> Vec<Symbol> {
    let plain = |column: &Symbol| def.keys.iter().flatten().any(|key| key.name == *column);
    let tested = |column: &Symbol| def.predicate.as_ref().is_some_and(|predicate| predicate.columns.contains(column));
    let counts = |column: &&Symbol| tested(column) || (def.expression && !plain(column));
    def.columns.iter().filter(counts).cloned().collect()
}
