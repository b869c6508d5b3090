//! New columns.

use super::constraint::Wanted;
use super::{Log, constraint_order, name, part_name};
use crate::schema::catalog::{Catalog, Column, GeneratedFrom, Origin, Sequence};
use crate::schema::operation::QName;
use crate::syntax::expr::{Expr, Shape};
use crate::syntax::name::Symbol;
use crate::syntax::table::{ColumnDef, ConstraintKind};

/// `ADD COLUMN`, to the table and everything that inherits from it.
pub(super) fn add_column(catalog: &mut Catalog<'_>, table: &QName, def: &ColumnDef, only: bool, log: &mut Log) {
    let known = catalog.table(table).and_then(|found| found.column(&def.name.name));
    if let Some(known) = known {
        let origin = known.origin;
        if !log.exists("column", part_name(table, &def.name.name), origin) {
            return;
        }
    }
    let column = new_column(def, log.origin);
    let heirs = if only { Vec::new() } else { catalog.partitions_deep(table) };
    for heir in heirs {
        let merges = catalog.table(&heir).is_none_or(|heir| heir.column(&column.name).is_some());
        if !merges {
            catalog.put_column(&heir, column.clone());
        }
    }
    catalog.put_column(table, column);
    own_sequence(catalog, table, def, log.origin);
    let wanted = |constraint| Wanted { def: constraint, column: Some(&def.name.name), proven: false, only };
    let constraints: Vec<Wanted<'_>> = def.constraints.iter().map(wanted).collect();
    constraint_order::add_all(catalog, table, &constraints, log);
}

/// The column itself; its constraints and its sequence are separate objects.
pub(super) fn new_column(def: &ColumnDef, origin: Origin) -> Column {
    let serial = def.data_type.as_ref().is_some_and(|data_type| data_type.serial);
    let key = def.constraints.iter().any(|constraint| matches!(constraint.kind, ConstraintKind::PrimaryKey(_)));
    let filled = serial || def.identity.is_some() || def.generated.is_some();
    let data_type = def.data_type.clone().map(|mut data_type| {
        data_type.serial = false;
        data_type
    });
    Column {
        name: def.name.name.clone(),
        data_type,
        collation: def.collation.clone(),
        not_null: Some(def.not_null.is_some() || serial || def.identity.is_some() || key),
        default: def.default.clone(),
        has_default: Some(filled || def.default.as_deref().is_some_and(fills)),
        identity: def.identity.is_some(),
        identity_always: def.identity.is_some_and(|identity| identity.always),
        generated: def.generated.as_ref().map(|generated| GeneratedFrom {
            stored: generated.stored == Some(true),
            text: generated.expr.text.clone(),
            columns: generated.expr.columns.clone(),
        }),
        origin: Some(origin),
        renamed: None,
        loosened: None,
    }
}

/// A column that must be there because a statement uses it.
pub(super) fn used_column(name: &Symbol) -> Column {
    Column {
        name: name.clone(),
        data_type: None,
        collation: None,
        not_null: None,
        default: None,
        has_default: None,
        identity: false,
        identity_always: false,
        generated: None,
        origin: None,
        renamed: None,
        loosened: None,
    }
}

/// Learns columns that a statement uses, where the table's columns are not all known.
pub(super) fn learn<'s>(catalog: &mut Catalog<'_>, table: &QName, columns: impl IntoIterator<Item = &'s Symbol>) {
    if catalog.table(table).is_none_or(|found| found.complete) {
        return;
    }
    for column in columns {
        if catalog.table(table).is_some_and(|found| found.column(column).is_none()) {
            catalog.put_column(table, used_column(column));
        }
    }
}

/// Whether a default gives a value: `DEFAULT NULL` is none.
pub(super) fn fills(default: &Expr) -> bool {
    default.shape != Shape::Null
}

/// The sequence behind a serial or identity column.
pub(super) fn own_sequence(catalog: &mut Catalog<'_>, table: &QName, def: &ColumnDef, origin: Origin) {
    if def.identity.is_some() || def.data_type.as_ref().is_some_and(|data_type| data_type.serial) {
        put_owned_sequence(catalog, table, &def.name.name, origin);
    }
}

pub(super) fn put_owned_sequence(catalog: &mut Catalog<'_>, table: &QName, column: &Symbol, origin: Origin) {
    let name = table.beside(&name::relation(catalog, table, Some(column), "seq", false));
    catalog.put_sequence(Sequence { name, owned_by: Some((table.clone(), column.clone())), origin: Some(origin) });
}
