//! `NOT NULL`: set, dropped, added as a constraint (manual: ALTER TABLE, "SET/DROP NOT NULL"; facts `set-not-null*`,
//! `drop-not-null*`, `add-not-null-*`).

use super::footprint::Footprint;
use crate::engine::lock::LockMode;
use crate::schema::catalog::{ConstraintBody, Table};
use crate::schema::operation::QName;
use crate::syntax::alter::{ActionKind, AlterTable};
use crate::syntax::name::Symbol;

/// Ancestors whose checks are looked at.
const MOST_ANCESTORS: usize = 64;

/// What is known of a column's nulls.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Nulls {
    /// It is `NOT NULL` already.
    Forbidden,
    /// A check proves that there are none.
    Disproved,
    /// Every row has to be looked at.
    Possible,
    /// The column or its table is not known well enough.
    Unknown,
}

/// `SET NOT NULL`. Where the column is `NOT NULL` already, not even the children are visited; a validated check that
/// implies it spares the scan, unless the same statement drops it.
pub(super) fn set(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    column: &Symbol,
    alter: &AlterTable,
    mode: LockMode,
) {
    if nulls(footprint, table, column, alter) == Nulls::Forbidden {
        return;
    }
    for member in footprint.family(table) {
        footprint.lock(&member, mode);
        require(footprint, &member, column, alter);
    }
}

/// `ADD CONSTRAINT … NOT NULL` of version 18 (facts `add-not-null-constraint*`).
pub(super) fn add(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    column: &Symbol,
    unchecked: bool,
    alter: &AlterTable,
    mode: LockMode,
) {
    for member in footprint.family(table) {
        footprint.lock(&member, mode);
        if !unchecked {
            require(footprint, &member, column, alter);
        }
    }
}

/// Reads the rows of one table unless its column is known to hold no nulls.
pub(super) fn require(footprint: &mut Footprint<'_, '_>, table: &QName, column: &Symbol, alter: &AlterTable) {
    if footprint.is_partitioned(table) {
        return;
    }
    match nulls(footprint, table, column, alter) {
        Nulls::Forbidden | Nulls::Disproved => {}
        Nulls::Possible => footprint.scan(table),
        Nulls::Unknown => {
            footprint.scan(table);
            footprint
                .assume(|| format!("whether {}.{column} has been proven free of nulls is not known", table.short()));
        }
    }
}

/// Whether the column is `NOT NULL` on every row already.
pub(super) fn is_forbidden(footprint: &Footprint<'_, '_>, table: &QName, column: &Symbol, alter: &AlterTable) -> bool {
    nulls(footprint, table, column, alter) == Nulls::Forbidden
}

/// `DROP NOT NULL`. From version 18 on a nullable column ends it before the children are visited.
pub(super) fn drop(
    footprint: &mut Footprint<'_, '_>,
    table: &QName,
    column: &Symbol,
    alter: &AlterTable,
    mode: LockMode,
) {
    let found = footprint.catalog.table(table).and_then(|table| table.column(column));
    let nullable = found.is_some_and(|column| column.not_null == Some(false));
    let nothing_to_do = nullable && footprint.since(18);
    if !alter.only && !nothing_to_do {
        let family = footprint.family(table);
        footprint.lock_all(&family, mode);
    }
}

fn nulls(footprint: &Footprint<'_, '_>, table: &QName, column: &Symbol, alter: &AlterTable) -> Nulls {
    let added = alter
        .actions
        .iter()
        .any(|action| matches!(&action.kind, ActionKind::AddColumn { column: new, .. } if new.name.name == *column));
    if added {
        // Fact: `ADD COLUMN … DEFAULT k, ALTER COLUMN … SET NOT NULL` reads every row.
        return Nulls::Possible;
    }
    let Some(found) = footprint.catalog.table(table) else { return Nulls::Unknown };
    let known = found.column(column);
    if known.is_some_and(|column| column.not_null == Some(true)) && !only_promised(found, column) {
        return Nulls::Forbidden;
    }
    if disproved(footprint, found, column, alter) {
        return Nulls::Disproved;
    }
    if known.is_some_and(|column| column.not_null.is_some()) { Nulls::Possible } else { Nulls::Unknown }
}

/// The column is `NOT NULL … NOT VALID`: new rows obey, old ones may not (fact `set-not-null-with-nn-not-valid`).
fn only_promised(table: &Table, column: &Symbol) -> bool {
    table.constraints.iter().any(|constraint| {
        matches!(constraint.kind, ConstraintBody::NotNull)
            && !constraint.validated
            && constraint.columns.contains(column)
    })
}

/// A validated, enforced check that implies it, of the table or inherited, and not dropped by the same statement
/// (facts `set-not-null-valid-check`, `set-not-null-and-drop-check-same-statement`).
fn disproved(footprint: &Footprint<'_, '_>, table: &Table, column: &Symbol, alter: &AlterTable) -> bool {
    let dropped = |name: &Symbol| {
        alter.actions.iter().any(
            |action| matches!(&action.kind, ActionKind::DropConstraint { constraint, .. } if constraint.name == *name),
        )
    };
    let mut pending = vec![table];
    let mut visited = 0;
    while let Some(table) = pending.pop() {
        let proof = table.constraints.iter().any(|constraint| {
            matches!(&constraint.kind, ConstraintBody::Check { not_null, .. } if not_null.contains(column))
                && constraint.validated
                && constraint.enforced
                && !dropped(&constraint.name)
        });
        if proof {
            return true;
        }
        visited += 1;
        if visited < MOST_ANCESTORS {
            pending.extend(table.parents.iter().filter_map(|parent| footprint.catalog.table(parent)).map(|p| &**p));
        }
    }
    false
}
