//! See `rules/wide-index.md`.

use super::support::added::is_temporary;
use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Quoted;
use crate::syntax::object::CreateIndex;
use crate::syntax::span::Span;

/// Key columns from which an index is wide.
const WIDE: usize = 4;

/// Key columns that the help keeps.
const KEPT: usize = 3;

pub(crate) fn check(step: &Step<'_>, _: &Release<'_>, findings: &mut Findings) {
    let OperationKind::CreateIndex { table, def } = &step.operation.kind else { return };
    // Other methods look each column up by itself: gin and brin gain by every one.
    let btree = def.method.as_deref().is_none_or(|method| method == "btree");
    if def.unique || !btree || def.keys.len() < WIDE || is_temporary(step) {
        return;
    }
    let name = def.name.as_ref().map_or_else(|| "the index".to_owned(), |name| format!("index {}", Quoted(&name.name)));
    let place = def.keys.iter().flatten().map(|key| key.span).reduce(Span::to).unwrap_or(step.operation.span);
    findings
        .on(step, format!("{name} on {} has {} key columns", table.short(), def.keys.len()))
        .at(edit::place(step, place))
        .label("each row pays for every column, on every write")
        .subject(table.to_string())
        .help(help(table, def))
        .emit();
}

fn help(table: &QName, def: &CreateIndex) -> String {
    let names: Option<Vec<_>> = def.keys.iter().map(|key| Some(Quoted(&key.as_ref()?.name).to_string())).collect();
    // An expression cannot be included.
    let Some(names) = names else {
        return "keep the columns that narrow the search most".to_owned();
    };
    let (kept, rest) = names.split_at(KEPT.min(names.len()));
    let name = def.name.as_ref().map(|name| format!("{} ", Quoted(&name.name))).unwrap_or_default();
    let concurrently = if def.concurrently { "CONCURRENTLY " } else { "" };
    format!(
        "keep the columns that narrow the search most, and include those that are only read:\nCREATE INDEX \
         {concurrently}{name}ON {} ({}) INCLUDE ({});",
        table.short(),
        kept.join(", "),
        rest.join(", ")
    )
}
