//! Everything that is no table by itself but may hang on one: triggers, policies, rules, comments, privileges, statistics,
//! publications, functions, schemas (facts in the groups "Triggers / rules / RLS / replica identity / inheritance" and
//! "Schemas, roles, grants, comments, functions, statistics, publications, extensions").

use super::footprint::{Footprint, MOST_REACHED};
use super::{indexes, tables, types_domains, views};
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode::{
    AccessExclusive, AccessShare, RowExclusive, ShareRowExclusive, ShareUpdateExclusive,
};
use crate::schema::catalog::Relation;
use crate::schema::operation::QName;
use crate::syntax::expr::Expr;
use crate::syntax::name::{Name, Symbol};
use crate::syntax::object::{
    AlterObject, CreateFunction, CreateObject, CreateSequence, CreateTrigger, Drop, ObjectChange, ObjectKind,
};
use crate::syntax::statement::{Statement, StatementKind};

/// `CREATE TRIGGER`: also on every partition, and with a look at the table of a constraint trigger's `FROM`.
pub(super) fn create_trigger(footprint: &mut Footprint<'_, '_>, table: &QName, def: &CreateTrigger) {
    footprint.lock(table, ShareRowExclusive);
    let partitions = footprint.partitions(table);
    footprint.lock_all(&partitions, ShareRowExclusive);
    if let Some(from) = &def.from {
        let from = footprint.catalog.resolve(from);
        footprint.lock(&from, AccessShare);
    }
}

/// `CREATE SEQUENCE … OWNED BY` (fact `create-sequence-owned-by`).
pub(super) fn create_sequence(footprint: &mut Footprint<'_, '_>, def: &CreateSequence) {
    if let Some((table, _)) = &def.owned_by {
        let table = footprint.catalog.resolve(table);
        footprint.lock(&table, AccessShare);
    }
}

/// `CREATE FUNCTION`: the body of one in SQL is tried out, which looks up the tables it names (fact
/// `create-function-sql`).
pub(super) fn create_function(footprint: &mut Footprint<'_, '_>, def: &CreateFunction) {
    if def.language.as_deref() != Some("sql") {
        return;
    }
    for part in def.body.iter().flat_map(|body| &body.statements) {
        if let StatementKind::Query(query) = &part.statement.kind {
            views::read_query(footprint, query, false);
        }
    }
}

/// Other `CREATE`s (facts `create-policy`, `create-or-replace-rule`, `create-statistics`, `create-database`).
pub(super) fn create(footprint: &mut Footprint<'_, '_>, on: &[QName], def: &CreateObject) {
    match def.kind {
        ObjectKind::Policy => {
            footprint.lock_all(on, AccessExclusive);
            look_at(footprint, &def.reads);
        }
        ObjectKind::Rule => {
            footprint.lock_all(on, AccessExclusive);
            rule_actions(footprint, &def.actions);
        }
        ObjectKind::Statistics => footprint.lock_all(on, ShareUpdateExclusive),
        ObjectKind::Database | ObjectKind::Tablespace | ObjectKind::Subscription => footprint.no_transaction = true,
        _ => {}
    }
}

/// What a rule does is looked up when it is made (fact `create-rule-also-other-table`).
fn rule_actions(footprint: &mut Footprint<'_, '_>, actions: &[Statement]) {
    for action in actions {
        match &action.kind {
            StatementKind::RowChange(change) => {
                let table = footprint.catalog.resolve(&change.table);
                footprint.lock(&table, RowExclusive);
                look_at(footprint, &change.query.reads);
            }
            StatementKind::Query(query) => look_at(footprint, &query.reads),
            _ => {}
        }
    }
}

/// Relations that an expression or the action of a rule names; `new` and `old` are rows (fact `create-policy-subquery`).
fn look_at(footprint: &mut Footprint<'_, '_>, names: &[Name]) {
    let row = |name: &&Name| name.schema.is_none() && matches!(&**name.last(), "new" | "old");
    for name in names.iter().filter(|name| !row(name)) {
        let relation = footprint.catalog.resolve(name);
        footprint.lock(&relation, AccessShare);
    }
}

/// `CREATE PUBLICATION`: a published table brings its inheriting children; the partitions of a partitioned one are published as itself
/// (fact `create-publication-table`).
pub(super) fn publish(footprint: &mut Footprint<'_, '_>, tables: &[QName]) {
    for table in tables {
        footprint.lock(table, ShareUpdateExclusive);
        if !footprint.is_partitioned(table) {
            let family = footprint.family(table);
            footprint.lock_all(&family, ShareUpdateExclusive);
        }
    }
}

/// `ALTER` of what is no relation (facts `rename-trigger`, `alter-trigger-depends`, `alter-policy-to-role`,
/// `alter-extension-add-table`).
pub(super) fn alter(footprint: &mut Footprint<'_, '_>, name: Option<&QName>, on: Option<&QName>, def: &AlterObject) {
    match (def.kind, on, name) {
        (ObjectKind::Trigger, Some(table), _) => {
            if !matches!(def.change, ObjectChange::Rename(_)) {
                return footprint.lock(table, AccessShare);
            }
            footprint.lock(table, AccessExclusive);
            if footprint.since(15) {
                let partitions = footprint.partitions(table);
                footprint.lock_all(&partitions, AccessExclusive);
            }
        }
        (ObjectKind::Policy | ObjectKind::Rule, Some(table), _) => footprint.lock(table, AccessExclusive),
        (ObjectKind::Type | ObjectKind::Domain, _, Some(name)) => types_domains::alter(footprint, name, &def.change),
        (ObjectKind::Publication, ..) => {
            if let ObjectChange::PublicationObjects { objects, .. } = &def.change {
                let tables: Vec<QName> = objects.tables.iter().map(|table| footprint.catalog.resolve(table)).collect();
                publish(footprint, &tables);
            }
        }
        (ObjectKind::Extension, ..) => {
            if let ObjectChange::ExtensionRelation(relation) = &def.change {
                let relation = footprint.catalog.resolve(relation);
                footprint.lock(&relation, ShareUpdateExclusive);
            }
        }
        (ObjectKind::System, ..) => footprint.no_transaction = true,
        _ => {}
    }
}

/// `DROP` of anything.
pub(super) fn drop(footprint: &mut Footprint<'_, '_>, kind: ObjectKind, name: &QName, on: Option<&QName>, def: &Drop) {
    match kind {
        ObjectKind::Table | ObjectKind::ForeignTable => tables::drop(footprint, name, def.cascade),
        ObjectKind::View => drop_view(footprint, name, LockedKind::View, def.cascade),
        ObjectKind::MaterializedView => drop_view(footprint, name, LockedKind::MaterializedView, def.cascade),
        ObjectKind::Index => indexes::drop(footprint, name, def),
        ObjectKind::Sequence => drop_sequence(footprint, name, def.cascade),
        // The type of an extension is mostly called like it (fact `drop-extension-used-cascade`).
        ObjectKind::Type | ObjectKind::Domain | ObjectKind::Extension => {
            types_domains::drop(footprint, name, def.cascade);
        }
        ObjectKind::Statistics => {
            if let Some(table) = footprint.catalog.statistics.get(name) {
                footprint.lock(table, ShareUpdateExclusive);
            }
        }
        ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule => drop_from(footprint, name, on, def),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine if def.cascade => {
            drop_function(footprint, name);
        }
        ObjectKind::Schema if def.cascade => drop_schema(footprint, &name.name),
        ObjectKind::Database | ObjectKind::Tablespace | ObjectKind::Subscription => footprint.no_transaction = true,
        _ => {}
    }
}

fn drop_view(footprint: &mut Footprint<'_, '_>, view: &QName, kind: LockedKind, cascade: bool) {
    footprint.lock_as(view, kind, AccessExclusive);
    if cascade {
        views::drop_readers(footprint, view, None);
    }
}

/// With `CASCADE` the defaults that use it go too (fact `drop-sequence-used-cascade`).
fn drop_sequence(footprint: &mut Footprint<'_, '_>, sequence: &QName, cascade: bool) {
    footprint.lock_as(sequence, LockedKind::Sequence, AccessExclusive);
    if cascade {
        if let Some((table, _)) = footprint.catalog.sequence(sequence).and_then(|found| found.owned_by.as_ref()) {
            footprint.lock(table, AccessExclusive);
        }
        let uses = |default: &Expr| default.sequences.iter().any(|name| footprint.catalog.resolve(name) == *sequence);
        let tables = tables_with_default(footprint, uses);
        footprint.lock_all(&tables, AccessExclusive);
    }
}

/// A trigger, policy or rule goes from its table; a trigger from the partitions as well. Where `IF EXISTS` finds nothing,
/// the table has only been looked at.
fn drop_from(footprint: &mut Footprint<'_, '_>, name: &QName, on: Option<&QName>, def: &Drop) {
    let Some(table) = on else { return };
    let known = footprint.catalog.table(table).filter(|_| def.kind == ObjectKind::Trigger);
    let missing = known.is_some_and(|table| table.complete && table.trigger(&name.name).is_none());
    if def.if_exists && missing {
        return footprint.lock(table, AccessShare);
    }
    footprint.lock(table, AccessExclusive);
    if def.kind == ObjectKind::Trigger {
        let partitions = footprint.partitions(table);
        footprint.lock_all(&partitions, AccessExclusive);
    }
}

/// `DROP FUNCTION … CASCADE`: triggers and defaults that call it go (facts `drop-function-trigger-cascade`,
/// `drop-function-default-cascade`).
fn drop_function(footprint: &mut Footprint<'_, '_>, function: &QName) {
    for table in footprint.catalog.links.triggered.get(function).into_iter().flatten() {
        footprint.lock(table, AccessExclusive);
    }
    let calls = |default: &Expr| default.calls.iter().any(|call| footprint.catalog.resolve_function(call) == *function);
    let tables = tables_with_default(footprint, calls);
    footprint.lock_all(&tables, AccessExclusive);
}

/// Tables with a default of this kind.
fn tables_with_default(footprint: &Footprint<'_, '_>, wanted: impl Fn(&Expr) -> bool) -> Vec<QName> {
    let concerned = |relation: &Relation| match relation {
        Relation::Table(table) => table.columns.iter().filter_map(|column| column.default.as_deref()).any(&wanted),
        Relation::View(_) | Relation::Sequence(_) => false,
    };
    let relations = footprint.catalog.relations.iter().take(MOST_REACHED);
    relations.filter(|(_, relation)| concerned(relation)).map(|(name, _)| name.clone()).collect()
}

/// `DROP SCHEMA … CASCADE` drops all that is in it.
fn drop_schema(footprint: &mut Footprint<'_, '_>, schema: &Symbol) {
    let first = QName { schema: schema.clone(), name: "".into() };
    let inside = |name: &QName| name.schema == *schema;
    for (name, relation) in footprint.catalog.relations.range(&first..).take_while(|(name, _)| inside(name)) {
        match relation {
            Relation::Table(_) => tables::drop(footprint, name, true),
            Relation::View(_) => drop_view(footprint, name, LockedKind::View, true),
            Relation::Sequence(_) => footprint.lock(name, AccessExclusive),
        }
    }
    for (name, _) in footprint.catalog.types.range(&first..).take_while(|(name, _)| inside(name)) {
        types_domains::drop(footprint, name, true);
    }
}

/// `COMMENT ON` (facts `comment-*`).
pub(super) fn comment(footprint: &mut Footprint<'_, '_>, kind: ObjectKind, name: Option<&QName>, on: Option<&QName>) {
    match (kind, name, on) {
        (ObjectKind::Table | ObjectKind::ForeignTable, Some(name), _) => footprint.lock(name, ShareUpdateExclusive),
        (ObjectKind::View, Some(name), _) => footprint.lock_as(name, LockedKind::View, ShareUpdateExclusive),
        (ObjectKind::MaterializedView, Some(name), _) => {
            footprint.lock_as(name, LockedKind::MaterializedView, ShareUpdateExclusive);
        }
        (ObjectKind::Index, Some(name), _) => footprint.lock_as(name, LockedKind::Index, ShareUpdateExclusive),
        (ObjectKind::Sequence, Some(name), _) => footprint.lock_as(name, LockedKind::Sequence, ShareUpdateExclusive),
        (ObjectKind::Column, _, Some(table)) => footprint.lock(table, ShareUpdateExclusive),
        (ObjectKind::Trigger | ObjectKind::Policy | ObjectKind::Rule | ObjectKind::Constraint, _, Some(table)) => {
            footprint.lock(table, AccessShare);
        }
        _ => {}
    }
}

/// `GRANT`, `REVOKE` (fact `grant-table`: no lock before version 18).
pub(super) fn grant(footprint: &mut Footprint<'_, '_>, tables: &[QName]) {
    if footprint.since(18) {
        footprint.lock_all(tables, AccessShare);
    }
}
