//! See `rules/slow-work-under-lock.md`.

use std::collections::{BTreeMap, BTreeSet};

use super::support::held::{Held, Holds};
use super::support::transaction::{dropped, renamed, same_statement, transactions};
use super::support::{blocking, counted, shares_pending};
use crate::review::session::OpenTransaction;
use crate::review::size::Size;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::object::ObjectKind;
use crate::syntax::span::Span;

/// The first statement of a transaction that takes long under an earlier lock, and how many more do.
struct Slow<'r, 'a> {
    step: &'r Step<'a>,
    what: String,
    impact: &'r Impact,
    held: Held<'r>,
    last: &'r Step<'a>,
    more: usize,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let dropped = dropped(release);
    for transaction in transactions(release) {
        if let Some(slow) = slow(transaction, &dropped) {
            report(&slow, findings);
        }
    }
}

fn slow<'r, 'a>(transaction: &'r [Step<'a>], dropped: &BTreeSet<&QName>) -> Option<Slow<'r, 'a>> {
    let mut holds = Holds::default();
    let mut moved: BTreeSet<(u32, Span)> = BTreeSet::new();
    let mut names: BTreeMap<&QName, QName> = BTreeMap::new();
    let mut slow: Option<Slow<'r, 'a>> = None;
    for step in transaction {
        if let Some((what, impact)) = work(step) {
            let worse = |held: &Held<'_>| {
                let present = names.get(held.relation).unwrap_or(held.relation);
                let own = |impact: &Impact| impact.relation == *present && impact.mode >= held.mode;
                !blocking(step).any(own) && !dropped.contains(held.relation) && !moved.contains(&(held.file, held.by))
            };
            match (&mut slow, holds.earlier(step, worse)) {
                (None, Some(held)) => slow = Some(Slow { step, what, impact, held, last: step, more: 0 }),
                (Some(slow), Some(_)) => {
                    slow.more += usize::from(!same_statement(slow.last, step));
                    slow.last = step;
                }
                (_, None) => {}
            }
        }
        if leaves(step) {
            moved.insert((step.file, step.operation.span));
        }
        names.extend(renamed(step));
        holds.after(step);
    }
    slow
}

/// Whether the statement has no place in a transaction anyway: its `CONCURRENTLY` form is refused there.
fn leaves(step: &Step<'_>) -> bool {
    matches!(
        step.operation.kind,
        OperationKind::CreateIndex { .. }
            | OperationKind::Drop { kind: ObjectKind::Index, .. }
            | OperationKind::Reindex { .. }
    )
}

fn report(slow: &Slow<'_, '_>, findings: &mut Findings) {
    let Slow { step, what, impact, held, more, .. } = slow;
    let locked = held.relation.short();
    let help = match step.session.transaction {
        _ if step.operation.body.is_some() => "move this out of the block, into a transaction of its own",
        Some(OpenTransaction::Explicit(_)) => "move this after the COMMIT, or to a file of its own",
        _ if shares_pending(step) => "ship this with a later release: all that is pending shares one transaction",
        _ => "move this to a file of its own",
    };
    let mut builder = findings
        .on(step, format!("{what} while {} of {locked} wait", held.mode.blocked()))
        .label("runs under the lock of an earlier statement")
        .subject(held.relation.to_string())
        .lock(&held.impact(false, Size::Unknown))
        .size(impact)
        .related(held.file, held.by, held.taken());
    if *more > 0 {
        let verb = if *more == 1 { "takes" } else { "take" };
        builder = builder
            .note(format!("{} of the transaction {verb} long under such a lock", counted(*more, "more statement")));
    }
    builder.help(format!("let the earlier lock go first, and {help}")).emit();
}

/// What takes long about a step, and on which table. Row changes and validation have rules of their own.
fn work<'s>(step: &'s Step<'_>) -> Option<(String, &'s Impact)> {
    if step.effects.no_transaction {
        return None;
    }
    let lasting = || step.impacts.iter().filter(|impact| impact.lasts());
    let impact = lasting().find(|impact| !matches!(impact.size, Size::Small(_))).or_else(|| lasting().next())?;
    let table = impact.relation.short();
    let words = match &step.operation.kind {
        OperationKind::ChangeRows { .. } | OperationKind::Copy { .. } => return None,
        OperationKind::Alter { action, .. } if matches!(action.kind, ActionKind::ValidateConstraint { .. }) => {
            return None;
        }
        // Whether a query finds its rows by an index is a guess, so its table has to be known to be large.
        OperationKind::Query(_) if !matches!(impact.size, Size::Large(_)) => return None,
        OperationKind::Refresh { view, .. } => format!("{} is filled anew", view.short()),
        OperationKind::CreateView { view, .. } => format!("{} is filled from {table}", view.short()),
        OperationKind::CreateTable { table: made, def } if def.query.is_some() => {
            format!("{} is filled from {table}", made.short())
        }
        OperationKind::SelectInto { table: made, .. } => format!("{} is filled from {table}", made.short()),
        _ if impact.rewrite => format!("{table} is rewritten"),
        OperationKind::Reindex { .. } => format!("indexes of {table} are rebuilt"),
        _ if impact.build => format!("an index on {table} is built"),
        _ => format!("every row of {table} is read"),
    };
    Some((words, impact))
}
