//! Values of enums: one is added, rows move to it, the old one goes.

use super::shape::Key;
use super::{Event, Kind, Ledger, Phase};
use crate::schema::catalog::{Catalog, TypeKind};
use crate::schema::operation::QName;
use crate::syntax;
use crate::syntax::assigned::{assignments, condition};
use crate::syntax::object::ObjectChange;
use crate::syntax::query::RowChange;

/// Old values of one statement that are looked at.
const VALUES_READ: usize = 8;

impl Ledger {
    /// `ALTER TYPE … RENAME VALUE` keeps the value.
    pub(super) fn alter_type(&mut self, name: &QName, change: &ObjectChange, event: Event) {
        if let ObjectChange::RenameEnumValue { from, to } = change {
            self.shapes.rename(&Key::value(name, from), Key::value(name, to), event);
        }
    }

    /// `UPDATE t SET c = 'new' WHERE c = 'old'` on a column of an enum.
    pub(super) fn values_moved(
        &mut self,
        catalog: &Catalog<'_>,
        table: &QName,
        change: &RowChange,
        source: &str,
        event: Event,
    ) {
        let Some(filter) = condition(source, change) else { return };
        let Some(found) = catalog.table(table) else { return };
        for (column, value) in assignments(source, change).unwrap_or_default() {
            let Some(to) = literal(value) else { continue };
            let data_type = found.column(&column.name).and_then(|column| column.data_type.as_ref());
            let Some(owner) = data_type.map(|data_type| catalog.resolve_type(&data_type.as_name())) else { continue };
            let tokens = syntax::tokens(source, filter).into_iter().map(|token| token.of(source));
            let old: Vec<&str> = tokens.filter_map(literal).filter(|old| *old != to).take(VALUES_READ).collect();
            for old in old {
                self.value_moved(catalog, &owner, (old, to), event);
            }
        }
    }

    fn value_moved(&mut self, catalog: &Catalog<'_>, owner: &QName, (old, new): (&str, &str), event: Event) {
        let origin = |value: &str| {
            let TypeKind::Enum { values } = &catalog.types.get(owner)?.kind else { return None };
            values.iter().find(|known| &*known.value == value).map(|known| known.origin)
        };
        let (Some(old_origin), Some(new_origin)) = (origin(old), origin(new)) else { return };
        let from = self.shapes.note(Key::value(owner, old), old_origin);
        let to = self.shapes.note(Key::value(owner, new), new_origin);
        if let Some(index) = self.link(Kind::Value, &[from], to, event) {
            self.moved(index, Phase::Backfilled, event, format!("rows moved from '{old}' to '{new}'"), false);
        }
    }
}

/// The text of an expression that is one literal, with or without a cast.
fn literal(value: &str) -> Option<&str> {
    let value = value.trim();
    let (inner, rest) = value.strip_prefix('\'')?.split_once('\'')?;
    (rest.is_empty() || rest.starts_with("::")).then_some(inner)
}
