//! See `rules/unnamed-constraint.md`.

use super::support::added::{Added, is_temporary, to_table};
use super::support::edit;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{ConstraintBody, TableConstraint};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::CreateIndex;
use crate::syntax::span::Span;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};

/// A table with more constraints or indexes than this is not searched for the name of one: each would cost all.
const MOST_SEARCHED: usize = 1_000;

/// A constraint that is asked for, in the terms of the catalog.
struct Unnamed<'s> {
    words: &'static str,
    label: &'static str,
    columns: Vec<&'s Symbol>,
}

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    if let OperationKind::CreateIndex { table, def } = &step.operation.kind {
        if def.name.is_none() && !edit::is_elsewhere(step) && !is_temporary(step) {
            index(step, release, table, def, findings);
        }
        return;
    }
    let Some(added) = to_table(step) else { return };
    for (column, constraint) in added.all_constraints() {
        if constraint.name.is_none()
            && let Some(unnamed) = unnamed(column, constraint)
        {
            report(step, release, added, constraint, &unnamed, findings);
        }
    }
}

/// None for those that are known by their table and columns: primary keys, `NOT NULL`, what takes the name of an index.
fn unnamed<'s>(column: Option<&'s ColumnDef>, constraint: &'s Constraint) -> Option<Unnamed<'s>> {
    let (words, label, written): (_, _, Vec<&Symbol>) = match &constraint.kind {
        ConstraintKind::Unique(key) if key.using_index.is_none() => {
            ("unique constraint", "key", key.columns.iter().map(|column| &column.name).collect())
        }
        ConstraintKind::ForeignKey(key) => {
            ("foreign key", "fkey", key.columns.iter().map(|column| &column.name).collect())
        }
        ConstraintKind::Check(expr) => ("check constraint", "check", expr.columns.iter().collect()),
        ConstraintKind::Exclude(columns) => {
            ("exclusion constraint", "excl", columns.iter().map(|column| &column.name).collect())
        }
        _ => return None,
    };
    let inline = column.filter(|_| written.is_empty()).map(|column| vec![&column.name.name]);
    Some(Unnamed { words, label, columns: inline.unwrap_or(written) })
}

fn report(
    step: &Step<'_>,
    release: &Release<'_>,
    added: Added<'_>,
    constraint: &Constraint,
    unnamed: &Unnamed<'_>,
    findings: &mut Findings,
) {
    let table = added.table;
    let name = made_name(step, release, table, constraint, unnamed);
    let text = edit::phrase(step, constraint.span).unwrap_or("…");
    let named = format!("CONSTRAINT {} {text}", Quoted(&name));
    let help = if added.whole || added.constraints.is_empty() {
        format!("give it a name, for instance the one the server would make:\n{named}")
    } else {
        format!(
            "give it a name, for instance the one the server would make:\nALTER TABLE {} ADD {named};",
            table.short()
        )
    };
    findings
        .on(step, format!("a {} of {} has no name", unnamed.words, table.short()))
        .at(constraint.span)
        .label("no name")
        .subject(table.to_string())
        .help(help)
        .emit();
}

/// The name in the schema that the release leaves behind; where the table is gone by then, the name it would start with.
fn made_name(
    step: &Step<'_>,
    release: &Release<'_>,
    table: &QName,
    constraint: &Constraint,
    unnamed: &Unnamed<'_>,
) -> String {
    let same = |known: &&TableConstraint| {
        let origin = known.origin.is_some_and(|origin| origin.file == step.file && origin.span == step.operation.span);
        let columns = known.columns.iter().all(|column| unnamed.columns.contains(&column))
            && unnamed.columns.iter().all(|column| known.columns.contains(column));
        origin && columns && is_kind(&known.kind, &constraint.kind)
    };
    let made = release.after.table(table).and_then(|table| table.constraints.iter().take(MOST_SEARCHED).find(same));
    made.map_or_else(
        || {
            let columns: Vec<&str> = unnamed.columns.iter().map(|column| &***column).collect();
            // A check over several columns is called after none of them.
            let columns = if unnamed.label == "check" && columns.len() > 1 { String::new() } else { columns.join("_") };
            let parts = [&*table.name, &columns, unnamed.label];
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_")
        },
        |known| known.name.to_string(),
    )
}

fn is_kind(body: &ConstraintBody, kind: &ConstraintKind) -> bool {
    match kind {
        ConstraintKind::Check(_) => matches!(body, ConstraintBody::Check { .. }),
        ConstraintKind::Unique(_) => matches!(body, ConstraintBody::Unique),
        ConstraintKind::Exclude(_) => matches!(body, ConstraintBody::Exclude),
        ConstraintKind::ForeignKey(_) => matches!(body, ConstraintBody::ForeignKey { .. }),
        ConstraintKind::PrimaryKey(_) | ConstraintKind::NotNull(_) => false,
    }
}

fn index(step: &Step<'_>, release: &Release<'_>, table: &QName, def: &CreateIndex, findings: &mut Findings) {
    let made = release.after.table(table).and_then(|known| {
        let here = |span: Span, file: u32| file == step.file && span == step.operation.span;
        known
            .indexes
            .iter()
            .take(MOST_SEARCHED)
            .find(|index| index.origin.is_some_and(|origin| here(origin.span, origin.file)))
    });
    let words: Vec<&str> = std::iter::once(&*table.name).chain(def.words.iter().map(|word| &**word)).collect();
    let name = made.map_or_else(|| format!("{}_idx", words.join("_")), |index| index.name.to_string());
    let unique = if def.unique { "UNIQUE " } else { "" };
    let concurrently = if def.concurrently { "CONCURRENTLY " } else { "" };
    let only = if def.only { "ONLY " } else { "" };
    let rest = edit::phrase(step, Span::new(def.table.span().start, step.operation.span.end)).unwrap_or("…");
    findings
        .on(step, format!("an index on {} has no name", table.short()))
        .at(def.head)
        .label("no name")
        .subject(table.to_string())
        .help(format!(
            "give it a name, for instance the one the server would make:\nCREATE {unique}INDEX {concurrently}{} ON \
             {only}{rest};",
            Quoted(&name)
        ))
        .emit();
}
