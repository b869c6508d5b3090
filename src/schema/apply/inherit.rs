//! What a table takes over from another: `LIKE`, `INHERITS`, `PARTITION OF`, and attaching and detaching later.

use super::constraint::NewKey;
use super::create_table::used_table;
use super::{Log, constraint, index};
use crate::schema::catalog::links::{link, unlink};
use crate::schema::catalog::{Catalog, Column, ConstraintBody, Index};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;
use crate::syntax::table::Like;

/// The columns of all parents, each once, as columns of a new table.
pub(super) fn inherited_columns(catalog: &Catalog<'_>, parents: &[QName], log: &Log) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for parent in parents.iter().filter_map(|parent| catalog.table(parent)) {
        for column in &parent.columns {
            match columns.iter_mut().find(|known| known.name == column.name) {
                Some(known) if column.not_null == Some(true) => known.not_null = Some(true),
                Some(_) => {}
                None => columns.push(without_identity(copied(column, log))),
            }
        }
    }
    columns
}

/// The columns `LIKE` copies. Identity and generation are copied only by `INCLUDING ALL`, or alone, which is rare.
pub(super) fn like_columns(catalog: &Catalog<'_>, source: &QName, like: &Like, log: &Log) -> Vec<Column> {
    let all = like.defaults && like.indexes && like.constraints;
    let columns = catalog.table(source).map(|table| table.columns.as_slice()).unwrap_or_default();
    let plain = |column: Column| {
        let derived = column.identity || column.generated.is_some();
        let default = like.defaults && !derived;
        Column {
            default: column.default.filter(|_| default),
            has_default: column.has_default.map(|has| has && default),
            identity: false,
            generated: None,
            ..column
        }
    };
    columns.iter().map(|column| if all { copied(column, log) } else { plain(copied(column, log)) }).collect()
}

/// Only version 17 and later give a partition its parent's identity.
fn without_identity(column: Column) -> Column {
    let has_default = column.has_default.map(|has| has && !column.identity);
    Column { has_default, identity: false, ..column }
}

/// Check constraints keep their names in an inheriting table.
pub(super) fn copy_checks(catalog: &mut Catalog<'_>, parent: &QName, child: &QName, log: &Log) {
    copy_constraints(catalog, parent, child, log, |kind| {
        matches!(kind, ConstraintBody::Check { .. } | ConstraintBody::NotNull)
    });
}

/// What `LIKE` copies besides columns.
pub(super) fn copy_like(catalog: &mut Catalog<'_>, source: &QName, table: &QName, like: &Like, log: &Log) {
    if like.constraints {
        copy_constraints(catalog, source, table, log, |kind| matches!(kind, ConstraintBody::Check { .. }));
    }
    if like.indexes {
        for index in indexes_of(catalog, source) {
            copy_index(catalog, source, table, &index, log);
        }
    }
}

/// A partition gets everything its parent has, and so do its own partitions. An index it has already serves as its part
/// of the parent's.
pub(super) fn copy_to_partition(catalog: &mut Catalog<'_>, parent: &QName, partition: &QName, log: &Log) {
    let indexes = indexes_of(catalog, parent);
    let mut partitions = vec![partition.clone()];
    partitions.extend(catalog.partitions_deep(partition));
    for partition in &partitions {
        copy_constraints(catalog, parent, partition, log, |kind| {
            matches!(kind, ConstraintBody::Check { .. } | ConstraintBody::NotNull | ConstraintBody::ForeignKey { .. })
        });
        for (place, index) in indexes.iter().enumerate() {
            let earlier = indexes.get(..place).unwrap_or_default();
            if !has_part(catalog, partition, earlier, index) {
                copy_index(catalog, parent, partition, index, log);
            }
        }
    }
}

/// What has partitions is partitioned, also where the history did not say so.
pub(super) fn must_be_partitioned(catalog: &mut Catalog<'_>, parent: &QName) {
    if !catalog.relations.contains_key(parent) {
        catalog.put_table(used_table(parent));
    }
    if catalog.table(parent).is_some_and(|table| !table.partitioned)
        && let Some(table) = catalog.edit_table(parent)
    {
        table.partitioned = true;
    }
}

/// `ATTACH PARTITION`, `INHERIT`.
pub(super) fn attach(catalog: &mut Catalog<'_>, parent: &QName, child: &QName, default: bool) {
    if let Some(table) = catalog.edit_table(child) {
        table.default_partition |= default;
        if !table.parents.contains(parent) {
            table.parents.push(parent.clone());
        }
        link(&mut catalog.children, parent, child);
    }
}

/// `DETACH PARTITION`, `NO INHERIT`.
pub(super) fn detach(catalog: &mut Catalog<'_>, parent: &QName, child: &QName) {
    if let Some(table) = catalog.edit_table(child) {
        table.default_partition = false;
        table.parents.retain(|known| known != parent);
    }
    unlink(&mut catalog.children, parent, child);
}

/// The indexes that may do for a partition what `index` does for its parent. The server keeps the pairs; here they are
/// told by their shape.
pub(super) fn parts_of<'i>(indexes: &'i [Index], index: &Index) -> impl Iterator<Item = &'i Index> {
    indexes.iter().filter(|part| {
        part.keys == index.keys
            && part.columns == index.columns
            && part.unique == index.unique
            && part.partial == index.partial
            && part.method == index.method
            && part.constraint.is_some() >= index.constraint.is_some()
    })
}

/// Whether the partition has a part for `index`, after those for `earlier` indexes of the parent are used up.
pub(super) fn has_part(catalog: &Catalog<'_>, partition: &QName, earlier: &[Index], index: &Index) -> bool {
    let Some(table) = catalog.table(partition) else { return true };
    parts_of(&table.indexes, index).count() > parts_of(earlier, index).count()
}

fn copied(column: &Column, log: &Log) -> Column {
    Column { origin: Some(log.origin), renamed: None, loosened: None, ..column.clone() }
}

fn indexes_of(catalog: &Catalog<'_>, table: &QName) -> Vec<Index> {
    catalog.table(table).map(|table| table.indexes.clone()).unwrap_or_default()
}

fn copy_constraints(
    catalog: &mut Catalog<'_>,
    from: &QName,
    to: &QName,
    log: &Log,
    which: impl Fn(&ConstraintBody) -> bool,
) {
    let Some(source) = catalog.table(from).cloned() else { return };
    for constraint in source.constraints.iter().filter(|constraint| which(&constraint.kind)) {
        if catalog.table(to).is_some_and(|table| table.constraint(&constraint.name).is_none()) {
            let mut copy = constraint.clone();
            // The new table is empty, and one that is attached is checked.
            (copy.origin, copy.validated) = (Some(log.origin), copy.enforced);
            catalog.put_constraint(to, copy);
        }
    }
}

/// A copy of an index under a name of its own, with the constraint it belongs to.
fn copy_index(catalog: &mut Catalog<'_>, from: &QName, to: &QName, index: &Index, log: &Log) {
    let constraint = |name: &Symbol| catalog.table(from).and_then(|table| table.constraint(name)).cloned();
    match index.constraint.as_ref().and_then(constraint) {
        Some(found) => {
            let key = NewKey {
                kind: &found.kind,
                columns: found.columns.clone(),
                included: index.included.clone(),
                words: index.words.clone(),
                deferrable: found.deferrable,
                nulls_not_distinct: index.nulls_not_distinct,
            };
            constraint::put_key(catalog, to, None, &key, log.origin);
        }
        None => index::put_copy(catalog, to, index, log.origin),
    }
}
