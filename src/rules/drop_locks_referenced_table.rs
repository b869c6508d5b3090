//! See `rules/drop-locks-referenced-table.md`.

use std::collections::BTreeSet;

use super::support::transaction::dropped;
use super::support::{action, column_path, with_impacts};
use crate::engine::effect::LockedKind;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{ConstraintBody, Table, TableConstraint};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::ObjectKind;

/// Tables that a message names.
const SHOWN: usize = 3;

/// A foreign key between the changed table and another one.
struct Key<'s> {
    /// The table it stands on.
    on: &'s QName,
    /// Its name, where it is known.
    name: Option<&'s Symbol>,
    /// The table that is locked as well.
    other: &'s QName,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let dropped = dropped(release);
    let mut told: BTreeSet<(u32, &QName)> = BTreeSet::new();
    for step in &release.steps {
        let Some(change) = change(step) else { continue };
        let keys = keys(step, release, change.column);
        let locked = |impact: &&Impact| {
            impact.kind == LockedKind::Table
                && impact.mode.blocks_reads()
                && !dropped.contains(&impact.relation)
                && keys.iter().any(|key| *key.other == impact.relation)
        };
        let others: Vec<&Impact> = step.impacts.iter().filter(locked).collect();
        // Once for each table and file: the next statement stops the same people.
        let news = others.iter().filter(|impact| told.insert((step.file, &impact.relation))).count();
        if news > 0 {
            report(step, &change, &keys, &others, findings);
        }
    }
}

/// What is dropped or changed.
struct Change<'s> {
    /// In words.
    what: String,
    /// The column; none for the whole table.
    column: Option<&'s Symbol>,
    /// Its type changes.
    retyped: bool,
}

fn change<'s>(step: &'s Step<'_>) -> Option<Change<'s>> {
    if let OperationKind::Drop { kind: ObjectKind::Table, name, .. } = &step.operation.kind {
        return Some(Change { what: format!("dropping table {}", name.short()), column: None, retyped: false });
    }
    let (table, action) = action(step)?;
    let (verb, column, retyped) = match &action.kind {
        ActionKind::DropColumn { column, .. } => ("dropping column", &column.name, false),
        ActionKind::SetType { column, .. } => ("changing the type of", &column.name, true),
        _ => return None,
    };
    Some(Change { what: format!("{verb} {}", column_path(table, column)), column: Some(column), retyped })
}

/// The foreign keys on either side of the table, apart from those this release brought.
fn keys<'s>(step: &'s Step<'_>, release: &'s Release<'_>, column: Option<&Symbol>) -> Vec<Key<'s>> {
    let Some(table) = step.before.table.as_deref() else { return Vec::new() };
    let concerned = |key: &TableConstraint| {
        column.is_none_or(|column| key.columns.contains(column)) && !step.is_new(release, key.origin)
    };
    let outgoing = table.constraints.iter().filter_map(|constraint| match &constraint.kind {
        ConstraintBody::ForeignKey { table: other, .. } if concerned(constraint) => {
            Some(Key { on: &table.name, name: Some(&constraint.name), other })
        }
        _ => None,
    });
    let incoming = step.before.referencing.iter().map(|child| {
        let known = release.after.table(child).and_then(|child| key_to(child, &table.name));
        Key { on: child, name: known, other: child }
    });
    outgoing.chain(incoming).filter(|key| *key.other != table.name).collect()
}

fn key_to<'s>(child: &'s Table, table: &QName) -> Option<&'s Symbol> {
    let mut keys = child.constraints.iter();
    let found = keys.find(|key| matches!(&key.kind, ConstraintBody::ForeignKey { table: other, .. } if other == table));
    found.map(|key| &key.name)
}

fn report(step: &Step<'_>, change: &Change<'_>, keys: &[Key<'_>], others: &[&Impact], findings: &mut Findings) {
    let Change { what, retyped, .. } = change;
    let names: Vec<_> = others.iter().take(SHOWN).map(|impact| impact.relation.short()).collect();
    let mut listed = names.join(", ");
    if let Some(more) = others.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        listed = format!("{listed} and {more} more");
    }
    let builder = findings
        .on(step, format!("{what} stops reads and writes of {listed} as well, at the other end of a foreign key"))
        .label(format!("takes ACCESS EXCLUSIVE on {listed} too"))
        .subject(others.first().map_or_else(String::new, |impact| impact.relation.to_string()));
    let builder = with_impacts(builder, others.iter().copied());
    let locked = |key: &&Key<'_>| others.iter().any(|impact| impact.relation == *key.other);
    let sql: Vec<_> = keys
        .iter()
        .filter(locked)
        .take(SHOWN)
        .map(|key| {
            let name = key.name.map_or_else(|| "<foreign key>".to_owned(), |name| Quoted(name).to_string());
            format!("ALTER TABLE {} DROP CONSTRAINT {name};", key.on.short())
        })
        .collect();
    let again = if *retyped { ", and add it again with NOT VALID afterwards" } else { "" };
    builder
        .help(format!(
            "drop the foreign key first, each one in a transaction of its own that gives up after a lock_timeout{again}:\n\
             SET lock_timeout = '5s';\n{}",
            sql.join("\n")
        ))
        .emit();
}
