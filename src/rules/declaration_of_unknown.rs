//! See `rules/declaration-of-unknown.md`.

use crate::review::step::Release;
use crate::rule::Findings;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for (file, span) in release.unknown_declarations {
        findings
            .at(*file, *span, "this comment names a table or column that the history does not know")
            .label("nothing of this name")
            .help(
                "write the name as it is when this file has run, `table.column` or `schema.table.column`; a comment on \
                 what an earlier file dropped says nothing any more",
            )
            .emit();
    }
}
