//! Who still uses a relation, column, type or function, in words.

use std::collections::{BTreeMap, BTreeSet};

use super::catalog::Catalog;
use super::operation::QName;
use crate::syntax::name::{Quoted, Symbol};

/// Dependents that are named. Nobody reads more, and a history of nothing else stays cheap.
const MOST_NAMED: usize = 100;

/// What may be used.
#[derive(Clone, Copy, Debug)]
pub enum Target<'t> {
    /// A table or view.
    Relation(&'t QName),
    /// A column of a table.
    Column(&'t QName, &'t Symbol),
    /// A type or domain.
    Type(&'t QName),
    /// A function or procedure.
    Function(&'t QName),
}

/// The views, triggers, functions and generated columns that use `target`: "view buyers", "trigger sync on users".
/// A function counts when the words of its body name the table and the column.
pub fn dependents(catalog: &Catalog<'_>, target: Target<'_>) -> Vec<String> {
    let mut names = Vec::new();
    match target {
        Target::Relation(relation) => {
            names.extend(views(catalog, relation, None).into_iter().map(|view| view_words(catalog, view)));
            names.extend(functions(catalog, &[&relation.name], &BTreeSet::new()));
        }
        Target::Column(table, column) => {
            names.extend(views(catalog, table, Some(column)).into_iter().map(|view| view_words(catalog, view)));
            let callers = triggers(catalog, table, column);
            names.extend(callers.iter().map(|(name, _)| name.clone()));
            let told = callers.into_iter().map(|(_, function)| function).collect();
            names.extend(functions(catalog, &[&table.name, column], &told));
            names.extend(generated(catalog, table, column));
        }
        Target::Type(name) => {
            let columns = catalog.columns_of_type(name).into_iter();
            names.extend(columns.map(|(table, column)| format!("column {}.{}", table.short(), Quoted(&column))));
            let domains = catalog.links.domains.get(name).into_iter().flatten();
            names.extend(domains.map(|domain| format!("domain {}", domain.short())));
            names.extend(functions(catalog, &[&name.name], &BTreeSet::new()));
        }
        Target::Function(name) => {
            for table in catalog.links.triggered.get(name).into_iter().flatten() {
                let triggers = catalog.table(table).map(|found| found.triggers.as_slice()).unwrap_or_default();
                let calling = triggers.iter().filter(|trigger| trigger.function == *name);
                names.extend(calling.map(|trigger| on_table("trigger", &trigger.name, table)));
            }
        }
    }
    names.truncate(MOST_NAMED);
    names
}

/// Views that read the relation (and mention the column), and views over those.
pub(super) fn views<'c>(catalog: &'c Catalog<'_>, relation: &QName, column: Option<&Symbol>) -> Vec<&'c QName> {
    let using = |name: &&QName| {
        let reads = |column: &Symbol| catalog.view(name).is_some_and(|view| view.mentions(column));
        column.is_none_or(reads)
    };
    let direct = catalog.links.readers.get(relation).into_iter().flatten().filter(using);
    let mut found: Vec<&QName> = direct.take(MOST_NAMED).collect();
    let mut seen: BTreeSet<&QName> = found.iter().copied().collect();
    let mut next = 0;
    while let Some(view) = found.get(next).copied() {
        next += 1;
        let readers = catalog.links.readers.get(view).into_iter().flatten();
        found.extend(readers.take(MOST_NAMED).filter(|reader| seen.insert(reader)));
        if found.len() >= MOST_NAMED {
            break;
        }
    }
    found
}

fn view_words(catalog: &Catalog<'_>, name: &QName) -> String {
    match catalog.view(name) {
        Some(view) if view.materialized => format!("materialized view {}", name.short()),
        _ => format!("view {}", name.short()),
    }
}

/// Triggers on the table whose function names the column.
fn triggers(catalog: &Catalog<'_>, table: &QName, column: &Symbol) -> Vec<(String, QName)> {
    let triggers = catalog.table(table).map(|found| found.triggers.as_slice()).unwrap_or_default();
    let naming = catalog.links.mentions.get(column);
    triggers
        .iter()
        .filter(|trigger| naming.is_some_and(|naming| naming.contains(&trigger.function)))
        .map(|trigger| (on_table("trigger", &trigger.name, table), trigger.function.clone()))
        .collect()
}

/// Functions whose bodies contain all the words.
fn functions(catalog: &Catalog<'_>, words: &[&Symbol], told: &BTreeSet<QName>) -> Vec<String> {
    let mentions: &BTreeMap<Symbol, BTreeSet<QName>> = &catalog.links.mentions;
    let mut sets: Vec<_> = words.iter().map(|word| mentions.get(*word)).collect();
    sets.sort_by_key(|set| set.map_or(0, BTreeSet::len));
    let Some((Some(smallest), others)) = sets.split_first() else { return Vec::new() };
    smallest
        .iter()
        .filter(|name| others.iter().all(|set| set.is_some_and(|set| set.contains(name))) && !told.contains(name))
        .take(MOST_NAMED)
        .map(|name| format!("function {}", name.short()))
        .collect()
}

fn generated(catalog: &Catalog<'_>, table: &QName, column: &Symbol) -> Vec<String> {
    let columns = catalog.table(table).map(|found| found.columns.as_slice()).unwrap_or_default();
    let derived = |sources: &[Symbol]| sources.contains(column);
    columns
        .iter()
        .filter(|other| other.generated.as_ref().is_some_and(|generated| derived(&generated.columns)))
        .map(|other| format!("generated column {}.{}", table.short(), Quoted(&other.name)))
        .collect()
}

fn on_table(what: &str, name: &Symbol, table: &QName) -> String {
    format!("{what} {} on {}", Quoted(name), table.short())
}
