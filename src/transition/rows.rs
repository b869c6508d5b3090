//! Rows that have a value without a backfill: new columns with a default, rows that went, statements that hide which.

use std::collections::BTreeSet;

use super::shape::{Key, ShapeId};
use super::{Coverage, Event, Fill, Ledger, MOST_MOVES};
use crate::schema::catalog::{Catalog, Origin};
use crate::schema::operation::QName;
use crate::syntax::expr::Shape;
use crate::syntax::name::Symbol;
use crate::syntax::query::{RowChange, RowVerb};
use crate::syntax::table::ColumnDef;

impl Ledger {
    /// The fills of a column before the operation `order`.
    pub fn fills_before(&self, id: ShapeId, order: u32) -> impl Iterator<Item = &Fill> {
        self.fills(id).iter().filter(move |fill| fill.event.order < order)
    }

    /// Whether, between `since` and the operation `order`, rows of `table` went, were merged, or something ran that could
    /// not be read: which rows lack a value cannot be told then.
    pub fn is_blurred(&self, table: &QName, since: Origin, order: u32) -> bool {
        let after = |event: &&Event| {
            event.order < order && (event.at.file, event.at.span.start) > (since.file, since.span.start)
        };
        let blurred = self.find(&Key::relation(table)).and_then(|id| self.blurred.get(&id));
        blurred.iter().flat_map(|events| events.iter()).chain(&self.unread).any(|event| after(&event))
    }

    /// A column that is added with a default has a value in every row.
    pub(super) fn defaulted(&mut self, catalog: &Catalog<'_>, table: &QName, column: &ColumnDef, event: Event) {
        let constant = column.default.as_ref().is_some_and(|default| default.shape != Shape::Null);
        let serial = || column.data_type.as_ref().is_some_and(|data_type| data_type.serial);
        if constant || column.generated.is_some() || column.identity.is_some() || serial() {
            self.filled_whole(catalog, table, &column.name.name, event);
        }
    }

    /// Every row of the column has got a value.
    pub(super) fn filled_whole(&mut self, catalog: &Catalog<'_>, table: &QName, column: &Symbol, event: Event) {
        if let Some(id) = self.known(catalog, &Key::column(table, column)) {
            self.fill(id, Fill { event, coverage: Coverage::All, from: Vec::new() });
        }
    }

    /// Notes a fill.
    pub(super) fn fill(&mut self, id: ShapeId, fill: Fill) {
        let fills = self.fills.entry(id).or_default();
        if fills.len() < MOST_MOVES {
            fills.push(fill);
        }
    }

    /// Columns that a row change writes in a way that does not tell from what; `told` are the others.
    pub(super) fn filled_somehow(
        &mut self,
        catalog: &Catalog<'_>,
        table: &QName,
        change: &RowChange,
        told: &BTreeSet<Symbol>,
        event: Event,
    ) {
        if matches!(change.verb, RowVerb::Update | RowVerb::Merge) {
            for column in change.columns.iter().filter(|column| !told.contains(&column.name)).take(MOST_MOVES) {
                self.filled_whole(catalog, table, &column.name, event);
            }
        }
        let updates = change.verb == RowVerb::Update;
        if (!updates && change.verb != RowVerb::Insert) || change.on_conflict || (updates && change.columns.is_empty())
        {
            self.blur(catalog, table, event);
        }
    }

    /// Rows of `table` went, or were changed nobody can tell how.
    pub(super) fn blur(&mut self, catalog: &Catalog<'_>, table: &QName, event: Event) {
        let Some(id) = self.relation(catalog, table) else { return };
        // The first and the last are as good as all.
        let events = self.blurred.entry(id).or_default();
        if events.len() < MOST_MOVES {
            events.push(event);
        } else if let Some(last) = events.last_mut() {
            *last = event;
        }
    }

    /// Something ran that could not be read.
    pub(super) fn not_read(&mut self, event: Event) {
        if self.unread.len() < MOST_MOVES {
            self.unread.push(event);
        } else if let Some(last) = self.unread.last_mut() {
            *last = event;
        }
    }
}
