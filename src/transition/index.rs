//! Indexes that take over from others of their table.

use super::shape::Key;
use super::{Event, Kind, Ledger, Part};
use crate::schema::catalog::{Catalog, Index};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Older indexes of one table that a new one is compared with.
const OLDER_READ: usize = 32;

impl Ledger {
    /// `CREATE INDEX`: it may take over from those whose work it does as well, on the same columns or on those that replace
    /// them. Whether it does shows when one of them goes.
    pub(super) fn index_created(&mut self, catalog: &Catalog<'_>, table: &QName, event: Event) {
        let Some(found) = catalog.table(table) else { return };
        let Some(new) = found.indexes.iter().find(|index| index.origin == Some(event.at)) else { return };
        let others = found.indexes.iter().filter(|old| old.name != new.name && old.constraint.is_none());
        let older: Vec<&Index> = others.take(OLDER_READ).filter(|old| self.takes_over(table, new, old)).collect();
        for old in older {
            let from = self.shapes.note(Key::index(&table.beside(&old.name)), old.origin);
            let to = self.shapes.note(Key::index(&table.beside(&new.name)), new.origin);
            self.link(Kind::Index, &[from], to, event);
        }
    }

    /// Whether `new` finds all that `old` does.
    fn takes_over(&self, table: &QName, new: &Index, old: &Index) -> bool {
        let plain = !new.partial && !old.partial && new.method == old.method;
        let keys = old.unique && new.keys.len() != old.keys.len();
        let same = |(new, old): (&Option<Symbol>, &Option<Symbol>)| match (new, old) {
            (Some(new), Some(old)) => new == old || self.replaced_by(table, old).any(|name| name == new),
            _ => false,
        };
        plain
            && !keys
            && (new.unique || !old.unique)
            && !old.keys.is_empty()
            && new.keys.len() >= old.keys.len()
            && new.keys.iter().zip(&old.keys).all(same)
    }

    /// The columns that replace `column`.
    fn replaced_by(&self, table: &QName, column: &Symbol) -> impl Iterator<Item = &Symbol> {
        let away = self.find(&Key::column(table, column)).into_iter().flat_map(|id| self.away(id));
        away.flat_map(|transition| &transition.new).filter_map(|id| match &self.shape(*id)?.key.part {
            Part::Column(name) => Some(name),
            _ => None,
        })
    }
}
