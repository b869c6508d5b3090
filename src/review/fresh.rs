//! Which relations nobody else can be using yet.

use std::collections::BTreeSet;

use super::replay::Parsed;
use crate::engine::effect::Effects;
use crate::schema::catalog::Catalog;
use crate::schema::operation::{Operation, OperationKind, QName};
use crate::syntax::statement::StatementKind;

/// The tables that a file creates.
pub(super) fn made(parsed: &Parsed<'_>, catalog: &Catalog<'_>) -> BTreeSet<QName> {
    let statements = parsed.scripts.iter().flat_map(|(_, script)| &script.statements);
    let tables = statements.filter_map(|statement| match &statement.kind {
        StatementKind::CreateTable(table) => Some(catalog.resolve(&table.name)),
        _ => None,
    });
    tables.collect()
}

/// The locked relations that nobody else can be using: temporary, created in this release, or dropped `IF EXISTS` by the file
/// that creates them, with nothing of that name before. Sorted.
pub(super) fn fresh(
    catalog: &Catalog<'_>,
    made: &BTreeSet<QName>,
    operation: &Operation<'_>,
    effects: &Effects,
    release: u32,
) -> Vec<QName> {
    let makes_room = matches!(&operation.kind, OperationKind::Drop { def, .. } if def.if_exists);
    let is_fresh = |relation: &&QName| {
        let table = catalog.table(relation);
        if makes_room && table.is_none() && made.contains(*relation) {
            return true;
        }
        let origin = catalog.relation_origin(relation).or_else(|| catalog.index_origin(relation));
        table.is_some_and(|table| table.temporary) || origin.is_some_and(|origin| origin.release == release)
    };
    let locked = effects.locks.iter().map(|lock| &lock.relation);
    let fresh: BTreeSet<&QName> = locked.filter(is_fresh).collect();
    fresh.into_iter().cloned().collect()
}
