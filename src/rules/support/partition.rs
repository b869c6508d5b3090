//! What a partition needs of its own before it can join a table without work under lock, and how a partitioned table gets
//! an index.

use super::edit;
use crate::engine::effect::LockedKind;
use crate::review::step::Step;
use crate::schema::catalog::{ConstraintBody, Index, Table, TableConstraint};
use crate::schema::operation::QName;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::CreateIndex;
use crate::syntax::span::Span;

/// Something that `ATTACH PARTITION` makes if it is not there.
pub(crate) enum Missing<'t> {
    /// An index of the parent.
    Index(&'t Table, &'t Table, &'t Index),
    /// A foreign key of the parent.
    ForeignKey(&'t Table, &'t TableConstraint),
}

/// What `parent` has and `partition` lacks.
pub(crate) fn missing<'t>(parent: &'t Table, partition: &'t Table) -> Vec<Missing<'t>> {
    let indexes = parent.indexes.iter().filter(|wanted| !partition.indexes.iter().any(|index| serves(index, wanted)));
    let keys = parent.constraints.iter().filter(|wanted| {
        let ConstraintBody::ForeignKey { table, .. } = &wanted.kind else { return false };
        let same = |own: &TableConstraint| {
            let points = matches!(&own.kind, ConstraintBody::ForeignKey { table: other, .. } if other == table);
            points && own.columns == wanted.columns && own.validated
        };
        wanted.validated && !partition.constraints.iter().any(same)
    });
    let indexes = indexes.map(|index| Missing::Index(parent, partition, index));
    indexes.chain(keys.map(|key| Missing::ForeignKey(partition, key))).collect()
}

/// Whether the server takes `index` for the partition's part of `wanted`: for a constraint only one of a constraint.
fn serves(index: &Index, wanted: &Index) -> bool {
    index.unique == wanted.unique
        && index.method == wanted.method
        && index.keys == wanted.keys
        && index.partial == wanted.partial
        && (wanted.constraint.is_none() || index.constraint.is_some())
}

impl Missing<'_> {
    /// The SQL that makes it without stopping anybody.
    pub(crate) fn sql(&self) -> String {
        match self {
            Self::Index(parent, partition, index) => index_sql(parent, partition, index),
            Self::ForeignKey(partition, key) => foreign_key_sql(partition, key),
        }
    }
}

fn index_sql(parent: &Table, partition: &Table, index: &Index) -> String {
    let short = partition.name.short();
    let unique = if index.unique { "UNIQUE " } else { "" };
    let method = if &*index.method == "btree" { String::new() } else { format!(" USING {}", Quoted(&index.method)) };
    let plain: Option<Vec<&Symbol>> = index.keys.iter().map(Option::as_ref).collect();
    let Some(keys) = plain.filter(|keys| !index.partial && !keys.is_empty()) else {
        return format!("CREATE {unique}INDEX CONCURRENTLY ON {short} …; -- like {}", Quoted(&index.name));
    };
    let list = columns(keys.into_iter());
    let kind = index.constraint.as_ref().and_then(|name| parent.constraint(name)).map(|found| &found.kind);
    let suffix = match kind {
        Some(ConstraintBody::PrimaryKey) => "pkey",
        Some(_) => "key",
        None => "idx",
    };
    // The server calls a primary key after the table alone.
    let words = index.keys.iter().flatten().map(|key| &**key).filter(|_| suffix != "pkey");
    let parts: Vec<&str> = std::iter::once(&*partition.name.name).chain(words).chain([suffix]).collect();
    let name = edit::made_name(&parts);
    let build = format!("CREATE {unique}INDEX CONCURRENTLY {name} ON {short}{method} ({list});");
    match kind {
        Some(ConstraintBody::PrimaryKey) => {
            format!("{build}\nALTER TABLE {short} ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {name};")
        }
        Some(ConstraintBody::Unique) => {
            format!("{build}\nALTER TABLE {short} ADD CONSTRAINT {name} UNIQUE USING INDEX {name};")
        }
        _ => build,
    }
}

fn foreign_key_sql(partition: &Table, key: &TableConstraint) -> String {
    let ConstraintBody::ForeignKey { table, referenced, .. } = &key.kind else { return String::new() };
    let (short, name) = (partition.name.short(), Quoted(&key.name));
    let to = if referenced.is_empty() { String::new() } else { format!(" ({})", columns(referenced.iter())) };
    format!(
        "ALTER TABLE {short} ADD CONSTRAINT {name} FOREIGN KEY ({}) REFERENCES {}{to} NOT VALID;\nALTER TABLE {short} VALIDATE \
         CONSTRAINT {name};",
        columns(key.columns.iter()),
        table.short()
    )
}

/// How to index a partitioned table, for which the server refuses `CONCURRENTLY`.
pub(crate) fn index_help(step: &Step<'_>, table: &QName, def: &CreateIndex) -> String {
    let order = "create it on the parent alone, build the index of each partition concurrently and attach it";
    let span = step.operation.span;
    if edit::is_elsewhere(step) || span.len() > edit::LONGEST {
        return order.to_owned();
    }
    let partition = step
        .impacts
        .iter()
        .find(|impact| impact.kind == LockedKind::Table && impact.relation != *table)
        .map_or_else(|| "<partition>".to_owned(), |impact| impact.relation.short());
    let name = def.name.as_ref().map_or_else(|| "<index>".to_owned(), |name| Quoted(&name.name).to_string());
    let unique = if def.unique { "UNIQUE " } else { "" };
    let keys = edit::text(step, Span::new(def.table.span().end, span.end));
    format!(
        "{order}:\nCREATE {unique}INDEX {name} ON ONLY {short}{keys};\nCREATE {unique}INDEX CONCURRENTLY <partition_index> ON \
         {partition}{keys};\nALTER INDEX {name} ATTACH PARTITION <partition_index>;",
        short = table.short()
    )
}

fn columns<'s>(names: impl Iterator<Item = &'s Symbol>) -> String {
    let quoted: Vec<_> = names.map(|name| Quoted(name).to_string()).collect();
    quoted.join(", ")
}
