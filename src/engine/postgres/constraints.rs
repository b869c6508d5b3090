//! Constraints of existing tables: added, validated, altered, dropped, renamed (manual: ALTER TABLE; facts in the groups
//! "CHECK constraints", "FOREIGN KEY constraints", "UNIQUE / PRIMARY KEY / EXCLUDE constraints").

use super::footprint::Footprint;
use super::{foreign_key, keys, not_null};
use crate::engine::lock::LockMode::{self, AccessExclusive, ShareRowExclusive, ShareUpdateExclusive};
use crate::schema::catalog::{ConstraintBody, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::alter::{ActionKind, AlterTable};
use crate::syntax::name::{Ident, Symbol};
use crate::syntax::table::{Constraint, ConstraintKind, Key};

/// `ADD CONSTRAINT`.
pub(super) fn add(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    constraint: &Constraint,
    alter: &AlterTable,
    mode: LockMode,
) {
    // Version 18 locks all descendants first, whatever the constraint (fact `add-pk-partitioned`).
    if footprint.since(18) && !alter.only {
        let family = footprint.family(table);
        footprint.lock_all(&family, mode);
    }
    let unchecked = constraint.not_valid || constraint.not_enforced;
    let name = constraint.name.as_ref().map(|name| &name.name);
    match &constraint.kind {
        ConstraintKind::Check(_) => check(footprint, table, unchecked, mode),
        ConstraintKind::NotNull(column) => not_null::add(footprint, table, &column.name, unchecked, alter, mode),
        ConstraintKind::Unique(key) => keys::add(footprint, table, &new_key(name, key, false), alter, mode),
        ConstraintKind::PrimaryKey(key) => keys::add(footprint, table, &new_key(name, key, true), alter, mode),
        ConstraintKind::Exclude(columns) => {
            let columns = names(columns);
            let key = keys::NewKey { name, columns, using_index: None, primary: false, exclude: true };
            keys::add(footprint, table, &key, alter, mode);
        }
        ConstraintKind::ForeignKey(key) => {
            let all_null = key.columns.iter().any(|column| is_new_and_null(&column.name, alter));
            let key = foreign_key::NewKey { columns: names(&key.columns), referenced: &key.table, unchecked, all_null };
            foreign_key::add(footprint, table, &key, mode);
        }
    }
}

fn names(columns: &[Ident]) -> Vec<Symbol> {
    columns.iter().map(|column| column.name.clone()).collect()
}

fn new_key<'a>(name: Option<&'a Symbol>, key: &'a Key, primary: bool) -> keys::NewKey<'a> {
    let using_index = key.using_index.as_ref();
    keys::NewKey { name, columns: names(&key.columns), using_index, primary, exclude: false }
}

/// The same statement adds the column, and without a default (fact `add-col-and-separate-fk`).
fn is_new_and_null(column: &Symbol, alter: &AlterTable) -> bool {
    alter.actions.iter().any(|action| match &action.kind {
        ActionKind::AddColumn { column: new, .. } => {
            new.name.name == *column && new.default.is_none() && new.generated.is_none() && new.identity.is_none()
        }
        _ => false,
    })
}

/// `ADD CHECK`: every row is read, in every table that inherits it.
fn check(footprint: &mut Footprint<'_, '_>, table: &QName, unchecked: bool, mode: LockMode) {
    let family = footprint.family(table);
    footprint.lock_all(&family, mode);
    if !unchecked {
        for leaf in footprint.leaves(table) {
            footprint.scan(&leaf);
        }
    }
}

/// `VALIDATE CONSTRAINT`: reads every row under a lock that writers do not mind. What is valid already is left alone.
pub(super) fn validate(footprint: &mut Footprint<'_, '_>, table: &QName, constraint: &Ident, mode: LockMode) {
    match find(footprint, table, &constraint.name) {
        Some(found) if found.validated => {}
        Some(found) if matches!(found.kind, ConstraintBody::ForeignKey { .. }) => {
            // A foreign key of a partitioned table can wait for validation from version 18 on.
            let partitions = footprint.partitions(table);
            footprint.lock_all(&partitions, mode);
            foreign_key::validate(footprint, table, found);
        }
        Some(_) => check(footprint, table, false, mode),
        None => {
            check(footprint, table, false, mode);
            assume_kind(footprint, &constraint.name);
        }
    }
}

fn assume_kind(footprint: &mut Footprint<'_, '_>, constraint: &Symbol) {
    footprint.assume(|| {
        format!("the kind of constraint {constraint} is not known; a foreign key locks the other table as well")
    });
}

fn find<'c>(footprint: &Footprint<'c, '_>, table: &QName, constraint: &Symbol) -> Option<&'c TableConstraint> {
    footprint.catalog.table(table)?.constraint(constraint)
}

/// `DROP CONSTRAINT`.
pub(super) fn drop(footprint: &mut Footprint<'_, '_>, table: &QName, constraint: &Ident, cascade: bool) {
    // All partitions are looked at first, even where there is nothing to drop.
    let partitions = footprint.partitions(table);
    footprint.lock_all(&partitions, AccessExclusive);
    let Some(found) = find(footprint, table, &constraint.name) else {
        if footprint.catalog.table(table).is_none_or(|table| !table.complete) {
            assume_kind(footprint, &constraint.name);
        }
        return;
    };
    match &found.kind {
        ConstraintBody::ForeignKey { .. } => foreign_key::drop(footprint, found),
        ConstraintBody::Check { .. } | ConstraintBody::NotNull => {
            let family = footprint.family(table);
            footprint.lock_all(&family, AccessExclusive);
        }
        ConstraintBody::Unique | ConstraintBody::PrimaryKey if cascade => {
            foreign_key::drop_incoming(footprint, table, &found.columns);
        }
        ConstraintBody::Unique | ConstraintBody::PrimaryKey | ConstraintBody::Exclude => {}
    }
}

/// `ALTER CONSTRAINT` (facts `alter-fk-*`, `not-null-alter-constraint-no-inherit`; enforcement is of version 18).
pub(super) fn alter(footprint: &mut Footprint<'_, '_>, table: &QName, constraint: &Ident, enforced: Option<bool>) {
    let family = footprint.family(table);
    footprint.lock_all(&family, AccessExclusive);
    let Some(found) = find(footprint, table, &constraint.name) else {
        return assume_kind(footprint, &constraint.name);
    };
    match (enforced, &found.kind) {
        (Some(false), _) if found.enforced => foreign_key::drop(footprint, found),
        (Some(true), ConstraintBody::ForeignKey { table: referenced, .. }) if !found.enforced => {
            foreign_key::validate(footprint, table, found);
            foreign_key::lock_referenced(footprint, referenced, ShareRowExclusive);
        }
        _ => {}
    }
}

/// `RENAME CONSTRAINT`: a check is renamed everywhere it is inherited; the constraint of an index takes that along.
pub(super) fn rename(footprint: &mut Footprint<'_, '_>, table: &QName, constraint: &Ident) {
    match find(footprint, table, &constraint.name).map(|found| &found.kind) {
        Some(ConstraintBody::Check { .. } | ConstraintBody::NotNull) => {
            let family = footprint.family(table);
            footprint.lock_all(&family, AccessExclusive);
        }
        Some(ConstraintBody::Unique | ConstraintBody::PrimaryKey | ConstraintBody::Exclude) => {
            let index = QName { schema: table.schema.clone(), name: constraint.name.clone() };
            footprint.lock(&index, ShareUpdateExclusive);
        }
        Some(ConstraintBody::ForeignKey { .. }) | None => {}
    }
}
