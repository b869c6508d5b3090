//! Columns that are split into others, or merged into one: written as new columns, an `UPDATE` that fills them, and the old
//! ones dropped, all in one go.

use std::cmp::Ordering;

use super::change::{Found, Scene};
use super::draft::Unit;
use super::replace::{New, Replacement};
use super::write::quoted;
use crate::schema::catalog::Table;
use crate::schema::definition::tidy;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::assigned::assignments;
use crate::syntax::name::Symbol;
use crate::syntax::query::RowVerb;
use crate::syntax::table::ColumnDef;

/// The parts of such a change.
#[derive(Default)]
struct Parts<'a> {
    units: Vec<usize>,
    added: Vec<&'a ColumnDef>,
    filled: Vec<(Symbol, String)>,
    dropped: Vec<Symbol>,
    required: Vec<Symbol>,
}

/// Columns added, filled from others of their table, and those dropped.
pub(super) fn columns(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    if !matches!(action, ActionKind::AddColumn { .. }) || unit.is_new(&table.name, scene.file) {
        return None;
    }
    let mut parts = Parts::default();
    for (number, unit) in scene.from(at) {
        if parts.take(scene, &table.name, unit) {
            parts.units.push(number);
        }
    }
    let Parts { units, added, filled, dropped, required } = parts;
    let old: Vec<_> = dropped.iter().map(|name| table.column(name)).collect::<Option<_>>()?;
    let from = |name: &Symbol| filled.iter().find(|(column, _)| column == name).map(|(_, from)| from.clone());
    let new: Vec<New> = added
        .iter()
        .map(|column| new_column(scene, column, &required, from(&column.name.name)?))
        .collect::<Option<_>>()?;
    if new.is_empty() || old.is_empty() {
        return None;
    }
    let back = back(scene, table, &dropped);
    let words =
        |names: &mut dyn Iterator<Item = &Symbol>| names.map(|name| quoted(name)).collect::<Vec<_>>().join(", ");
    let verb = match old.len().cmp(&new.len()) {
        Ordering::Greater => "merge",
        Ordering::Less => "split",
        Ordering::Equal => "replace",
    };
    let what = format!(
        "{verb} {} of {} into {}",
        words(&mut dropped.iter()),
        table.name.short(),
        words(&mut new.iter().map(|new| &new.name))
    );
    let one_way = back.is_empty();
    let replacement = Replacement { table, old, new, back, takes_name: false };
    let mut found = super::column::found(units, what, replacement.releases(scene, &unit.before));
    if one_way {
        let names = words(&mut dropped.iter());
        found.notes.push(format!(
            "nothing says how {names} follow from the new columns, so that the trigger works one way only: say it in the down \
             part of the migration (an UPDATE that fills {names}), or with --fill '{} = expression'",
            dropped.first().map_or("", |name| &**name)
        ));
    }
    Some(found)
}

impl<'a> Parts<'a> {
    /// Whether an operation is part of the change.
    fn take(&mut self, scene: &Scene<'_, 'a>, table: &QName, unit: &Unit<'a>) -> bool {
        if let OperationKind::ChangeRows { table: target, change } = &unit.operation.kind {
            let updates = change.verb == RowVerb::Update && target == table && change.query.reads.is_empty();
            let assigned = if updates { assignments(scene.draft.text, change) } else { None };
            let Some(assigned) = assigned else { return false };
            let ours = assigned.iter().all(|(column, _)| self.added.iter().any(|new| new.name.name == column.name));
            if ours {
                self.filled.extend(assigned.iter().map(|(column, from)| (column.name.clone(), from.trim().to_owned())));
            }
            return ours;
        }
        let Some((found, action)) = unit.action() else { return false };
        if found.name != *table {
            return false;
        }
        match action {
            ActionKind::AddColumn { column, .. } if column.constraints.is_empty() && column.generated.is_none() => {
                self.added.push(column);
            }
            ActionKind::DropColumn { column, .. } if !self.filled.is_empty() => self.dropped.push(column.name.clone()),
            ActionKind::SetNotNull { column } if self.added.iter().any(|new| new.name.name == column.name) => {
                self.required.push(column.name.clone());
            }
            _ => return false,
        }
        true
    }
}

fn new_column(scene: &Scene<'_, '_>, column: &ColumnDef, required: &[Symbol], from: String) -> Option<New> {
    let name = column.name.name.clone();
    let kind = column.data_type.as_ref()?;
    let collation = column.collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {name}"));
    let not_null = column.not_null.is_some() || required.contains(&name);
    let default = column.default.as_ref().map(|default| scene.draft.text_of(default.span).to_owned());
    Some(New { definition: format!("{kind}{collation}"), name, from, same: false, not_null, default })
}

/// How the old columns follow from the new ones, as far as anything says so.
fn back(scene: &Scene<'_, '_>, table: &Table, old: &[Symbol]) -> Vec<(Symbol, String)> {
    let said = |name: &Symbol| {
        let fill = scene.options.fill.get(name).cloned();
        fill.or_else(|| scene.draft.fills_back.get(&(table.name.clone(), name.clone())).map(|text| tidy(text)))
    };
    old.iter().filter_map(|name| Some((name.clone(), said(name)?))).collect()
}
