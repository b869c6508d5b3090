//! New names for old things: whatever points to the old name follows, as it does on the server, which points by number.

use std::collections::{BTreeMap, BTreeSet};

use crate::schema::catalog::{Catalog, ConstraintBody, Origin, Relation, Table, TypeKind};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Objects that are changed because another one got a new name, over a whole history. What is beyond that is forgotten:
/// a file that does nothing but rename what everything points to takes linear time.
pub(in crate::schema) const MOST_FOLLOWED: usize = 1_000_000;

type Sets<M> = BTreeMap<QName, BTreeSet<M>>;

impl Catalog<'_> {
    /// Gives a table, view or sequence a new name or schema.
    pub(in crate::schema) fn move_relation(&mut self, old: &QName, new: &QName, origin: Origin) {
        match self.relations.get(old) {
            Some(Relation::Table(_)) => self.move_table(old, new, origin),
            Some(Relation::View(_)) => {
                let Some(mut view) = self.take_view(old) else { return };
                view.name = new.clone();
                self.follow_readers(old, new);
                self.put_view(view);
            }
            Some(Relation::Sequence(_)) => {
                let Some(mut sequence) = self.take_sequence(old) else { return };
                sequence.name = new.clone();
                self.put_sequence(sequence);
            }
            None => {}
        }
    }

    /// Gives an index a new name, and the constraint it belongs to.
    pub(in crate::schema) fn rename_index(&mut self, old: &QName, to: &Symbol) {
        let Some(on) = self.indexes.get(old).cloned() else { return };
        let Some(mut index) = self.take_index(old) else { return };
        index.name = to.clone();
        if let Some(constraint) = &mut index.constraint {
            let from = std::mem::replace(constraint, to.clone());
            self.rename_constraint_only(&on, &from, to);
        }
        self.put_index(&on, index);
    }

    /// Gives a constraint a new name, and its index.
    pub(in crate::schema) fn rename_constraint(&mut self, table: &QName, from: &Symbol, to: &Symbol) {
        let indexes = self.table(table).map(|found| found.indexes.as_slice()).unwrap_or_default();
        match indexes.iter().find(|index| index.constraint.as_ref() == Some(from)) {
            Some(index) => {
                let index = table.beside(&index.name);
                self.rename_index(&index, to);
            }
            None => self.rename_constraint_only(table, from, to),
        }
    }

    /// Gives a type a new name or schema; columns and domains follow.
    pub(in crate::schema) fn move_type(&mut self, old: &QName, new: &QName, origin: Origin) {
        let Some(mut user_type) = self.take_type(old) else { return };
        user_type.name = new.clone();
        user_type.renamed = Some(origin);
        for table in self.moved(|catalog| &mut catalog.links.typed, old, new) {
            let Some(table) = self.edit_table(&table) else { continue };
            if table.of_type.as_ref() == Some(old) {
                table.of_type = Some(new.clone());
            }
            let typed = table.columns.iter_mut().filter(|column| column.is_of_type(old));
            for data_type in typed.filter_map(|column| column.data_type.as_mut()) {
                data_type.rename(old, new);
            }
        }
        for domain in self.moved(|catalog| &mut catalog.links.domains, old, new) {
            if let Some(TypeKind::Domain { base, .. }) = self.edit_type(&domain).map(|found| &mut found.kind) {
                base.rename(old, new);
            }
        }
        self.put_type(user_type);
    }

    /// Gives a function a new name or schema; triggers follow.
    pub(in crate::schema) fn move_function(&mut self, old: &QName, new: &QName) {
        let Some(mut function) = self.take_function(old) else { return };
        function.name = new.clone();
        for table in self.moved(|catalog| &mut catalog.links.triggered, old, new) {
            let Some(table) = self.edit_table(&table) else { continue };
            for trigger in table.triggers.iter_mut().filter(|trigger| trigger.function == *old) {
                trigger.function = new.clone();
            }
        }
        self.put_function(function);
    }

    fn move_table(&mut self, old: &QName, new: &QName, origin: Origin) {
        let Some(mut table) = self.take_table(old) else { return };
        table.name = new.clone();
        table.renamed = Some(origin);
        table.point_to(old, new);
        for child in self.moved(|catalog| &mut catalog.referencing, old, new) {
            if let Some(child) = self.edit_table(&child) {
                child.point_to(old, new);
            }
        }
        for child in self.moved(|catalog| &mut catalog.children, old, new) {
            if let Some(child) = self.edit_table(&child) {
                replace(&mut child.parents, old, new);
            }
        }
        self.follow_readers(old, new);
        self.follow_published(old, new);
        self.put_table(table);
        for name in self.links.owned.get(old).cloned().unwrap_or_default() {
            let Some(mut sequence) = self.take_sequence(&name) else { continue };
            sequence.name.schema = new.schema.clone();
            sequence.owned_by = sequence.owned_by.map(|(_, column)| (new.clone(), column));
            self.put_sequence(sequence);
        }
    }

    fn follow_readers(&mut self, old: &QName, new: &QName) {
        for view in self.moved(|catalog| &mut catalog.links.readers, old, new) {
            if let Some(view) = self.edit_view(&view) {
                replace(&mut view.reads, old, new);
            }
        }
    }

    /// Moves the set of `old` to `new`, and tells who is in it: they have to be changed.
    pub(super) fn moved<M: Ord + Clone>(
        &mut self,
        map: impl Fn(&mut Self) -> &mut Sets<M>,
        old: &QName,
        new: &QName,
    ) -> BTreeSet<M> {
        let Some(members) = map(self).remove(old) else { return BTreeSet::new() };
        if self.links.followed > MOST_FOLLOWED {
            return BTreeSet::new();
        }
        self.links.followed += members.len();
        map(self).entry(new.clone()).or_default().extend(members.iter().cloned());
        members
    }

    fn rename_constraint_only(&mut self, table: &QName, from: &Symbol, to: &Symbol) {
        let Some(found) = self.edit_table(table) else { return };
        if let Some(constraint) = found.constraints.iter_mut().find(|constraint| constraint.name == *from) {
            constraint.name = to.clone();
            self.forget_constraint_name(&table.beside(from));
            self.note_constraint_name(&table.beside(to));
        }
    }
}

impl Table {
    /// Turns foreign keys to `old` to `new`.
    fn point_to(&mut self, old: &QName, new: &QName) {
        for constraint in &mut self.constraints {
            match &mut constraint.kind {
                ConstraintBody::ForeignKey { table, .. } if table == old => *table = new.clone(),
                _ => {}
            }
        }
    }
}

impl crate::syntax::types::DataType {
    fn rename(&mut self, old: &QName, new: &QName) {
        self.name = new.name.clone();
        if self.schema.is_some() || old.schema != new.schema {
            self.schema = Some(new.schema.clone());
        }
    }
}

fn replace(names: &mut [QName], old: &QName, new: &QName) {
    for name in names.iter_mut().filter(|name| *name == old) {
        *name = new.clone();
    }
}
