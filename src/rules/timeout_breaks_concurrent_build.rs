//! See `rules/timeout-breaks-concurrent-build.md`.

use super::support::{action, duration, is_concurrent};
use crate::review::session::{Session, Timeout};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted};
use crate::syntax::span::Span;

/// A limit of an hour or more is there for the build that hangs, not for the one that has to wait: such builds take
/// minutes, and every transaction they wait for should be over by then.
const LONG: u64 = 3_600_000;

/// What a command leaves behind when it is stopped, and how to clean up.
struct Debris {
    command: &'static str,
    left: String,
    cleanup: String,
}

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    // Inside a transaction it fails at once, and on a new table there is nobody to wait for.
    if step.session.transaction.is_some() || step.operation.body.is_some() || step.impacts.is_empty() {
        return;
    }
    let limits = limits(&step.session);
    let Some((name, millis, _)) = limits.first() else { return };
    let Some(debris) = debris(step) else { return };
    let Debris { command, left, cleanup } = debris;
    let mut builder = findings
        .on(step, format!("a {name} of {} can stop {command} half-way: {left}", duration(*millis)))
        .label("waits for all older transactions, under a time limit")
        .note(
            "it waits until every transaction that was running before it has ended, without making anybody wait; the \
             timeouts count during these waits too",
        );
    for (name, _, at) in &limits {
        if let Some(at) = at {
            builder = builder.related(step.file, *at, format!("the {name} is set here"));
        }
    }
    builder
        .help(format!(
            "switch the timeouts off before it:\nSET lock_timeout = 0;\nSET statement_timeout = 0;\nif it was stopped, \
             clean up and run it again:\n{cleanup};"
        ))
        .emit();
}

/// The timeouts in effect that may strike, with their places.
fn limits(session: &Session) -> Vec<(&'static str, u64, Option<Span>)> {
    let limits = [
        ("lock_timeout", session.lock_timeout, session.lock_timeout_at),
        ("statement_timeout", session.statement_timeout, session.statement_timeout_at),
    ];
    let strikes = |(name, timeout, at)| match timeout {
        Timeout::Millis(millis) if millis < LONG => Some((name, millis, at)),
        _ => None,
    };
    limits.into_iter().filter_map(strikes).collect()
}

/// Measured on every version: what is left when a timeout strikes.
fn debris(step: &Step<'_>) -> Option<Debris> {
    if !is_concurrent(step) {
        return None;
    }
    match &step.operation.kind {
        OperationKind::CreateIndex { table, def } => {
            let index = |name: &Ident| QName { schema: table.schema.clone(), name: name.name.clone() }.short();
            let name = def.name.as_ref().map_or_else(|| "<index>".to_owned(), index);
            Some(Debris {
                command: "CREATE INDEX CONCURRENTLY",
                left: format!("an INVALID index stays on {}, which slows writes and serves nobody", table.short()),
                cleanup: format!("DROP INDEX CONCURRENTLY IF EXISTS {name}"),
            })
        }
        OperationKind::Drop { name, .. } => Some(Debris {
            command: "DROP INDEX CONCURRENTLY",
            left: format!("index {} stays, INVALID: it slows writes and serves nobody", name.short()),
            cleanup: format!("DROP INDEX CONCURRENTLY IF EXISTS {}", name.short()),
        }),
        OperationKind::Reindex { name, .. } => {
            let index = name.as_ref().map_or_else(|| "<index>".to_owned(), |name| name.name.to_string());
            Some(Debris {
                command: "REINDEX CONCURRENTLY",
                left: "an INVALID copy of the index, named …_ccnew, stays".to_owned(),
                cleanup: format!("DROP INDEX CONCURRENTLY IF EXISTS {}", Quoted(&format!("{index}_ccnew"))),
            })
        }
        OperationKind::Alter { .. } => detached(step),
        _ => None,
    }
}

fn detached(step: &Step<'_>) -> Option<Debris> {
    let (table, action) = action(step)?;
    let ActionKind::DetachPartition { partition, finalize: false, .. } = &action.kind else { return None };
    let cleanup = format!("ALTER TABLE {} DETACH PARTITION {partition} FINALIZE", table.short());
    Some(Debris {
        command: "DETACH PARTITION CONCURRENTLY",
        left: format!("the rows of {partition} are gone from {} while the partition is still attached", table.short()),
        cleanup,
    })
}
