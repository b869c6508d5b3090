//! See `rules/tighten-before-backfill.md`.

use super::support::column_subject;
use super::support::demand::{Demand, demands};
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::catalog::Origin;
use crate::transition::{Coverage, Fill};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for step in &release.steps {
        for demand in demands(step, release).iter().filter(|demand| demand.checks_rows) {
            judge(demand, release, findings);
        }
    }
}

fn judge(demand: &Demand<'_, '_>, release: &Release<'_>, findings: &mut Findings) {
    let Some(added) = demand.added_later() else { return };
    let order = demand.step.order;
    if demand.is_proven() || release.ledger.is_blurred(demand.table, added, order) {
        return;
    }
    let fills: Vec<&Fill> = demand.shape.into_iter().flat_map(|id| release.ledger.fills_before(id, order)).collect();
    match fills.iter().find(|fill| fill.coverage == Coverage::All) {
        Some(fill) => allow(demand, added, fill, release, findings),
        // What is filled in part is the matter of `backfill-incomplete`.
        None if fills.is_empty() => report(demand, added, findings),
        None => {}
    }
}

/// The right order, over releases.
fn allow(demand: &Demand<'_, '_>, added: Origin, fill: &Fill, release: &Release<'_>, findings: &mut Findings) {
    let filled = fill.event.at;
    if filled.release >= release.number || filled == added {
        return;
    }
    let reason = format!("added {}, backfilled {}", release.file_name(added.file), release.file_name(filled.file));
    findings
        .on(demand.step, format!("{} is {}", demand.path(), demand.words))
        .subject(column_subject(demand.table, &demand.column.name))
        .allow_by_history(reason);
}

fn report(demand: &Demand<'_, '_>, added: Origin, findings: &mut Findings) {
    let path = demand.path();
    let short = demand.table.short();
    findings
        .on(demand.step, format!("{path} is {}, and nothing filled it in the rows that {short} had before", demand.words))
        .label("fails on any row from before the column was added")
        .subject(column_subject(demand.table, &demand.column.name))
        .related(added.file, added.span, "added here, without a default")
        .note("on an empty table it succeeds, so no test shows it")
        .help(format!(
            "fill the old rows in a release before this one, in batches, each in a transaction of its own, until no row is \
             left:\n{}\nif that was done outside SQL, say so there: -- switchback: backfill {path} job(<name>)",
            demand.backfill()
        ))
        .emit();
}
