//! Where and how a relation is stored, who owns it, which schema it is in (facts in the groups "Storage parameters /
//! tablespace / persistence" and "RENAME / SCHEMA / OWNER").

use super::footprint::Footprint;
use super::foreign_key;
use crate::engine::lock::LockMode::{AccessExclusive, AccessShare};
use crate::schema::catalog::ConstraintBody;
use crate::schema::operation::QName;
use crate::syntax::alter::{Action, ActionKind};

/// The access method tables have unless told otherwise.
const HEAP: &str = "heap";

/// An `ALTER TABLE` or `ALTER MATERIALIZED VIEW` action of this kind. The relation itself is locked already.
pub(super) fn change(footprint: &mut Footprint<'_, '_>, relation: &QName, action: &Action) {
    let view = footprint.catalog.view(relation);
    let rows = !footprint.is_partitioned(relation) && view.is_none_or(|view| view.materialized);
    match &action.kind {
        // Files are copied block by block: no row is looked at, and indexes stay where they are.
        ActionKind::SetTablespace if rows => footprint.copy(relation),
        ActionKind::SetAccessMethod { method: Some(method) } if rows && &*method.name != HEAP => {
            footprint.rewrite(relation);
        }
        ActionKind::SetLogged(logged) if rows => set_logged(footprint, relation, *logged),
        ActionKind::Owner | ActionKind::SetSchema { .. } => {
            let sequences = footprint.owned_sequences(relation, None);
            footprint.lock_all(&sequences, AccessExclusive);
        }
        _ => {}
    }
}

/// `SET LOGGED`, `SET UNLOGGED`: a copy, unless the table is so already. No logged table may depend on one that a crash
/// empties, so the tables on the other side of foreign keys are looked at (fact `set-unlogged-referenced`).
fn set_logged(footprint: &mut Footprint<'_, '_>, table: &QName, logged: bool) {
    let known = footprint.catalog.table(table).filter(|table| table.complete);
    if known.is_some_and(|known| known.unlogged != logged) {
        return;
    }
    if known.is_none() {
        footprint.assume(|| format!("whether {} is unlogged already is not known", table.short()));
    }
    footprint.rewrite(table);
    if logged {
        for (referenced, _) in foreign_key::outgoing(footprint, table) {
            footprint.lock(referenced, AccessShare);
        }
    } else {
        for (child, key) in foreign_key::incoming(footprint, table) {
            if matches!(key.kind, ConstraintBody::ForeignKey { .. }) {
                footprint.lock(&child.name, AccessShare);
            }
        }
    }
    if footprint.since(15) {
        let sequences = footprint.owned_sequences(table, None);
        footprint.lock_all(&sequences, AccessExclusive);
    }
}
