//! See `rules/index-not-concurrent.md`.

use super::support::{add_concurrently, edit, lasting, leave_first, moved, partition, with_impacts};
use crate::fix::Fix;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::OperationKind;
use crate::syntax::name::Quoted;
use crate::syntax::object::CreateIndex;
use crate::syntax::span::Span;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    let OperationKind::CreateIndex { table, def } = &step.operation.kind else { return };
    if def.concurrently || lasting(step).next().is_none() {
        return;
    }
    let index = def.name.as_ref().map_or_else(|| "an index".to_owned(), |name| format!("index {}", Quoted(&name.name)));
    let mut builder = findings
        .on(step, format!("building {index} stops writes to {} until it is done", table.short()))
        .at(edit::place(step, def.head))
        .label("without CONCURRENTLY")
        .subject(table.to_string());
    builder = with_impacts(builder, lasting(step));
    if is_partitioned(step) {
        builder.help(partition::index_help(step, table, def)).emit();
        return;
    }
    if def.if_not_exists {
        builder = builder.note(
            "with CONCURRENTLY, IF NOT EXISTS has to go: a build that fails leaves an invalid index behind, which a second \
             try would take for the finished one",
        );
    }
    if let Some(fix) = add_concurrently(step, concurrently(step, def)).or_else(|| moved(step, release, def)) {
        builder = builder.fix(fix);
    }
    builder.help(help(step, def)).emit();
}

/// A fix that builds the index in a migration of its own.
fn moved(step: &Step<'_>, release: &Release<'_>, def: &CreateIndex) -> Option<Fix> {
    let sql = edit::inserted(step, concurrently(step, def), " CONCURRENTLY")?;
    moved::outside(step, release, moved::built(step, def, sql))
}

fn is_partitioned(step: &Step<'_>) -> bool {
    step.before.table.as_ref().is_some_and(|table| table.partitioned)
}

fn help(step: &Step<'_>, def: &CreateIndex) -> String {
    let sql = edit::inserted(step, concurrently(step, def), " CONCURRENTLY")
        .map_or_else(String::new, |sql| format!(":\n{sql};"));
    format!("{}build it without stopping writes{sql}", leave_first(step))
}

/// Where `CONCURRENTLY` goes: in the place of `IF NOT EXISTS`, if that is written.
fn concurrently(step: &Step<'_>, def: &CreateIndex) -> Span {
    match def.name.as_ref().filter(|_| def.if_not_exists && !edit::is_elsewhere(step)) {
        Some(name) => {
            let words = edit::text(step, Span::new(def.head.end, name.span.start)).trim_end();
            let length = u32::try_from(words.len()).unwrap_or_default();
            Span::new(def.head.end, def.head.end.saturating_add(length))
        }
        None => Span::new(def.head.end, def.head.end),
    }
}
