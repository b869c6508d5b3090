//! `DROP COLUMN`: the rows stay as they are; what hangs on the column goes with it (facts `drop-col-*`).

use super::footprint::Footprint;
use super::{foreign_key, views};
use crate::engine::lock::LockMode::AccessExclusive;
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Drops a column from the table and everything that inherits it.
pub(super) fn drop(footprint: &mut Footprint<'_, '_>, table: &QName, column: &Symbol, cascade: bool) {
    // Children are locked even under ONLY: they get the column as their own.
    for member in footprint.family(table) {
        footprint.lock(&member, AccessExclusive);
        for (_, key) in foreign_key::outgoing(footprint, &member) {
            if key.columns.contains(column) {
                foreign_key::drop(footprint, key);
            }
        }
    }
    let sequences = footprint.owned_sequences(table, Some(column));
    footprint.lock_all(&sequences, AccessExclusive);
    if cascade {
        foreign_key::drop_incoming(footprint, table, std::slice::from_ref(column));
        views::drop_readers(footprint, table, Some(column));
    }
}
