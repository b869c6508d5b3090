//! Statements that the server refuses on the schema that the history leaves behind, in the server's own words.
//!
//! Only what the catalog is certain of counts: what the history created, and did not take away again.

mod column;
mod index;
mod key;
mod table;

use crate::review::step::{Release, Step};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Quoted;
use crate::syntax::object::ObjectKind;
use crate::syntax::span::Span;

/// An error that is certain to come.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    /// The clause.
    pub(crate) at: Span,
    /// What the server says.
    pub(crate) words: String,
    /// The thing it is about.
    pub(crate) subject: String,
    /// What to write instead.
    pub(crate) help: String,
}

/// Every error of a step. At most a few.
pub(crate) fn refusals(step: &Step<'_>, release: &Release<'_>) -> Vec<Refusal> {
    let mut found = Vec::new();
    match &step.operation.kind {
        OperationKind::CreateIndex { table, def } => found.extend(index::create(step, table, def)),
        OperationKind::Drop { kind: ObjectKind::Index, name, def, written, .. } => {
            found.extend(index::drop(step, name, def, written));
        }
        OperationKind::Drop { kind: ObjectKind::Table, name, def, .. } => found.extend(table::drop(step, name, def)),
        OperationKind::Truncate { table, cascade: false, .. } => found.extend(table::truncate(step, table)),
        OperationKind::Reindex { concurrently, .. } => found.extend(index::reindex(step, release, *concurrently)),
        OperationKind::Refresh { view, concurrently: true, .. } => found.extend(table::refresh(step, release, view)),
        OperationKind::CreateTable { table, def } => found.extend(key::of_new_table(table, def)),
        OperationKind::Alter { relation, action, alter } => match &action.kind {
            ActionKind::AddConstraint(constraint) => {
                found.extend(key::add_constraint(step, release, relation, constraint, alter));
            }
            ActionKind::AddColumn { column, .. } => found.extend(column::add(step, relation, column)),
            ActionKind::DropColumn { column, cascade: false, .. } => {
                found.extend(column::drop(step, release, relation, column));
            }
            ActionKind::SetType { column, .. } => found.extend(column::set_type(step, relation, column)),
            ActionKind::DropNotNull { column } => found.extend(column::drop_not_null(step, relation, column)),
            ActionKind::DetachPartition { partition, concurrently: true, .. } => {
                found.extend(table::detach(step, release, relation, partition));
            }
            _ => {}
        },
        _ => {}
    }
    found
}

/// An error about the whole clause.
fn refused(step: &Step<'_>, subject: &QName, words: String, help: impl Into<String>) -> Refusal {
    Refusal { at: step.operation.span, words, subject: subject.to_string(), help: help.into() }
}

/// `"users"`, as the server quotes names in its messages.
fn in_words(name: &str) -> String {
    format!("\"{name}\"")
}

/// `a, b`, as SQL.
fn listed<'s>(names: impl Iterator<Item = &'s str>) -> String {
    names.map(|name| Quoted(name).to_string()).collect::<Vec<_>>().join(", ")
}
