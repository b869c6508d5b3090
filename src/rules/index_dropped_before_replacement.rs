//! See `rules/index-dropped-before-replacement.md`.

use std::collections::BTreeMap;

use super::support::{edit, on_new_relation, transaction_words};
use crate::review::session::OpenTransaction;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::Index;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted, Symbol};
use crate::syntax::object::ObjectKind;
use crate::syntax::span::Span;
use crate::syntax::table::{Constraint, ConstraintKind, Key};

/// Dropped indexes that wait for a replacement. No release drops more of one table.
const MOST_DROPPED: usize = 64;

/// An index that is dropped, and served its leading column alone.
struct Dropped<'r, 'a> {
    step: &'r Step<'a>,
    index: &'r Index,
    /// Transactions that had ended by then.
    ended: u32,
}

/// An index that is made.
struct Made<'r> {
    table: &'r QName,
    name: Option<&'r Symbol>,
    keys: Vec<Option<&'r Symbol>>,
    method: &'r str,
    partial: bool,
    /// For a primary key.
    primary: bool,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut dropped: BTreeMap<&QName, Vec<Dropped<'_, '_>>> = BTreeMap::new();
    let mut ended = 0;
    for step in &release.steps {
        if let OperationKind::Transaction(_) = step.operation.kind {
            ended += 1;
        }
        if let Some((table, index)) = drops(step, release) {
            let list = dropped.entry(table).or_default();
            if list.len() < MOST_DROPPED {
                list.push(Dropped { step, index, ended });
            }
        }
        let Some(made) = makes(step) else { continue };
        let Some(list) = dropped.get_mut(made.table) else { continue };
        if let Some(at) = list.iter().position(|old| replaces(old.index, &made)) {
            let old = list.remove(at);
            if !together(&old, step, ended) && !is_cleanup(&old, step, &made) {
                report(&old, step, &made, findings);
            }
        }
    }
}

/// The index that a step drops, where running code may use it and no other serves the same queries.
fn drops<'r>(step: &'r Step<'_>, release: &Release<'_>) -> Option<(&'r QName, &'r Index)> {
    let table = step.before.table.as_deref()?;
    let index = match &step.operation.kind {
        OperationKind::Drop { kind: ObjectKind::Index, name, .. } => table.index(&name.name),
        OperationKind::Alter { action, .. } => match &action.kind {
            ActionKind::DropConstraint { constraint, .. } => {
                table.indexes.iter().find(|index| index.constraint.as_deref() == Some(&*constraint.name))
            }
            _ => None,
        },
        _ => None,
    }?;
    let leading = index.keys.first()?.as_ref()?;
    let serves = |other: &Index| {
        other.name != index.name
            && !other.partial
            && other.method == index.method
            && other.keys.first().is_some_and(|key| key.as_ref() == Some(leading))
    };
    let unused = on_new_relation(step, release) || step.is_new(release, index.origin);
    (!unused && !table.indexes.iter().any(serves)).then_some((&table.name, index))
}

fn makes<'r>(step: &'r Step<'_>) -> Option<Made<'r>> {
    match &step.operation.kind {
        OperationKind::CreateIndex { table, def } => Some(Made {
            table,
            name: def.name.as_ref().map(|name| &name.name),
            keys: def.keys.iter().map(|key| key.as_ref().map(|key| &key.name)).collect(),
            method: def.method.as_deref().unwrap_or("btree"),
            partial: def.predicate.is_some(),
            primary: false,
        }),
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::AddConstraint(constraint) => {
                let key = built(constraint)?;
                let keys = key.columns.iter().map(|column| Some(&column.name)).collect();
                let name = constraint.name.as_ref().map(|name: &Ident| &name.name);
                let primary = matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
                Some(Made { table: relation, name, keys, method: "btree", partial: false, primary })
            }
            _ => None,
        },
        _ => None,
    }
}

/// The key of a constraint that builds an index.
fn built(constraint: &Constraint) -> Option<&Key> {
    match &constraint.kind {
        ConstraintKind::Unique(key) | ConstraintKind::PrimaryKey(key) if key.using_index.is_none() => Some(key),
        _ => None,
    }
}

/// Whether the queries that used `old` by its leading column will use what is made.
fn replaces(old: &Index, made: &Made<'_>) -> bool {
    let leading = old.keys.first().and_then(Option::as_ref);
    let same = leading.is_some() && made.keys.first().copied().flatten() == leading && *old.method == *made.method;
    same && (old.partial || !made.partial)
}

/// Whether nobody sees the time between: one statement, or one transaction.
fn together(old: &Dropped<'_, '_>, new: &Step<'_>, ended: u32) -> bool {
    let drop = old.step;
    let place = |step: &Step<'_>| (step.file, step.section);
    if drop.file == new.file && drop.statement_index == new.statement_index {
        return true;
    }
    // Where nothing tells whether the tool opens a transaction, what refuses one shows that it does not.
    let refuses = drop.effects.no_transaction || new.effects.no_transaction;
    let within = drop.session.transaction.is_some() || (drop.session.maybe_wrapped && !refuses);
    place(drop) == place(new) && old.ended == ended && within
}

/// Whether the drop takes away what a failed build may have left: the same index is made again at once.
fn is_cleanup(old: &Dropped<'_, '_>, new: &Step<'_>, made: &Made<'_>) -> bool {
    let OperationKind::CreateIndex { def, .. } = &new.operation.kind else { return false };
    let same = made.name == Some(&old.index.name)
        && old.index.keys.len() == made.keys.len()
        && old.index.keys.iter().zip(&made.keys).all(|(old, new)| old.as_ref() == *new);
    same && def.concurrently && old.step.operation.guarded
}

fn report(old: &Dropped<'_, '_>, new: &Step<'_>, made: &Made<'_>, findings: &mut Findings) {
    let index = QName { schema: made.table.schema.clone(), name: old.index.name.clone() }.short();
    let table = made.table.short();
    let mut builder = findings
        .on(old.step, format!("index {index} of {table} is dropped before its replacement is built"))
        .label("queries run without an index in between")
        .subject(made.table.to_string())
        .related(new.file, new.operation.span, "the index with the same leading column is built only here");
    if old.index.unique {
        builder = builder.note("in between, nothing keeps duplicates out, and the new index may fail because of them");
    }
    if let Some(transaction @ (OpenTransaction::Tool(_) | OpenTransaction::Explicit(_))) = old.step.session.transaction
    {
        let words = transaction_words(transaction);
        builder = builder.note(format!("the drop is committed with {words}, before the other begins"));
    }
    let help = help(old, new, made);
    builder.help(help).emit();
}

/// The other way round, in SQL.
fn help(old: &Dropped<'_, '_>, new: &Step<'_>, made: &Made<'_>) -> String {
    let index = QName { schema: made.table.schema.clone(), name: old.index.name.clone() };
    let table = made.table.short();
    let drop = match &old.index.constraint {
        Some(constraint) => format!("ALTER TABLE {table} DROP CONSTRAINT {}", Quoted(constraint)),
        None => format!("DROP INDEX CONCURRENTLY {}", index.short()),
    };
    let OperationKind::CreateIndex { def, .. } = &new.operation.kind else {
        return constraint_help(old, made, &drop);
    };
    let fresh = format!("{}_new", index.name);
    let renamed = def.name.as_ref().filter(|name| name.name == index.name);
    let start = new.operation.span.start;
    let build = match renamed {
        Some(name) => edit::inserted(new, name.span, &Quoted(&fresh).to_string()),
        None => edit::inserted(new, Span::new(start, start), ""),
    };
    let build = build.map_or_else(String::new, |build| format!("\n{build};"));
    let rename = renamed.map_or_else(String::new, |name| {
        let fresh = QName { schema: index.schema.clone(), name: fresh.into() };
        format!("\nALTER INDEX {} RENAME TO {};", fresh.short(), Quoted(&name.name))
    });
    format!("build the new index first:{build}\n{drop};{rename}")
}

fn constraint_help(old: &Dropped<'_, '_>, made: &Made<'_>, drop: &str) -> String {
    let table = made.table.short();
    let fresh = edit::made_name(&[&old.index.name, "new"]);
    let columns: Vec<_> = made.keys.iter().flatten().map(|column| Quoted(column).to_string()).collect();
    let kind = if made.primary { "PRIMARY KEY" } else { "UNIQUE" };
    let constraint = Quoted(made.name.unwrap_or(&old.index.name));
    let add = format!("ADD CONSTRAINT {constraint} {kind} USING INDEX {fresh};");
    let swap = match &old.index.constraint {
        Some(_) => format!("{drop}, {add}"),
        None => format!("ALTER TABLE {table} {add}\n{drop};"),
    };
    format!(
        "build the new index first, then swap:\nCREATE UNIQUE INDEX CONCURRENTLY {fresh} ON {table} ({});\n{swap}",
        columns.join(", ")
    )
}
