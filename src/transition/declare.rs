//! What comments say of transitions: it adds what SQL cannot show, and wins over what is inferred.

use super::shape::{Key, Part, ShapeId};
use super::{Coverage, Event, Fill, Kind, Ledger, Phase, Sync, SyncedBy};
use crate::date::Date;
use crate::schema::catalog::Catalog;
use crate::syntax::directive::{Declaration, Declared, Said};
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::span::Span;

impl Ledger {
    /// Notes a declaration. One that names nothing the history knows says nothing: false then.
    pub fn declare(&mut self, catalog: &Catalog<'_>, declaration: &Declaration, event: Event) -> bool {
        let Some(target) = &declaration.target else { return true };
        let Some((kind, id)) = self.declared(catalog, target) else { return false };
        let indexes = match declaration.said {
            Said::Retire => {
                let Some(new) = self.replacements(catalog, &declaration.replaced_by) else { return false };
                vec![self.retire_declared(kind, id, &new, event)]
            }
            Said::Sync => self.every(id),
            _ => self.by_new.get(&id).cloned().unwrap_or_default(),
        };
        let words = words(declaration);
        if matches!(declaration.said, Said::Backfill | Said::Verified) {
            // Filled outside SQL is as good as filled by it.
            self.fill(id, Fill { event, coverage: Coverage::All, from: Vec::new() });
        }
        if declaration.said == Said::Sync {
            self.declared_syncs(&indexes, declaration, event);
        }
        let phase = match declaration.said {
            Said::Retire => Phase::Retired,
            Said::Backfill => Phase::Backfilled,
            Said::Sync => Phase::Syncing,
            _ => Phase::Verified,
        };
        for index in indexes {
            // Said before the rows have moved, it names the plan, its owner and its day; it is no step yet.
            let early = phase == Phase::Retired
                && self
                    .transitions
                    .get(index)
                    .is_some_and(|one| !one.new.is_empty() && one.reached(Phase::Backfilled).is_none());
            if !early {
                self.moved(index, phase, event, words.clone(), true);
            }
            if let Some(transition) = self.transitions.get_mut(index) {
                transition.declared = transition.declared.or(Some(event));
                transition.owner = declaration.owner.clone().or_else(|| transition.owner.take());
                let due = declaration.by.as_deref().filter(|_| declaration.said == Said::Retire).and_then(Date::parse);
                transition.due = due.or(transition.due);
            }
        }
        true
    }

    /// The transition that takes `id` away for `new`.
    fn retire_declared(&mut self, kind: Kind, id: ShapeId, new: &[ShapeId], event: Event) -> usize {
        let fits = |index: &usize| {
            let found = self.transitions.get(*index);
            found.is_some_and(|one| new.is_empty() || new.iter().any(|id| one.new.contains(id)))
        };
        let known = self.by_old.get(&id).into_iter().flatten().copied().find(|index| fits(index));
        let index = known.unwrap_or_else(|| self.open_declared(kind, id, new, event));
        for new in new {
            let holds = self.transitions.get(index).is_some_and(|one| one.new.contains(new));
            if !holds {
                self.add_new(index, *new);
            }
        }
        index
    }

    fn open_declared(&mut self, kind: Kind, id: ShapeId, new: &[ShapeId], event: Event) -> usize {
        let index = self.open(kind, &[id], new);
        if let Some(at) = new.first().and_then(|id| self.shape(*id)).and_then(|shape| shape.origin) {
            let names: Vec<String> = new.iter().map(|id| self.name(*id)).collect();
            self.moved(index, Phase::Expanded, Event { at, ..event }, format!("{} added", names.join(", ")), false);
        }
        index
    }

    fn every(&self, id: ShapeId) -> Vec<usize> {
        let sides = [&self.by_old, &self.by_new];
        sides.into_iter().filter_map(|side| side.get(&id)).flatten().copied().collect()
    }

    fn declared_syncs(&mut self, indexes: &[usize], declaration: &Declaration, event: Event) {
        let by: Box<str> = declaration.by.clone().unwrap_or_else(|| "somebody".into());
        for index in indexes {
            let Some(transition) = self.transitions.get(*index) else { continue };
            let pairs: Vec<_> =
                transition.old.iter().flat_map(|old| transition.new.iter().map(|new| (*old, *new))).collect();
            for (from, to) in pairs {
                let by = SyncedBy::Declared(by.clone());
                self.keep_in_step(Sync { from, to, by, started: event, ended: None });
            }
        }
    }

    fn replacements(&mut self, catalog: &Catalog<'_>, names: &[Declared]) -> Option<Vec<ShapeId>> {
        names.iter().map(|name| self.declared(catalog, name).map(|(_, id)| id)).collect()
    }

    /// The shape that a comment names: `table`, `schema.table`, `table.column` or `schema.table.column`.
    fn declared(&mut self, catalog: &Catalog<'_>, declared: &Declared) -> Option<(Kind, ShapeId)> {
        let ident = |name: &Symbol| Ident { name: name.clone(), span: Span::default() };
        let named = |schema: Option<&Symbol>, name: &Symbol| {
            catalog.resolve(&Name { schema: schema.map(ident), name: ident(name) })
        };
        let column = match declared.parts.as_slice() {
            [schema, table, column] => Some((named(Some(schema), table), column)),
            [table, column] => Some((named(None, table), column)),
            _ => None,
        };
        if let Some((table, column)) = column
            && let Some(id) = self.known(catalog, &Key { owner: table, part: Part::Column(column.clone()) })
        {
            return Some((Kind::Column, id));
        }
        let table = match declared.parts.as_slice() {
            [schema, table] => named(Some(schema), table),
            [table] => named(None, table),
            _ => return None,
        };
        Some((Kind::Table, self.relation(catalog, &table)?))
    }
}

/// "declared retired", "backfilled by backfill-names".
fn words(declaration: &Declaration) -> String {
    let by = |who: Option<&str>| who.map(|who| format!(" by {who}")).unwrap_or_default();
    match declaration.said {
        Said::Retire => "declared retired".to_owned(),
        Said::Backfill => format!("declared backfilled{}", by(declaration.job.as_deref())),
        Said::Sync => format!("declared kept in step{}", by(declaration.by.as_deref())),
        Said::Verified | Said::PointOfNoReturn => format!("declared verified{}", by(declaration.job.as_deref())),
    }
}
