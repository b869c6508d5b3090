//! Columns, indexes, constraints and triggers in and out of a table.

use super::{MOST_PARTS, type_key};
use crate::schema::catalog::links::{link, unlink};
use crate::schema::catalog::{Catalog, Column, ConstraintBody, Index, Relation, TableConstraint, Trigger};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;
use crate::syntax::types::DataType;

impl Catalog<'_> {
    /// Adds a column at the end, or in the place of one of the same name.
    pub(in crate::schema) fn put_column(&mut self, table: &QName, mut column: Column) {
        column.data_type = column.data_type.as_ref().map(|data_type| self.settled(data_type));
        if let Some(data_type) = &column.data_type {
            self.note_type(table, data_type);
        }
        let full = self.table(table).is_none_or(|found| found.columns.len() >= MOST_PARTS);
        let known = self.table(table).is_some_and(|found| found.column(&column.name).is_some());
        if full && !known {
            return;
        }
        let Some(table) = self.edit_table(table) else { return };
        match table.columns.iter_mut().find(|found| found.name == column.name) {
            Some(found) => *found = column,
            None => table.columns.push(column),
        }
    }

    /// Remembers that `table` has a column of this type.
    pub(in crate::schema) fn note_type(&mut self, table: &QName, data_type: &DataType) {
        let key = type_key(data_type);
        link(&mut self.links.typed, &key, table);
    }

    /// Adds an index to a table or materialized view.
    pub(in crate::schema) fn put_index(&mut self, on: &QName, index: Index) {
        let name = on.beside(&index.name);
        if self.relations.contains_key(&name) {
            return;
        }
        self.take_index(&name);
        let indexes = match self.relations.get(on) {
            Some(Relation::Table(table)) => table.indexes.len(),
            Some(Relation::View(view)) => view.indexes.len(),
            Some(Relation::Sequence(_)) | None => return,
        };
        if indexes >= MOST_PARTS {
            return;
        }
        if let Some(table) = self.edit_table(on) {
            table.indexes.push(index);
        } else if let Some(view) = self.edit_view(on) {
            view.indexes.push(index);
        }
        self.indexes.insert(name, on.clone());
    }

    /// Takes an index out. The constraint it may belong to stays.
    pub(in crate::schema) fn take_index(&mut self, name: &QName) -> Option<Index> {
        let on = self.indexes.remove(name)?;
        let indexes = self.edit_indexes(&on)?;
        let position = indexes.iter().position(|index| index.name == name.name)?;
        Some(indexes.remove(position))
    }

    /// The index, to be changed in anything but its name.
    pub(in crate::schema) fn edit_index(&mut self, name: &QName) -> Option<&mut Index> {
        let on = self.indexes.get(name)?.clone();
        self.edit_indexes(&on)?.iter_mut().find(|index| index.name == name.name)
    }

    /// Adds a constraint.
    pub(in crate::schema) fn put_constraint(&mut self, table: &QName, constraint: TableConstraint) {
        if self.table(table).is_none_or(|found| found.constraints.len() >= MOST_PARTS) {
            return;
        }
        self.note_constraint_name(&table.beside(&constraint.name));
        if let ConstraintBody::ForeignKey { table: parent, .. } = &constraint.kind {
            link(&mut self.referencing, parent, table);
        }
        if let Some(table) = self.edit_table(table) {
            table.constraints.push(constraint);
        }
    }

    /// Takes a constraint out, with its index.
    pub(in crate::schema) fn take_constraint(&mut self, table: &QName, name: &str) -> Option<TableConstraint> {
        let position = self.table(table)?.constraints.iter().position(|found| &*found.name == name)?;
        let found = self.edit_table(table)?;
        let constraint = found.constraints.remove(position);
        let index = found.indexes.iter().find(|index| index.constraint.as_deref() == Some(name));
        let index = index.map(|index| index.name.clone());
        if let ConstraintBody::ForeignKey { table: parent, .. } = &constraint.kind {
            let other = |found: &TableConstraint| matches!(&found.kind, ConstraintBody::ForeignKey { table, .. } if table == parent);
            if !found.constraints.iter().any(other) {
                unlink(&mut self.referencing, parent, table);
            }
        }
        self.forget_constraint_name(&table.beside(&constraint.name));
        if let Some(index) = index {
            self.take_index(&table.beside(&index));
        }
        Some(constraint)
    }

    /// Adds a trigger, or puts it in the place of one of the same name.
    pub(in crate::schema) fn put_trigger(&mut self, table: &QName, trigger: Trigger) {
        self.take_trigger(table, &trigger.name);
        if self.table(table).is_none_or(|found| found.triggers.len() >= MOST_PARTS) {
            return;
        }
        link(&mut self.links.triggered, &trigger.function, table);
        if let Some(table) = self.edit_table(table) {
            table.triggers.push(trigger);
        }
    }

    /// Takes a trigger out.
    pub(in crate::schema) fn take_trigger(&mut self, table: &QName, name: &Symbol) -> Option<Trigger> {
        let position = self.table(table)?.triggers.iter().position(|trigger| trigger.name == *name)?;
        let found = self.edit_table(table)?;
        let trigger = found.triggers.remove(position);
        if !found.triggers.iter().any(|other| other.function == trigger.function) {
            unlink(&mut self.links.triggered, &trigger.function, table);
        }
        Some(trigger)
    }

    /// Notes that a table's columns are those of a composite type, or no longer.
    pub(in crate::schema) fn put_of_type(&mut self, table: &QName, of_type: Option<QName>) {
        if let Some(of_type) = &of_type {
            link(&mut self.links.typed, of_type, table);
        }
        if let Some(table) = self.edit_table(table) {
            table.of_type = of_type;
        }
    }

    /// Adds extended statistics to a table, in the place of those of the same name.
    pub(in crate::schema) fn put_statistics(&mut self, table: &QName, name: QName) {
        self.take_statistics(&name);
        if let Some(found) = self.edit_table(table).filter(|found| found.statistics.len() < MOST_PARTS) {
            found.statistics.push(name.clone());
            self.statistics.insert(name, table.clone());
        }
    }

    /// Takes extended statistics out, and tells their table.
    pub(in crate::schema) fn take_statistics(&mut self, name: &QName) -> Option<QName> {
        let table = self.statistics.remove(name)?;
        if let Some(found) = self.edit_table(&table) {
            found.statistics.retain(|known| known != name);
        }
        Some(table)
    }

    /// The indexes of a table or materialized view, to be changed in anything but their names.
    pub(in crate::schema) fn edit_indexes(&mut self, on: &QName) -> Option<&mut Vec<Index>> {
        self.note_relation(on);
        match self.relations.get_mut(on)? {
            Relation::Table(table) => Some(&mut std::sync::Arc::make_mut(table).indexes),
            Relation::View(view) => Some(&mut std::sync::Arc::make_mut(view).indexes),
            Relation::Sequence(_) => None,
        }
    }
}
