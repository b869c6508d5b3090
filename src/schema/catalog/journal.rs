//! What a stretch of a history changed: each thing as it was before, kept by name, to compare with and to go back to.
//!
//! Copying a catalog costs as much as it is large; this costs as much as was changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Catalog, Function, Origin, Publication, Relation, UserType};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Things by name, as they were; none where there was nothing of that name.
#[derive(Clone, Debug, Default)]
pub struct Journal<'a> {
    search_path: Vec<Symbol>,
    hidden_path: Option<Vec<Symbol>>,
    opaque: bool,
    schemas: BTreeMap<Symbol, Option<Origin>>,
    relations: BTreeMap<QName, Option<Relation>>,
    types: BTreeMap<QName, Option<Arc<UserType>>>,
    functions: BTreeMap<QName, Option<Arc<Function<'a>>>>,
    publications: BTreeMap<Symbol, Option<Arc<Publication>>>,
}

impl<'a> Catalog<'a> {
    /// Begins to write down what is changed.
    pub fn begin_journal(&mut self) {
        self.journal = Some(Box::new(Journal {
            search_path: self.search_path.clone(),
            hidden_path: self.hidden_path.clone(),
            opaque: self.opaque,
            ..Journal::default()
        }));
    }

    /// What was changed since `begin_journal`.
    pub fn end_journal(&mut self) -> Journal<'a> {
        self.journal.take().map(|journal| *journal).unwrap_or_default()
    }

    /// Makes everything what it was when the journal began.
    pub fn go_back(&mut self, journal: Journal<'a>) {
        self.search_path = journal.search_path;
        self.hidden_path = journal.hidden_path;
        self.opaque = journal.opaque;
        // Everything out first: what comes back may have the name of something else.
        for name in journal.relations.keys() {
            self.take_table(name);
            self.take_view(name);
            self.take_sequence(name);
        }
        for (name, user_type) in journal.types {
            self.take_type(&name);
            if let Some(user_type) = user_type {
                self.put_type(Arc::unwrap_or_clone(user_type));
            }
        }
        for relation in journal.relations.into_values().flatten() {
            match relation {
                Relation::Table(table) => self.put_table(Arc::unwrap_or_clone(table)),
                Relation::View(view) => self.put_view(Arc::unwrap_or_clone(view)),
                Relation::Sequence(sequence) => self.put_sequence(Arc::unwrap_or_clone(sequence)),
            }
        }
        for (name, function) in journal.functions {
            self.take_function(&name);
            if let Some(function) = function {
                self.put_function(Arc::unwrap_or_clone(function));
            }
        }
        for (name, publication) in journal.publications {
            self.take_publication(&name);
            if let Some(publication) = publication {
                self.put_publication(Arc::unwrap_or_clone(publication));
            }
        }
        for (name, origin) in journal.schemas {
            match origin {
                Some(origin) => self.schemas.insert(name, origin),
                None => self.schemas.remove(&name),
            };
        }
    }

    pub(in crate::schema) fn note_relation(&mut self, name: &QName) {
        if let Some(journal) = &mut self.journal
            && !journal.relations.contains_key(name)
        {
            journal.relations.insert(name.clone(), self.relations.get(name).cloned());
        }
    }

    pub(in crate::schema) fn note_user_type(&mut self, name: &QName) {
        if let Some(journal) = &mut self.journal
            && !journal.types.contains_key(name)
        {
            journal.types.insert(name.clone(), self.types.get(name).cloned());
        }
    }

    pub(in crate::schema) fn note_function(&mut self, name: &QName) {
        if let Some(journal) = &mut self.journal
            && !journal.functions.contains_key(name)
        {
            journal.functions.insert(name.clone(), self.functions.get(name).cloned());
        }
    }

    pub(in crate::schema) fn note_publication(&mut self, name: &Symbol) {
        if let Some(journal) = &mut self.journal
            && !journal.publications.contains_key(name)
        {
            journal.publications.insert(name.clone(), self.publications.get(name).cloned());
        }
    }

    pub(in crate::schema) fn note_schema(&mut self, name: &Symbol) {
        if let Some(journal) = &mut self.journal
            && !journal.schemas.contains_key(name)
        {
            journal.schemas.insert(name.clone(), self.schemas.get(name).copied());
        }
    }
}

impl<'a> Journal<'a> {
    /// Whether anything was changed.
    pub fn is_empty(&self) -> bool {
        self.schemas.is_empty()
            && self.relations.is_empty()
            && self.types.is_empty()
            && self.functions.is_empty()
            && self.publications.is_empty()
    }

    /// Of the things that this journal and the one after it tell of, two catalogs that hold nothing else: as they were
    /// before this journal, and as `now` has them. Good for comparing only.
    pub fn around(&self, after: &Self, now: &Catalog<'a>) -> (Catalog<'a>, Catalog<'a>) {
        let (mut before, mut present) = (Catalog::default(), Catalog::default());
        (before.schemas, present.schemas) = both(&self.schemas, &after.schemas, &now.schemas);
        (before.relations, present.relations) = both(&self.relations, &after.relations, &now.relations);
        (before.types, present.types) = both(&self.types, &after.types, &now.types);
        (before.functions, present.functions) = both(&self.functions, &after.functions, &now.functions);
        (before.publications, present.publications) = both(&self.publications, &after.publications, &now.publications);
        (before, present)
    }
}

/// Things by name.
type Things<K, V> = BTreeMap<K, V>;

fn both<K: Ord + Clone, V: Clone>(
    first: &Things<K, Option<V>>,
    second: &Things<K, Option<V>>,
    now: &Things<K, V>,
) -> (Things<K, V>, Things<K, V>) {
    let names: BTreeSet<&K> = first.keys().chain(second.keys()).collect();
    let before = |name: &K| first.get(name).or_else(|| second.get(name)).cloned().flatten();
    let was = names.iter().filter_map(|name| Some(((*name).clone(), before(name)?))).collect();
    let is = names.iter().filter_map(|name| Some(((*name).clone(), now.get(*name)?.clone()))).collect();
    (was, is)
}
