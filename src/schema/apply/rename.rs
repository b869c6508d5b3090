//! New names, and moves to another schema.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Log, create_table, drop, part_name, publication, types};
use crate::schema::catalog::edit::MOST_FOLLOWED;
use crate::schema::catalog::{Catalog, Column, ConstraintBody, Origin, Publication, Table};
use crate::schema::operation::QName;
use crate::syntax::expr::{Expr, Shape};
use crate::syntax::name::Symbol;
use crate::syntax::object::{AlterObject, ObjectChange, ObjectKind};

/// Gives a table, view, sequence or index a new name or schema.
pub(super) fn rename(catalog: &mut Catalog<'_>, old: &QName, new: &QName, log: &mut Log) {
    let known = catalog.is_relation(old);
    if !known || old == new {
        return;
    }
    if catalog.is_relation(new) {
        log.exists("relation", new.short(), catalog.relation_origin(new));
        create_table::clear(catalog, new);
    }
    if catalog.relations.contains_key(old) {
        catalog.move_relation(old, new, log.origin);
    } else {
        catalog.rename_index(old, &new.name);
    }
}

/// Gives a column a new name, in the table and whatever inherits from it. Indexes, constraints and views follow; the
/// text of functions does not.
pub(super) fn rename_column(catalog: &mut Catalog<'_>, table: &QName, from: &Symbol, to: &Symbol, log: &mut Log) {
    if catalog.table(table).is_none() || !super::alter_column::has_column(catalog, table, from, log) {
        return;
    }
    if let Some(known) = catalog.table(table).and_then(|found| found.column(to)) {
        log.exists("column", part_name(table, to), known.origin);
        return;
    }
    let mut tables = catalog.partitions_deep(table);
    tables.push(table.clone());
    for table in tables {
        let renamable = |found: &Table| found.column(from).is_some() && found.column(to).is_none();
        if !catalog.table(&table).is_some_and(|found| renamable(found)) {
            continue;
        }
        if let Some(found) = catalog.edit_table(&table) {
            found.rename_column(from, to, log.origin);
        }
        follow(catalog, &table, from, to);
    }
}

pub(super) fn rename_constraint(catalog: &mut Catalog<'_>, table: &QName, from: &Symbol, to: &Symbol) {
    let kind = catalog.table(table).and_then(|found| found.constraint(from)).map(|found| found.kind.clone());
    let passed_on = matches!(kind, Some(ConstraintBody::Check { .. } | ConstraintBody::NotNull));
    for heir in if passed_on { catalog.partitions_deep(table) } else { Vec::new() } {
        catalog.rename_constraint(&heir, from, to);
    }
    catalog.rename_constraint(table, from, to);
}

/// `ALTER TYPE`, `DOMAIN`, `FUNCTION`, `SCHEMA`, `TRIGGER`, …
pub(super) fn alter_object(
    catalog: &mut Catalog<'_>,
    name: &QName,
    on: Option<&QName>,
    def: &AlterObject,
    log: &mut Log,
) {
    let new = match &def.change {
        ObjectChange::Rename(to) => name.beside(&to.name),
        ObjectChange::SetSchema(schema) => QName { schema: schema.name.clone(), name: name.name.clone() },
        change => return change_object(catalog, name, def.kind, change, log),
    };
    match def.kind {
        ObjectKind::Type | ObjectKind::Domain => catalog.move_type(name, &new, log.origin),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => catalog.move_function(name, &new),
        ObjectKind::Statistics => {
            if let Some(table) = catalog.take_statistics(name) {
                catalog.put_statistics(&table, new);
            }
        }
        ObjectKind::Publication => {
            if let Some(publication) = catalog.take_publication(&name.name) {
                catalog.put_publication(Publication { name: new.name, ..publication });
            }
        }
        ObjectKind::Schema => rename_schema(catalog, &name.name, &new.name, log.origin),
        ObjectKind::Trigger => {
            if let Some(table) = on.and_then(|table| catalog.edit_table(table))
                && let Some(trigger) = table.triggers.iter_mut().find(|trigger| trigger.name == name.name)
            {
                trigger.name = new.name;
            }
        }
        _ => {}
    }
}

/// What happens to an object that keeps its name.
fn change_object(catalog: &mut Catalog<'_>, name: &QName, kind: ObjectKind, change: &ObjectChange, log: &mut Log) {
    match change {
        ObjectChange::FunctionOptions { security_definer, search_path } => {
            catalog.note_function(name);
            if let Some(function) = catalog.functions.get_mut(name).map(Arc::make_mut) {
                function.security_definer = security_definer.unwrap_or(function.security_definer);
                function.search_path = search_path.unwrap_or(function.search_path);
            }
        }
        _ if kind == ObjectKind::Publication => publication::alter(catalog, &name.name, change, log),
        _ => types::alter_type(catalog, name, change, log),
    }
}

/// The names in one schema of a map by name.
pub(super) fn in_schema<T>(map: &BTreeMap<QName, T>, schema: &Symbol) -> Vec<QName> {
    let first = QName { schema: schema.clone(), name: "".into() };
    map.range(first..).map(|(name, _)| name).take_while(|name| name.schema == *schema).cloned().collect()
}

fn rename_schema(catalog: &mut Catalog<'_>, from: &Symbol, to: &Symbol, origin: Origin) {
    if from == to || catalog.links.followed > MOST_FOLLOWED {
        return;
    }
    catalog.note_schema(from);
    catalog.note_schema(to);
    if let Some(created) = catalog.schemas.remove(from) {
        catalog.schemas.insert(to.clone(), created);
    }
    catalog.move_published_schema(from, Some(to));
    let moved = |name: &QName| QName { schema: to.clone(), name: name.name.clone() };
    for name in in_schema(&catalog.relations, from) {
        if !catalog.relations.contains_key(&name) {
            continue; // a sequence that went with its table
        }
        if catalog.is_relation(&moved(&name)) {
            drop::drop_relation(catalog, &moved(&name), true);
        }
        catalog.move_relation(&name, &moved(&name), origin);
        catalog.links.followed += 1;
    }
    for name in in_schema(&catalog.types, from) {
        catalog.move_type(&name, &moved(&name), origin);
    }
    for name in in_schema(&catalog.functions, from) {
        catalog.move_function(&name, &moved(&name));
    }
}

/// What names a table's column from outside the table.
fn follow(catalog: &mut Catalog<'_>, table: &QName, from: &Symbol, to: &Symbol) {
    for name in catalog.links.owned.get(table).cloned().unwrap_or_default() {
        let Some(mut sequence) = catalog.take_sequence(&name) else { continue };
        sequence.owned_by =
            sequence.owned_by.map(|(table, column)| (table, if column == *from { to.clone() } else { column }));
        catalog.put_sequence(sequence);
    }
    for child in catalog.referencing.get(table).cloned().unwrap_or_default() {
        let Some(child) = catalog.edit_table(&child) else { continue };
        for constraint in &mut child.constraints {
            if let ConstraintBody::ForeignKey { table: parent, referenced, .. } = &mut constraint.kind
                && parent == table
            {
                swap_all(referenced, from, to);
            }
        }
    }
    for view in catalog.links.readers.get(table).cloned().unwrap_or_default() {
        // Another relation it reads may have a column of the old name: that stays.
        if let Some(view) = catalog.edit_view(&view)
            && view.columns.contains(from)
            && !view.columns.contains(to)
        {
            view.columns.push(to.clone());
        }
    }
}

impl Table {
    fn rename_column(&mut self, from: &Symbol, to: &Symbol, origin: Origin) {
        for column in &mut self.columns {
            column.follow(from, to, origin);
        }
        swap_all(&mut self.partition_key, from, to);
        for index in &mut self.indexes {
            for key in index.keys.iter_mut().flatten() {
                swap(key, from, to);
            }
            swap_all(&mut index.columns, from, to);
            swap_all(&mut index.computed, from, to);
            swap_all(&mut index.included, from, to);
            swap_all(&mut index.predicate, from, to);
            for form in &mut index.forms {
                swap_all(&mut form.expression, from, to);
            }
        }
        for trigger in &mut self.triggers {
            swap_all(&mut trigger.update_of, from, to);
        }
        for constraint in &mut self.constraints {
            swap_all(&mut constraint.columns, from, to);
            if let ConstraintBody::Check { not_null, expr } = &mut constraint.kind {
                swap_all(not_null, from, to);
                if let Some(expr) = expr {
                    rename_in(expr, from, to);
                }
            }
        }
    }
}

impl Column {
    fn follow(&mut self, from: &Symbol, to: &Symbol, origin: Origin) {
        if self.name == *from {
            self.name = to.clone();
            self.renamed = Some(origin);
            // Whatever was on its way out under the old name is in use under the new one.
            self.loosened = None;
        }
        if let Some(generated) = &mut self.generated {
            swap_all(&mut generated.columns, from, to);
        }
    }
}

fn rename_in(expr: &mut Expr, from: &Symbol, to: &Symbol) {
    swap_all(&mut expr.columns, from, to);
    swap_all(&mut expr.not_null, from, to);
    match &mut expr.shape {
        Shape::Column(column) | Shape::CastColumn(column, _) | Shape::AtTimeZone(column) => swap(column, from, to),
        Shape::Null | Shape::Literal | Shape::Other => {}
    }
}

fn swap_all(names: &mut [Symbol], from: &Symbol, to: &Symbol) {
    for name in names {
        swap(name, from, to);
    }
}

fn swap(name: &mut Symbol, from: &Symbol, to: &Symbol) {
    if name == from {
        *name = to.clone();
    }
}
