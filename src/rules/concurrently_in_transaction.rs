//! See `rules/concurrently-in-transaction.md`.

use super::support::moved::{self, Moved};
use super::support::{edit, is_concurrent, leave_transaction, transaction_words};
use crate::review::session::OpenTransaction;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::object::ObjectKind;
use crate::syntax::statement::ReindexTarget;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    if !step.effects.no_transaction {
        return;
    }
    let command = command(step);
    if step.operation.body.is_some() {
        findings
            .on(step, format!("{command} cannot run inside a DO block, function or procedure"))
            .label("fails here")
            .help("move it out, to a file of its own that runs outside a transaction")
            .emit();
        return;
    }
    let Some(transaction) = step.session.transaction else { return };
    let mut builder = findings
        .on(step, format!("{command} cannot run inside {}", transaction_words(transaction)))
        .label("fails here")
        .help(leave_transaction(step, transaction));
    if let OpenTransaction::Explicit(begin) = transaction {
        builder = builder.related(step.file, begin, "the transaction is opened here");
    }
    if is_concurrent(step) {
        builder = builder.note("it works in several transactions of its own, so it refuses to be part of one");
    }
    if let Some(fix) = moved(step).and_then(|moved| moved::outside(step, release, moved)) {
        builder = builder.fix(fix);
    }
    builder.emit();
}

/// What the statement becomes in a migration of its own, where it does one thing.
fn moved(step: &Step<'_>) -> Option<Moved> {
    let sql = edit::text(step, step.statement.span).to_owned();
    match &step.operation.kind {
        OperationKind::CreateIndex { def, .. } => Some(moved::built(step, def, sql)),
        OperationKind::Drop { kind: ObjectKind::Index, name, def, .. } if def.names.len() == 1 => {
            Some(moved::dropped(step, name, sql))
        }
        OperationKind::Reindex { name: Some(name), .. } => Some(moved::rebuilt(name, sql)),
        _ => None,
    }
}

/// The command as people call it.
fn command(step: &Step<'_>) -> String {
    let words = match &step.operation.kind {
        OperationKind::CreateIndex { .. } => "CREATE INDEX CONCURRENTLY",
        OperationKind::Drop { kind: ObjectKind::Index, .. } => "DROP INDEX CONCURRENTLY",
        OperationKind::Reindex { concurrently: true, .. } => "REINDEX CONCURRENTLY",
        OperationKind::Reindex { target: ReindexTarget::Schema, .. } => "REINDEX SCHEMA",
        OperationKind::Reindex { target: ReindexTarget::Database, .. } => "REINDEX DATABASE",
        OperationKind::Reindex { target: ReindexTarget::System, .. } => "REINDEX SYSTEM",
        OperationKind::Reindex { .. } => "REINDEX of a partitioned table or index",
        OperationKind::Alter { .. } if is_concurrent(step) => "DETACH PARTITION CONCURRENTLY",
        OperationKind::Vacuum { full: true, .. } => "VACUUM FULL",
        OperationKind::Vacuum { .. } => "VACUUM",
        OperationKind::Cluster { .. } => "CLUSTER of more than one table",
        _ => return first_words(step),
    };
    words.to_owned()
}

fn first_words(step: &Step<'_>) -> String {
    let words: Vec<_> = edit::text(step, step.statement.span).split_whitespace().take(2).collect();
    words.join(" ").to_uppercase()
}
