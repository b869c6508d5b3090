//! See `rules/contract-before-sync-removed.md`.

use super::support::grounds::{Grounds, Writer};
use super::support::removal::{Removal, removals};
use crate::review::step::Release;
use crate::rule::Findings;
use crate::syntax::name::Quoted;

/// Triggers that are named.
const SHOWN: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for removal in &removals(release) {
        if let Grounds::StillWritten(triggers) = &removal.grounds {
            report(removal, triggers, release, findings);
        }
    }
}

fn report(removal: &Removal<'_, '_>, triggers: &[Writer], release: &Release<'_>, findings: &mut Findings) {
    let Some(first) = triggers.first() else { return };
    let words = removal.what.words();
    let more = if triggers.len() > 1 { format!(" and {} more", triggers.len() - 1) } else { String::new() };
    let drop = |trigger: &Writer| format!("DROP TRIGGER {} ON {};", Quoted(&trigger.name), trigger.table.short());
    let drops: Vec<String> = triggers.iter().take(SHOWN).map(drop).collect();
    let message = format!(
        "{words} is dropped while trigger {} on {}{more} still names it: every write that fires it will fail",
        Quoted(&first.name),
        first.table.short()
    );
    let mut builder = findings
        .on(removal.step, message)
        .label("still written by a trigger")
        .subject(removal.what.subject())
        .note("the server does not look into the bodies of functions when a column goes; they fail when they run");
    if let Some(event) = release.ledger.put_up(&first.table, &first.name) {
        builder = builder.related(event.at.file, event.at.span, "put up here");
    }
    removal
        .usage
        .show(builder)
        .help(format!("take the trigger down first, before the column goes:\n{}", drops.join("\n")))
        .emit();
}
