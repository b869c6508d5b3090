//! Primary keys that are added, or swapped for others.

use super::change::{Found, Scene};
use super::constraint::rest;
use super::draft::Unit;
use super::step::{Phase, Release, Serves, Step};
use super::write::{alter, list, made, quoted, slug};
use super::{index, proof};
use crate::schema::catalog::{ConstraintBody, Table, TableConstraint};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::syntax::table::{ConstraintKind, Key};

/// A primary key that an `ADD CONSTRAINT` asks for by columns.
fn asked<'a>(unit: &Unit<'a>) -> Option<&'a Key> {
    let (_, action) = unit.action()?;
    let ActionKind::AddConstraint(constraint) = action else { return None };
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) if key.using_index.is_none() => Some(key),
        _ => None,
    }
}

fn columns(key: &Key) -> Vec<Symbol> {
    key.columns.iter().map(|column| column.name.clone()).collect()
}

/// What makes columns ready to be a key: proven not null, where they are not.
fn ready(table: &Table, columns: &[Symbol]) -> Vec<Step> {
    let open = |column: &&Symbol| table.column(column).is_none_or(|known| known.not_null != Some(true));
    let open: Vec<Symbol> = columns.iter().filter(open).cloned().collect();
    proof::not_null(&table.name, &open)
}

/// `ADD PRIMARY KEY`.
pub(super) fn added(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, _) = unit.action()?;
    let key = asked(unit)?;
    if unit.is_new(&table.name, scene.file) {
        return None;
    }
    let columns = columns(key);
    let name = unit.added_constraint().unwrap_or_else(|| made(&table.name.name, "pkey"));
    let what = format!("add primary key ({}) to {}", list(&columns), table.name.short());
    if table.partitioned {
        return Some(Found::none(
            vec![at],
            what,
            "a key of a partitioned table cannot be made of an index that is there",
        ));
    }
    let mut steps = ready(table, &columns);
    steps.extend(index::unique(&table.name, &name, &columns, "PRIMARY KEY", &rest(false, &included(key))));
    let release = Release { phase: Phase::Whole, steps, then: Vec::new(), serves: Serves::BOTH };
    Some(Found::new(vec![at], what, vec![release]))
}

fn included(key: &Key) -> Vec<Symbol> {
    key.included.iter().map(|column| column.name.clone()).collect()
}

/// The primary key dropped, and another one added.
pub(super) fn swapped(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::DropConstraint { constraint: dropped, .. } = action else { return None };
    let old = table.primary_key().filter(|key| key.name == dropped.name)?;
    let (other, create) = scene.from(at + 1).find(|(_, other)| {
        asked(other).is_some() && other.action().is_some_and(|(found, _)| found.name == table.name)
    })?;
    let key = asked(create)?;
    let columns = columns(key);
    let short = table.name.short();
    let what = format!("make ({}) the primary key of {short} instead of ({})", list(&columns), list(&old.columns));
    if table.partitioned {
        return Some(Found::none(
            vec![at, other],
            what,
            "a key of a partitioned table cannot be made of an index that is there",
        ));
    }
    let children = referencing(unit, table, &old.columns);
    if !children.is_empty() {
        let why = format!(
            "foreign keys of {} depend on the old key: give the old columns a unique constraint, and plan the foreign keys \
             anew, first",
            children.join(", ")
        );
        return Some(Found::none(vec![at, other], what, why));
    }
    let last = create.added_constraint().unwrap_or_else(|| made(&table.name.name, "pkey"));
    let index = made(&last, "new");
    let mut steps = ready(table, &columns);
    let mut built = index::unique(&table.name, &index, &columns, "PRIMARY KEY", &rest(false, &included(key)));
    built.truncate(1);
    steps.extend(built);
    let swap = swap(table, old, &last, &index);
    let then =
        format!("deploy code that tells the rows of {short} apart by ({}), `ON CONFLICT` included", list(&columns));
    let expand = Release { phase: Phase::Expand, steps, then: vec![then], serves: Serves::BOTH };
    let contract = Release { phase: Phase::Contract, steps: vec![swap], then: Vec::new(), serves: Serves::NEW };
    Some(Found::new(vec![at, other], what, vec![expand, contract]))
}

/// One key dropped and the other made of its index, at once.
fn swap(table: &Table, old: &TableConstraint, last: &Symbol, index: &Symbol) -> Step {
    let short = table.name.short();
    Step::transaction(
        slug(&["swap", last]),
        format!("swap the primary key of {short}: nothing is read, and there is always one"),
        vec![
            alter(&table.name, &format!("DROP CONSTRAINT {}", quoted(&old.name))),
            alter(&table.name, &format!("ADD CONSTRAINT {} PRIMARY KEY USING INDEX {}", quoted(last), quoted(index))),
        ],
    )
    .back(format!(
        "build a unique index on ({}) CONCURRENTLY, and swap again: open for as long as those values are unique",
        list(&old.columns)
    ))
}

/// Tables with a foreign key to exactly these columns.
fn referencing(unit: &Unit<'_>, table: &Table, columns: &[Symbol]) -> Vec<String> {
    let mut found = Vec::new();
    for child in unit.before.referencing.get(&table.name).into_iter().flatten() {
        let known = unit.before.table(child).map(|child| child.constraints.as_slice()).unwrap_or_default();
        let refers = known.iter().any(|constraint| match &constraint.kind {
            ConstraintBody::ForeignKey { table: target, referenced, .. } => {
                *target == table.name && (referenced.is_empty() || referenced == columns)
            }
            _ => false,
        });
        if refers {
            found.push(child.short());
        }
    }
    found
}
