//! What a statement, or the body of a trigger function, fills from what.

use std::collections::BTreeSet;

use super::shape::{Key, Part};
use crate::schema::catalog::{Catalog, Function};
use crate::schema::operation::QName;
use crate::syntax;
use crate::syntax::assigned::{assignments, condition};
use crate::syntax::name::Symbol;
use crate::syntax::object::FieldAssignment;
use crate::syntax::query::{RowChange, RowVerb};
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;

/// Tables of one statement that are looked at: a copy reads one or two.
const TABLES_READ: usize = 4;

/// Columns of one statement that are looked at.
const COLUMNS_READ: usize = 64;

/// Row changes in the body of one function that are looked at.
const CHANGES_READ: usize = 16;

/// Something filled from something else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Derived {
    /// What is filled.
    pub(super) to: Key,
    /// From what; empty where from constants.
    pub(super) from: Vec<Key>,
}

/// What the row change fills, column by column. `source` is the text of its file.
pub(super) fn of_change(catalog: &Catalog<'_>, table: &QName, change: &RowChange, source: &str) -> Vec<Derived> {
    if !matches!(change.verb, RowVerb::Update | RowVerb::Insert) {
        return Vec::new();
    }
    let read: Vec<QName> =
        change.query.reads.iter().take(TABLES_READ).map(|name| catalog.resolve(name)).filter(|t| t != table).collect();
    let updates = change.verb == RowVerb::Update;
    if !updates && read.is_empty() {
        return Vec::new();
    }
    let Some(assigned) = assignments(source, change) else { return Vec::new() };
    let tables: Vec<&QName> = read.iter().chain(updates.then_some(table)).collect();
    let condition = if updates { condition(source, change) } else { None };
    let condition = condition.map(|condition| words(condition.of(source))).unwrap_or_default();
    assigned
        .into_iter()
        .take(COLUMNS_READ)
        .map(|(column, value)| {
            let to = Key::column(table, &column.name);
            let mut from = named(catalog, &tables, &words(value), &to);
            // `SET kind = 'a' WHERE old` turns the old column into the new one as well.
            if from.is_empty() {
                from = named(catalog, &tables, &condition, &to);
                // The key only says which rows.
                from.retain(|key| !is_key(catalog, key));
            }
            Derived { to, from }
        })
        .collect()
}

/// Whether it is a column of its table's primary key.
fn is_key(catalog: &Catalog<'_>, key: &Key) -> bool {
    let primary = catalog.table(&key.owner).and_then(|table| table.primary_key());
    match (&key.part, primary) {
        (Part::Column(name), Some(primary)) => primary.columns.contains(name),
        _ => false,
    }
}

/// What the trigger fills with every write to `table`.
pub(super) fn of_trigger(catalog: &Catalog<'_>, table: &QName, function: &Function<'_>, source: &str) -> Vec<Derived> {
    let Some(body) = function.body else { return Vec::new() };
    let own = body.fields.iter().take(COLUMNS_READ).map(|field| of_field(catalog, table, field));
    let mut derived: Vec<Derived> = own.filter(|derived| !derived.from.is_empty()).collect();
    let changes = body.statements.iter().filter_map(|inner| match &inner.statement.kind {
        StatementKind::RowChange(change) => Some(change),
        _ => None,
    });
    for change in changes.take(CHANGES_READ) {
        let target = catalog.resolve(&change.table);
        if target == *table {
            continue;
        }
        derived.push(Derived { to: Key::relation(&target), from: vec![Key::relation(table)] });
        let Some(assigned) = assignments(source, change) else { continue };
        for (column, value) in assigned.into_iter().take(COLUMNS_READ) {
            let to = Key::column(&target, &column.name);
            let from = named(catalog, &[table], &words(value), &to);
            if !from.is_empty() {
                derived.push(Derived { to, from });
            }
        }
    }
    derived
}

fn of_field(catalog: &Catalog<'_>, table: &QName, field: &FieldAssignment) -> Derived {
    let to = Key::column(table, &field.column);
    let from = named(catalog, &[table], &field.reads, &to);
    Derived { to, from }
}

/// The columns of `tables` among `words`, `to` itself left out.
fn named(catalog: &Catalog<'_>, tables: &[&QName], words: &[Symbol], to: &Key) -> Vec<Key> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    for word in words {
        let holder = tables.iter().find(|table| catalog.table(table).is_some_and(|t| t.column(word).is_some()));
        if let Some(table) = holder {
            let key = Key::column(table, word);
            if key != *to && seen.insert(key.clone()) {
                found.push(key);
            }
        }
    }
    found
}

/// The names in an expression, folded; a word in quotes `'…'` is no name.
fn words(expression: &str) -> Vec<Symbol> {
    let whole = Span::new(0, u32::try_from(expression.len()).unwrap_or(u32::MAX));
    let tokens = syntax::tokens(expression, whole).into_iter().map(|token| token.of(expression));
    let is_name = |text: &&str| text.starts_with(|c: char| c.is_alphabetic() || matches!(c, '_' | '"'));
    tokens.filter(is_name).take(COLUMNS_READ).map(syntax::folded).collect()
}
