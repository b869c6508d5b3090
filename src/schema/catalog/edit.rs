//! Changes to the catalog that keep its reverse maps in step. What a statement means is decided in `schema::apply`.
//!
//! Objects are shared with earlier moments of the catalog: `Arc::make_mut` leaves those as they were.

mod part;
mod publication;
mod rename;

use std::sync::Arc;

pub(in crate::schema) use self::rename::MOST_FOLLOWED;
use super::links::{link, unlink};
use super::{Catalog, ConstraintBody, Function, Relation, Sequence, Table, TypeKind, UserType, View};
use crate::schema::operation::QName;
use crate::syntax::types::DataType;

/// The server allows this many columns in a table. Nothing real comes near it for anything else either, and knowing no
/// more keeps the work per operation bounded.
pub(in crate::schema) const MOST_PARTS: usize = 1600;

impl<'a> Catalog<'a> {
    /// The table, to be changed.
    pub(in crate::schema) fn edit_table(&mut self, name: &QName) -> Option<&mut Table> {
        self.note_relation(name);
        match self.relations.get_mut(name) {
            Some(Relation::Table(table)) => Some(Arc::make_mut(table)),
            Some(Relation::View(_) | Relation::Sequence(_)) | None => None,
        }
    }

    /// The view, to be changed.
    pub(in crate::schema) fn edit_view(&mut self, name: &QName) -> Option<&mut View> {
        self.note_relation(name);
        match self.relations.get_mut(name) {
            Some(Relation::View(view)) => Some(Arc::make_mut(view)),
            Some(Relation::Table(_) | Relation::Sequence(_)) | None => None,
        }
    }

    /// The type, to be changed.
    pub(in crate::schema) fn edit_type(&mut self, name: &QName) -> Option<&mut UserType> {
        self.note_user_type(name);
        self.types.get_mut(name).map(Arc::make_mut)
    }

    /// Something of this name exists among tables, views, sequences and indexes, which share their names.
    pub(crate) fn is_relation(&self, name: &QName) -> bool {
        self.relations.contains_key(name) || self.indexes.contains_key(name)
    }

    /// Takes out whatever has this name: the server would have refused it to another.
    fn vacate(&mut self, name: &QName) {
        self.note_relation(name);
        match self.relations.get(name) {
            Some(Relation::Table(_)) => drop(self.take_table(name)),
            Some(Relation::View(_)) => drop(self.take_view(name)),
            Some(Relation::Sequence(_)) => drop(self.take_sequence(name)),
            None => drop(self.take_index(name)),
        }
    }

    /// Puts a table in, with everything in it but indexes whose names are taken.
    pub(in crate::schema) fn put_table(&mut self, mut table: Table) {
        let name = table.name.clone();
        self.vacate(&name);
        for column in &mut table.columns {
            column.data_type = column.data_type.as_ref().map(|data_type| self.settled(data_type));
        }
        table.indexes.retain(|index| !self.relations.contains_key(&name.beside(&index.name)));
        for index in &table.indexes {
            self.take_index(&name.beside(&index.name));
            self.indexes.insert(name.beside(&index.name), name.clone());
        }
        for constraint in &table.constraints {
            self.note_constraint_name(&name.beside(&constraint.name));
            if let ConstraintBody::ForeignKey { table: parent, .. } = &constraint.kind {
                link(&mut self.referencing, parent, &name);
            }
        }
        for parent in &table.parents {
            link(&mut self.children, parent, &name);
        }
        for data_type in table.columns.iter().filter_map(|column| column.data_type.as_ref()) {
            let key = type_key(data_type);
            link(&mut self.links.typed, &key, &name);
        }
        if let Some(of_type) = &table.of_type {
            link(&mut self.links.typed, of_type, &name);
        }
        for trigger in &table.triggers {
            link(&mut self.links.triggered, &trigger.function, &name);
        }
        for statistics in &table.statistics {
            self.statistics.insert(statistics.clone(), name.clone());
        }
        if table.origin.is_some() {
            link(&mut self.links.named, &name.name, &name);
        }
        self.relations.insert(name, Relation::Table(Arc::new(table)));
    }

    /// Takes a table out, with everything in it. What points to it from outside stays.
    pub(in crate::schema) fn take_table(&mut self, name: &QName) -> Option<Table> {
        self.note_relation(name);
        let table = Arc::unwrap_or_clone(match self.relations.remove(name) {
            Some(Relation::Table(table)) => table,
            Some(other) => {
                self.relations.insert(name.clone(), other);
                return None;
            }
            None => return None,
        });
        for index in &table.indexes {
            self.indexes.remove(&name.beside(&index.name));
        }
        for constraint in &table.constraints {
            self.forget_constraint_name(&name.beside(&constraint.name));
            if let ConstraintBody::ForeignKey { table: parent, .. } = &constraint.kind {
                unlink(&mut self.referencing, parent, name);
            }
        }
        for parent in &table.parents {
            unlink(&mut self.children, parent, name);
        }
        for data_type in table.columns.iter().filter_map(|column| column.data_type.as_ref()) {
            let key = type_key(data_type);
            unlink(&mut self.links.typed, &key, name);
        }
        if let Some(of_type) = &table.of_type {
            unlink(&mut self.links.typed, of_type, name);
        }
        for trigger in &table.triggers {
            unlink(&mut self.links.triggered, &trigger.function, name);
        }
        for statistics in &table.statistics {
            self.statistics.remove(statistics);
        }
        unlink(&mut self.links.named, &name.name, name);
        Some(table)
    }

    /// Puts a view in.
    pub(in crate::schema) fn put_view(&mut self, mut view: View) {
        self.vacate(&view.name);
        view.indexes.retain(|index| !self.relations.contains_key(&view.name.beside(&index.name)));
        for read in &view.reads {
            link(&mut self.links.readers, read, &view.name);
        }
        for index in &view.indexes {
            self.take_index(&view.name.beside(&index.name));
            self.indexes.insert(view.name.beside(&index.name), view.name.clone());
        }
        self.relations.insert(view.name.clone(), Relation::View(Arc::new(view)));
    }

    /// Takes a view out.
    pub(in crate::schema) fn take_view(&mut self, name: &QName) -> Option<View> {
        let view = View::clone(self.view(name)?);
        self.note_relation(name);
        self.relations.remove(name);
        for read in &view.reads {
            unlink(&mut self.links.readers, read, name);
        }
        for index in &view.indexes {
            self.indexes.remove(&name.beside(&index.name));
        }
        Some(view)
    }

    /// Puts a sequence in.
    pub(in crate::schema) fn put_sequence(&mut self, sequence: Sequence) {
        self.vacate(&sequence.name);
        if let Some((table, _)) = &sequence.owned_by {
            link(&mut self.links.owned, table, &sequence.name);
        }
        self.relations.insert(sequence.name.clone(), Relation::Sequence(Arc::new(sequence)));
    }

    /// Takes a sequence out.
    pub(in crate::schema) fn take_sequence(&mut self, name: &QName) -> Option<Sequence> {
        let sequence = Sequence::clone(self.sequence(name)?);
        self.note_relation(name);
        self.relations.remove(name);
        if let Some((table, _)) = &sequence.owned_by {
            unlink(&mut self.links.owned, table, name);
        }
        Some(sequence)
    }

    /// Puts a type in, in the place of one of the same name.
    pub(in crate::schema) fn put_type(&mut self, mut user_type: UserType) {
        self.take_type(&user_type.name);
        if let TypeKind::Domain { base, constraints, .. } = &mut user_type.kind {
            **base = self.settled(base);
            let key = type_key(base);
            link(&mut self.links.domains, &key, &user_type.name);
            for constraint in constraints {
                self.note_constraint_name(&user_type.name.beside(&constraint.name));
            }
        }
        self.types.insert(user_type.name.clone(), Arc::new(user_type));
    }

    /// Takes a type out.
    pub(in crate::schema) fn take_type(&mut self, name: &QName) -> Option<UserType> {
        self.note_user_type(name);
        let user_type = Arc::unwrap_or_clone(self.types.remove(name)?);
        if let TypeKind::Domain { base, constraints, .. } = &user_type.kind {
            let key = type_key(base);
            unlink(&mut self.links.domains, &key, name);
            for constraint in constraints {
                self.forget_constraint_name(&name.beside(&constraint.name));
            }
        }
        Some(user_type)
    }

    /// Puts a function in, in the place of one of the same name.
    pub(in crate::schema) fn put_function(&mut self, function: Function<'a>) {
        self.take_function(&function.name);
        for word in &function.words {
            link(&mut self.links.mentions, word, &function.name);
        }
        self.functions.insert(function.name.clone(), Arc::new(function));
    }

    /// Takes a function out.
    pub(in crate::schema) fn take_function(&mut self, name: &QName) -> Option<Function<'a>> {
        self.note_function(name);
        let function = Arc::unwrap_or_clone(self.functions.remove(name)?);
        for word in &function.words {
            unlink(&mut self.links.mentions, word, name);
        }
        Some(function)
    }

    /// A type as it is kept: with its schema, if only the search path of the moment tells it.
    pub(in crate::schema) fn settled(&self, written: &DataType) -> DataType {
        let mut data_type = written.clone();
        if data_type.schema.is_none() {
            let found = self.resolve_type(&data_type.as_name());
            if &*found.schema != "public" && self.types.contains_key(&found) {
                data_type.schema = Some(found.schema);
            }
        }
        data_type
    }

    pub(in crate::schema) fn note_constraint_name(&mut self, name: &QName) {
        *self.links.constraints.entry(name.clone()).or_default() += 1;
    }

    pub(in crate::schema) fn forget_constraint_name(&mut self, name: &QName) {
        if let Some(count) = self.links.constraints.get_mut(name) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                self.links.constraints.remove(name);
            }
        }
    }
}

/// The name of a type that was kept.
pub(super) fn type_key(kept: &DataType) -> QName {
    let schema = kept.schema.clone().unwrap_or_else(|| "public".into());
    QName { schema, name: kept.name.clone() }
}

impl QName {
    /// Another object in the same schema.
    pub(crate) fn beside(&self, name: &crate::syntax::name::Symbol) -> Self {
        Self { schema: self.schema.clone(), name: name.clone() }
    }
}
