//! See `rules/leftover-sync.md`.

use std::collections::BTreeSet;

use super::support::removal::removals;
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::transition::SyncedBy;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let mut told: BTreeSet<&QName> = BTreeSet::new();
    for removal in &removals(release) {
        let Some(id) = removal.step.shape else { continue };
        for sync in release.ledger.syncs_of(id) {
            let SyncedBy::Trigger { function, .. } = &sync.by else { continue };
            let called = release.after.links.triggered.get(function).is_some_and(|tables| !tables.is_empty());
            if called || !release.after.functions.contains_key(function) || !told.insert(function) {
                continue;
            }
            let (name, words) = (function.short(), removal.what.words());
            findings
                .on(removal.step, format!("{words} goes, and function {name} that kept it in step stays behind"))
                .label("its sync is over")
                .subject(function.to_string())
                .related(sync.started.at.file, sync.started.at.span, "put up here")
                .note("no trigger calls it any more, and it names what is gone")
                .help(format!("drop it in this release:\nDROP FUNCTION {name}();"))
                .emit();
        }
    }
}
