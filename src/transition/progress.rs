//! How far a transition has got, whether it is one at all, and what comes next.

use super::likeness::{alike, is_record};
use super::{Coverage, Kind, Ledger, Part, Phase, ShapeId, SyncedBy, Transition};

impl Ledger {
    /// Whether what was inferred is a replacement, rather than one thing worked out from another that both stay: a comment
    /// says so, the old shape is on its way out or gone, or names, sync and backfill all speak for it.
    pub fn is_replacement(&self, transition: &Transition) -> bool {
        let moved = |phase| transition.reached(phase).is_some();
        if transition.declared || moved(Phase::Retired) || moved(Phase::Contracted) {
            return true;
        }
        match transition.kind {
            Kind::Constraint => true,
            Kind::Value => moved(Phase::Backfilled),
            Kind::Table => {
                let view = self.between(transition, u32::MAX).iter().any(|sync| sync.by == SyncedBy::View);
                view || (moved(Phase::Backfilled) && self.names_alike(transition) && !self.any_records(transition))
            }
            Kind::Column => {
                let kept = self.between(transition, u32::MAX);
                let by_trigger = kept.iter().any(|sync| matches!(sync.by, SyncedBy::Trigger { .. }));
                moved(Phase::Backfilled) && (by_trigger || self.is_copy(transition))
            }
        }
    }

    /// One column filled from one other of a like name, row by row and for all rows.
    fn is_copy(&self, transition: &Transition) -> bool {
        let ([old], [new]) = (transition.old.as_slice(), transition.new.as_slice()) else { return false };
        let all =
            self.fills(*new).iter().any(|fill| fill.from == [*old] && !matches!(fill.coverage, Coverage::Batch(_)));
        all && self.is_shadow(*old, *new)
    }

    fn is_shadow(&self, old: ShapeId, new: ShapeId) -> bool {
        let (old, new) = (self.own_name(old), self.own_name(new));
        super::shadow(&new) == Some(old.as_str()) || super::shadow(&old) == Some(new.as_str())
    }

    fn names_alike(&self, transition: &Transition) -> bool {
        let pairs = transition.old.iter().flat_map(|old| transition.new.iter().map(|new| (*old, *new)));
        pairs.into_iter().any(|(old, new)| alike(&self.own_name(old), &self.own_name(new)))
    }

    fn any_records(&self, transition: &Transition) -> bool {
        transition.new.iter().any(|new| is_record(&self.own_name(*new)))
    }

    /// The name without its table.
    pub(super) fn own_name(&self, id: ShapeId) -> String {
        self.shape(id).map_or_else(String::new, |shape| match &shape.key.part {
            Part::Whole => shape.key.owner.name.to_string(),
            Part::Column(name) | Part::Constraint(name) | Part::Value(name) => name.to_string(),
        })
    }

    /// The phases this transition goes through.
    pub fn phases(&self, transition: &Transition) -> Vec<Phase> {
        match transition.kind {
            Kind::Constraint => {
                let taken_over = transition.reached(Phase::Retired).is_some();
                let mut phases = vec![Phase::Expanded, Phase::Verified];
                phases.extend(taken_over.then_some([Phase::Retired, Phase::Contracted]).into_iter().flatten());
                phases
            }
            Kind::Value => vec![Phase::Expanded, Phase::Backfilled, Phase::Contracted],
            Kind::Column | Kind::Table => Phase::ALL.to_vec(),
        }
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self, transition: &Transition) -> bool {
        let last = self.phases(transition).last().copied();
        last.is_some_and(|last| transition.reached(last).is_some()) || self.is_given_up(transition)
    }

    /// Whether the new shape is gone again, and the old one stays.
    pub fn is_given_up(&self, transition: &Transition) -> bool {
        let gone = |id: &ShapeId| self.shape(*id).is_some_and(|shape| shape.ended.is_some());
        let end = if transition.kind == Kind::Constraint { Phase::Verified } else { Phase::Contracted };
        transition.reached(end).is_none() && !transition.new.is_empty() && transition.new.iter().all(gone)
    }

    /// How much of it is done, in percent. A phase that a later one makes needless counts as done.
    pub fn percent(&self, transition: &Transition) -> u32 {
        if self.is_done(transition) {
            return 100;
        }
        let phases = self.phases(transition);
        let furthest = transition.phase();
        let done = phases.iter().filter(|phase| furthest.is_some_and(|furthest| **phase <= furthest)).count();
        let share = done * 100 / phases.len().max(1);
        u32::try_from(share).unwrap_or(100).min(99)
    }
}
