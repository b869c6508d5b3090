//! Tables that become partitions.

use super::change::{Found, Scene};
use super::proof::validated;
use super::step::{Demand, Phase, Release, Serves, Step};
use super::write::{alter, made, quoted, slug};
use crate::schema::bounds::{Bounds, may_be_proven};
use crate::schema::catalog::Table;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;

/// `ATTACH PARTITION` of a table with rows, which the server reads under the lock unless checks prove where they belong.
pub(super) fn attached(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (parent, action) = unit.action()?;
    let ActionKind::AttachPartition { partition, default: false } = action else { return None };
    let effects = scene.effects(unit);
    if effects.scans.is_empty() || unit.is_new(&parent.name, scene.file) {
        return None;
    }
    let name = unit.before.resolve(partition);
    let table = unit.before.table(&name)?;
    let what = format!("attach {} to {}", name.short(), parent.name.short());
    let tail = Span::new(partition.span().end, unit.operation.span.end);
    let bounds = Bounds::read(scene.draft.text, tail, Some(parent)).filter(Bounds::is_told)?;
    if !effects.builds.is_empty() {
        let why = format!(
            "{} lacks indexes of {}: build them CONCURRENTLY first, and plan again",
            name.short(),
            parent.name.short()
        );
        return Some(Found::none(vec![at], what, why));
    }
    let mut proofs = Vec::new();
    let mut dropped = Vec::new();
    let mut prove = |table: &Table, check: Symbol, condition: &str, words: String| {
        let broken = format!("SELECT count(*) FROM {} WHERE NOT ({condition})", table.name.short());
        proofs.extend(validated(&table.name, &check, &format!("CHECK ({condition})"), Demand::none(words, broken)));
        dropped.push((table.name.clone(), check));
    };
    if effects.scans.contains(&name) && !may_be_proven(table, &parent.partition_key) {
        let words = format!("every row of {} lies within the bounds", name.short());
        prove(table, made(&name.name, "bounds"), &bounds.inside(Some(table)), words);
    }
    let default = unit.before.default_partition(&parent.name).and_then(|default| unit.before.table(default));
    if let Some(default) = default.filter(|default| effects.scans.contains(&default.name)) {
        let words = format!("no row of {} lies within the bounds", default.name.short());
        prove(default, made(&default.name.name, &format!("not_{}", name.name)), &bounds.outside(), words);
    }
    let attach = Step::transaction(
        slug(&["attach", &name.name]),
        "attach it: the checks prove it, so that nothing is read under the lock",
        vec![unit.sql(scene.draft.text)],
    )
    .undone_by(vec![alter(&parent.name, &format!("DETACH PARTITION {}", name.short()))], "at any time");
    let cleanup = dropped.iter().map(|(table, check)| {
        Step::transaction(
            slug(&["drop", check]),
            format!("drop the check {}, which has done its work", quoted(check)),
            vec![alter(table, &format!("DROP CONSTRAINT {}", quoted(check)))],
        )
        .back("nothing to go back to: the bounds of the partition demand the same")
    });
    let steps = proofs.into_iter().chain([attach]).chain(cleanup).collect();
    let release = Release { phase: Phase::Whole, steps, then: Vec::new(), serves: Serves::BOTH };
    Some(Found::new(vec![at], what, vec![release]))
}
