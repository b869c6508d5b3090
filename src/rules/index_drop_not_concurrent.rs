//! See `rules/index-drop-not-concurrent.md`.

use std::collections::BTreeSet;

use super::support::{add_concurrently, blocking, leave_transaction, on_new_relation, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::object::{Drop, ObjectKind};

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let made: BTreeSet<QName> = release.steps.iter().filter_map(|step| made_on_new_table(step, release)).collect();
    for step in &release.steps {
        let OperationKind::Drop { kind: ObjectKind::Index, name, def, .. } = &step.operation.kind else { continue };
        let new = on_new_relation(step, release) || step.is_new(release, step.before.origin);
        // The start of a script that may run on an empty database.
        let never_seen = step.operation.guarded && !step.before.known && made.contains(name);
        if !def.concurrently && !new && !never_seen && !is_partitioned(step) {
            report(step, name, def, findings);
        }
    }
}

/// The name of an index made on a table that is made here as well.
fn made_on_new_table(step: &Step<'_>, release: &Release<'_>) -> Option<QName> {
    let OperationKind::CreateIndex { table, def } = &step.operation.kind else { return None };
    let name = def.name.as_ref().filter(|_| step.on_new_table(release))?;
    Some(QName { schema: table.schema.clone(), name: name.name.clone() })
}

fn report(step: &Step<'_>, name: &QName, def: &Drop, findings: &mut Findings) {
    let table = step.before.table.as_ref().map_or_else(|| "its table".to_owned(), |table| table.name.short());
    let mut builder = findings
        .on(step, format!("dropping index {} stops reads and writes of {table} while it waits its turn", name.short()))
        .label("without CONCURRENTLY")
        .subject(name.to_string());
    builder = with_impacts(builder, blocking(step));
    if let Some(assumed) = &step.effects.assumed {
        builder = builder.note(assumed);
    }
    if def.names.len() == 1
        && !def.cascade
        && let Some(fix) = add_concurrently(step, def.head.end)
    {
        builder = builder.fix(fix);
    }
    builder.help(help(step, name, def)).emit();
}

/// The server refuses `CONCURRENTLY` for the index of a partitioned table.
fn is_partitioned(step: &Step<'_>) -> bool {
    step.before.table.as_ref().is_some_and(|table| table.partitioned)
}

fn help(step: &Step<'_>, name: &QName, def: &Drop) -> String {
    let guard = if def.if_exists { "IF EXISTS " } else { "" };
    let sql = format!("DROP INDEX CONCURRENTLY {guard}{};", name.short());
    let alone = if def.names.len() > 1 { " (one statement for each index)" } else { "" };
    match step.session.transaction {
        Some(transaction) => {
            format!("{}, and drop it without stopping anybody{alone}:\n{sql}", leave_transaction(transaction))
        }
        None => format!("drop it without stopping anybody{alone}:\n{sql}"),
    }
}
