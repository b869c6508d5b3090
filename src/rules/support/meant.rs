//! Whether a trigger keeps an old and a new shape in step, rather than working one out from another that both stay.

use crate::review::step::Release;
use crate::transition::{Kind, Part, Phase, Sync, Transition, shadow};

/// The transition that `sync` serves, from old to new. Between tables names prove little: the base table of several
/// others, a log or a count is filled just so, and only what was said or done to the old side tells.
pub(crate) fn served<'r>(sync: &Sync, release: &Release<'r>) -> Option<&'r Transition> {
    let ledger = release.ledger;
    let transition = ledger.towards(sync.to).find(|transition| transition.old.contains(&sync.from))?;
    let (from, to) = (&ledger.shape(sync.from)?.key, &ledger.shape(sync.to)?.key);
    let told = [Phase::Retired, Phase::Contracted].into_iter().any(|phase| transition.reached(phase).is_some());
    let beside = |from: &str, to: &str| shadow(from) == Some(to) || shadow(to) == Some(from);
    let shown = match (transition.kind, &from.part, &to.part) {
        (Kind::Column, Part::Column(_), Part::Column(_)) => {
            from.owner == to.owner || beside(&from.owner.name, &to.owner.name)
        }
        (Kind::Table, ..) => beside(&from.owner.name, &to.owner.name),
        _ => false,
    };
    (shown || transition.declared.is_some() || (told && transition.kind == Kind::Column)).then_some(transition)
}
