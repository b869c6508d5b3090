//! What goes when something is dropped, and what goes with it.

use super::alter_column::Site;
use super::{Log, part_name};
use crate::schema::catalog::{Catalog, ConstraintBody, Relation, Table};
use crate::schema::operation::QName;
use crate::syntax::name::{Name, Symbol};
use crate::syntax::object::{Drop, ObjectKind};

/// One name of a `DROP`.
pub(super) struct Dropped<'d> {
    pub(super) kind: ObjectKind,
    pub(super) name: &'d QName,
    pub(super) written: &'d Name,
    pub(super) on: Option<&'d QName>,
    pub(super) def: &'d Drop,
}

pub(super) fn drop_object(catalog: &mut Catalog<'_>, dropped: &Dropped<'_>, log: &mut Log) {
    let (name, cascade) = (dropped.name, dropped.def.cascade);
    match dropped.kind {
        ObjectKind::Table
        | ObjectKind::ForeignTable
        | ObjectKind::View
        | ObjectKind::MaterializedView
        | ObjectKind::Sequence
            if of_kind(catalog, name, dropped.kind) =>
        {
            drop_relation(catalog, name, cascade);
        }
        ObjectKind::Index => drop_index(catalog, name),
        ObjectKind::Type | ObjectKind::Domain => drop_type(catalog, name, cascade),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => drop_function(catalog, name, cascade),
        ObjectKind::Trigger => {
            if let Some(table) = dropped.on
                && catalog.take_trigger(table, &name.name).is_none()
                && catalog.table(table).is_some_and(|found| found.complete)
            {
                log.missing("trigger", part_name(table, &name.name));
            }
        }
        ObjectKind::Statistics => drop(catalog.take_statistics(name)),
        ObjectKind::Publication => drop(catalog.take_publication(&name.name)),
        ObjectKind::Schema => drop_schema(catalog, dropped.written.last(), cascade),
        _ => {}
    }
}

fn of_kind(catalog: &Catalog<'_>, name: &QName, kind: ObjectKind) -> bool {
    match catalog.relations.get(name) {
        Some(Relation::Table(_)) => matches!(kind, ObjectKind::Table | ObjectKind::ForeignTable),
        Some(Relation::View(view)) => view.materialized == (kind == ObjectKind::MaterializedView),
        Some(Relation::Sequence(_)) => kind == ObjectKind::Sequence,
        None => false,
    }
}

/// Drops a relation with what cannot be without it: partitions, owned sequences, foreign keys to it. With `cascade`
/// also the views that read it and the tables that inherit from it.
pub(super) fn drop_relation(catalog: &mut Catalog<'_>, name: &QName, cascade: bool) {
    let mut next = vec![name.clone()];
    while let Some(name) = next.pop() {
        let partitioned = catalog.table(&name).is_some_and(|table| table.partitioned);
        if partitioned || cascade {
            next.extend(catalog.children.get(&name).into_iter().flatten().cloned());
        }
        if cascade {
            next.extend(catalog.links.readers.get(&name).into_iter().flatten().cloned());
        }
        forget_relation(catalog, &name, cascade);
    }
}

fn forget_relation(catalog: &mut Catalog<'_>, name: &QName, cascade: bool) {
    match catalog.relations.get(name) {
        Some(Relation::Table(_)) => {
            drop_owned_sequences(catalog, name, None);
            drop_foreign_keys_to(catalog, name, |_| true);
            for child in catalog.children.remove(name).unwrap_or_default() {
                super::inherit::detach(catalog, name, &child);
            }
            catalog.unpublish(name);
            catalog.take_table(name);
        }
        Some(Relation::View(_)) => {
            catalog.take_view(name);
        }
        Some(Relation::Sequence(_)) => {
            let owner = catalog.take_sequence(name).and_then(|sequence| sequence.owned_by);
            // A default that uses the sequence goes only with `CASCADE`; without, there was none.
            if let Some((table, column)) = owner.filter(|_| cascade)
                && let Some(table) = catalog.edit_table(&table)
                && let Some(column) = table.columns.iter_mut().find(|found| found.name == column)
            {
                (column.default, column.has_default) = (None, Some(false));
            }
        }
        None => {}
    }
    // The server lets go of a relation only when no view reads it: what is left here was never true.
    for view in catalog.links.readers.remove(name).unwrap_or_default() {
        if let Some(view) = catalog.edit_view(&view) {
            view.reads.retain(|read| read != name);
        }
    }
}

/// Drops an index, and the constraint it belongs to. Of a partitioned table's index the parts go too.
pub(super) fn drop_index(catalog: &mut Catalog<'_>, name: &QName) {
    let Some(table) = catalog.index_table(name).cloned() else { return };
    let Some(index) = catalog.index(name).cloned() else { return };
    let partitioned = catalog.table(&table).is_some_and(|found| found.partitioned);
    let partitions = if partitioned { catalog.partitions_deep(&table) } else { Vec::new() };
    for partition in partitions {
        let part = catalog.table(&partition).and_then(|found| super::inherit::parts_of(&found.indexes, &index).next());
        if let Some((part, constraint)) = part.map(|part| (part.name.clone(), part.constraint.clone())) {
            remove_index(catalog, &partition, &part, constraint.as_ref());
        }
    }
    remove_index(catalog, &table, &index.name, index.constraint.as_ref());
}

fn remove_index(catalog: &mut Catalog<'_>, table: &QName, index: &Symbol, constraint: Option<&Symbol>) {
    if let Some(constraint) = constraint {
        catalog.take_constraint(table, constraint);
    }
    catalog.take_index(&table.beside(index));
}

/// Drops a constraint, and with `cascade` the foreign keys that lean on it.
pub(super) fn drop_constraint(catalog: &mut Catalog<'_>, table: &QName, name: &Symbol, cascade: bool, log: &mut Log) {
    let Some(found) = catalog.table(table).cloned() else { return };
    let Some(constraint) = found.constraint(name) else {
        if let Some(column) = implied_not_null(&found, name) {
            if let Some(column) = catalog.edit_table(table).and_then(|found| found.columns.get_mut(column)) {
                (column.not_null, column.loosened) = (Some(false), Some(log.origin));
            }
        } else if found.complete {
            log.missing("constraint", part_name(table, name));
        }
        return;
    };
    match &constraint.kind {
        ConstraintBody::PrimaryKey | ConstraintBody::Unique | ConstraintBody::Exclude => {
            if cascade {
                let primary = matches!(constraint.kind, ConstraintBody::PrimaryKey);
                drop_foreign_keys_to(catalog, table, |referenced| {
                    if referenced.is_empty() { primary } else { same_columns(referenced, &constraint.columns) }
                });
            }
            drop_index(catalog, &table.beside(name));
        }
        ConstraintBody::NotNull => {
            if let Some(found) = catalog.edit_table(table) {
                for column in found.columns.iter_mut().filter(|column| constraint.columns.contains(&column.name)) {
                    (column.not_null, column.loosened) = (Some(false), Some(log.origin));
                }
            }
        }
        ConstraintBody::Check { .. } | ConstraintBody::ForeignKey { .. } => {}
    }
    let passed_on = match &constraint.kind {
        ConstraintBody::Check { .. } | ConstraintBody::NotNull => true,
        ConstraintBody::ForeignKey { .. } => found.partitioned,
        ConstraintBody::PrimaryKey | ConstraintBody::Unique | ConstraintBody::Exclude => false,
    };
    for heir in if passed_on { catalog.partitions_deep(table) } else { Vec::new() } {
        catalog.take_constraint(&heir, name);
    }
    catalog.take_constraint(table, name);
}

/// From version 18 every `NOT NULL` is a constraint with a made-up name; the position of its column.
fn implied_not_null(table: &Table, name: &Symbol) -> Option<usize> {
    let column = name.strip_prefix(&*table.name.name)?.strip_prefix('_')?.strip_suffix("_not_null")?;
    table.columns.iter().position(|found| &*found.name == column && found.not_null == Some(true))
}

pub(super) fn drop_column(catalog: &mut Catalog<'_>, site: &Site<'_>, column: &Symbol, cascade: bool, log: &mut Log) {
    let Some(found) = catalog.table(site.table) else { return };
    if found.column(column).is_none() {
        if found.complete {
            log.missing("column", part_name(site.table, column));
        }
        return;
    }
    remove_column(catalog, site.table, column, cascade);
    let heirs = if site.only { Vec::new() } else { catalog.partitions_deep(site.table) };
    for heir in heirs {
        // Another parent may still have it.
        let parents = catalog.table(&heir).map(|heir| heir.parents.as_slice()).unwrap_or_default();
        let kept = parents.iter().any(|parent| catalog.table(parent).is_some_and(|it| it.column(column).is_some()));
        if !kept {
            remove_column(catalog, &heir, column, cascade);
        }
    }
}

/// Takes a column out with the indexes, constraints, sequences and generated columns that depend on it.
fn remove_column(catalog: &mut Catalog<'_>, table: &QName, column: &Symbol, cascade: bool) {
    let mut next = vec![column.clone()];
    while let Some(column) = next.pop() {
        let Some(found) = catalog.table(table).cloned() else { return };
        if found.column(&column).is_none() {
            continue;
        }
        let derived = found
            .columns
            .iter()
            .filter(|other| other.generated.as_ref().is_some_and(|generated| generated.columns.contains(&column)));
        next.extend(derived.map(|other| other.name.clone()));
        for index in found.indexes.iter().filter(|index| index.columns.contains(&column)) {
            remove_index(catalog, table, &index.name, index.constraint.as_ref());
        }
        for constraint in found.constraints.iter().filter(|constraint| constraint.columns.contains(&column)) {
            catalog.take_constraint(table, &constraint.name);
        }
        drop_owned_sequences(catalog, table, Some(&column));
        if cascade {
            let primary = found.primary_key().is_some_and(|key| key.columns.contains(&column));
            drop_foreign_keys_to(catalog, table, |referenced| {
                if referenced.is_empty() { primary } else { referenced.contains(&column) }
            });
            drop_views_on(catalog, table, &column);
            for trigger in found.triggers.iter().filter(|trigger| trigger.update_of.contains(&column)) {
                catalog.take_trigger(table, &trigger.name);
            }
        }
        if let Some(found) = catalog.edit_table(table) {
            found.columns.retain(|other| other.name != column);
        }
    }
}

fn drop_views_on(catalog: &mut Catalog<'_>, table: &QName, column: &Symbol) {
    let readers = catalog.links.readers.get(table).into_iter().flatten();
    let using = readers.filter(|view| catalog.view(view).is_some_and(|view| view.columns.contains(column)));
    for view in using.cloned().collect::<Vec<_>>() {
        drop_relation(catalog, &view, true);
    }
}

/// Drops the sequences of a table, or of one of its columns.
pub(super) fn drop_owned_sequences(catalog: &mut Catalog<'_>, table: &QName, column: Option<&Symbol>) {
    for name in catalog.links.owned.get(table).cloned().unwrap_or_default() {
        let owner = catalog.sequence(&name).and_then(|sequence| sequence.owned_by.clone());
        if owner.is_some_and(|(_, owner)| column.is_none_or(|column| owner == *column)) {
            catalog.take_sequence(&name);
        }
    }
}

/// Drops the foreign keys to a table for whose referenced columns `leans` holds.
fn drop_foreign_keys_to(catalog: &mut Catalog<'_>, table: &QName, leans: impl Fn(&[Symbol]) -> bool) {
    for child in catalog.referencing.get(table).cloned().unwrap_or_default() {
        let Some(found) = catalog.table(&child).cloned() else { continue };
        for constraint in &found.constraints {
            match &constraint.kind {
                ConstraintBody::ForeignKey { table: parent, referenced, .. }
                    if parent == table && leans(referenced) =>
                {
                    catalog.take_constraint(&child, &constraint.name);
                }
                _ => {}
            }
        }
    }
}

fn same_columns(a: &[Symbol], b: &[Symbol]) -> bool {
    a.len() == b.len() && a.iter().all(|column| b.contains(column))
}

fn drop_type(catalog: &mut Catalog<'_>, name: &QName, cascade: bool) {
    if cascade {
        for table in catalog.tables_of_type(name) {
            drop_relation(catalog, &table, true);
        }
        for (table, column) in catalog.columns_of_type(name) {
            remove_column(catalog, &table, &column, true);
        }
        for domain in catalog.links.domains.remove(name).unwrap_or_default() {
            catalog.take_type(&domain);
        }
    }
    catalog.take_type(name);
}

fn drop_function(catalog: &mut Catalog<'_>, name: &QName, cascade: bool) {
    catalog.note_function(name);
    if let Some(function) = catalog.functions.get_mut(name)
        && function.overloads > 1
    {
        std::sync::Arc::make_mut(function).overloads -= 1;
        return;
    }
    catalog.take_function(name);
    if cascade {
        for table in catalog.links.triggered.get(name).cloned().unwrap_or_default() {
            let triggers = catalog.table(&table).map(|found| found.triggers.clone()).unwrap_or_default();
            for trigger in triggers.iter().filter(|trigger| trigger.function == *name) {
                catalog.take_trigger(&table, &trigger.name);
            }
        }
    }
}

/// Without `cascade` the server drops only an empty schema.
fn drop_schema(catalog: &mut Catalog<'_>, schema: &Symbol, cascade: bool) {
    catalog.note_schema(schema);
    catalog.schemas.remove(schema);
    if !cascade {
        return;
    }
    catalog.move_published_schema(schema, None);
    for name in super::rename::in_schema(&catalog.relations, schema) {
        drop_relation(catalog, &name, true);
    }
    for name in super::rename::in_schema(&catalog.types, schema) {
        drop_type(catalog, &name, true);
    }
    for name in super::rename::in_schema(&catalog.functions, schema) {
        while catalog.functions.contains_key(&name) {
            drop_function(catalog, &name, true);
        }
    }
}
