//! See `rules/contract-before-sync-removed.md`.

use super::support::grounds::Grounds;
use super::support::removal::{Removal, removals};
use crate::review::step::Release;
use crate::rule::Findings;
use crate::syntax::name::Quoted;
use crate::transition::SyncedBy;

/// Triggers that are named.
const SHOWN: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for removal in &removals(release) {
        match &removal.grounds {
            Grounds::StillWritten(triggers) => still_written(removal, triggers, release, findings),
            Grounds::InStep(sync) => {
                if let SyncedBy::Trigger { table, name, .. } = &sync.by {
                    let trigger = format!("trigger {} on {}", Quoted(name), table.short());
                    still_written(removal, &[trigger], release, findings);
                }
            }
            _ => {}
        }
    }
}

fn still_written(removal: &Removal<'_, '_>, triggers: &[String], release: &Release<'_>, findings: &mut Findings) {
    let words = removal.what.words();
    let first = triggers.first().map(String::as_str).unwrap_or_default();
    let more = if triggers.len() > 1 { format!(" and {} more", triggers.len() - 1) } else { String::new() };
    let drops: Vec<String> = triggers
        .iter()
        .take(SHOWN)
        .map(|trigger| format!("DROP {};", trigger.replacen("trigger", "TRIGGER", 1).replacen(" on ", " ON ", 1)))
        .collect();
    let mut builder = findings
        .on(
            removal.step,
            format!("{words} is dropped while {first}{more} still names it: every write that fires it will fail"),
        )
        .label("still written by a trigger")
        .subject(removal.what.subject())
        .note("the server does not look into the bodies of functions when a column goes; they fail when they run");
    let syncs = release.ledger.syncs().iter().filter(|sync| sync.ended.is_none());
    let place = syncs.into_iter().find_map(|sync| match &sync.by {
        SyncedBy::Trigger { table, name, .. } if first == format!("trigger {} on {}", Quoted(name), table.short()) => {
            Some(sync.started.at)
        }
        _ => None,
    });
    if let Some(at) = place {
        builder = builder.related(at.file, at.span, "put up here");
    }
    removal
        .usage
        .show(builder)
        .help(format!("take the trigger down first, before the column goes:\n{}", drops.join("\n")))
        .emit();
}
