//! Which steps of a release run in one transaction, and what the release takes away.

use std::collections::BTreeSet;

use super::action;
use crate::review::session::{Around, OpenTransaction};
use crate::review::step::{Release, Step};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::object::ObjectKind;
use crate::syntax::statement::Transaction;

/// Levels of partitions that are followed upwards.
const DEEPEST_PARTITION: usize = 8;

/// The transactions that steps of the release share. A procedural block is one where nothing else opens one.
pub(crate) fn transactions<'r, 'a>(release: &'r Release<'a>) -> impl Iterator<Item = &'r [Step<'a>]> {
    release.steps.chunk_by(share).filter(|steps| !steps.iter().any(commits))
}

fn share(step: &Step<'_>, next: &Step<'_>) -> bool {
    let (transaction, other) = (step.session.transaction, next.session.transaction);
    match transaction {
        _ if transaction != other => false,
        // It is told by its first file.
        Some(OpenTransaction::Tool(Around::Pending(_))) => !ends(step),
        _ if step.file != next.file => false,
        Some(_) => !ends(step),
        None => step.statement_index == next.statement_index,
    }
}

fn ends(step: &Step<'_>) -> bool {
    matches!(
        step.operation.kind,
        OperationKind::Transaction(Transaction::Commit { .. } | Transaction::Rollback { .. } | Transaction::Prepare)
    )
}

/// A block that commits is no transaction.
fn commits(step: &Step<'_>) -> bool {
    matches!(step.operation.kind, OperationKind::Do { commits: true })
}

/// Whether two steps belong to one statement. Those of a body are statements of their own.
pub(crate) fn same_statement(step: &Step<'_>, next: &Step<'_>) -> bool {
    (step.file, step.statement_index) == (next.file, next.statement_index)
        && step.operation.body.is_none()
        && next.operation.body.is_none()
}

/// Tables that the release drops: nobody misses them when they are locked.
pub(crate) fn dropped<'r>(release: &'r Release<'_>) -> BTreeSet<&'r QName> {
    let name = |step: &'r Step<'_>| match &step.operation.kind {
        OperationKind::Drop { kind: ObjectKind::Table | ObjectKind::ForeignTable, name, .. } => Some(name),
        _ => None,
    };
    release.steps.iter().filter_map(name).collect()
}

/// The partitioned table that `table` is part of, or itself.
pub(crate) fn whole<'r>(release: &'r Release<'_>, table: &'r QName) -> &'r QName {
    let mut whole = table;
    for _ in 0..DEEPEST_PARTITION {
        let parents = release.after.table(whole).map(|table| table.parents.as_slice()).unwrap_or_default();
        let partitioned = |parent: &&QName| release.after.table(parent).is_some_and(|parent| parent.partitioned);
        match parents.iter().find(partitioned) {
            Some(parent) => whole = parent,
            None => break,
        }
    }
    whole
}

/// The name that a step takes from a table, and the one it is locked under from there on.
pub(crate) fn renamed<'s>(step: &'s Step<'_>) -> Option<(&'s QName, QName)> {
    let (table, action) = action(step)?;
    let new = match &action.kind {
        ActionKind::Rename { to } => QName { schema: table.schema.clone(), name: to.name.clone() },
        ActionKind::SetSchema { schema } => QName { schema: schema.name.clone(), name: table.name.clone() },
        _ => return None,
    };
    Some((table, new))
}
