//! See `rules/not-rerunnable.md`.

use std::collections::BTreeSet;

use super::support::added::is_temporary;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Name, Quoted};
use crate::syntax::object::{Drop, ObjectKind};

/// A clause that fails when it runs a second time.
struct Once {
    /// What it does, as the end of a sentence: "creates table users".
    does: String,
    /// The SQL that can run again.
    instead: String,
    /// What has to be gone for it to run again.
    name: String,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for steps in release.steps.chunk_by(|a, b| a.file == b.file) {
        file(steps, findings);
    }
}

fn file(steps: &[Step<'_>], findings: &mut Findings) {
    let last = steps.last().map(|step| step.statement_index);
    // What `DROP … IF EXISTS` has made room for.
    let mut dropped = BTreeSet::new();
    for step in steps {
        dropped.extend(made_room(step));
        // A transaction that fails takes everything back. A block may look before it acts.
        if step.session.transaction.is_some() || step.operation.body.is_some() || is_temporary(step) {
            continue;
        }
        let Some(once) = once(step) else { continue };
        // Nothing after the last statement can fail; but CONCURRENTLY leaves something behind when it fails itself.
        let halfway = Some(step.statement_index) != last || is_concurrent_index(step);
        if halfway && !dropped.contains(&once.name) {
            report(step, &once, findings);
        }
    }
}

fn is_concurrent_index(step: &Step<'_>) -> bool {
    matches!(&step.operation.kind, OperationKind::CreateIndex { def, .. } if def.concurrently)
}

fn report(step: &Step<'_>, once: &Once, findings: &mut Findings) {
    findings
        .on(step, format!("this {}, which fails when the file is run again", once.does))
        .label("outside a transaction, what ran before a failure stays")
        .help(format!("let it run again:\n{}", once.instead))
        .emit();
}

/// The name of what a step drops, if it is there.
fn made_room(step: &Step<'_>) -> Option<String> {
    match &step.operation.kind {
        OperationKind::Drop { name, on, def, .. } if def.if_exists => Some(subject(name, on.as_ref())),
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::DropConstraint { constraint, if_exists: true, .. } => Some(part(relation, &constraint.name)),
            ActionKind::DropColumn { column, if_exists: true, .. } => Some(part(relation, &column.name)),
            _ => None,
        },
        _ => None,
    }
}

fn subject(name: &QName, on: Option<&QName>) -> String {
    on.map_or_else(|| name.to_string(), |table| part(table, &name.name))
}

fn part(table: &QName, name: &str) -> String {
    format!("{table}.{}", Quoted(name))
}

fn once(step: &Step<'_>) -> Option<Once> {
    if step.operation.guarded {
        return None;
    }
    let create = |kind: &str, name: &Name, resolved: &QName| Once {
        does: format!("creates {} {name}", kind.to_lowercase()),
        instead: format!("CREATE {kind} IF NOT EXISTS {name} …"),
        name: resolved.to_string(),
    };
    let replace = |kind: &str, name: &Name, resolved: &QName| Once {
        instead: format!("CREATE OR REPLACE {kind} {name} …"),
        ..create(kind, name, resolved)
    };
    // There is no `IF NOT EXISTS` for it, and nothing that uses it could be dropped first.
    let together = |kind: &str, name: &Name, resolved: &QName| Once {
        instead: format!("BEGIN;\nCREATE {kind} {name} …;\n…\nCOMMIT;"),
        ..create(kind, name, resolved)
    };
    Some(match &step.operation.kind {
        OperationKind::CreateTable { table, def } if !def.temporary => create("TABLE", &def.name, table),
        OperationKind::CreateSequence { name, def } if !def.temporary => create("SEQUENCE", &def.name, name),
        OperationKind::CreateView { view, def } if def.materialized => create("MATERIALIZED VIEW", &def.name, view),
        OperationKind::CreateView { view, def } if !def.or_replace && !def.temporary => {
            replace("VIEW", &def.name, view)
        }
        OperationKind::CreateFunction { name, def } if !def.or_replace => {
            replace(if def.procedure { "PROCEDURE" } else { "FUNCTION" }, &def.name, name)
        }
        OperationKind::CreateType { name, def } => together("TYPE", &def.name, name),
        OperationKind::CreateDomain { name, def } => together("DOMAIN", &def.name, name),
        OperationKind::CreateSchema { name } => Once {
            does: format!("creates schema {}", Quoted(name)),
            instead: format!("CREATE SCHEMA IF NOT EXISTS {};", Quoted(name)),
            name: name.to_string(),
        },
        OperationKind::CreateIndex { table, def } => {
            let index = QName { schema: table.schema.clone(), name: def.name.as_ref()?.name.clone() };
            let name = Quoted(&index.name);
            let instead = if def.concurrently {
                format!("DROP INDEX CONCURRENTLY IF EXISTS {};\nCREATE INDEX CONCURRENTLY {name} …", index.short())
            } else {
                format!("CREATE INDEX IF NOT EXISTS {name} …")
            };
            Once { does: format!("creates index {name}"), instead, name: index.to_string() }
        }
        OperationKind::CreateTrigger { table, def } if !def.or_replace => {
            let (name, on) = (Quoted(&def.name.name), table.short());
            let instead = format!("DROP TRIGGER IF EXISTS {name} ON {on};\nCREATE TRIGGER {name} …");
            Once { does: format!("creates trigger {name} on {on}"), instead, name: part(table, &def.name.name) }
        }
        OperationKind::Drop { kind, name, on, def, .. } => dropping(*kind, name, on.as_ref(), def)?,
        OperationKind::Alter { relation, action, .. } => altering(relation, &action.kind)?,
        _ => return None,
    })
}

fn dropping(kind: ObjectKind, name: &QName, on: Option<&QName>, def: &Drop) -> Option<Once> {
    let kind = match kind {
        ObjectKind::Table => "TABLE",
        ObjectKind::View => "VIEW",
        ObjectKind::MaterializedView => "MATERIALIZED VIEW",
        ObjectKind::Index => "INDEX",
        ObjectKind::Sequence => "SEQUENCE",
        ObjectKind::Type => "TYPE",
        ObjectKind::Domain => "DOMAIN",
        ObjectKind::Function => "FUNCTION",
        ObjectKind::Procedure => "PROCEDURE",
        ObjectKind::Trigger => "TRIGGER",
        _ => return None,
    };
    let concurrently = if def.concurrently { "CONCURRENTLY " } else { "" };
    let (short, place) = match on {
        Some(table) => (Quoted(&name.name).to_string(), format!(" ON {}", table.short())),
        None => (name.short(), String::new()),
    };
    Some(Once {
        does: format!("drops {} {short}", kind.to_lowercase()),
        instead: format!("DROP {kind} {concurrently}IF EXISTS {short}{place};"),
        name: subject(name, on),
    })
}

fn altering(relation: &QName, action: &ActionKind) -> Option<Once> {
    let table = relation.short();
    let (does, clause, name) = match action {
        ActionKind::AddColumn { column, .. } => {
            let name = Quoted(&column.name.name);
            (format!("adds column {table}.{name}"), format!("ADD COLUMN IF NOT EXISTS {name} …"), &column.name.name)
        }
        ActionKind::DropColumn { column, .. } => {
            let name = Quoted(&column.name);
            (format!("drops column {table}.{name}"), format!("DROP COLUMN IF EXISTS {name}"), &column.name)
        }
        ActionKind::DropConstraint { constraint, .. } => {
            let name = Quoted(&constraint.name);
            (
                format!("drops constraint {name} of {table}"),
                format!("DROP CONSTRAINT IF EXISTS {name}"),
                &constraint.name,
            )
        }
        ActionKind::AddConstraint(constraint) => {
            let written = &constraint.name.as_ref()?.name;
            let name = Quoted(written);
            let clause = format!("DROP CONSTRAINT IF EXISTS {name}, ADD CONSTRAINT {name} …");
            (format!("adds constraint {name} to {table}"), clause, written)
        }
        _ => return None,
    };
    Some(Once { does, instead: format!("ALTER TABLE {table} {clause};"), name: part(relation, name) })
}
