//! See `rules/contract-before-soak.md`.

use super::support::grounds::Grounds;
use super::support::removal::removals;
use crate::review::step::Release;
use crate::rule::Findings;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for removal in removals(release).iter().filter(|removal| removal.replacement.is_none()) {
        let Grounds::TooSoon(at, when) = &removal.grounds else { continue };
        let words = removal.what.words();
        let builder = findings
            .on(removal.step, format!("{words} is dropped {when}"))
            .label("the code had hardly time to move")
            .subject(removal.what.subject())
            .related(at.file, at.span, "the last step before this one")
            .note(
                "steps this close together ship together as often as not, and then the release that runs meanwhile still \
                 writes what is dropped; nothing keeps old and new in step",
            );
        removal
            .usage
            .show(builder)
            .help(format!(
                "drop {words} in a later release, when the one that stopped using it has run for a while; how long is \
                 enough is set by soak in [transitions]"
            ))
            .emit();
    }
}
