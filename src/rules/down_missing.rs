//! See `rules/down-missing.md`.

use crate::review::step::Release;
use crate::review::way_back::Means;
use crate::rule::Findings;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for way in release.ways_back.iter().filter(|way| way.usual && !way.migration.standing.repeatable) {
        // What changes nothing needs no way back.
        let Some(first) = way.left.first() else { continue };
        let name = way.migration.path.display();
        let message = match way.means {
            Means::None => format!("nothing takes {name} back"),
            Means::Empty { explained: false } => format!("what should take {name} back is empty"),
            Means::Empty { explained: true } | Means::Statements => continue,
        };
        findings
            .at(way.file, first.made.filter(|made| made.file == way.file).map_or(way.first, |made| made.span), message)
            .label("a rollback leaves this behind")
            .note("most migrations of this history can be taken back")
            .help(
                "write the statements that undo it, in reverse order; if it is not to be taken back, leave its down part \
                 empty but for a comment that says why",
            )
            .emit();
    }
}
