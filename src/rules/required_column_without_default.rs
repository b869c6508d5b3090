//! See `rules/required-column-without-default.md`.

use super::support::{action, column_path, column_subject, edit};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::expr::Shape;
use crate::syntax::name::Quoted;
use crate::syntax::span::Span;
use crate::syntax::table::ColumnDef;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    let Some((table, action)) = action(step) else { return };
    let ActionKind::AddColumn { column, if_not_exists } = &action.kind else { return };
    let exists = *if_not_exists && step.column(&column.name.name).is_some();
    if exists || step.on_new_table(release) || fills_itself(column) {
        return;
    }
    if let Some(not_null) = column.not_null {
        report(step, table, column, not_null, findings);
    }
}

/// Whether rows get a value without being given one.
fn fills_itself(column: &ColumnDef) -> bool {
    column.default.as_ref().is_some_and(|default| default.shape != Shape::Null)
        || column.identity.is_some()
        || column.generated.is_some()
        || column.data_type.as_ref().is_some_and(|data_type| data_type.serial)
}

fn report(step: &Step<'_>, table: &QName, column: &ColumnDef, not_null: Span, findings: &mut Findings) {
    let path = column_path(table, &column.name.name);
    let name = Quoted(&column.name.name);
    let short = table.short();
    let data_type = column.data_type.as_ref().map_or("<type>", |data_type| edit::text(step, data_type.span));
    findings
        .on(step, format!("{path} is NOT NULL without a default: adding it fails as soon as {short} has a row"))
        .at(edit::place(step, not_null))
        .label("no value for the rows that are there")
        .subject(column_subject(table, &column.name.name))
        .note(format!("the previous release does not know the column, so every row it inserts into {short} is refused"))
        .help(format!(
            "give it a constant default, which costs nothing, or add it nullable, fill it and require it later:\nALTER \
             TABLE {short} ADD COLUMN {name} {data_type} NOT NULL DEFAULT <value>;"
        ))
        .emit();
}
