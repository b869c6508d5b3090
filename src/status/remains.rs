//! What is still there because of a transition, and what of it cannot be taken back once it is gone.

use super::next::Scene;
use super::sql::is_only_caller;
use crate::syntax::name::Quoted;
use crate::transition::{Key, Kind, Part, Phase, SyncedBy, Transition};

/// Indexes and constraints of one column that are named.
const NAMED: usize = 8;

/// What cannot be taken back and still lies ahead.
pub(super) fn returns(scene: &Scene<'_>, transition: &Transition) -> Vec<String> {
    let mut found = Vec::new();
    if matches!(transition.kind, Kind::Column | Kind::Table) {
        for (table, trigger, _) in scene.triggers(transition) {
            found.push(format!(
                "dropping trigger {} on {}: what is written from then on reaches one side only",
                Quoted(trigger),
                table.short()
            ));
        }
    }
    for key in transition.old.iter().filter_map(|id| scene.alive(*id)) {
        let words = key.words();
        match &key.part {
            Part::Column(_) => found.push(format!("dropping {words}: its data is gone")),
            Part::Whole if scene.catalog.table(&key.owner).is_some() => {
                found.push(format!("dropping {words}: its rows are gone"));
            }
            Part::Value(_) => found.push(format!("moving the columns to a type without {words}")),
            Part::Whole | Part::Constraint(_) | Part::Index => {}
        }
    }
    found
}

/// What must be removed at the end.
pub(super) fn leftovers(scene: &Scene<'_>, transition: &Transition) -> Vec<String> {
    let mut found = Vec::new();
    for (table, trigger, function) in scene.triggers(transition) {
        found.push(format!("trigger {} on {}", Quoted(trigger), table.short()));
        if is_only_caller(scene.catalog, function, table, trigger) {
            found.push(format!("function {}", function.short()));
        }
    }
    for sync in scene.syncs(transition) {
        if let SyncedBy::Declared(who) = &sync.by {
            let words = format!("the writes to both by {who}");
            if !found.contains(&words) {
                found.push(words);
            }
        }
    }
    let taken_over = transition.kind == Kind::Constraint && transition.reached(Phase::Retired).is_some();
    let of = if taken_over { &transition.new } else { &transition.old };
    for key in of.iter().filter_map(|id| scene.alive(*id)) {
        found.push(match &key.part {
            Part::Column(_) => format!("column {}", key.words()),
            Part::Constraint(_) => format!("constraint {}", key.words()),
            Part::Value(_) => format!("value {}", key.words()),
            Part::Index => format!("index {}", key.words()),
            Part::Whole if scene.catalog.view(&key.owner).is_some() => format!("view {}", key.words()),
            Part::Whole => format!("table {}", key.words()),
        });
        found.extend(depending(scene, key));
    }
    found
}

/// What stands on an old column and goes with it.
fn depending(scene: &Scene<'_>, key: &Key) -> Vec<String> {
    let Part::Column(column) = &key.part else { return Vec::new() };
    let Some(table) = scene.catalog.table(&key.owner) else { return Vec::new() };
    let indexes = table.indexes.iter().filter(|index| index.constraint.is_none() && index.columns.contains(column));
    let indexes = indexes.map(|index| format!("index {}, which goes with it", Quoted(&index.name)));
    let constraints = table.constraints.iter().filter(|constraint| constraint.columns.contains(column));
    let constraints = constraints.map(|one| format!("constraint {}, which goes with it", Quoted(&one.name)));
    indexes.chain(constraints).take(NAMED).collect()
}
