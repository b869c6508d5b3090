//! Constraints that hold for new rows first and are proven for the others later.

use super::shape::Key;
use super::{Event, Kind, Ledger, Phase};
use crate::schema::catalog::{Catalog, ConstraintBody, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::table::Constraint;

impl Ledger {
    /// `ADD CONSTRAINT`: without proof, it opens a transition.
    pub(super) fn constraint_added(
        &mut self,
        catalog: &Catalog<'_>,
        table: &QName,
        written: &Constraint,
        event: Event,
    ) {
        let Some(found) = catalog.table(table) else { return };
        let Some(known) = found.constraints.iter().find(|constraint| constraint.origin == Some(event.at)) else {
            return;
        };
        if !written.not_valid {
            self.proven(table, known, event);
            return;
        }
        let id = self.shapes.note(Key::constraint(table, &known.name), known.origin);
        let index = self.open(Kind::Constraint, &[], &[id]);
        let words = format!("{} added NOT VALID", Quoted(&known.name));
        self.moved(index, Phase::Expanded, event, words, false);
    }

    /// `VALIDATE CONSTRAINT`.
    pub(super) fn constraint_validated(&mut self, catalog: &Catalog<'_>, table: &QName, name: &Symbol, event: Event) {
        if let Some(id) = self.find(&Key::constraint(table, name)) {
            for index in self.by_new.get(&id).cloned().unwrap_or_default() {
                self.moved(index, Phase::Verified, event, format!("{} validated", Quoted(name)), false);
            }
        }
        if let Some(known) = catalog.table(table).and_then(|found| found.constraint(name)) {
            self.proven(table, known, event);
        }
    }

    /// A proven constraint says something of the columns it is on.
    fn proven(&mut self, table: &QName, known: &TableConstraint, event: Event) {
        if let ConstraintBody::Check { not_null, .. } = &known.kind {
            for column in not_null {
                self.verified(&Key::column(table, column), "validated CHECK", event);
            }
        }
    }

    /// `SET NOT NULL` takes over from a check that proved the same.
    pub(super) fn constrained(&mut self, catalog: &Catalog<'_>, table: &QName, column: &Symbol, event: Event) {
        let Some(found) = catalog.table(table) else { return };
        for constraint in &found.constraints {
            let ConstraintBody::Check { not_null, .. } = &constraint.kind else { continue };
            if not_null.as_slice() != [column.clone()] {
                continue;
            }
            if let Some(id) = self.find(&Key::constraint(table, &constraint.name)) {
                for index in self.by_new.get(&id).cloned().unwrap_or_default() {
                    let words = format!("{} set NOT NULL", Quoted(column));
                    self.moved(index, Phase::Retired, event, words, false);
                }
            }
        }
    }
}
