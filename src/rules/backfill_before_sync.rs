//! See `rules/backfill-before-sync.md`.

use std::collections::BTreeSet;

use super::support::meant::served;
use crate::review::session::{Around, HeldLock, OpenTransaction};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::name::Quoted;
use crate::transition::{Ledger, Move, Part, Phase, Sync, SyncedBy, Transition};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let Some(first) = release.steps.first() else { return };
    let started = release.ledger.syncs_since(first.order);
    let mut seen = BTreeSet::new();
    let mut told = BTreeSet::new();
    for sync in started.iter().filter(|sync| matches!(sync.by, SyncedBy::Trigger { .. }) && sync.ended.is_none()) {
        if !seen.insert((sync.from, sync.to)) {
            continue;
        }
        let Ok(at) = release.steps.binary_search_by_key(&sync.started.order, |step| step.order) else { continue };
        let Some(step) = release.steps.get(at).filter(|step| is_trigger(step)) else { continue };
        let Some(transition) = served(sync, release) else { continue };
        if let Some(backfill) = missed(transition, sync, release.ledger)
            && !is_locked(step, backfill, sync, release)
            && told.insert(step.order)
        {
            report(step, sync, backfill, release, findings);
        }
    }
}

fn is_trigger(step: &Step<'_>) -> bool {
    matches!(step.operation.kind, OperationKind::CreateTrigger { .. })
}

/// The last backfill of a transition, where it came before anything that kept the two in step.
fn missed<'l>(transition: &'l Transition, sync: &Sync, ledger: &Ledger) -> Option<&'l Move> {
    let mut backfills = transition.moves.iter().filter(|step| step.phase == Phase::Backfilled);
    let last = backfills.clone().max_by_key(|step| step.event.order)?;
    let late = backfills.all(|step| step.event.order < sync.started.order);
    // A trigger that is put up again was there before.
    let others = transition.new.iter().flat_map(|new| ledger.kept(*new));
    let earlier = others
        .filter(|other| other.from == sync.from && other.to == sync.to)
        .any(|other| other.started.order < last.event.order);
    (late && !earlier).then_some(last)
}

/// Whether a lock that is held since before the backfill keeps writers out until the trigger is there.
fn is_locked(step: &Step<'_>, backfill: &Move, sync: &Sync, release: &Release<'_>) -> bool {
    let Some(owner) = release.ledger.shape(sync.from).map(|shape| &shape.key.owner) else { return false };
    let at = backfill.event.at;
    let pending = matches!(
        step.session.transaction,
        Some(OpenTransaction::Tool(Around::Pending(first))) if first <= at.file
    );
    if at.file != step.file && !pending {
        return false;
    }
    let since = |held: &HeldLock| (held.file, held.by.start) < (at.file, at.span.start);
    let mut held = step.session.held().iter().filter(|held| held.relation == *owner && held.mode.blocks_writes());
    // A table of this release has no writers.
    let fresh =
        release.after.table(owner).and_then(|table| table.origin).is_some_and(|at| at.release == release.number);
    fresh || step.session.maybe_wrapped || held.any(since)
}

fn report(step: &Step<'_>, sync: &Sync, backfill: &Move, release: &Release<'_>, findings: &mut Findings) {
    let SyncedBy::Trigger { table, name, .. } = &sync.by else { return };
    let (from, to) = (release.ledger.name(sync.from), release.ledger.name(sync.to));
    let is_column = release.ledger.shape(sync.to).is_some_and(|shape| matches!(shape.key.part, Part::Column(_)));
    let again = if is_column {
        format!("fill {to} from {from} once more after this trigger is there, where the two differ (IS DISTINCT FROM)")
    } else {
        format!("copy what changed in {from} to {to} once more after this trigger is there")
    };
    findings
        .on(step, format!("{to} was filled from {from} before trigger {} on {} kept them in step", Quoted(name), table.short()))
        .label("rows written since the backfill are missed")
        .subject(to.clone())
        .related(backfill.event.at.file, backfill.event.at.span, "filled here, with no trigger yet")
        .note("a row that is written after the backfill has passed it and before the trigger is there keeps its old value")
        .help(format!("put the trigger up first, then backfill; as it is, {again}"))
        .emit();
}
