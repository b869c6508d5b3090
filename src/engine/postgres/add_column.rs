//! `ADD COLUMN` (manual: ALTER TABLE, "Notes"; facts `add-col-*`).

use super::footprint::Footprint;
use super::{coercion, foreign_key, keys, rows, volatility};
use crate::engine::lock::LockMode::AccessExclusive;
use crate::schema::catalog::TypeKind;
use crate::schema::operation::QName;
use crate::syntax::alter::AlterTable;
use crate::syntax::expr::Shape;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};

/// Adds one column to the table and everything that inherits from it.
pub(super) fn add(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    column: &ColumnDef,
    if_not_exists: bool,
    alter: &AlterTable,
) {
    let exists = footprint.catalog.table(table).is_some_and(|table| table.column(&column.name.name).is_some());
    if exists && if_not_exists {
        return;
    }
    if !alter.only {
        let family = footprint.family(table);
        footprint.lock_all(&family, AccessExclusive);
    }
    if fills_rows(footprint, column) {
        for leaf in footprint.leaves(table) {
            footprint.rewrite(&leaf);
        }
    } else if reads_rows(column) {
        for leaf in footprint.leaves(table) {
            footprint.scan(&leaf);
        }
    }
    for constraint in &column.constraints {
        add_inline(footprint, table, column, constraint, alter);
    }
}

/// Every row gets a value of its own, so the table is copied. A default that is one value for all is kept in the
/// catalog instead.
fn fills_rows(footprint: &mut Footprint<'_, '_>, column: &ColumnDef) -> bool {
    if column.identity.is_some() || column.data_type.as_ref().is_some_and(|found| found.serial) {
        return true;
    }
    if is_stored(footprint, column) {
        return true;
    }
    if let Some(default) = &column.default
        && volatility::is_volatile(footprint, default)
    {
        rows::draw(footprint, &default.sequences);
        return true;
    }
    column.generated.is_none() && constrained_domain(footprint, column)
}

/// `GENERATED … STORED`. Virtual is what no keyword means from version 18 on (fact `add-col-generated-no-kind`).
fn is_stored(footprint: &Footprint<'_, '_>, column: &ColumnDef) -> bool {
    column.generated.as_ref().is_some_and(|generated| generated.stored.unwrap_or(!footprint.since(18)))
}

/// The server tries the domain's constraints on every row, even on one and the same value (facts
/// `add-col-domain-check`, `add-col-domain-notnull-default`). A domain may bring a default of its own.
fn constrained_domain(footprint: &mut Footprint<'_, '_>, column: &ColumnDef) -> bool {
    let Some(data_type) = &column.data_type else { return false };
    if coercion::base(footprint, data_type).constrained {
        return true;
    }
    let user_type = footprint.catalog.types.get(&footprint.catalog.resolve_type(&data_type.as_name()));
    match user_type.map(|found| &found.kind) {
        Some(TypeKind::Domain { default: Some(default), .. }) if column.default.is_none() && data_type.array == 0 => {
            volatility::is_volatile(footprint, default)
        }
        _ => false,
    }
}

/// `NOT NULL` without a default looks for rows, and so does a check (fact `add-col-check`).
fn reads_rows(column: &ColumnDef) -> bool {
    let check = |constraint: &Constraint| {
        matches!(constraint.kind, ConstraintKind::Check(_)) && !constraint.not_enforced && !constraint.not_valid
    };
    (column.not_null.is_some() && !has_default(column)) || column.constraints.iter().any(check)
}

fn has_default(column: &ColumnDef) -> bool {
    column.default.as_ref().is_some_and(|default| default.shape != Shape::Null)
}

fn add_inline(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    column: &ColumnDef,
    constraint: &Constraint,
    alter: &AlterTable,
) {
    let key = |primary| keys::NewKey {
        name: constraint.name.as_ref().map(|name| &name.name),
        columns: vec![column.name.name.clone()],
        using_index: None,
        primary,
        exclude: false,
    };
    match &constraint.kind {
        ConstraintKind::Unique(_) => keys::add(footprint, table, &key(false), alter, AccessExclusive),
        ConstraintKind::PrimaryKey(_) => keys::add(footprint, table, &key(true), alter, AccessExclusive),
        ConstraintKind::ForeignKey(reference) => {
            // Without a default every value is null: nothing to look up (facts `add-col-references`,
            // `add-col-references-default`).
            let filled = has_default(column) || column.data_type.as_ref().is_some_and(|found| found.serial);
            let key = foreign_key::NewKey {
                columns: vec![column.name.name.clone()],
                referenced: &reference.table,
                unchecked: !filled || constraint.not_valid || constraint.not_enforced,
                all_null: false,
            };
            foreign_key::add(footprint, table, &key, AccessExclusive);
        }
        ConstraintKind::Check(_) | ConstraintKind::NotNull(_) | ConstraintKind::Exclude(_) => {}
    }
}
