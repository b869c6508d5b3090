//! Changes of rows that go over a whole table.

use super::backfill::{Job, Work};
use super::change::{Found, Scene};
use super::step::{Phase, Release, Serves};
use crate::schema::operation::OperationKind;
use crate::syntax::assigned::{assignments, condition};
use crate::syntax::query::{Reach, RowVerb};

/// An `UPDATE` or `DELETE` of any number of rows.
pub(super) fn changed(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let OperationKind::ChangeRows { table: name, change } = &unit.operation.kind else { return None };
    let sweeps = matches!(change.reach, Reach::Everything | Reach::Filtered);
    if !sweeps || unit.operation.body.is_some() || unit.is_new(name, scene.file) {
        return None;
    }
    let short = name.short();
    let what = match change.verb {
        RowVerb::Update => format!("update rows of {short}"),
        RowVerb::Delete => format!("delete rows of {short}"),
        RowVerb::Insert | RowVerb::Merge => return None,
    };
    let Some(table) = unit.before.table(name) else {
        let why = format!("the history does not know {short}: name the migrations that made it with --migrations");
        return Some(Found::none(vec![at], what, why));
    };
    if !change.query.reads.is_empty() {
        let why = "it reads other tables as well: write its batches by hand, by a range of the key";
        return Some(Found::none(vec![at], what, why));
    }
    let filter = condition(scene.draft.text, change).map(|span| scene.draft.text_of(span).to_owned());
    let work = if change.verb == RowVerb::Delete {
        Work::Delete { filter }
    } else {
        let set = assignments(scene.draft.text, change)?;
        let set: Vec<String> = set
            .iter()
            .map(|(column, value)| format!("{} = {}", super::write::quoted(&column.name), value.trim()))
            .collect();
        Work::UpdateOnce { set: set.join(", "), filter }
    };
    let ending = if change.verb == RowVerb::Delete { "delete" } else { "update" };
    let job = Job { table, base: format!("{}_{ending}", name.name), words: what.clone(), work, left: None };
    let Some(step) = job.step(scene.options) else {
        let why = format!("{short} has no primary key, by which its rows could be told apart");
        return Some(Found::none(vec![at], what, why));
    };
    let steps = vec![step, job.removed(scene.options)];
    let release = Release { phase: Phase::Backfill, steps, then: Vec::new(), serves: Serves::BOTH };
    Some(Found::new(vec![at], what, vec![release]))
}
