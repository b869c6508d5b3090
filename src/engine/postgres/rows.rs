//! Queries, row changes and `COPY` (manual: "Explicit Locking"; facts in the group "DML / locking / SET / DO").
//!
//! Whether a table is read as a whole is the planner's choice. Here a condition on the leading column of an index is
//! taken to spare it.

use std::collections::BTreeSet;

use super::footprint::Footprint;
use super::{foreign_key, tables, views};
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode::{self, AccessShare, RowExclusive, RowShare};
use crate::schema::catalog::{ConstraintBody, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::query::{Query, Reach, RowChange, RowVerb};

/// Functions that use the sequence named by their first argument (facts `nextval`, `setval`).
const SEQUENCE_FUNCTIONS: &[&str] = &["currval", "nextval", "setval"];

/// `SELECT`, `VALUES`, `TABLE`.
pub(super) fn query(footprint: &mut Footprint<'_, '_>, query: &Query) {
    let mode = if query.locks_rows { RowShare } else { AccessShare };
    read(footprint, query, mode, false);
    call_sequences(footprint, query);
}

/// `EXPLAIN`: the planner takes the locks of the statement, and reads nothing (fact `explain`).
pub(super) fn explain(footprint: &mut Footprint<'_, '_>, writes: Option<&QName>, query: &Query) {
    let written = writes.map(|table| views::reach(footprint, table)).unwrap_or_default();
    footprint.lock_all(&written, RowExclusive);
    let mode = if query.locks_rows { RowShare } else { AccessShare };
    for name in &query.reads {
        let relation = footprint.catalog.resolve(name);
        let reached = views::reach(footprint, &relation);
        footprint.lock_all(&reached, mode);
    }
}

fn call_sequences(footprint: &mut Footprint<'_, '_>, query: &Query) {
    for call in query.calls.iter().filter(|call| SEQUENCE_FUNCTIONS.contains(&&**call.name.last())) {
        if let Some(sequence) = call.literals.first().and_then(Option::as_deref) {
            draw(footprint, Name::in_text(sequence, call.name.span()).as_ref());
        }
    }
}

/// `joined`: a change takes its rows from what is read, usually from all of it.
fn read(footprint: &mut Footprint<'_, '_>, query: &Query, mode: LockMode, joined: bool) {
    for name in &query.reads {
        let relation = footprint.catalog.resolve(name);
        for reached in views::reach(footprint, &relation) {
            footprint.lock(&reached, mode);
            if joined || (query.scans && !picks(footprint, &reached, &query.columns)) {
                views::read(footprint, &reached);
            }
        }
    }
}

/// Whether one of the columns leads an index, so that a condition on it can pick rows.
fn picks(footprint: &Footprint<'_, '_>, table: &QName, columns: &[Symbol]) -> bool {
    let leading = footprint.indexes(table).iter().filter_map(|index| index.keys.first());
    leading.flatten().any(|key| columns.binary_search(key).is_ok())
}

/// `INSERT`, `UPDATE`, `DELETE`, `MERGE`.
pub(super) fn change(footprint: &mut Footprint<'_, '_>, table: &QName, change: &RowChange) {
    for reached in views::reach(footprint, table) {
        footprint.lock(&reached, RowExclusive);
        if reads_all(footprint, &reached, change) {
            views::read(footprint, &reached);
        }
    }
    read(footprint, &change.query, AccessShare, change.reach == Reach::Filtered);
    call_sequences(footprint, &change.query);
    look_up_bounds(footprint, table, change.verb);
    if change.reach != Reach::Nothing {
        look_up_keys(footprint, table, change);
    }
    if change.verb == RowVerb::Insert {
        draw_numbers(footprint, table, &change.columns);
    }
}

fn reads_all(footprint: &Footprint<'_, '_>, table: &QName, change: &RowChange) -> bool {
    match change.reach {
        Reach::Everything => true,
        Reach::Values | Reach::Nothing | Reach::Batch => false,
        // One row is wanted; without an index it is looked for everywhere.
        Reach::Named => {
            let known = footprint.catalog.table(table).is_some_and(|table| table.complete);
            known && !picks(footprint, table, &change.query.columns)
        }
        Reach::Filtered if matches!(change.verb, RowVerb::Insert | RowVerb::Merge) => false,
        Reach::Filtered => !change.query.reads.is_empty() || !picks(footprint, table, &change.query.columns),
    }
}

/// A row written to a partition by its own name is checked against the bounds, which the parent knows.
fn look_up_bounds(footprint: &mut Footprint<'_, '_>, table: &QName, verb: RowVerb) {
    if verb == RowVerb::Delete {
        return tables::lock_bounds(footprint, table);
    }
    if let Some(parent) = footprint.partition_parent(table) {
        footprint.lock(parent, AccessShare);
    }
}

/// The other side of foreign keys: the referenced row is locked, or rows that reference it are looked for (facts
/// `insert-child`, `delete-referenced-unreferenced-row`, `delete-referenced-cascade`).
fn look_up_keys(footprint: &mut Footprint<'_, '_>, table: &QName, change: &RowChange) {
    let written = |columns: &[Symbol]| match change.verb {
        RowVerb::Delete => false,
        RowVerb::Merge => true,
        RowVerb::Insert if change.columns.is_empty() => true,
        RowVerb::Insert | RowVerb::Update => change.columns.iter().any(|column| columns.contains(&column.name)),
    };
    for (referenced, key) in foreign_key::outgoing(footprint, table) {
        if key.enforced && written(&key.columns) {
            footprint.lock(referenced, RowShare);
        }
    }
    for (child, key) in foreign_key::incoming(footprint, table) {
        let concerned = match change.verb {
            RowVerb::Insert => false,
            RowVerb::Delete | RowVerb::Merge => true,
            RowVerb::Update => change.columns.iter().any(|column| foreign_key::points_at(footprint, key, &column.name)),
        };
        if key.enforced && concerned {
            footprint.lock(&child.name, if acts(key, change.verb) { RowExclusive } else { RowShare });
        }
    }
}

/// Whether referencing rows are changed together with the referenced one, rather than only looked for.
fn acts(key: &TableConstraint, verb: RowVerb) -> bool {
    let ConstraintBody::ForeignKey { on_delete, on_update, .. } = &key.kind else { return false };
    (verb != RowVerb::Update && on_delete.writes()) || (verb != RowVerb::Delete && on_update.writes())
}

/// Sequences behind columns that the `INSERT` leaves out (facts `insert-serial`).
fn draw_numbers(footprint: &mut Footprint<'_, '_>, table: &QName, given: &[Ident]) {
    let Some(found) = footprint.catalog.table(table).filter(|_| !given.is_empty()) else { return };
    let given: BTreeSet<&Symbol> = given.iter().map(|given| &given.name).collect();
    for column in found.columns.iter().filter(|column| !given.contains(&column.name)) {
        draw(footprint, column.default.iter().flat_map(|default| &default.sequences));
        if column.has_default == Some(true) && column.default.is_none() {
            let sequences = footprint.owned_sequences(table, Some(&column.name));
            footprint.lock_all(&sequences, RowExclusive);
        }
    }
}

/// The next number of a sequence.
pub(super) fn draw<'n>(footprint: &mut Footprint<'_, '_>, sequences: impl IntoIterator<Item = &'n Name>) {
    for sequence in sequences {
        let sequence = footprint.catalog.resolve(sequence);
        footprint.lock_as(&sequence, LockedKind::Sequence, RowExclusive);
    }
}

/// `COPY` of a table (facts `copy-to`, `copy-from-freeze`).
pub(super) fn copy(footprint: &mut Footprint<'_, '_>, table: &QName, from: bool) {
    if !from {
        footprint.lock(table, AccessShare);
        return views::read(footprint, table);
    }
    for reached in views::reach(footprint, table) {
        footprint.lock(&reached, RowExclusive);
    }
    look_up_bounds(footprint, table, RowVerb::Insert);
    for (referenced, _) in foreign_key::outgoing(footprint, table) {
        footprint.lock(referenced, RowShare);
    }
}
