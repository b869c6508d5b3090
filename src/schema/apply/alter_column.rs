//! Changes to one column of a table and of whatever inherits from it.

use super::{Log, column, drop, part_name};
use crate::schema::catalog::{Catalog, Column, GeneratedFrom};
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Symbol};

/// The table an action works on.
pub(super) struct Site<'t> {
    pub(super) table: &'t QName,
    /// `ONLY`: what inherits from it is left out.
    pub(super) only: bool,
}

pub(super) fn alter_column(catalog: &mut Catalog<'_>, site: &Site<'_>, action: &ActionKind, log: &mut Log) {
    let origin = log.origin;
    match action {
        ActionKind::SetType { column, data_type, collation, .. } => {
            let data_type = catalog.settled(data_type);
            for table in std::iter::once(site.table.clone()).chain(catalog.partitions_deep(site.table)) {
                catalog.note_type(&table, &data_type);
            }
            change(catalog, site, column, log, |found| {
                found.data_type = Some(data_type.clone());
                found.collation = collation.clone().map(Box::new);
            });
        }
        ActionKind::SetDefault { column, default } => change(catalog, site, column, log, |found| {
            found.default = Some(Box::new(default.clone()));
            found.has_default = Some(column::fills(default));
            found.loosened = Some(origin);
        }),
        ActionKind::DropDefault { column } => change(catalog, site, column, log, |found| {
            found.default = None;
            found.has_default = Some(found.identity || found.generated.is_some());
        }),
        ActionKind::SetNotNull { column } => change(catalog, site, column, log, |found| found.not_null = Some(true)),
        ActionKind::DropNotNull { column } => change(catalog, site, column, log, |found| {
            found.not_null = Some(false);
            found.loosened = Some(origin);
        }),
        ActionKind::AddIdentity { .. } | ActionKind::DropIdentity { .. } => {
            // Before version 17 a partition does not share its parent's identity.
            alter_identity(catalog, &Site { only: true, ..*site }, action, log);
        }
        ActionKind::SetExpression { column, expression } => change(catalog, site, column, log, |found| {
            let stored = found.generated.as_ref().is_none_or(|generated| generated.stored);
            found.generated =
                Some(GeneratedFrom { stored, text: expression.text.clone(), columns: expression.columns.clone() });
            found.has_default = Some(true);
        }),
        ActionKind::DropExpression { column, .. } => change(catalog, site, column, log, |found| {
            if found.generated.take().is_some() {
                found.has_default = Some(false);
            }
        }),
        _ => {}
    }
}

fn alter_identity(catalog: &mut Catalog<'_>, site: &Site<'_>, action: &ActionKind, log: &mut Log) {
    match action {
        ActionKind::AddIdentity { column, identity } => {
            change(catalog, site, column, log, |found| {
                (found.identity, found.identity_always) = (true, identity.always);
                (found.not_null, found.has_default) = (Some(true), Some(true));
            });
            column::put_owned_sequence(catalog, site.table, &column.name, log.origin);
        }
        ActionKind::DropIdentity { column, .. } => {
            let known = catalog.table(site.table).and_then(|found| found.column(&column.name));
            if known.is_some_and(|found| found.identity) {
                drop::drop_owned_sequences(catalog, site.table, Some(&column.name));
            }
            change(catalog, site, column, log, |found| {
                if std::mem::take(&mut found.identity) {
                    found.has_default = Some(false);
                }
            });
        }
        _ => {}
    }
}

/// Changes a column that should be there.
fn change(catalog: &mut Catalog<'_>, site: &Site<'_>, column: &Ident, log: &mut Log, change: impl Fn(&mut Column)) {
    if !has_column(catalog, site.table, &column.name, log) {
        return;
    }
    let mut tables = if site.only { Vec::new() } else { catalog.partitions_deep(site.table) };
    tables.push(site.table.clone());
    for table in tables {
        if catalog.table(&table).is_some_and(|found| found.column(&column.name).is_some())
            && let Some(found) = catalog.edit_table(&table)
            && let Some(column) = found.columns.iter_mut().find(|found| found.name == column.name)
        {
            change(column);
        }
    }
}

/// Whether the column is there. Where the table's columns are not all known, it is from now on.
pub(super) fn has_column(catalog: &mut Catalog<'_>, table: &QName, column: &Symbol, log: &mut Log) -> bool {
    column::learn(catalog, table, [column]);
    let has = catalog.table(table).is_some_and(|found| found.column(column).is_some());
    if !has {
        log.missing("column", part_name(table, column));
    }
    has
}
