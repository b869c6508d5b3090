//! See `rules/autovacuum-disabled.md`.

use std::collections::BTreeMap;

use super::support::end::End;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Ident;
use crate::syntax::table::StorageOption;

/// The storage parameter.
const SWITCH: &str = "autovacuum_enabled";

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let end = End::of(release);
    // The last word on each table, and on the table of its oversized values.
    let mut last: BTreeMap<(&QName, bool), Option<(usize, &Ident)>> = BTreeMap::new();
    for (index, step) in release.steps.iter().enumerate() {
        let (options, reset) = options(step);
        let Some(table) = end.name(index) else { continue };
        for option in options.iter().filter(|option| &*option.name.name == SWITCH) {
            let off = !reset && option.truth() == Some(false);
            last.insert((table, option.toast), off.then_some((index, &option.name)));
        }
    }
    let mut off: Vec<_> = last.into_iter().filter_map(|(key, place)| Some((place?, key))).collect();
    off.sort_by_key(|((index, ident), _)| (*index, ident.span));
    for ((index, ident), (table, toast)) in off {
        let temporary = release.after.table(table).is_some_and(|found| found.temporary);
        if let Some(step) = release.steps.get(index).filter(|_| !temporary) {
            report(step, table, ident, toast, findings);
        }
    }
}

/// The storage parameters that the step sets, or resets.
fn options<'r>(step: &'r Step<'_>) -> (&'r [StorageOption], bool) {
    match &step.operation.kind {
        OperationKind::CreateTable { def, .. } => (&def.options, false),
        OperationKind::Alter { action, .. } => match &action.kind {
            ActionKind::SetOptions { options } => (options, false),
            ActionKind::ResetOptions { options } => (options, true),
            _ => (&[], false),
        },
        _ => (&[], false),
    }
}

fn report(step: &Step<'_>, table: &QName, ident: &Ident, toast: bool, findings: &mut Findings) {
    let short = table.short();
    let of = if toast { "the oversized values of " } else { "" };
    let prefix = if toast { "toast." } else { "" };
    findings
        .on(step, format!("autovacuum of {of}{short} is switched off, and nothing in this release switches it on again"))
        .at(super::support::edit::place(step, ident.span))
        .label("stays off")
        .subject(table.to_string())
        .note("dead rows pile up, the table grows, and the planner goes by statistics that are never renewed")
        .note("vacuums against wraparound run in any case, but when they come they have all of it to do at once")
        .help(format!(
            "for a bulk load, switch it on again at the end of the release:\nALTER TABLE {short} RESET ({prefix}{SWITCH});\nto \
             make vacuums rarer or gentler, say how:\nALTER TABLE {short} SET ({prefix}autovacuum_vacuum_cost_delay = 20);"
        ))
        .emit();
}
