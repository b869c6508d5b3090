//! Questions that several rules ask of a step, and the words they answer with.

pub(crate) mod added;
pub(crate) mod batch;
pub(crate) mod copies;
pub(crate) mod demand;
pub(crate) mod edit;
pub(crate) mod end;
pub(crate) mod grounds;
pub(crate) mod held;
pub(crate) mod key;
pub(crate) mod lost_key;
pub(crate) mod meant;
pub(crate) mod moved;
pub(crate) mod open_since;
pub(crate) mod partition;
pub(crate) mod refresh;
pub(crate) mod refusal;
pub(crate) mod related;
pub(crate) mod removal;
pub(crate) mod rename;
pub(crate) mod replaces;
pub(crate) mod sweep;
pub(crate) mod transaction;
pub(crate) mod usage;
pub(crate) mod way_back;

use crate::engine::effect::LockedKind;
use crate::finding::Level;
use crate::fix::{Edit, Fix};
use crate::review::session::{Around, OpenTransaction};
use crate::review::step::{Impact, Release, Step};
use crate::rule::Builder;
use crate::schema::operation::{OperationKind, QName};
use crate::source::migration::TransactionMode;
use crate::syntax::alter::{Action, ActionKind};
use crate::syntax::name::Quoted;
use crate::syntax::span::Span;

/// Relations whose locks a finding spells out: a partitioned table may have thousands.
const IMPACTS_SHOWN: usize = 3;

/// Views, triggers and functions that a finding names.
const DEPENDENTS_SHOWN: usize = 5;

/// `users.email`, as people say it.
pub(crate) fn column_path(table: &QName, column: &str) -> String {
    format!("{}.{}", table.short(), Quoted(column))
}

/// `public.users.email`, the subject of a finding.
pub(crate) fn column_subject(table: &QName, column: &str) -> String {
    format!("{table}.{}", Quoted(column))
}

/// `3 rows`, `1 row`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Names what still uses the target of the step.
pub(crate) fn with_dependents<'b>(builder: Builder<'b>, step: &Step<'_>) -> Builder<'b> {
    // A function that is called to do the change names the target, of course.
    let called = step.operation.body.is_some_and(|body| body.called.is_some());
    let dependents = if called { &[] } else { step.before.dependents.as_slice() };
    let named = dependents.iter().take(DEPENDENTS_SHOWN);
    let builder = named.fold(builder, |builder, dependent| builder.note(format!("{dependent} still uses it")));
    match dependents.len().checked_sub(DEPENDENTS_SHOWN) {
        None | Some(0) => builder,
        Some(more) => builder.note(format!("so do {more} more")),
    }
}

/// `6 hours`, `3 days`, as people say it.
pub(crate) fn span_words(seconds: i64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    let (size, noun) = units.into_iter().find(|(size, _)| seconds >= *size).unwrap_or((1, "second"));
    counted(usize::try_from(seconds / size).unwrap_or(0), noun)
}

/// `30s`, `2min`, `500ms`, as the server writes settings.
pub(crate) fn duration(millis: u64) -> String {
    let units = [(3_600_000, "h"), (60_000, "min"), (1_000, "s")];
    let (factor, unit) = units.into_iter().find(|(factor, _)| millis.is_multiple_of(*factor)).unwrap_or((1, "ms"));
    format!("{}{unit}", millis / factor)
}

/// The relation and the action of a step that is one action of an `ALTER TABLE`.
pub(crate) fn action<'s>(step: &'s Step<'_>) -> Option<(&'s QName, &'s Action)> {
    match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => Some((relation, action)),
        _ => None,
    }
}

/// Whether the table or view that the step works on was created in this release.
pub(crate) fn on_new_relation(step: &Step<'_>, release: &Release<'_>) -> bool {
    step.on_new_table(release) || step.before.view.as_ref().is_some_and(|view| step.is_new(release, view.origin))
}

/// Whether the step is the `CONCURRENTLY` form of a command, which waits for others without making them wait.
pub(crate) fn is_concurrent(step: &Step<'_>) -> bool {
    match &step.operation.kind {
        OperationKind::CreateIndex { def, .. } => def.concurrently,
        OperationKind::Drop { def, .. } => def.concurrently,
        OperationKind::Reindex { concurrently, .. } => *concurrently,
        OperationKind::Alter { action, .. } => {
            matches!(action.kind, ActionKind::DetachPartition { concurrently, finalize, .. } if concurrently || finalize)
        }
        _ => false,
    }
}

/// The impacts that make the queries of others wait.
pub(crate) fn blocking<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s Impact> {
    let concurrent = is_concurrent(step);
    step.impacts.iter().filter(move |impact| !concurrent && stops_queries(impact))
}

/// The impacts that make the queries of others wait for as long as the table is big.
pub(crate) fn lasting<'s>(step: &'s Step<'_>) -> impl Iterator<Item = &'s Impact> {
    blocking(step).filter(|impact| impact.lasts())
}

fn stops_queries(impact: &Impact) -> bool {
    match impact.kind {
        LockedKind::Table | LockedKind::Sequence => impact.mode.blocks_writes(),
        // Nobody writes to a view of either kind by way of its own lock, and every query locks every index.
        LockedKind::View | LockedKind::MaterializedView | LockedKind::Index => impact.mode.blocks_reads(),
    }
}

/// Names the locks of `impacts`. The level drops only as far as every table that is worked through allows: a small table
/// that references a big one does not make the scan of the big one short.
pub(crate) fn with_impacts<'b, 'i>(builder: Builder<'b>, impacts: impl Iterator<Item = &'i Impact>) -> Builder<'b> {
    let impacts: Vec<_> = impacts.collect();
    let any_lasts = impacts.iter().any(|impact| impact.lasts());
    let decisive = impacts.iter().filter(|impact| impact.lasts() || !any_lasts);
    let ceiling = decisive.map(|impact| impact.ceiling()).max().unwrap_or(Level::Error);
    let mut builder = builder;
    for impact in impacts.iter().take(IMPACTS_SHOWN) {
        builder = builder.lock(impact);
        if impact.ceiling() >= ceiling {
            builder = builder.sized(impact, ceiling);
        }
    }
    match impacts.len().checked_sub(IMPACTS_SHOWN) {
        None | Some(0) => builder,
        Some(more) => builder.note(format!("so are {more} more relations")),
    }
}

/// Which transaction it is, as the end of "inside …".
pub(crate) fn transaction_words(transaction: OpenTransaction) -> &'static str {
    match transaction {
        OpenTransaction::Explicit(_) => "the transaction opened by BEGIN",
        OpenTransaction::Tool(Around::File) => "the transaction that the migration tool opens around the file",
        OpenTransaction::Tool(Around::Pending(_)) => {
            "the transaction that the migration tool opens around all pending files"
        }
        OpenTransaction::Implicit => "the implicit transaction of a file that is sent as one query",
    }
}

/// Whether the transaction of a step is that of all pending files.
pub(crate) fn shares_pending(step: &Step<'_>) -> bool {
    matches!(step.session.transaction, Some(OpenTransaction::Tool(Around::Pending(_))))
}

/// How to get a statement out of its transaction, as an order.
pub(crate) fn leave_transaction(step: &Step<'_>, transaction: OpenTransaction) -> &'static str {
    match transaction {
        OpenTransaction::Explicit(_) => "move it after the COMMIT, or to a file of its own without BEGIN",
        OpenTransaction::Tool(_) => step.migration.way_out_of_transaction(),
        OpenTransaction::Implicit => step.migration.way_out_of_string(),
    }
}

/// What has to happen before a statement can be `CONCURRENTLY`, as the start of a sentence.
pub(crate) fn leave_first(step: &Step<'_>) -> String {
    if step.operation.body.is_some() {
        return "move it out of the block, into a file that runs without a transaction. There, ".to_owned();
    }
    match step.session.transaction {
        Some(transaction) => format!("{}. There, ", leave_transaction(step, transaction)),
        None => String::new(),
    }
}

/// A fix that puts `CONCURRENTLY` in the place of `at`. None where the server would refuse it; to be read
/// first where nothing tells whether the migration tool opens a transaction.
pub(crate) fn add_concurrently(step: &Step<'_>, at: Span) -> Option<Fix> {
    if step.session.transaction.is_some() || step.operation.body.is_some() {
        return None;
    }
    let edits = vec![Edit { span: at, text: " CONCURRENTLY".to_owned() }];
    Some(match step.mode {
        TransactionMode::None | TransactionMode::SingleQuery if at.is_empty() => Fix::safe("add CONCURRENTLY", edits),
        // What was skipped if the index was there is an error then.
        _ => Fix::manual("add CONCURRENTLY", edits),
    })
}
