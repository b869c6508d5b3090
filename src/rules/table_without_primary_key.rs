//! See `rules/table-without-primary-key.md`.

use std::collections::BTreeSet;

use super::support::end::End;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::schema::catalog::{Column, Index, Table};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::table::CreateTable;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    let end = End::of(release);
    let mut seen: BTreeSet<&QName> = BTreeSet::new();
    for (step, table) in end.tables() {
        let OperationKind::CreateTable { def, .. } = &step.operation.kind else { continue };
        if is_plain(def)
            && table.complete
            && !table.temporary
            && !table.unlogged
            && !table.partitioned
            && table.parents.is_empty()
            && !identifies_rows(table)
            && !is_published(table, release)
            && step.is_new(release, table.origin)
            && seen.insert(&table.name)
        {
            report(step, table, findings);
        }
    }
}

/// Not a copy, not a part of another table, not somebody else's.
fn is_plain(def: &CreateTable) -> bool {
    def.query.is_none() && def.partition_of.is_none() && def.inherits.is_empty() && !def.foreign
}

/// Whether there is a primary key, or something that is as good.
fn identifies_rows(table: &Table) -> bool {
    let required = |column: &Symbol| table.column(column).is_some_and(|column| column.not_null == Some(true));
    let is_key = |index: &Index| {
        index.unique && !index.partial && index.keys.iter().all(|key| key.as_ref().is_some_and(required))
    };
    table.primary_key().is_some() || table.indexes.iter().any(is_key)
}

/// `published-without-replica-identity` says more.
fn is_published(table: &Table, release: &Release<'_>) -> bool {
    release.after.publications_of(&table.name).iter().any(|publication| publication.old_rows)
}

fn report(step: &Step<'_>, table: &Table, findings: &mut Findings) {
    let short = table.name.short();
    findings
        .on(step, format!("table {short} has no primary key"))
        .label("nothing tells its rows apart")
        .subject(table.name.to_string())
        .note("logical replication refuses updates and deletes of such a table, and a duplicate row cannot be removed alone")
        .help(help(table))
        .emit();
}

fn help(table: &Table) -> String {
    let short = table.name.short();
    if let Some(key) = key_in_waiting(table) {
        let columns = if key.contains(',') { "columns that tell" } else { "column that tells" };
        return format!("make the {columns} rows apart the key:\nALTER TABLE {short} ADD PRIMARY KEY ({key});");
    }
    "make the columns that tell rows apart the key, or, if there are none, add one that does, in CREATE TABLE:\nid bigint \
     GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        .to_owned()
}

/// The columns of a unique index that lacks no more than `NOT NULL`, or a column that is there to number the rows.
fn key_in_waiting(table: &Table) -> Option<String> {
    let plain = |index: &&Index| index.unique && !index.partial && index.keys.iter().all(Option::is_some);
    if let Some(index) = table.indexes.iter().find(plain) {
        let keys: Vec<_> = index.keys.iter().flatten().map(|key| Quoted(key).to_string()).collect();
        return Some(keys.join(", "));
    }
    let numbered = |column: &&Column| {
        column.identity || &*column.name == "id" || column.data_type.as_ref().is_some_and(|data_type| data_type.serial)
    };
    table.columns.iter().find(numbered).map(|column| Quoted(&column.name).to_string())
}
