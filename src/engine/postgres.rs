//! What a `PostgreSQL` server does for one operation: which locks it takes, what it copies, reads and builds meanwhile.
//!
//! Every claim rests on the manual or on a measurement; `fixtures/postgres/facts.jsonl` holds the measurements, and
//! comments name them by their id. `tests/postgres_facts.rs` compares all of them with what is worked out here.

mod add_column;
mod alter_table;
mod coercion;
mod column_type;
mod constraints;
mod drop_column;
mod footprint;
mod foreign_key;
mod indexes;
mod keys;
mod maintenance;
mod modes;
mod not_null;
mod objects;
mod partitions;
mod rows;
mod storage;
mod tables;
mod types_domains;
mod views;
mod volatility;

use self::footprint::Footprint;
use self::tables::Truncate;
pub use self::volatility::changing_call;
use super::Context;
use super::effect::Effects;
use crate::schema::catalog::Catalog;
use crate::schema::operation::{Operation, OperationKind};

/// What the server does for `operation`, given the schema just before it.
pub fn effects(operation: &Operation<'_>, catalog: &Catalog<'_>, context: Context) -> Effects {
    let mut footprint = Footprint::new(catalog, context);
    let step = &mut footprint;
    match &operation.kind {
        OperationKind::CreateTable { table, def } => tables::create(step, table, def),
        OperationKind::Alter { relation, action, alter } => alter_table::alter(step, relation, action, alter),
        OperationKind::CreateIndex { table, def } => indexes::create(step, table, def),
        OperationKind::CreateView { view, def } => views::create(step, view, def),
        OperationKind::CreateSequence { def, .. } => objects::create_sequence(step, def),
        OperationKind::CreateFunction { def, .. } => objects::create_function(step, def),
        OperationKind::CreateTrigger { table, def } => objects::create_trigger(step, table, def),
        OperationKind::CreatePublication { tables, .. } => objects::publish(step, tables),
        OperationKind::CreateObject { on, def } => objects::create(step, on, def),
        OperationKind::Drop { kind, name, on, def, .. } => objects::drop(step, *kind, name, on.as_ref(), def),
        OperationKind::AlterObject { name, on, def } => objects::alter(step, name.as_ref(), on.as_ref(), def),
        OperationKind::Comment { kind, name, on } => objects::comment(step, *kind, name.as_ref(), on.as_ref()),
        OperationKind::Grant { tables } => objects::grant(step, tables),
        OperationKind::Truncate { table, cascade, only, restart } => {
            tables::truncate(step, table, &Truncate { cascade: *cascade, only: *only, restart: *restart });
        }
        OperationKind::LockTable { table, mode, only } => views::lock_table(step, table, *mode, *only),
        _ => maintain(step, &operation.kind),
    }
    footprint.into_effects()
}

/// Operations on rows and on the upkeep of tables.
fn maintain(step: &mut Footprint<'_, '_>, kind: &OperationKind<'_>) {
    match kind {
        OperationKind::Reindex { target, name, concurrently } => {
            indexes::reindex(step, *target, name.as_ref(), *concurrently);
        }
        OperationKind::Cluster { table, .. } => maintenance::cluster(step, table.as_ref()),
        OperationKind::Refresh { view, concurrently, no_data } => views::refresh(step, view, *concurrently, *no_data),
        OperationKind::Vacuum { table, only, full } => maintenance::vacuum(step, table.as_ref(), *only, *full),
        OperationKind::Analyze { table, only } => maintenance::analyze(step, table.as_ref(), *only),
        OperationKind::ChangeRows { table, change } => rows::change(step, table, change),
        OperationKind::Query(query) => rows::query(step, query),
        OperationKind::Explain { writes, query } => rows::explain(step, writes.as_ref(), query),
        OperationKind::Copy { table: Some(table), from } => rows::copy(step, table, *from),
        _ => {}
    }
}
