//! What to look for in code: everything the migrations under review take away, rename or begin to demand.

use std::collections::BTreeSet;

use super::{Target, TargetKind};
use crate::review::replay::Parsed;
use crate::syntax::alter::{ActionKind, AlterTable};
use crate::syntax::name::{Name, Symbol};
use crate::syntax::object::{AlterObject, Drop, ObjectChange, ObjectKind};
use crate::syntax::statement::{Statement, StatementKind};
use crate::syntax::table::ConstraintKind;

/// What the reported ones of `parsed` take away or begin to demand.
pub fn wanted(parsed: &[Parsed<'_>]) -> BTreeSet<Target> {
    let mut targets = BTreeSet::new();
    for parsed in parsed.iter().filter(|parsed| parsed.migration.reported) {
        for statement in parsed.scripts.iter().flat_map(|(_, script)| &script.statements) {
            read(statement, &mut targets);
        }
    }
    targets
}

fn read(statement: &Statement, targets: &mut BTreeSet<Target>) {
    match &statement.kind {
        StatementKind::AlterTable(alter) => read_alter(alter, targets),
        StatementKind::Drop(drop) => read_drop(drop, targets),
        StatementKind::AlterObject(alter) => read_object(alter, targets),
        // One level is as deep as migrations go; what lies deeper is judged without evidence.
        StatementKind::Do(body) => {
            for inner in &body.statements {
                if !matches!(inner.statement.kind, StatementKind::Do(_)) {
                    read(&inner.statement, targets);
                }
            }
        }
        _ => {}
    }
}

fn read_alter(alter: &AlterTable, targets: &mut BTreeSet<Target>) {
    let table = alter.name.last();
    for action in &alter.actions {
        match &action.kind {
            ActionKind::DropColumn { column, .. }
            | ActionKind::RenameColumn { column, .. }
            | ActionKind::SetType { column, .. }
            | ActionKind::DropDefault { column }
            | ActionKind::SetNotNull { column } => {
                targets.insert(column_of(table, &column.name));
            }
            ActionKind::AddConstraint(constraint) => {
                if let ConstraintKind::Check(check) = &constraint.kind {
                    targets.extend(check.not_null.iter().map(|column| column_of(table, column)));
                }
            }
            ActionKind::Rename { .. } | ActionKind::SetSchema { .. } => {
                targets.insert(named(TargetKind::Relation, &alter.name));
            }
            _ => {}
        }
    }
}

fn read_drop(drop: &Drop, targets: &mut BTreeSet<Target>) {
    let kind = match drop.kind {
        ObjectKind::Table | ObjectKind::ForeignTable | ObjectKind::View | ObjectKind::MaterializedView => {
            TargetKind::Relation
        }
        ObjectKind::Type | ObjectKind::Domain => TargetKind::Type,
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => TargetKind::Function,
        ObjectKind::Schema => TargetKind::Schema,
        _ => return,
    };
    targets.extend(drop.names.iter().map(|name| named(kind, name)));
}

fn read_object(alter: &AlterObject, targets: &mut BTreeSet<Target>) {
    let Some(name) = &alter.name else { return };
    match (&alter.change, alter.kind) {
        (ObjectChange::RenameEnumValue { from, .. }, _) => {
            targets.insert(Target { kind: TargetKind::Value, name: (**from).into(), owner: Some(name.last().clone()) });
        }
        (ObjectChange::Rename(_) | ObjectChange::SetSchema(_), ObjectKind::Type | ObjectKind::Domain) => {
            targets.insert(named(TargetKind::Type, name));
        }
        (ObjectChange::Rename(_), ObjectKind::Schema) => {
            targets.insert(named(TargetKind::Schema, name));
        }
        (ObjectChange::Rename(_), ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine) => {
            targets.insert(named(TargetKind::Function, name));
        }
        _ => {}
    }
}

fn column_of(table: &Symbol, column: &Symbol) -> Target {
    Target { kind: TargetKind::Column, name: column.clone(), owner: Some(table.clone()) }
}

fn named(kind: TargetKind, name: &Name) -> Target {
    Target { kind, name: name.last().clone(), owner: None }
}
