//! See `rules/enum-value-used-in-same-transaction.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::support::{edit, transaction_words};
use crate::review::session::{Around, OpenTransaction};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::TypeKind;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::literal::{Literal, Place, literals};
use crate::syntax::name::{Name, Symbol};
use crate::syntax::object::{ObjectChange, ObjectKind};
use crate::syntax::query::RowVerb;
use crate::syntax::span::Span;
use crate::syntax::statement::Transaction;
use crate::syntax::types::DataType;

/// From this version on, values added to a type that the transaction itself created can be used at once (measured).
const NEW_TYPES_SINCE: u16 = 17;

/// What one transaction has added so far.
#[derive(Default)]
struct Open<'r, 'a> {
    key: Option<Key>,
    values: BTreeMap<&'r str, Vec<Added<'r, 'a>>>,
    created: BTreeSet<&'r QName>,
}

/// Which transaction it is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Key {
    /// An open one, in a section of a file.
    Open(u32, u32, OpenTransaction),
    /// A statement by itself: of interest where it is a procedural block.
    Statement(u32, u32),
}

/// A value that was added.
struct Added<'r, 'a> {
    name: &'r QName,
    step: &'r Step<'a>,
    /// Columns of the type.
    columns: Rc<BTreeSet<(QName, Symbol)>>,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut open = Open::default();
    // A change inside `WITH` is a step of its own, and part of the text of the statement around it.
    let mut reported: BTreeSet<(u32, Span)> = BTreeSet::new();
    let mut typed: BTreeMap<&QName, Rc<BTreeSet<(QName, Symbol)>>> = BTreeMap::new();
    for step in &release.steps {
        let key = match step.session.transaction {
            Some(transaction @ OpenTransaction::Tool(Around::Pending(first))) => Key::Open(first, 0, transaction),
            Some(transaction) => Key::Open(step.file, step.section, transaction),
            None => Key::Statement(step.file, step.statement_index),
        };
        if open.key != Some(key) || ends_transaction(step) {
            open = Open { key: Some(key), ..Open::default() };
        }
        for (literal, added) in uses(step, &open, release) {
            if reported.insert((step.file, literal.span)) {
                report(step, &literal, added, findings);
            }
        }
        match &step.operation.kind {
            OperationKind::CreateType { name, .. } => {
                open.created.insert(name);
            }
            OperationKind::AlterObject { name: Some(name), def, .. } => {
                let usable = release.version >= NEW_TYPES_SINCE && open.created.contains(name);
                if let ObjectChange::AddEnumValue { value, if_not_exists } = &def.change
                    && !usable
                    && !(*if_not_exists && is_known(step, value))
                {
                    let columns = || Rc::new(release.after.columns_of_type(name).into_iter().collect());
                    let columns = Rc::clone(typed.entry(name).or_insert_with(columns));
                    open.values.entry(value).or_default().push(Added { name, step, columns });
                }
            }
            _ => {}
        }
    }
}

/// Whether the type had the value before.
fn is_known(step: &Step<'_>, value: &str) -> bool {
    let kind = step.before.user_type.as_ref().map(|user_type| &user_type.kind);
    matches!(kind, Some(TypeKind::Enum { values }) if values.iter().any(|known| &*known.value == value))
}

fn ends_transaction(step: &Step<'_>) -> bool {
    matches!(
        step.operation.kind,
        OperationKind::Do { commits: true }
            | OperationKind::Transaction(
                Transaction::Commit { .. } | Transaction::Rollback { .. } | Transaction::Prepare
            )
    )
}

/// The literals of the step that are new values of an enum.
fn uses<'o, 'r, 'a>(
    step: &Step<'_>,
    open: &'o Open<'r, 'a>,
    release: &Release<'_>,
) -> Vec<(Literal, &'o Added<'r, 'a>)> {
    if open.values.is_empty() || edit::is_elsewhere(step) {
        return Vec::new();
    }
    let Some(tables) = tables(step, release) else { return Vec::new() };
    let used = |literal: Literal| {
        let added = open.values.get(&*literal.value)?;
        let added = added.iter().find(|added| is_use(step, &literal, added, &tables))?;
        Some((literal, added))
    };
    literals(&step.migration.text, step.operation.span).into_iter().filter_map(used).collect()
}

/// The tables whose columns the step may name; none where the step uses no values.
fn tables(step: &Step<'_>, release: &Release<'_>) -> Option<Vec<QName>> {
    let resolved = |names: &[Name]| names.iter().map(|name| release.after.resolve(name)).collect::<Vec<_>>();
    Some(match &step.operation.kind {
        OperationKind::Alter { relation: table, .. }
        | OperationKind::CreateIndex { table, .. }
        | OperationKind::CreateTrigger { table, .. }
        | OperationKind::CreateTable { table, .. } => vec![table.clone()],
        OperationKind::ChangeRows { table, change } => {
            let mut tables = resolved(&change.query.reads);
            tables.push(table.clone());
            tables
        }
        OperationKind::Query(query) => resolved(&query.reads),
        OperationKind::CreateView { def, .. } => resolved(&def.query.reads),
        OperationKind::CreateObject { on, .. } => on.clone(),
        OperationKind::AlterObject { on: Some(on), def, .. } if def.kind == ObjectKind::Policy => vec![on.clone()],
        _ => return None,
    })
}

/// Whether the server takes the literal for a value of the type. Silent where that is not sure.
fn is_use(step: &Step<'_>, literal: &Literal, added: &Added<'_, '_>, tables: &[QName]) -> bool {
    if let Some(cast) = &literal.cast {
        return *cast == added.name.name;
    }
    let typed = |column: &Symbol| {
        let known = tables.iter().any(|table| added.columns.contains(&(table.clone(), column.clone())));
        known || new_columns(step).any(|(name, data_type)| name == column && is_of(data_type, added))
    };
    match &literal.place {
        Place::Beside(column) => typed(column),
        Place::Listed(at) => inserted(step, *at).is_some_and(|column| typed(&column)),
        Place::Branch => match &step.operation.kind {
            OperationKind::Alter { action, .. } => match &action.kind {
                ActionKind::SetDefault { column, .. } => typed(&column.name),
                ActionKind::AddColumn { column, .. } => {
                    column.data_type.as_ref().is_some_and(|found| is_of(found, added))
                }
                ActionKind::SetType { data_type, .. } => is_of(data_type, added),
                _ => false,
            },
            OperationKind::CreateTable { def, .. } => def
                .columns
                .iter()
                .find(|column| column.span.contains(literal.span))
                .is_some_and(|column| typed(&column.name.name)),
            OperationKind::ChangeRows { change, .. } => change.columns.iter().any(|column| typed(&column.name)),
            _ => false,
        },
        Place::Unknown => false,
    }
}

/// Columns that the step makes, with their types.
fn new_columns<'s>(step: &'s Step<'_>) -> impl Iterator<Item = (&'s Symbol, &'s DataType)> {
    let columns = match &step.operation.kind {
        OperationKind::CreateTable { def, .. } => &*def.columns,
        OperationKind::Alter { action, .. } => match &action.kind {
            ActionKind::AddColumn { column, .. } => std::slice::from_ref(&**column),
            _ => &[],
        },
        _ => &[],
    };
    columns.iter().filter_map(|column| Some((&column.name.name, column.data_type.as_ref()?)))
}

fn is_of(data_type: &DataType, added: &Added<'_, '_>) -> bool {
    data_type.name == added.name.name
}

/// The column that gets the item at this position of an `INSERT`.
fn inserted(step: &Step<'_>, at: usize) -> Option<Symbol> {
    let OperationKind::ChangeRows { change, .. } = &step.operation.kind else { return None };
    if change.verb != RowVerb::Insert {
        return None;
    }
    if !change.columns.is_empty() {
        return change.columns.get(at).map(|column| column.name.clone());
    }
    let table = step.before.table.as_ref().filter(|table| table.complete)?;
    table.columns.get(at).map(|column| column.name.clone())
}

fn report(step: &Step<'_>, literal: &Literal, added: &Added<'_, '_>, findings: &mut Findings) {
    let value = format!("'{}'", literal.value.replace('\'', "''"));
    let mood = added.name.short();
    let transaction = step.session.transaction;
    let words = transaction.map_or("the procedural block, which is one transaction", transaction_words);
    let help = match transaction {
        Some(OpenTransaction::Explicit(_)) => {
            format!("commit first: put COMMIT between the ALTER TYPE and the use of {value}")
        }
        Some(OpenTransaction::Tool(Around::Pending(_))) => {
            format!(
                "deploy the ALTER TYPE first, and what uses {value} with a later release: {words} has to end in between"
            )
        }
        Some(OpenTransaction::Tool(_) | OpenTransaction::Implicit) => {
            format!("leave the ALTER TYPE here, and move what uses {value} to the next migration")
        }
        None => format!("add {value} in a statement of its own before the block"),
    };
    findings
        .on(step, format!("{value} of {mood} is used in the transaction that adds it"))
        .at(edit::place(step, literal.span))
        .label("fails here")
        .subject(added.name.to_string())
        .note(format!(
            "the server refuses it until {words} is committed: unsafe use of new value {value} of enum type {mood} (55P04)"
        ))
        .related(added.step.file, added.step.operation.span, "added here")
        .help(help)
        .emit();
}
