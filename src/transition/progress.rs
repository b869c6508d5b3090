//! How far a transition has got, whether it is one at all, and what comes next.

use std::collections::BTreeSet;

use super::likeness::{alike, is_derived, is_retired};
use super::{Coverage, Kind, Ledger, Part, Phase, ShapeId, SyncedBy, Transition};
use crate::schema::operation::QName;

/// Transitions of one old shape that are compared: there are rarely two.
const OTHERS: usize = 16;

/// Shapes of either side of one transition that are compared with the other side.
const COMPARED: usize = 64;

/// Every old shape with every new one.
fn pairs(transition: &Transition) -> impl Iterator<Item = (&ShapeId, &ShapeId)> {
    let new = || transition.new.iter().take(COMPARED);
    transition.old.iter().take(COMPARED).flat_map(move |old| new().map(move |new| (old, new)))
}

impl Ledger {
    /// Whether what was inferred is a replacement, rather than one thing worked out from another that both stay: a comment
    /// says so, the old shape is on its way out or gone, or names, sync and backfill all speak for it.
    pub fn is_replacement(&self, transition: &Transition) -> bool {
        let moved = |phase| transition.reached(phase).is_some();
        if transition.declared.is_some() {
            return true;
        }
        if self.is_backup(transition) {
            return false;
        }
        if moved(Phase::Contracted) && transition.kind != Kind::Constraint {
            return self.is_contracted(transition);
        }
        if self.is_leaving(transition) {
            return true;
        }
        match transition.kind {
            Kind::Constraint => true,
            Kind::Value => moved(Phase::Backfilled),
            // Two that find the same may both be wanted, unless their names say otherwise.
            Kind::Index => self.any_shadow(transition),
            Kind::Table => {
                let view = self.between(transition, u32::MAX).iter().any(|sync| sync.by == SyncedBy::View);
                // Rows of one table seed another one all the time, and triggers keep sums of them.
                view || (moved(Phase::Backfilled) && self.any_shadow(transition))
            }
            Kind::Column => {
                let triggered = self.by_trigger(transition)
                    && self.on_one_table(transition)
                    && self.names_alike(transition)
                    && !self.any_new(transition, is_derived);
                moved(Phase::Backfilled) && (triggered || self.is_copy(transition))
            }
        }
    }

    /// The transitions that replace something. Columns that go with their table belong to the transition of the table.
    pub fn tracked(&self) -> Vec<&Transition> {
        let found: Vec<&Transition> = self.transitions().iter().filter(|one| self.is_replacement(one)).collect();
        let owner = |id: &ShapeId| self.shape(*id).map(|shape| &shape.key.owner);
        let tables: BTreeSet<(&QName, &QName)> = found
            .iter()
            .filter(|one| one.kind == Kind::Table)
            .flat_map(|one| pairs(one))
            .filter_map(|(old, new)| Some((owner(old)?, owner(new)?)))
            .collect();
        let of_table = |one: &Transition| {
            let mut pairs = pairs(one).filter_map(|(old, new)| Some((owner(old)?, owner(new)?)));
            one.kind == Kind::Column && one.declared.is_none() && pairs.all(|pair| tables.contains(&pair))
        };
        found.into_iter().filter(|one| !of_table(one)).collect()
    }

    /// Whether something of the old is on its way out, and not just written less strictly: its name says so, or it is one
    /// of the columns beside the new ones.
    fn is_leaving(&self, transition: &Transition) -> bool {
        let named = transition.old.iter().any(|old| is_retired(&self.own_name(*old)));
        transition.reached(Phase::Retired).is_some() && (named || self.on_one_table(transition))
    }

    /// Whether the new is only kept in case the old is missed: its table or schema says so.
    fn is_backup(&self, transition: &Transition) -> bool {
        let owner = |id: &ShapeId| self.shape(*id).map(|shape| &shape.key.owner);
        let kept = |id: &ShapeId| owner(id).is_some_and(|owner| is_retired(&owner.name) || is_retired(&owner.schema));
        let copied = matches!(transition.kind, Kind::Column | Kind::Table);
        copied && !transition.new.is_empty() && transition.new.iter().all(kept)
    }

    /// Whether the old is gone, and not with the new in one sweep, nor for something else that replaced it.
    fn is_contracted(&self, transition: &Transition) -> bool {
        let Some(step) = transition.reached(Phase::Contracted) else { return false };
        let outlived = |id: &ShapeId| {
            self.shape(*id).and_then(|shape| shape.ended).is_none_or(|ended| ended.order > step.event.order)
        };
        let beside = |other: &Transition| {
            other.kind == Kind::Column && other.reached(Phase::Contracted).is_some() && self.on_one_table(other)
        };
        let mut others = transition.old.iter().flat_map(|old| self.away(*old).take(OTHERS));
        let replaced = transition.kind == Kind::Column && !self.on_one_table(transition) && others.any(beside);
        !replaced && (transition.new.is_empty() || transition.new.iter().any(outlived))
    }

    fn by_trigger(&self, transition: &Transition) -> bool {
        self.between(transition, u32::MAX).iter().any(|sync| matches!(sync.by, SyncedBy::Trigger { .. }))
    }

    fn on_one_table(&self, transition: &Transition) -> bool {
        let all = transition.old.iter().chain(&transition.new);
        let mut owners = all.filter_map(|id| self.shape(*id)).map(|shape| &shape.key.owner);
        let first = owners.next();
        owners.all(|owner| Some(owner) == first)
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
        pairs(transition).any(|(old, new)| alike(&self.own_name(*old), &self.own_name(*new)))
    }

    fn any_shadow(&self, transition: &Transition) -> bool {
        pairs(transition).any(|(old, new)| self.is_shadow(*old, *new))
    }

    fn any_new(&self, transition: &Transition, says: fn(&str) -> bool) -> bool {
        transition.new.iter().any(|new| says(&self.own_name(*new)))
    }

    /// The name without its table.
    pub(super) fn own_name(&self, id: ShapeId) -> String {
        self.shape(id).map_or_else(String::new, |shape| match &shape.key.part {
            Part::Whole | Part::Index => shape.key.owner.name.to_string(),
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
            Kind::Index => vec![Phase::Expanded, Phase::Contracted],
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
