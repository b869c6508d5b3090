//! Opening transitions and moving them on.

use super::derive::Derived;
use super::likeness::is_retired;
use super::shape::{Key, Part, ShapeId};
use super::{Event, Kind, Ledger, MOST_MOVES, Move, Phase, Sync, Transition};
use crate::schema::catalog::{Catalog, Function};
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};

impl Ledger {
    /// The shapes that a derivation names; none where the history does not know one that is filled.
    pub(super) fn shapes_of(&mut self, catalog: &Catalog<'_>, derived: &Derived) -> Option<(Vec<ShapeId>, ShapeId)> {
        let to = self.known(catalog, &derived.to)?;
        let from = derived.from.iter().filter_map(|key| self.known(catalog, key)).collect();
        Some((from, to))
    }

    /// The shape of a column or relation that is there.
    pub(super) fn known(&mut self, catalog: &Catalog<'_>, key: &Key) -> Option<ShapeId> {
        match &key.part {
            Part::Column(name) => {
                let column = catalog.table(&key.owner).filter(|table| !table.temporary)?.column(name)?;
                Some(self.shapes.note(key.clone(), column.origin))
            }
            _ => self.relation(catalog, &key.owner),
        }
    }

    /// The shape of a table.
    pub(super) fn relation(&mut self, catalog: &Catalog<'_>, name: &QName) -> Option<ShapeId> {
        let table = catalog.table(name).filter(|table| !table.temporary)?;
        Some(self.shapes.note(Key::relation(name), table.origin))
    }

    /// The transition in which `to` is filled from `from`; none where it is not the newer one.
    pub(super) fn link(&mut self, kind: Kind, from: &[ShapeId], to: ShapeId, event: Event) -> Option<usize> {
        let born = |id: ShapeId| self.shape(id).and_then(|shape| shape.origin).map(|origin| origin.release);
        let new = born(to)?;
        let from: Vec<ShapeId> = from.iter().copied().filter(|id| born(*id).is_none_or(|old| old < new)).collect();
        let first = *from.first()?;
        let of_kind = |index: &usize| self.transitions.get(*index).is_some_and(|one| one.kind == kind);
        let brings = self.by_new.get(&to).into_iter().flatten().copied().find(|index| of_kind(index));
        if let Some(index) = brings {
            for id in &from {
                self.add_old(index, *id);
            }
            return Some(index);
        }
        let same_birth = |index: &usize| {
            let found = self.transitions.get(*index).filter(|one| one.kind == kind);
            found.and_then(|one| one.new.first()).is_some_and(|other| born(*other) == Some(new))
        };
        let splits = self.by_old.get(&first).into_iter().flatten().copied().find(|index| same_birth(index));
        if let Some(index) = splits {
            self.add_new(index, to);
            return Some(index);
        }
        let expanded = self.shape(to).and_then(|shape| shape.origin).map(|at| Event { at, ..event })?;
        let index = self.open(kind, &from, &[to]);
        let added = format!("{} added", self.name(to));
        self.moved(index, Phase::Expanded, expanded, added, false);
        Some(index)
    }

    /// A transition from `old` to `new`.
    pub(super) fn open(&mut self, kind: Kind, old: &[ShapeId], new: &[ShapeId]) -> usize {
        let index = self.transitions.len();
        self.transitions.push(Transition {
            kind,
            old: Vec::new(),
            new: Vec::new(),
            moves: Vec::new(),
            owner: None,
            due: None,
            declared: None,
        });
        for id in new {
            self.add_new(index, *id);
        }
        for id in old {
            self.add_old(index, *id);
        }
        index
    }

    fn add_old(&mut self, index: usize, id: ShapeId) {
        let Some(transition) = self.transitions.get_mut(index) else { return };
        if !transition.old.contains(&id) {
            transition.old.push(id);
            self.by_old.entry(id).or_default().push(index);
        }
    }

    pub(super) fn add_new(&mut self, index: usize, id: ShapeId) {
        if let Some(transition) = self.transitions.get_mut(index) {
            transition.new.push(id);
            self.by_new.entry(id).or_default().push(index);
        }
    }

    /// Moves a transition to `phase`.
    pub(super) fn moved(&mut self, index: usize, phase: Phase, event: Event, words: impl Into<String>, declared: bool) {
        let Some(transition) = self.transitions.get_mut(index) else { return };
        let step = Move { phase, event, words: words.into(), declared };
        let again = |last: &Move| last.phase == phase && last.event.at == event.at;
        if transition.moves.len() < MOST_MOVES && !transition.moves.iter().any(again) {
            transition.moves.push(step);
        }
    }

    /// Notes the columns that the function of a trigger on `table` fills.
    pub(super) fn filled_by(
        &mut self,
        catalog: &Catalog<'_>,
        table: &QName,
        function: &Function<'_>,
        words: &str,
        event: Event,
    ) {
        for field in function.body.into_iter().flat_map(|body| &body.fields).take(MOST_MOVES) {
            if let Some(id) = self.known(catalog, &Key::column(table, &field.column)) {
                self.filled.entry(id).or_insert_with(|| (words.to_owned(), event));
            }
        }
    }

    /// Notes what fills one shape from another with every write.
    pub(super) fn keep_in_step(&mut self, sync: Sync) {
        let index = self.syncs.len();
        self.synced.entry(sync.from).or_default().push(index);
        self.synced.entry(sync.to).or_default().push(index);
        self.syncs.push(sync);
    }

    /// Every transition that takes `id` away.
    fn leaving(&self, id: ShapeId) -> Vec<usize> {
        self.by_old.get(&id).cloned().unwrap_or_default()
    }

    /// A column or table is gone.
    pub(super) fn gone(&mut self, key: &Key, event: Event) {
        let Some(id) = self.shapes.end(key, event) else { return };
        let words = format!("{} dropped", key.words());
        let mut all = self.leaving(id);
        if let Part::Constraint(_) = key.part {
            all.extend(self.by_new.get(&id).into_iter().flatten());
        }
        for index in all {
            let whole = self.transitions.get(index).is_some_and(|transition| {
                transition.old.iter().all(|old| self.shape(*old).is_some_and(|shape| shape.ended.is_some()))
            });
            if whole {
                self.moved(index, Phase::Contracted, event, words.clone(), false);
            }
        }
    }

    /// A column or table has another name: one that says it is on its way out retires it.
    pub(super) fn renamed(&mut self, from: &Key, to: &Key, event: Event) {
        let name = match &to.part {
            Part::Column(name) => name,
            _ => &to.owner.name,
        };
        if is_retired(name) {
            let words = format!("{} renamed to {}", from.words(), Quoted(name));
            self.retire(to, &words, event);
        }
    }

    /// What takes the pressure off those who still write the old column.
    pub(super) fn retired(&mut self, key: &Key, how: &str, event: Event) {
        let words = format!("{} {how}", key.words());
        self.retire(key, &words, event);
    }

    fn retire(&mut self, key: &Key, words: &str, event: Event) {
        let Some(id) = self.find(key) else { return };
        let earlier = |index: &usize| {
            let born = self.transitions.get(*index).and_then(|one| one.reached(Phase::Expanded));
            born.is_some_and(|step| step.event.at != event.at)
        };
        let all: Vec<usize> = self.leaving(id).into_iter().filter(earlier).collect();
        for index in all {
            self.moved(index, Phase::Retired, event, words, false);
        }
    }

    /// The server has seen that every row of the new column has a value.
    pub(super) fn verified(&mut self, key: &Key, how: &str, event: Event) {
        let Some(id) = self.find(key) else { return };
        let words = format!("{how} on {}", key.words());
        for index in self.by_new.get(&id).cloned().unwrap_or_default() {
            self.moved(index, Phase::Verified, event, words.clone(), false);
        }
    }

    /// What `trigger` on `table` kept in step is left to itself.
    pub(super) fn unsync(&mut self, table: &QName, trigger: &Symbol, event: Event) {
        for index in self.open_syncs.remove(&(table.clone(), trigger.clone())).unwrap_or_default() {
            if let Some(sync) = self.syncs.get_mut(index) {
                sync.ended = Some(event);
            }
        }
    }
}
