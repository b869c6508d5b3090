//! `UNIQUE`, `PRIMARY KEY` and `EXCLUDE`: constraints that are an index (facts `add-unique*`, `add-pk*`,
//! `add-exclude*`, `replace-pk-one-statement`).

use super::footprint::Footprint;
use super::indexes;
use super::not_null;
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode::{self, AccessExclusive, Share, ShareUpdateExclusive};
use crate::schema::catalog::Index;
use crate::schema::operation::QName;
use crate::syntax::alter::AlterTable;
use crate::syntax::name::{Ident, Symbol};

/// A key about to be added.
pub(super) struct NewKey<'a> {
    pub(super) name: Option<&'a Symbol>,
    /// Its plain columns.
    pub(super) columns: Vec<Symbol>,
    /// `USING INDEX`.
    pub(super) using_index: Option<&'a Ident>,
    /// `PRIMARY KEY`: its columns become `NOT NULL` too.
    pub(super) primary: bool,
    /// `EXCLUDE`: no index of another kind will do.
    pub(super) exclude: bool,
}

/// `ADD UNIQUE`, `ADD PRIMARY KEY`, `ADD EXCLUDE`: the index is built under the statement's lock.
pub(super) fn add(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    key: &NewKey<'_>,
    alter: &AlterTable,
    mode: LockMode,
) {
    if let Some(index) = key.using_index {
        return using_index(footprint, table, key, index, alter);
    }
    if key.primary {
        require_columns(footprint, table, &key.columns, alter, mode);
    }
    if footprint.is_partitioned(table) {
        let partitions = footprint.partitions(table);
        // Version 18 takes the statement's lock on the partitions too (fact `add-pk-partitioned`).
        footprint.lock_all(&partitions, if footprint.since(18) { mode } else { Share });
    }
    for part in footprint.parts(table) {
        if part == *table {
            footprint.build(&part, key.name.cloned());
        } else if !has_key(footprint, &part, key) {
            footprint.build(&part, None);
        }
    }
}

/// A partition's own constraint on the same columns is taken over; a mere unique index is not (fact
/// `add-unique-partitioned-children-indexed`).
fn has_key(footprint: &Footprint<'_, '_>, part: &QName, key: &NewKey<'_>) -> bool {
    let same = |index: &Index| index.constraint.is_some() && index.unique && indexes::is_on(index, &key.columns);
    !key.exclude && footprint.indexes(part).iter().any(same)
}

/// The columns of a primary key become `NOT NULL`, here and in everything that inherits them.
fn require_columns(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    columns: &[Symbol],
    alter: &AlterTable,
    mode: LockMode,
) {
    for column in columns {
        if !not_null::is_forbidden(footprint, table, column, alter) {
            not_null::add(footprint, table, column, false, alter, mode);
        }
    }
}

/// The index is there already. A primary key still has to know that its columns hold no nulls (facts
/// `add-pk-using-index-nullable`, `…-valid-check`).
fn using_index(footprint: &mut Footprint<'_, '_>, table: &QName, key: &NewKey<'_>, index: &Ident, alter: &AlterTable) {
    let name = QName { schema: table.schema.clone(), name: index.name.clone() };
    if key.name.is_some_and(|constraint| *constraint != index.name) {
        // The index takes the constraint's name.
        footprint.lock_as(&name, LockedKind::Index, ShareUpdateExclusive);
    }
    if !key.primary {
        return;
    }
    if let Some(found) = footprint.catalog.index(&name) {
        let columns: Vec<Symbol> = found.keys.iter().flatten().cloned().collect();
        require_columns(footprint, table, &columns, alter, AccessExclusive);
    } else {
        footprint.scan(table);
        footprint.assume(|| format!("whether the columns of index {} are NOT NULL is not known", name.short()));
    }
}
