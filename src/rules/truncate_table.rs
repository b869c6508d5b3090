//! See `rules/truncate-table.md`.

use std::collections::BTreeSet;

use super::support::end::End;
use super::support::{on_new_relation, with_impacts};
use crate::engine::effect::LockedKind;
use crate::finding::Level;
use crate::review::step::{Impact, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};

/// Tables a finding names.
const NAMED: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let end = End::of(release);
    let truncated: BTreeSet<&QName> = release.steps.iter().filter_map(truncated).collect();
    for (index, step) in release.steps.iter().enumerate() {
        let OperationKind::Truncate { table, cascade, .. } = &step.operation.kind else { continue };
        // What drops it is reported instead.
        if !on_new_relation(step, release) && !end.is_dropped(index) {
            report(step, table, *cascade, &reached(step, table, &truncated, release), findings);
        }
    }
}

fn truncated<'r>(step: &'r Step<'_>) -> Option<&'r QName> {
    match &step.operation.kind {
        OperationKind::Truncate { table, .. } => Some(table),
        _ => None,
    }
}

fn report(step: &Step<'_>, table: &QName, cascade: bool, reached: &[&Impact], findings: &mut Findings) {
    let short = table.short();
    let (message, label) = if reached.is_empty() {
        (format!("TRUNCATE throws away every row of {short}"), "no WHERE, and no way back")
    } else {
        let names: Vec<_> = reached.iter().take(NAMED).map(|impact| impact.relation.short()).collect();
        let more = reached.len() - names.len();
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        (format!("TRUNCATE of {short} empties {}{more} as well", names.join(", ")), "CASCADE follows the foreign keys")
    };
    let mut builder = findings.on(step, message).label(label).subject(table.to_string());
    if !reached.is_empty() {
        builder = builder.at_least(Level::Error);
    }
    let own = step.impacts.iter().filter(|impact| impact.relation == *table);
    builder = with_impacts(builder, own.chain(reached.iter().copied()));
    if cascade && reached.is_empty() {
        builder = builder.note(format!("which tables refer to {short} is not known; CASCADE empties those too"));
    }
    builder.help(help(table, reached)).emit();
}

fn help(table: &QName, reached: &[&Impact]) -> String {
    let short = table.short();
    if reached.is_empty() {
        let copy = QName { schema: table.schema.clone(), name: format!("{}_before", table.name).into() };
        return format!(
            "keep a copy if there is no other, and delete only the rows that have to go, in batches:\nCREATE TABLE {} AS \
             TABLE {short};\nDELETE FROM {short} WHERE …;",
            copy.short()
        );
    }
    let names: Vec<_> = reached.iter().map(|impact| impact.relation.short()).collect();
    format!("if all of them are to be emptied, say so without CASCADE:\nTRUNCATE {short}, {};", names.join(", "))
}

/// The tables of earlier releases that `CASCADE` empties: neither its partitions, which hold its own rows, nor tables
/// that the release empties by name.
fn reached<'s>(
    step: &'s Step<'_>,
    table: &QName,
    truncated: &BTreeSet<&QName>,
    release: &Release<'_>,
) -> Vec<&'s Impact> {
    let own: BTreeSet<QName> = release.after.partitions_deep(table).into_iter().collect();
    let other = |impact: &&Impact| {
        let relation = &impact.relation;
        impact.kind == LockedKind::Table
            && impact.mode.blocks_reads()
            && relation != table
            && !own.contains(relation)
            && !truncated.contains(relation)
    };
    step.impacts.iter().filter(other).collect()
}
