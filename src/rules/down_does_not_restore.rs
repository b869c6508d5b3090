//! See `rules/down-does-not-restore.md`.

use super::support::way_back::{name, place};
use crate::review::step::Release;
use crate::review::way_back::Means;
use crate::rule::Findings;

/// Differences that are spelled out.
const MOST_SHOWN: usize = 6;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for way in release.ways_back.iter().filter(|way| way.means == Means::Statements && !way.unread) {
        let [first, others @ ..] = way.left.as_slice() else { continue };
        let path = name(way);
        let message = format!("after {path} {}", first.words);
        let mut builder = findings.at(way.file, place(release, way, first), message).label("this is not taken back");
        for other in others.iter().take(MOST_SHOWN - 1) {
            builder = builder.note(format!("{}, too", other.words));
        }
        if others.len() >= MOST_SHOWN {
            builder = builder.note(format!("and {} more", others.len() + 1 - MOST_SHOWN));
        }
        builder.help(format!("undo every statement in {path}, in reverse order")).emit();
    }
}
