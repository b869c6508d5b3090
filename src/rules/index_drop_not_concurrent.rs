//! See `rules/index-drop-not-concurrent.md`.

use super::support::{add_concurrently, blocking, leave_transaction, on_new_relation, with_impacts};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::object::{Drop, ObjectKind};

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    let OperationKind::Drop { kind: ObjectKind::Index, name, def, .. } = &step.operation.kind else { return };
    let new = on_new_relation(step, release) || step.is_new(release, step.before.origin);
    if def.concurrently || new || is_partitioned(step) {
        return;
    }
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
