//! How far the replacement of a thing has got when it is taken away.

use super::{Ledger, Phase, ShapeId, Sync, Transition};

/// What the ledger knows of the replacement of one shape, before one operation.
#[derive(Clone, Debug)]
pub struct Standing<'l> {
    /// The transition.
    pub transition: &'l Transition,
    /// What still fills one side from the other.
    pub syncs: Vec<&'l Sync>,
}

impl Ledger {
    /// The replacements of `id` that an earlier release than `release` began, seen just before the operation `order`.
    pub fn standing(&self, id: ShapeId, release: u32, order: u32) -> Vec<Standing<'_>> {
        let begun = self.away(id).filter(|transition| {
            transition.moves.first().is_some_and(|step| step.event.at.release < release && step.event.order < order)
        });
        begun.map(|transition| Standing { transition, syncs: self.between(transition, order) }).collect()
    }

    /// What keeps the two sides of a transition in step just before the operation `order`.
    pub fn between(&self, transition: &Transition, order: u32) -> Vec<&Sync> {
        let sides = |sync: &Sync| {
            let (old, new) = (&transition.old, &transition.new);
            (old.contains(&sync.from) && new.contains(&sync.to)) || (new.contains(&sync.from) && old.contains(&sync.to))
        };
        let open = |sync: &Sync| sync.started.order < order && sync.ended.is_none_or(|end| end.order >= order);
        let of = transition.old.iter().filter_map(|id| self.synced.get(id)).flatten();
        let of = of.filter_map(|index| self.syncs.get(*index));
        of.filter(|sync| sides(sync) && open(sync)).collect()
    }
}

impl Standing<'_> {
    /// Whether the transition had reached `phase` in an earlier release than `release`.
    pub fn reached_before(&self, phase: Phase, release: u32) -> bool {
        self.transition.moves.iter().any(|step| step.phase == phase && step.event.at.release < release)
    }
}
