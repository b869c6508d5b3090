//! What `ALTER TABLE` only notes about a table: replica identity, clustering, storage parameters, triggers on and off,
//! whether it is logged, its type.

use crate::schema::catalog::{Catalog, Origin, ReplicaIdentity};
use crate::schema::operation::QName;
use crate::syntax::alter::{ActionKind, ReplicaIdentity as Written, TriggerState, Triggers};
use crate::syntax::name::Symbol;
use crate::syntax::table::StorageOption;

/// The parameter that switches autovacuum off for one table.
const AUTOVACUUM: &str = "autovacuum_enabled";

pub(super) fn change(catalog: &mut Catalog<'_>, table: &QName, action: &ActionKind, origin: Origin) {
    match action {
        ActionKind::ReplicaIdentity(identity) => identify(catalog, table, identity),
        ActionKind::SetCluster { index } => cluster(catalog, table, index.as_ref().map(|index| &index.name)),
        ActionKind::SetOptions { options } => {
            if let Some(enabled) = autovacuum(options)
                && let Some(found) = catalog.edit_table(table)
            {
                found.autovacuum_off = (!enabled).then_some(origin);
            }
        }
        ActionKind::ResetOptions { options } => {
            if autovacuum(options).is_some()
                && let Some(found) = catalog.edit_table(table)
            {
                found.autovacuum_off = None;
            }
        }
        ActionKind::Trigger { triggers, state } => switch(catalog, table, triggers, *state, origin),
        ActionKind::OfType(of_type) => {
            let of_type = of_type.as_ref().map(|name| catalog.resolve_type(name));
            catalog.put_of_type(table, of_type);
        }
        ActionKind::SetLogged(logged) => {
            // Of a partitioned table the server ignores it: there is nothing to log.
            if let Some(found) = catalog.edit_table(table).filter(|found| !found.partitioned) {
                found.unlogged = !logged;
            }
        }
        _ => {}
    }
}

/// Whether the options switch autovacuum on or off; none where they say nothing about it.
pub(super) fn autovacuum(options: &[StorageOption]) -> Option<bool> {
    options.iter().rev().find_map(|option| option.switch(AUTOVACUUM))
}

/// Notes in the order of which index, if any, the rows of a table or materialized view are to be kept.
pub(super) fn cluster(catalog: &mut Catalog<'_>, relation: &QName, index: Option<&Symbol>) {
    for found in catalog.edit_indexes(relation).into_iter().flatten() {
        found.clustered = Some(&found.name) == index;
    }
}

fn identify(catalog: &mut Catalog<'_>, table: &QName, written: &Written) {
    let Some(found) = catalog.edit_table(table) else { return };
    let (identity, name) = match written {
        Written::Default => (ReplicaIdentity::Default, None),
        Written::Full => (ReplicaIdentity::Full, None),
        Written::Nothing => (ReplicaIdentity::Nothing, None),
        Written::Index(index) => (ReplicaIdentity::Index, Some(&index.name)),
    };
    found.replica_identity = Some(identity);
    for index in &mut found.indexes {
        index.replica_identity = Some(&index.name) == name;
    }
}

fn switch(catalog: &mut Catalog<'_>, table: &QName, triggers: &Triggers, state: TriggerState, origin: Origin) {
    let Some(found) = catalog.edit_table(table) else { return };
    if *triggers == Triggers::All {
        found.triggers_off = (state == TriggerState::Disabled).then_some(origin);
    }
    for trigger in found.triggers.iter_mut().filter(|trigger| triggers.include(&trigger.name)) {
        (trigger.state, trigger.switched) = (state, Some(origin));
    }
}
