//! Indexes.

use super::key::{lacks_partition_key, partition_key_words};
use super::{Refusal, in_words, listed, refused};
use crate::review::step::{Release, Step};
use crate::rules::support::partition;
use crate::schema::operation::QName;
use crate::syntax::name::{Name, Quoted, Symbol};
use crate::syntax::object::{CreateIndex, Drop};
use crate::syntax::span::Span;

/// The first version that rebuilds the indexes of partitioned tables.
const PARTITIONED_REINDEX: u16 = 14;

pub(super) fn create(step: &Step<'_>, table: &QName, def: &CreateIndex) -> Vec<Refusal> {
    let Some(known) = step.before.table.as_ref().filter(|known| known.partitioned) else { return Vec::new() };
    let mut found = Vec::new();
    if def.concurrently {
        let words = format!("cannot create index on partitioned table {} concurrently", in_words(&table.name));
        let help = partition::index_help(step, table, def);
        found
            .push(Refusal { at: Span::new(def.head.start, def.table.span().end), ..refused(step, table, words, help) });
    }
    let keys: Option<Vec<Symbol>> = def.keys.iter().map(|key| key.as_ref().map(|key| key.name.clone())).collect();
    if def.unique
        && let Some(keys) = keys
        && let Some(missing) = lacks_partition_key(&known.partition_key, &keys)
    {
        let help =
            format!("make the partition key part of it: ({})", listed(keys.iter().map(|key| &**key).chain([missing])));
        found.push(refused(step, table, partition_key_words(missing), help));
    }
    found
}

pub(super) fn drop(step: &Step<'_>, name: &QName, def: &Drop, written: &Name) -> Vec<Refusal> {
    let mut found = Vec::new();
    let first = def.names.first().is_some_and(|first| first.span() == written.span());
    let one = |words: &str, help: String| Refusal { at: def.head, ..refused(step, name, words.to_owned(), help) };
    if def.concurrently && def.names.len() > 1 && first {
        let names = def.names.iter().map(|name| format!("DROP INDEX CONCURRENTLY {name};"));
        let help = format!("drop each in a statement of its own:\n{}", names.collect::<Vec<_>>().join("\n"));
        found.push(one("DROP INDEX CONCURRENTLY does not support dropping multiple objects", help));
    }
    if def.concurrently && def.cascade && first {
        let help = format!("leave CASCADE out, after dropping what depends on it:\nDROP INDEX CONCURRENTLY {written};");
        found.push(one("DROP INDEX CONCURRENTLY does not support CASCADE", help));
    }
    let Some(table) = &step.before.table else { return found };
    let short = table.name.short();
    if let Some(constraint) = table.index(&name.name).and_then(|index| index.constraint.as_ref()) {
        let words = format!(
            "cannot drop index {} because constraint {constraint} on table {} requires it",
            name.name, table.name.name
        );
        let help = format!(
            "drop the constraint, and its index with it:\nALTER TABLE {short} DROP CONSTRAINT {};",
            Quoted(constraint)
        );
        found.push(refused(step, name, words, help));
    } else if def.concurrently && table.partitioned {
        let words = format!("cannot drop partitioned index {} concurrently", in_words(&name.name));
        let help = format!(
            "drop it without CONCURRENTLY, which locks {short} and all its partitions for a moment; set a lock_timeout:\nSET \
             lock_timeout = '5s';\nDROP INDEX {};",
            name.short()
        );
        found.push(refused(step, name, words, help));
    }
    found
}

pub(super) fn reindex(step: &Step<'_>, release: &Release<'_>, concurrently: bool) -> Option<Refusal> {
    let table = step.before.table.as_ref().filter(|table| table.partitioned)?;
    let crate::schema::operation::OperationKind::Reindex { name: Some(index), .. } = &step.operation.kind else {
        return None;
    };
    if release.version >= PARTITIONED_REINDEX || table.index(&index.name).is_none() {
        return None;
    }
    let word = if concurrently { " CONCURRENTLY" } else { "" };
    let help =
        format!("before version 14, rebuild the index of each partition:\nREINDEX INDEX{word} <index of a partition>;");
    Some(refused(step, index, "REINDEX is not yet implemented for partitioned indexes".to_owned(), help))
}
