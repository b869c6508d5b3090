//! See `rules/integer-primary-key.md`.

use super::support::added::{Added, to_table};
use super::support::{column_path, column_subject};
use crate::figures::{counted_rows, grouped};
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::syntax::name::{Ident, Quoted};
use crate::syntax::span::Span;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};
use crate::syntax::types::DataType;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    let Some(added) = to_table(step) else { return };
    // A table has only one.
    let primary = |(_, constraint): &(_, &Constraint)| matches!(constraint.kind, ConstraintKind::PrimaryKey(_));
    let Some((column, constraint)) = added.all_constraints().find(primary) else { return };
    let named = match (column, &constraint.kind) {
        (Some(column), _) => &column.name,
        (None, ConstraintKind::PrimaryKey(key)) => match key.columns.as_slice() {
            [only] => only,
            _ => return,
        },
        (None, _) => return,
    };
    let new = added.columns.iter().find(|column| column.name.name == named.name);
    // A key that refers to another table is as wide as the key over there.
    if new.is_some_and(refers) || added.constraints.iter().any(|other| refers_from(other, named)) {
        return;
    }
    let known = || step.column(&named.name).and_then(|column| column.data_type.as_ref());
    let Some(data_type) = new.map_or_else(known, |column| column.data_type.as_ref()) else { return };
    let counted = new.is_some_and(|column| column.identity.is_some());
    if let Some(key) = narrow(data_type, counted) {
        let place = if new.is_some() { data_type.span } else { constraint.span };
        report(step, release, added, named, &key, place, findings);
    }
}

/// An integer type that a table may outgrow.
struct Narrow {
    words: &'static str,
    last: u64,
    /// The server counts it up.
    counted: bool,
}

fn narrow(data_type: &DataType, counted: bool) -> Option<Narrow> {
    let (plain, serial, last) = match &*data_type.name {
        _ if data_type.schema.is_some() || data_type.array > 0 => return None,
        "int2" => ("smallint", "smallserial", 32_767),
        "int4" => ("integer", "serial", 2_147_483_647),
        _ => return None,
    };
    Some(Narrow { words: if data_type.serial { serial } else { plain }, last, counted: counted || data_type.serial })
}

fn refers(column: &ColumnDef) -> bool {
    column.constraints.iter().any(|constraint| matches!(constraint.kind, ConstraintKind::ForeignKey(_)))
}

fn refers_from(constraint: &Constraint, column: &Ident) -> bool {
    matches!(&constraint.kind, ConstraintKind::ForeignKey(key) if matches!(key.columns.as_slice(), [only] if only.name == column.name))
}

fn report(
    step: &Step<'_>,
    release: &Release<'_>,
    added: Added<'_>,
    column: &Ident,
    key: &Narrow,
    place: Span,
    findings: &mut Findings,
) {
    let path = column_path(added.table, &column.name);
    let name = Quoted(&column.name);
    let mut builder = findings
        .on(step, format!("the primary key {path} is {}, which ends at {}", key.words, grouped(key.last)))
        .at(place)
        .label("cannot be widened without a rewrite")
        .subject(column_subject(added.table, &column.name))
        .note("widening it later rewrites the table, and every table that refers to it has to follow");
    if let Some(rows) = release.settings.extent(added.table).rows {
        builder = builder.note(format!("{} is known to have {}", added.table.short(), counted_rows(rows)));
    }
    let generated = if key.counted { " GENERATED ALWAYS AS IDENTITY" } else { "" };
    let help = if added.columns.is_empty() {
        format!("make the key of a column that is declared as:\n{name} bigint{generated}")
    } else {
        format!("declare it as:\n{name} bigint{generated} PRIMARY KEY")
    };
    builder.help(help).emit();
}
