//! See `rules/required-column.md`.

use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::operation::{OperationKind, QName};
use crate::settings::policy::RequiredColumn;
use crate::syntax::name::Quoted;
use crate::syntax::table::CreateTable;
use crate::syntax::types::DataType;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let required = &release.settings.policy.required_columns;
    if required.is_empty() {
        return;
    }
    for step in &release.steps {
        if let OperationKind::CreateTable { table, def } = &step.operation.kind
            && !def.temporary
            && !def.foreign
            // A partition has the columns of its parent.
            && def.partition_of.is_none()
            // It is there already.
            && step.before.table.as_ref().is_none_or(|known| known.origin.is_none())
        {
            judge(step, release, table, def, findings);
        }
    }
}

/// What counts is the table that the release leaves behind, where all its columns are known.
fn judge(step: &Step<'_>, release: &Release<'_>, table: &QName, def: &CreateTable, findings: &mut Findings) {
    let Some(after) = release.after.table(table).filter(|after| after.complete) else { return };
    let mut missing: Vec<&RequiredColumn> = Vec::new();
    for required in &release.settings.policy.required_columns {
        match after.column(&required.name) {
            None => missing.push(required),
            Some(column) => {
                if let Some(found) = column.data_type.as_ref().filter(|found| !required.accepts(found)) {
                    wrong_type(step, table, def, required, found, findings);
                }
            }
        }
    }
    if missing.is_empty() {
        return;
    }
    let names: Vec<_> = missing.iter().map(|column| Quoted(&column.name).to_string()).collect();
    let lines: Vec<&str> = missing.iter().map(|column| &*column.written).collect();
    let noun = if names.len() == 1 { "column" } else { "columns" };
    findings
        .on(step, format!("new table {} lacks the required {noun} {}", table.short(), names.join(", ")))
        .at(edit::place(step, def.name.span()))
        .label(format!("no {}", names.join(", no ")))
        .subject(table.to_string())
        .help(format!("add to it ([policy] required-columns in switchback.toml):\n{}", lines.join(",\n")))
        .emit();
}

fn wrong_type(
    step: &Step<'_>,
    table: &QName,
    def: &CreateTable,
    required: &RequiredColumn,
    found: &DataType,
    findings: &mut Findings,
) {
    let written = def.columns.iter().find(|column| column.name.name == required.name);
    let place = written.and_then(|column| column.data_type.as_ref()).map_or(def.name.span(), |written| written.span);
    findings
        .on(
            step,
            format!(
                "the required column {} of new table {} is {}",
                Quoted(&required.name),
                table.short(),
                edit::type_words(found)
            ),
        )
        .at(edit::place(step, place))
        .label("not the required type")
        .subject(table.to_string())
        .help(format!("declare it as ([policy] required-columns in switchback.toml):\n{}", required.written))
        .emit();
}
