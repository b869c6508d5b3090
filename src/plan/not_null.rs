//! Columns that must not be empty any more.

use super::backfill::{Job, Work, empty};
use super::change::{Found, Scene};
use super::proof;
use super::step::{Demand, Phase, Release, Serves};
use super::write::quoted;
use crate::syntax::alter::ActionKind;

/// `SET NOT NULL`, where the server would have to read the table for it.
pub(super) fn set(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::SetNotNull { column } = action else { return None };
    if unit.is_new(&table.name, scene.file) || scene.effects(unit).scans.is_empty() {
        return None;
    }
    let (short, name) = (table.name.short(), quoted(&column.name));
    let known = table.column(&column.name);
    let fill = scene.options.fill.get(&column.name).cloned();
    let fill = fill.or_else(|| known.and_then(|known| super::column::default(&table.name, known)));
    let mut releases = Vec::new();
    let mut proofs = proof::not_null(&table.name, std::slice::from_ref(&column.name));
    // A row that is empty cannot be updated any more once the check is there, so that the backfill comes first.
    let writers = Demand::said(format!("no code that runs writes a NULL to {short}.{name}"));
    let mut notes = Vec::new();
    if let Some(fill) = fill {
        let job = Job {
            table,
            base: format!("{}_{}", table.name.name, column.name),
            words: format!("fill {short}.{name} where it is empty"),
            work: Work::Update { set: format!("{name} = {fill}"), open: empty(table, &column.name, &fill) },
            left: Some(Demand::none(
                "the backfill is complete",
                format!("SELECT count(*) FROM {short} WHERE {name} IS NULL"),
            )),
        };
        if let Some(step) = job.step(scene.options) {
            let step = step.demands(writers);
            releases.push(Release {
                phase: Phase::Backfill,
                steps: vec![step],
                then: Vec::new(),
                serves: Serves::BOTH,
            });
            proofs.push(job.removed(scene.options));
        }
    } else {
        if let Some(first) = proofs.first_mut() {
            first.demands.push(writers);
        }
        notes.push(format!(
            "nothing says what rows get that have no {name} yet: if there are any, name it with --fill '{} = expression'",
            column.name
            ));
    }
    releases.push(Release { phase: Phase::Verify, steps: proofs, then: Vec::new(), serves: Serves::BOTH });
    Some(Found::new(vec![at], format!("make {short}.{name} NOT NULL"), releases).notes(notes))
}
