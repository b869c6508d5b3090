//! Things of the schema that keep their identity while their names change.

use std::collections::BTreeMap;

use super::Event;
use crate::schema::catalog::Origin;
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};

/// The number of a shape in its ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShapeId(u32);

/// A name: of a relation or type, or of a part of one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The relation, or the type.
    pub owner: QName,
    /// Which part of it.
    pub part: Part,
}

/// Parts of relations and types.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// All of it.
    Whole,
    /// A column.
    Column(Symbol),
    /// A constraint.
    Constraint(Symbol),
    /// A value of an enum.
    Value(Symbol),
    /// All of it, which is an index.
    Index,
}

/// A thing of the schema.
#[derive(Clone, Debug)]
pub struct Shape {
    /// Its present name, or the last one it had.
    pub key: Key,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
    /// When it went.
    pub ended: Option<Event>,
    /// When it got its present name.
    pub renamed: Option<Event>,
}

/// All shapes that anything was said of, found by the name they have now.
#[derive(Clone, Debug, Default)]
pub(super) struct Shapes {
    all: Vec<Shape>,
    named: BTreeMap<Key, ShapeId>,
}

impl Key {
    /// A relation.
    pub fn relation(name: &QName) -> Self {
        Self { owner: name.clone(), part: Part::Whole }
    }

    /// A column.
    pub fn column(table: &QName, column: &Symbol) -> Self {
        Self { owner: table.clone(), part: Part::Column(column.clone()) }
    }

    /// A constraint.
    pub fn constraint(table: &QName, name: &Symbol) -> Self {
        Self { owner: table.clone(), part: Part::Constraint(name.clone()) }
    }

    /// An index, by its own name: it keeps that whatever its table is called.
    pub fn index(name: &QName) -> Self {
        Self { owner: name.clone(), part: Part::Index }
    }

    /// A value of an enum.
    pub fn value(owner: &QName, value: &str) -> Self {
        Self { owner: owner.clone(), part: Part::Value(value.into()) }
    }

    /// `users.first_name`, `users`, `order_status 'paid'`, as people say it.
    pub fn words(&self) -> String {
        let owner = self.owner.short();
        match &self.part {
            Part::Whole | Part::Index => owner,
            Part::Column(part) | Part::Constraint(part) => format!("{owner}.{}", Quoted(part)),
            Part::Value(value) => format!("{owner} '{value}'"),
        }
    }
}

impl Shapes {
    pub(super) fn get(&self, id: ShapeId) -> Option<&Shape> {
        self.all.get(id.0 as usize)
    }

    pub(super) fn find(&self, key: &Key) -> Option<ShapeId> {
        self.named.get(key).copied()
    }

    /// The shape of this name, which was created at `origin`: a new one where none was noted so far, or where the name
    /// has come to mean another thing.
    pub(super) fn note(&mut self, key: Key, origin: Option<Origin>) -> ShapeId {
        if let Some(known) = self.named.get(&key)
            && self.get(*known).is_some_and(|shape| shape.origin == origin)
        {
            return *known;
        }
        let id = ShapeId(u32::try_from(self.all.len()).unwrap_or(u32::MAX));
        self.all.push(Shape { key: key.clone(), origin, ended: None, renamed: None });
        self.named.insert(key, id);
        id
    }

    /// Gives everything of the relation or type `from` to the name `to`.
    pub(super) fn rename_owner(&mut self, from: &QName, to: &QName, event: Event) {
        for (key, id) in self.of(from) {
            self.named.remove(&key);
            let whole = key.part == Part::Whole;
            let key = Key { owner: to.clone(), part: key.part };
            if let Some(shape) = self.all.get_mut(id.0 as usize) {
                shape.key = key.clone();
                shape.renamed = if whole { Some(event) } else { shape.renamed };
            }
            self.named.insert(key, id);
        }
    }

    /// Gives a part a new name.
    pub(super) fn rename(&mut self, from: &Key, to: Key, event: Event) {
        let Some(id) = self.named.remove(from) else { return };
        if let Some(shape) = self.all.get_mut(id.0 as usize) {
            shape.key = to.clone();
            shape.renamed = Some(event);
        }
        self.named.insert(to, id);
    }

    /// Ends one shape.
    pub(super) fn end(&mut self, key: &Key, event: Event) -> Option<ShapeId> {
        let id = self.named.remove(key)?;
        if let Some(shape) = self.all.get_mut(id.0 as usize) {
            shape.ended = Some(event);
        }
        Some(id)
    }

    /// Everything that is noted of a relation or type.
    pub(super) fn of(&self, owner: &QName) -> Vec<(Key, ShapeId)> {
        let first = Key { owner: owner.clone(), part: Part::Whole };
        let own = self.named.range(first..).take_while(|(key, _)| key.owner == *owner);
        own.map(|(key, id)| (key.clone(), *id)).collect()
    }
}
