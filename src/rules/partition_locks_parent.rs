//! See `rules/partition-locks-parent.md`.

use std::collections::BTreeMap;

use super::support::transaction::dropped;
use super::support::{counted, edit, leave_first, with_impacts};
use crate::review::step::{Impact, Partition, Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Name, Quoted};
use crate::syntax::object::ObjectKind;
use crate::syntax::span::Span;
use crate::syntax::table::CreateTable;

/// The first version that detaches a partition while its parent stays in use.
const CONCURRENT_DETACH: u16 = 14;

/// A partition that comes or goes.
enum Change<'s> {
    Created(&'s QName, &'s CreateTable),
    Detached(&'s Name),
    Dropped(&'s QName),
}

/// The first statement of a file that stops one partitioned table, and how many more do.
struct Stopped<'r, 'a> {
    step: &'r Step<'a>,
    change: Change<'r>,
    parent: &'r Impact,
    more: usize,
}

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let dropped = dropped(release);
    let mut stopped: BTreeMap<(u32, &QName), Stopped<'_, '_>> = BTreeMap::new();
    for step in &release.steps {
        let Some((change, parent)) = change(step) else { continue };
        if dropped.contains(&parent.relation) {
            continue;
        }
        stopped.entry((step.file, &parent.relation)).and_modify(|stopped| stopped.more += 1).or_insert(Stopped {
            step,
            change,
            parent,
            more: 0,
        });
    }
    for stopped in stopped.values() {
        report(stopped, release, findings);
    }
}

fn change<'s>(step: &'s Step<'_>) -> Option<(Change<'s>, &'s Impact)> {
    let known = step.before.partition.as_ref().and_then(|partition| partition.parent.as_ref());
    let (change, parent) = match &step.operation.kind {
        OperationKind::CreateTable { table, def } => {
            (Change::Created(table, def), def.partition_of.as_ref()?.parent.last())
        }
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::DetachPartition { partition, concurrently: false, finalize: false } => {
                (Change::Detached(partition), &relation.name)
            }
            _ => return None,
        },
        OperationKind::Drop { kind: ObjectKind::Table | ObjectKind::ForeignTable, name, .. } => {
            (Change::Dropped(name), &known?.name.name)
        }
        _ => return None,
    };
    let is_parent = |impact: &&Impact| match known {
        Some(parent) => impact.relation == parent.name,
        None => impact.relation.name == *parent,
    };
    let impact = step.impacts.iter().filter(|impact| impact.mode.blocks_reads()).find(is_parent)?;
    Some((change, impact))
}

fn report(stopped: &Stopped<'_, '_>, release: &Release<'_>, findings: &mut Findings) {
    let Stopped { step, change, parent, more } = stopped;
    let short = parent.relation.short();
    let what = match change {
        Change::Created(table, _) => format!("creating partition {}", table.short()),
        Change::Detached(partition) => format!("detaching partition {partition}"),
        Change::Dropped(table) => format!("dropping partition {}", table.short()),
    };
    let mut builder = findings
        .on(step, format!("{what} stops reads and writes of all of {short}"))
        .label(format!("takes ACCESS EXCLUSIVE on {short}, not just on the partition"))
        .subject(parent.relation.to_string());
    let beside = |impact: &&Impact| impact.relation != parent.relation && !impact.lasts() && impact.mode.blocks_reads();
    builder = with_impacts(builder, std::iter::once(*parent).chain(step.impacts.iter().filter(beside)));
    if *more > 0 {
        builder = builder.note(format!("so does {} of this file", counted(*more, "more statement")));
    }
    let none = Partition::default();
    let partition = step.before.partition.as_deref().unwrap_or(&none);
    let help = match change {
        Change::Created(table, def) => created_help(step, &short, table, def, partition),
        Change::Detached(name) => detached_help(step, &short, &name.to_string(), partition, release.version),
        Change::Dropped(table) => dropped_help(&short, table, partition, release.version),
    };
    builder.help(help).emit();
}

fn created_help(step: &Step<'_>, parent: &str, table: &QName, def: &CreateTable, partition: &Partition) -> String {
    let short = table.short();
    let bounds = bounds(step, def).unwrap_or("FOR VALUES …");
    let default = partition.default.as_ref().map_or_else(String::new, |default| {
        format!(", after a validated check on {} that no row in it belongs to the new partition", default.name.short())
    });
    format!(
        "create it as a table of its own and attach it, which lets {parent} go on{default}:\nCREATE TABLE {short} (LIKE \
         {parent} INCLUDING ALL);\nALTER TABLE {parent} ATTACH PARTITION {short} {bounds};"
    )
}

/// The bounds as written, if nothing else stands after the parent's name.
fn bounds<'s>(step: &'s Step<'_>, def: &CreateTable) -> Option<&'s str> {
    let after = def.partition_of.as_ref()?.parent.span().end;
    if edit::is_elsewhere(step) || def.partition_by.is_some() || !def.columns.is_empty() || !def.constraints.is_empty()
    {
        return None;
    }
    let text = edit::text(step, Span::new(after, step.operation.span.end)).trim();
    let one_line = text.len() < edit::LONGEST as usize && !text.to_uppercase().contains(") WITH");
    Some(text).filter(|_| one_line)
}

fn detached_help(step: &Step<'_>, parent: &str, name: &str, partition: &Partition, version: u16) -> String {
    if version < CONCURRENT_DETACH {
        return quiet("before version 14 there is no gentler form");
    }
    if let Some(default) = default_of(partition) {
        return quiet(&format!(
            "the server refuses CONCURRENTLY as long as {parent} has a default partition, {default}"
        ));
    }
    format!(
        "{}detach it in two steps that wait for queries instead of stopping them:\nALTER TABLE {parent} DETACH PARTITION \
         {name} CONCURRENTLY;",
        leave_first(step)
    )
}

fn dropped_help(parent: &str, table: &QName, partition: &Partition, version: u16) -> String {
    if version < CONCURRENT_DETACH {
        return quiet("before version 14 there is no gentler form");
    }
    if let Some(default) = default_of(partition) {
        return quiet(&format!(
            "the server refuses DETACH … CONCURRENTLY as long as {parent} has a default partition, {default}"
        ));
    }
    let short = table.short();
    format!(
        "detach it first, outside a transaction, then drop what is a table of its own by then:\nALTER TABLE {parent} DETACH \
         PARTITION {short} CONCURRENTLY;\nDROP TABLE {short};"
    )
}

/// The default partition, which may be the one that goes.
fn default_of(partition: &Partition) -> Option<String> {
    let own = partition.table.as_ref().filter(|table| table.default_partition);
    partition.default.as_ref().or(own).map(|table| Quoted(&table.name.name).to_string())
}

fn quiet(why: &str) -> String {
    format!("{why}: do it alone in its transaction, with a lock_timeout, and try again when it strikes")
}
