//! `ALTER COLUMN … TYPE` (manual: ALTER TABLE, "Notes"; facts `type-*`).

use super::coercion::{self, Base};
use super::footprint::Footprint;
use super::foreign_key;
use crate::engine::lock::LockMode::{AccessExclusive, ShareRowExclusive};
use crate::schema::catalog::{Column, ConstraintBody, Index, Table};
use crate::schema::operation::QName;
use crate::syntax::expr::Expr;
use crate::syntax::name::{Name, Symbol};
use crate::syntax::types::DataType;

/// What `SET DATA TYPE` asks for.
pub(super) struct NewType<'a> {
    pub(super) column: &'a Symbol,
    pub(super) data_type: &'a DataType,
    pub(super) collation: Option<&'a Name>,
    pub(super) using: Option<&'a Expr>,
}

/// What happens to the table and what hangs on the column.
struct Change {
    /// The rows are copied.
    rewrite: bool,
    /// The operators that indexes and foreign keys compare the column with are others.
    operators: bool,
    /// Text sorts by other rules.
    collation: bool,
}

/// `ALTER COLUMN … TYPE` on the table and all that inherit the column.
pub(super) fn set_type(footprint: &mut Footprint<'_, '_>, table: &QName, new: &NewType<'_>) {
    for member in footprint.family(table) {
        footprint.lock(&member, AccessExclusive);
        set_type_of(footprint, &member, new);
    }
}

fn set_type_of(footprint: &mut Footprint<'_, '_>, name: &QName, new: &NewType<'_>) {
    let found = footprint.catalog.table(name);
    let column = found.and_then(|table| table.column(new.column));
    let change = change(footprint, name, column, new);
    if !footprint.is_partitioned(name) {
        if change.rewrite {
            footprint.rewrite(name);
        } else if let Some(table) = found {
            rebuild_indexes(footprint, table, new.column, &change);
            recheck(footprint, table, new.column);
        }
    }
    // The sequence of an identity column gets the type as well.
    if column.is_some_and(|column| column.identity) {
        let sequences = footprint.owned_sequences(name, Some(new.column));
        footprint.lock_all(&sequences, ShareRowExclusive);
    }
    let revalidate = change.rewrite || change.operators;
    foreign_key::rebuild_on(footprint, name, new.column, revalidate);
}

fn change(footprint: &mut Footprint<'_, '_>, name: &QName, column: Option<&Column>, new: &NewType<'_>) -> Change {
    let Some((column, present)) = column.and_then(|column| Some((column, column.data_type.as_ref()?))) else {
        footprint.assume(|| format!("the present type of {}.{} is not known", name.short(), new.column));
        return Change { rewrite: true, operators: true, collation: true };
    };
    let from = coercion::base(footprint, present);
    let to = coercion::base(footprint, new.data_type);
    // A virtual column stores nothing (fact `virtual-column-type-change`).
    let computed = column.generated.as_ref().is_some_and(|generated| !generated.stored);
    Change {
        rewrite: !computed && coercion::rewrites(footprint, new.column, &from, &to, new.using),
        operators: operators_differ(&from, &to),
        // Without COLLATE the column goes back to the type's own (fact `type-varchar50-collate-dropped-by-type`).
        collation: collation(column.collation.as_deref()) != collation(new.collation),
    }
}

fn operators_differ(from: &Base, to: &Base) -> bool {
    coercion::operators_of(from) != coercion::operators_of(to)
}

fn collation(name: Option<&Name>) -> Option<&str> {
    name.map(|name| &**name.last()).filter(|name| *name != "default")
}

fn rebuild_indexes(footprint: &mut Footprint<'_, '_>, table: &Table, column: &Symbol, change: &Change) {
    for index in table.indexes.iter().filter(|index| index.columns.contains(column)) {
        if must_rebuild(index, column, change) {
            footprint.build(&table.name, Some(index.name.clone()));
        }
    }
}

/// The server never compares expressions and predicates, it builds such an index anew (facts
/// `type-varchar50-text-partial-index`, `type-varchar50-varchar100-include-index`).
fn must_rebuild(index: &Index, column: &Symbol, change: &Change) -> bool {
    let computed = index.partial || index.keys.iter().any(Option::is_none);
    let key = index.keys.iter().flatten().any(|key| key == column);
    computed || (key && (change.operators || change.collation))
}

/// Checks that mention the column are proven again (facts `type-varchar50-varchar100-check`, `…-check-notvalid`).
fn recheck(footprint: &mut Footprint<'_, '_>, table: &Table, column: &Symbol) {
    let concerned = table.constraints.iter().any(|constraint| {
        matches!(constraint.kind, ConstraintBody::Check { .. })
            && constraint.validated
            && constraint.enforced
            && constraint.columns.contains(column)
    });
    if concerned {
        footprint.scan(&table.name);
    }
}
