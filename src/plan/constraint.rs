//! Checks, foreign keys and unique constraints on tables that are in use.

use super::change::{Found, Scene};
use super::draft::Unit;
use super::index;
use super::proof::validated;
use super::step::{Demand, Phase, Release, Serves};
use super::write::{list, made, quoted};
use crate::schema::catalog::Table;
use crate::syntax;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Symbol};
use crate::syntax::span::Span;
use crate::syntax::table::{Constraint, ConstraintKind, ForeignKey};

/// `ADD CONSTRAINT`, where the server would read the table, or build an index, under a strong lock.
pub(super) fn added(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::AddConstraint(constraint) = action else { return None };
    if unit.is_new(&table.name, scene.file) || constraint.not_valid || constraint.not_enforced {
        return None;
    }
    let named = |ending: &str, columns: &[Symbol]| -> Symbol {
        let words: Vec<&str> = columns.iter().map(|column| &**column).collect();
        unit.added_constraint().unwrap_or_else(|| made(&format!("{}_{}", table.name.name, words.join("_")), ending))
    };
    let symbols = |idents: &[Ident]| idents.iter().map(|ident| ident.name.clone()).collect::<Vec<_>>();
    let short = table.name.short();
    let demand = demand(scene, constraint);
    match &constraint.kind {
        ConstraintKind::Check(expr) => {
            let name = named("check", &expr.columns);
            let text = scene.draft.text_of(expr.span);
            let broken = Demand::none(
                "every row holds what the check demands",
                format!("SELECT count(*) FROM {short} WHERE NOT ({text})"),
            );
            Some(proven(at, format!("add check {} to {short}", quoted(&name)), table, &name, &demand, broken))
        }
        ConstraintKind::ForeignKey(key) => {
            let name = named("fkey", &symbols(&key.columns));
            let broken = orphans(unit, table, key);
            let what = format!(
                "add foreign key {} from {short} to {}",
                quoted(&name),
                unit.before.resolve(&key.table).short()
            );
            let mut found = proven(at, what, table, &name, &demand, broken);
            found.notes.extend(unindexed(table, &symbols(&key.columns)));
            Some(found)
        }
        ConstraintKind::Unique(key) if key.using_index.is_none() && !key.without_overlaps => {
            let columns = symbols(&key.columns);
            let name = named("key", &columns);
            let what = format!("add unique constraint {} to {short}", quoted(&name));
            if table.partitioned {
                let why = "a unique constraint of a partitioned table cannot be made of an index that is there: create the \
                           constraint on each partition first, in this way";
                return Some(Found::none(vec![at], what, why));
            }
            let rest = rest(key.nulls_not_distinct, &symbols(&key.included));
            let mut steps = index::unique(&table.name, &name, &columns, "UNIQUE", &rest);
            if let Some(statement) = steps.last_mut().and_then(|step| step.statements.last_mut()) {
                statement.push_str(&deferrable(&demand));
            }
            let release = Release { phase: Phase::Whole, steps, then: Vec::new(), serves: Serves::BOTH };
            Some(Found::new(vec![at], what, vec![release]))
        }
        _ => None,
    }
}

/// What follows the columns of a unique index.
pub(super) fn rest(nulls_not_distinct: bool, included: &[Symbol]) -> String {
    let include = if included.is_empty() { String::new() } else { format!(" INCLUDE ({})", list(included)) };
    format!("{include}{}", if nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" })
}

/// The text of a constraint behind its name.
fn demand(scene: &Scene<'_, '_>, constraint: &Constraint) -> String {
    let start = constraint.name.as_ref().map_or(constraint.span.start, |name| name.span.end);
    scene.draft.text_of(Span::new(start, constraint.span.end)).trim().to_owned()
}

/// `DEFERRABLE INITIALLY DEFERRED`, at the end of the text of a constraint: what stands behind its last bracket.
pub(super) fn deferrable(demand: &str) -> String {
    let tokens = syntax::tokens(demand, Span::new(0, u32::try_from(demand.len()).unwrap_or(u32::MAX)));
    let word = |text: &str| ["DEFERRABLE", "INITIALLY"].iter().any(|word| text.eq_ignore_ascii_case(word));
    let last = tokens.iter().rev().take_while(|token| token.of(demand) != ")");
    let first = last.filter(|token| word(token.of(demand))).last();
    let text = first.and_then(|token| demand.get(token.start as usize..)).unwrap_or_default();
    if text.is_empty() { String::new() } else { format!(" {}", text.trim()) }
}

fn proven(at: usize, what: String, table: &Table, name: &Symbol, demand: &str, broken: Demand) -> Found {
    let steps = validated(&table.name, name, demand, broken).to_vec();
    let release = Release { phase: Phase::Whole, steps, then: Vec::new(), serves: Serves::BOTH };
    Found::new(vec![at], what, vec![release])
}

/// What a foreign key without an index costs.
fn unindexed(table: &Table, columns: &[Symbol]) -> Option<String> {
    let begins = |keys: &[Option<Symbol>]| {
        keys.len() >= columns.len()
            && keys.iter().zip(0..columns.len()).all(|(key, _)| key.as_ref().is_some_and(|key| columns.contains(key)))
    };
    if table.indexes.iter().any(|index| !index.partial && begins(&index.keys)) {
        return None;
    }
    Some(format!(
        "no index of {} begins with {}: without one, whoever deletes a row that it refers to reads all of it",
        table.name.short(),
        list(columns)
    ))
}

/// Counts rows that refer to nothing.
fn orphans(unit: &Unit<'_>, table: &Table, key: &ForeignKey) -> Demand {
    let words = "every row has the row it refers to";
    let target = unit.before.resolve(&key.table);
    let primary = unit.before.table(&target).and_then(|table| table.primary_key()).map(|key| key.columns.clone());
    let referenced = if key.referenced.is_empty() {
        primary.unwrap_or_default()
    } else {
        key.referenced.iter().map(|column| column.name.clone()).collect()
    };
    if referenced.len() != key.columns.len() || referenced.is_empty() {
        return Demand::said(words);
    }
    let pairs = key.columns.iter().zip(&referenced);
    let joined: Vec<String> =
        pairs.map(|(from, to)| format!("parent.{} = child.{}", quoted(to), quoted(&from.name))).collect();
    let full: Vec<String> =
        key.columns.iter().map(|column| format!("child.{} IS NOT NULL", quoted(&column.name))).collect();
    let sql = format!(
        "SELECT count(*) FROM {} AS child\nWHERE {} AND NOT EXISTS (\n    SELECT FROM {} AS parent WHERE {}\n)",
        table.name.short(),
        full.join(" AND "),
        target.short(),
        joined.join(" AND ")
    );
    Demand::none(words, sql)
}
