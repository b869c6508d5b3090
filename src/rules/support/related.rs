//! How another relation that a statement locks hangs together with the one it is about, in words.

use crate::review::step::{Release, Step};
use crate::schema::catalog::ConstraintBody;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Name;
use crate::syntax::table::{Constraint, ConstraintKind};

/// The relation that the step is about, where it is a table or view.
pub(crate) fn main_relation<'s>(step: &'s Step<'_>) -> Option<&'s QName> {
    match &step.operation.kind {
        OperationKind::Alter { relation, .. } => Some(relation),
        OperationKind::CreateTable { table, .. }
        | OperationKind::CreateIndex { table, .. }
        | OperationKind::CreateTrigger { table, .. }
        | OperationKind::Truncate { table, .. }
        | OperationKind::LockTable { table, .. }
        | OperationKind::ChangeRows { table, .. } => Some(table),
        OperationKind::Drop { name, .. } => Some(name),
        _ => None,
    }
}

/// How a relation hangs together with another, as the end of "users, …" and of "users and teams, …".
pub(crate) type Words = (&'static str, &'static str);

const REFERRED_TO: Words = ("which the foreign key refers to", "which the foreign keys refer to");
const REFERRED_BEFORE: Words = ("which a foreign key of it refers to", "which foreign keys of it refer to");
const REFERRING: Words = ("which refers to it by a foreign key", "which refer to it by foreign keys");
const PARENT: Words = ("its parent", "its parents");
const PARTITION: Words = ("a partition of it", "partitions of it");

/// How `other` hangs together with the relation that the step is about; none for that relation itself.
pub(crate) fn relation_words(step: &Step<'_>, release: &Release<'_>, other: &QName) -> Option<Words> {
    let table = step.before.table.as_deref();
    // The statement may name an index of the table.
    let main = table.map(|table| &table.name).or_else(|| main_relation(step)).filter(|main| *main != other)?;
    if foreign_keys(step).any(|table| table.last() == &other.name) {
        return Some(REFERRED_TO);
    }
    let known = |found: Option<&crate::schema::catalog::Table>, target: &QName| {
        let refers =
            |body: &ConstraintBody| matches!(body, ConstraintBody::ForeignKey { table, .. } if table == target);
        found.is_some_and(|found| found.constraints.iter().any(|constraint| refers(&constraint.kind)))
    };
    if table.is_some_and(|table| table.parents.contains(other)) {
        return Some(PARENT);
    }
    if known(table, other) {
        return Some(REFERRED_BEFORE);
    }
    let other = release.after.table(other).map(std::convert::AsRef::as_ref);
    if other.is_some_and(|other| other.parents.contains(main)) {
        return Some(PARTITION);
    }
    known(other, main).then_some(REFERRING)
}

/// The tables that new foreign keys of the step refer to.
fn foreign_keys<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s Name> {
    let (single, columns, constraints) = match &step.operation.kind {
        OperationKind::Alter { action, .. } => match &action.kind {
            ActionKind::AddConstraint(constraint) => (Some(&**constraint), None, &[][..]),
            ActionKind::AddColumn { column, .. } => (None, Some(std::slice::from_ref(&**column)), &[][..]),
            _ => (None, None, &[][..]),
        },
        OperationKind::CreateTable { def, .. } => (None, Some(&*def.columns), &*def.constraints),
        _ => (None, None, &[][..]),
    };
    let of_columns = columns.into_iter().flatten().flat_map(|column| &column.constraints);
    single.into_iter().chain(of_columns).chain(constraints).filter_map(referenced)
}

fn referenced(constraint: &Constraint) -> Option<&Name> {
    match &constraint.kind {
        ConstraintKind::ForeignKey(key) => Some(&key.table),
        _ => None,
    }
}
