//! See `rules/backfill-incomplete.md`.

use super::support::demand::demands;
use super::support::{action, column_path, column_subject};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::Origin;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::transition::{Coverage, Fill, ShapeId};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for step in &release.steps {
        for demand in demands(step, release).iter().filter(|demand| demand.checks_rows && !demand.is_proven()) {
            let Some(added) = demand.added_later() else { continue };
            let fills = demand.shape.into_iter().flat_map(|id| release.ledger.fills_before(id, step.order));
            let Some(fill) = only_partial(fills) else { continue };
            if !release.ledger.is_blurred(demand.table, added, step.order) {
                let path = demand.path();
                let message = format!("{path} is {} after a backfill that does not reach every row", demand.words);
                let label = "fails on the rows that are left";
                report(step, (message, label, column_subject(demand.table, &demand.column.name)), fill, findings);
            }
        }
        if let Some((table, column, fill)) = dropped(step, release) {
            let path = column_path(table, column);
            let message = format!("{path} is dropped after a copy of it that does not reach every row");
            report(step, (message, "what was not copied is lost", column_subject(table, column)), fill, findings);
        }
    }
}

/// The fill, where there is only one of its kind and it leaves rows out. Several that differ may well reach all.
fn only_partial<'l>(fills: impl Iterator<Item = &'l Fill>) -> Option<&'l Fill> {
    let mut only: Option<&Fill> = None;
    for fill in fills {
        if fill.coverage == Coverage::All || only.is_some_and(|only| only.coverage != fill.coverage) {
            return None;
        }
        only = Some(fill);
    }
    only
}

/// The old column that a step drops, and the fill that copied it in part.
fn dropped<'r>(step: &'r Step<'_>, release: &'r Release<'_>) -> Option<(&'r QName, &'r Symbol, &'r Fill)> {
    let (table, action) = action(step)?;
    let ActionKind::DropColumn { column, .. } = &action.kind else { return None };
    let id = step.shape?;
    let standings = release.ledger.standing(id, release.number, step.order);
    let brought: Vec<ShapeId> = standings.iter().flat_map(|standing| standing.transition.new.iter().copied()).collect();
    let copies = brought.iter().flat_map(|new| release.ledger.fills_before(*new, step.order));
    let fill = only_partial(copies)?;
    let blurred = |at: Option<Origin>| at.is_some_and(|at| release.ledger.is_blurred(table, at, step.order));
    let copies_it = fill.from.contains(&id);
    let born = brought.first().and_then(|new| release.ledger.shape(*new)).and_then(|shape| shape.origin);
    (copies_it && !blurred(born)).then_some((table, &column.name, fill))
}

fn report(
    step: &Step<'_>,
    (message, label, subject): (String, &'static str, String),
    fill: &Fill,
    findings: &mut Findings,
) {
    let (said, help) = match &fill.coverage {
        Coverage::Batch(condition) => (
            format!("one batch, and no other: {}", or_none(condition)),
            "repeat the batch until no row is left to fill, or tell who did: -- switchback: backfill <table>.<column> \
             job(<name>)",
        ),
        Coverage::Narrowed(condition) => (
            format!("leaves out the rows for which this does not hold: {}", or_none(condition)),
            "fill the other rows as well, in batches, before this release; where they are meant to be left out, make \
             that a condition of the constraint",
        ),
        Coverage::All => return,
    };
    findings
        .on(step, message)
        .label(label)
        .subject(subject)
        .related(fill.event.at.file, fill.event.at.span, said)
        .help(help)
        .emit();
}

fn or_none(condition: &str) -> &str {
    if condition.is_empty() { "its rows" } else { condition }
}
