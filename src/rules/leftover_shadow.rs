//! See `rules/leftover-shadow.md`.

use super::support::open_since::open_since;
use super::support::{column_path, column_subject};
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::catalog::{Column, Relation, Table};
use crate::schema::operation::QName;
use crate::transition::shadow;

/// Endings that also name the second version of something that is there to stay.
const VERSIONS: &[&str] = &["_bigint", "_copy", "_orig", "_v2", "_v3"];

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for relation in release.after.relations.values() {
        let Relation::Table(table) = relation else { continue };
        if table.temporary || !table.parents.is_empty() {
            continue;
        }
        stayed(table, release, findings);
        for column in &table.columns {
            stayed_column(table, column, release, findings);
        }
    }
}

/// What a shadow by its name stands beside.
fn beside(name: &str) -> Option<&str> {
    shadow(name).filter(|_| !VERSIONS.iter().any(|ending| name.ends_with(ending)))
}

fn stayed(table: &Table, release: &Release<'_>, findings: &mut Findings) {
    let Some(base) = beside(&table.name.name) else { return };
    let other = QName { schema: table.name.schema.clone(), name: base.into() };
    let Some(at) = table.renamed.or(table.origin).filter(|_| release.after.relations.contains_key(&other)) else {
        return;
    };
    let Some(since) = open_since(release, at) else { return };
    let (name, other) = (table.name.short(), other.short());
    findings
        .at(at.file, at.span, format!("{name} has stood beside {other} for {since}"))
        .label("still there")
        .subject(table.name.to_string())
        .note("its rows, indexes and keys cost space, backups and questions for as long as it stays")
        .help(format!("when nothing needs it any more, drop it:\nDROP TABLE {name};"))
        .emit();
}

fn stayed_column(table: &Table, column: &Column, release: &Release<'_>, findings: &mut Findings) {
    // `new_email` beside `email` is what an address that waits to be confirmed is called.
    let Some(base) = beside(&column.name).filter(|base| column.name.starts_with(base)) else { return };
    let Some(at) = column.renamed.or(column.origin).filter(|_| table.column(base).is_some()) else { return };
    let born = table.origin.is_some_and(|origin| origin.release == at.release);
    let Some(since) = open_since(release, at).filter(|_| !born) else { return };
    let (path, other) = (column_path(&table.name, &column.name), column_path(&table.name, base));
    findings
        .at(at.file, at.span, format!("{path} has stood beside {other} for {since}"))
        .label("still there")
        .subject(column_subject(&table.name, &column.name))
        .note("every row carries both, and every reader has to know which one counts")
        .help(format!(
            "when nothing needs it any more, drop it:\nALTER TABLE {} DROP COLUMN {};",
            table.name.short(),
            crate::syntax::name::Quoted(&column.name)
        ))
        .emit();
}
