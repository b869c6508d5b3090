//! See `rules/index-drop-not-concurrent.md`.

use std::collections::BTreeMap;

use super::support::{add_concurrently, blocking, edit, leave_first, moved, on_new_relation, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::Index;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::object::{Drop, ObjectKind};
use crate::syntax::span::Span;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let made: BTreeMap<QName, usize> =
        release.steps.iter().enumerate().filter_map(|(at, step)| Some((made(step)?, at))).collect();
    for (at, step) in release.steps.iter().enumerate() {
        let OperationKind::Drop { kind: ObjectKind::Index, name, def, .. } = &step.operation.kind else { continue };
        let new = on_new_relation(step, release) || step.is_new(release, step.before.origin);
        // The start of a script that may run on an empty database, or one that is run again.
        let never_seen =
            step.operation.guarded && !step.before.known && made.get(name).is_some_and(|later| *later > at);
        if !def.concurrently && !new && !never_seen && !is_refused(step, name) && !is_locked(step) {
            report(step, release, name, def, findings);
        }
    }
}

/// The name of an index that is made here.
fn made(step: &Step<'_>) -> Option<QName> {
    let OperationKind::CreateIndex { table, def } = &step.operation.kind else { return None };
    let name = def.name.as_ref()?;
    Some(QName { schema: table.schema.clone(), name: name.name.clone() })
}

/// Whether the transaction keeps everybody off the table already: then the drop makes nobody wait for longer.
fn is_locked(step: &Step<'_>) -> bool {
    let Some(table) = &step.before.table else { return false };
    step.session.held().iter().any(|held| held.relation == table.name && held.mode.blocks_reads())
}

fn report(step: &Step<'_>, release: &Release<'_>, name: &QName, def: &Drop, findings: &mut Findings) {
    let table = step.before.table.as_ref().map_or_else(|| "its table".to_owned(), |table| table.name.short());
    let mut builder = findings
        .on(step, format!("dropping index {} stops reads and writes of {table} while it waits its turn", name.short()))
        .label("without CONCURRENTLY")
        .subject(name.to_string());
    builder = with_impacts(builder, blocking(step));
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    let at = Span::new(def.head.end, def.head.end);
    let moved = || moved::outside(step, release, moved::dropped(step, name, concurrently(step, def)));
    if def.names.len() == 1
        && !def.cascade
        && let Some(fix) = add_concurrently(step, at).or_else(moved)
    {
        builder = builder.fix(fix);
    }
    builder.help(help(step, name, def)).emit();
}

/// The statement with `CONCURRENTLY` in it.
fn concurrently(step: &Step<'_>, def: &Drop) -> String {
    let rest = Span::new(def.head.end, step.statement.span.end);
    format!("{} CONCURRENTLY{}", edit::text(step, def.head), edit::text(step, rest))
}

/// The server refuses `CONCURRENTLY` for the index of a partitioned table, and to drop that of a constraint at all.
fn is_refused(step: &Step<'_>, name: &QName) -> bool {
    let of_constraint = |index: &Index| index.constraint.is_some();
    step.before
        .table
        .as_ref()
        .is_some_and(|table| table.partitioned || table.index(&name.name).is_some_and(of_constraint))
}

fn help(step: &Step<'_>, name: &QName, def: &Drop) -> String {
    let guard = if def.if_exists { "IF EXISTS " } else { "" };
    let sql = format!("DROP INDEX CONCURRENTLY {guard}{};", name.short());
    let alone = if def.names.len() > 1 { " (one statement for each index)" } else { "" };
    format!("{}drop it without stopping anybody{alone}:\n{sql}", leave_first(step))
}
