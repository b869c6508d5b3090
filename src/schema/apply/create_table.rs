//! `CREATE TABLE` in all its forms.

use std::collections::BTreeSet;

use super::constraint::Wanted;
use super::{Log, column, constraint_order, drop, inherit, setting};
use crate::schema::catalog::edit::MOST_PARTS;
use crate::schema::catalog::{Catalog, Column, ReplicaIdentity, TEMPORARY, Table};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;
use crate::syntax::table::{ColumnDef, CreateTable};

pub(super) fn create_table(catalog: &mut Catalog<'_>, name: &QName, def: &CreateTable, log: &mut Log) {
    if !make_room(catalog, name, log) {
        return;
    }
    let table = Table {
        temporary: def.temporary || &*name.schema == TEMPORARY,
        unlogged: def.unlogged,
        partitioned: def.partition_by.is_some(),
        partition_key: def.partition_by.iter().filter(|by| !by.hash).flat_map(|by| by.columns.clone()).collect(),
        default_partition: def.partition_of.as_ref().is_some_and(|partition| partition.default),
        of_type: def.of_type.as_ref().map(|name| catalog.resolve_type(name)),
        autovacuum_off: (setting::autovacuum(&def.options) == Some(false)).then_some(log.origin),
        ..empty(name, log)
    };
    let inherits: Vec<QName> = def.inherits.iter().map(|parent| catalog.resolve(parent)).collect();
    let partition_of = def.partition_of.as_ref().map(|partition| catalog.resolve(&partition.parent));
    let parents: Vec<QName> = inherits.iter().chain(&partition_of).cloned().collect();
    let likes: Vec<QName> = def.like.iter().map(|like| catalog.resolve(&like.table)).collect();
    let mut sources = parents.iter().chain(&likes);
    let complete = def.query.is_none()
        && def.of_type.is_none()
        && sources.all(|source| catalog.table(source).is_some_and(|found| found.complete));
    let columns = all_columns(catalog, def, &parents, &likes, log);
    let listed = |column: &&Column| def.columns.iter().any(|def| def.name.name == column.name);
    let copied = columns.iter().filter(|column| column.identity && !listed(column)).map(|column| column.name.clone());
    let identities: Vec<Symbol> = copied.collect();
    catalog.put_table(Table { complete, parents, columns, ..table });
    for column in &identities {
        column::put_owned_sequence(catalog, name, column, log.origin);
    }
    for def in &def.columns {
        column::own_sequence(catalog, name, def, log.origin);
    }
    for parent in &inherits {
        inherit::copy_checks(catalog, parent, name, log);
    }
    add_constraints(catalog, name, def, log);
    for (like, source) in def.like.iter().zip(&likes) {
        inherit::copy_like(catalog, source, name, like, log);
    }
    if let Some(parent) = partition_of {
        inherit::must_be_partitioned(catalog, &parent);
        inherit::copy_to_partition(catalog, &parent, name, log);
    }
}

/// `SELECT … INTO`: a table of which only the name is known.
pub(super) fn select_into(catalog: &mut Catalog<'_>, name: &QName, log: &mut Log) {
    if make_room(catalog, name, log) {
        catalog.put_table(Table { complete: false, ..empty(name, log) });
    }
}

/// A table that must be there because a statement uses it.
pub(super) fn used_table(name: &QName) -> Table {
    Table {
        name: name.clone(),
        origin: None,
        renamed: None,
        complete: false,
        temporary: &*name.schema == TEMPORARY,
        unlogged: false,
        partitioned: false,
        partition_key: Vec::new(),
        default_partition: false,
        parents: Vec::new(),
        of_type: None,
        columns: Vec::new(),
        indexes: Vec::new(),
        constraints: Vec::new(),
        triggers: Vec::new(),
        triggers_off: None,
        replica_identity: None,
        statistics: Vec::new(),
        autovacuum_off: None,
    }
}

/// A relation that a statement uses exists, unless the statement stands in a body, which may have asked first. Whether
/// the catalog has it now.
pub(super) fn must_exist(catalog: &mut Catalog<'_>, name: &QName, log: &Log) -> bool {
    let known = catalog.is_relation(name);
    if !known && !log.in_body {
        catalog.put_table(used_table(name));
    }
    known || !log.in_body
}

fn empty(name: &QName, log: &Log) -> Table {
    let replica_identity = Some(ReplicaIdentity::Default);
    Table { origin: Some(log.origin), complete: true, replica_identity, ..used_table(name) }
}

/// Whether the name is free, or what has it is replaced.
pub(super) fn make_room(catalog: &mut Catalog<'_>, name: &QName, log: &mut Log) -> bool {
    if !catalog.is_relation(name) {
        return true;
    }
    let origin = catalog.relation_origin(name).or_else(|| catalog.index_origin(name));
    let replaced = log.exists("relation", name.short(), origin);
    if replaced {
        clear(catalog, name);
    }
    replaced
}

/// Takes away whatever has this name.
pub(super) fn clear(catalog: &mut Catalog<'_>, name: &QName) {
    if catalog.relations.contains_key(name) {
        drop::drop_relation(catalog, name, true);
    } else {
        drop::drop_index(catalog, name);
    }
}

/// Inherited and copied columns, then those of the list. A column of the list may repeat an inherited one: it adds its
/// options.
fn all_columns(catalog: &Catalog<'_>, def: &CreateTable, parents: &[QName], likes: &[QName], log: &Log) -> Vec<Column> {
    let mut columns = inherit::inherited_columns(catalog, parents, log);
    for (like, source) in def.like.iter().zip(likes) {
        columns.extend(inherit::like_columns(catalog, source, like, log));
    }
    let inherited: BTreeSet<Symbol> = columns.iter().map(|column| column.name.clone()).collect();
    for def in &def.columns {
        let new = column::new_column(def, log.origin);
        let twin = if inherited.contains(&new.name) {
            columns.iter_mut().find(|column| column.name == new.name)
        } else {
            None
        };
        match twin {
            Some(column) => merge(column, new),
            None => columns.push(new),
        }
    }
    columns.truncate(MOST_PARTS);
    columns
}

fn merge(column: &mut Column, new: Column) {
    if new.not_null == Some(true) {
        column.not_null = Some(true);
    }
    if new.data_type.is_some() {
        column.data_type = new.data_type;
    }
    if new.has_default == Some(true) {
        (column.default, column.has_default) = (new.default, new.has_default);
        (column.identity, column.identity_always) = (new.identity, new.identity_always);
        column.generated = new.generated;
    }
}

fn add_constraints(catalog: &mut Catalog<'_>, name: &QName, def: &CreateTable, log: &mut Log) {
    let inline = def.columns.iter().flat_map(|column: &ColumnDef| {
        let column_name = &column.name.name;
        column.constraints.iter().map(move |def| Wanted { def, column: Some(column_name), proven: true, only: false })
    });
    let listed = def.constraints.iter().map(|def| Wanted { def, column: None, proven: true, only: false });
    let all: Vec<Wanted<'_>> = inline.chain(listed).collect();
    constraint_order::add_all(catalog, name, &all, log);
}
