//! The statistics as a file: one JSON document, described by `fixtures/schemas/switchback-stats-1.json`.
//!
//! The structs here are the format. It is sorted, and nothing but `taken_at` tells one moment from another.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Kind, Moment, Rates, Stats, Table, Writes};

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Document {
    version: u32,
    taken_at: String,
    rates: Rates,
    tables: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    schema: String,
    name: String,
    kind: Kind,
    partition_of: Option<Parent>,
    partitions: usize,
    rows: Option<u64>,
    bytes: u64,
    toast_bytes: u64,
    index_bytes: u64,
    indexes: Vec<Index>,
    writes_per_second: Option<Writes>,
}

#[derive(Serialize, Deserialize)]
struct Parent {
    schema: String,
    name: String,
}

#[derive(Serialize, Deserialize)]
struct Index {
    name: String,
    bytes: u64,
}

/// The text of the file.
pub fn to_json(stats: &Stats) -> Result<String, serde_json::Error> {
    let tables = stats.tables.iter().flat_map(|(schema, tables)| {
        tables.iter().map(|(name, table)| Entry {
            schema: schema.clone(),
            name: name.clone(),
            kind: table.kind,
            partition_of: table.partition_of.clone().map(|(schema, name)| Parent { schema, name }),
            partitions: table.partitions,
            rows: table.rows,
            bytes: table.bytes,
            toast_bytes: table.toast_bytes,
            index_bytes: table.index_bytes,
            indexes: table.indexes.iter().map(|(name, bytes)| Index { name: name.clone(), bytes: *bytes }).collect(),
            writes_per_second: table.writes,
        })
    });
    let document = Document {
        version: VERSION,
        taken_at: stats.taken_at.to_string(),
        rates: stats.rates,
        tables: tables.collect(),
    };
    let mut text = serde_json::to_string_pretty(&document)?;
    text.push('\n');
    Ok(text)
}

/// Reads the text of the file. A message without a place, or what the reader of JSON says.
pub(super) fn from_json(text: &str) -> Result<Result<Stats, String>, serde_json::Error> {
    let document: Document = serde_json::from_str(text)?;
    if document.version != VERSION {
        return Ok(Err(format!("version {} of the format is not known, only {VERSION}", document.version)));
    }
    let Some(taken_at) = Moment::parse(&document.taken_at) else {
        return Ok(Err(format!("`{}` is no moment such as 2026-11-26T10:00:00Z", document.taken_at)));
    };
    let mut stats = Stats { taken_at, rates: document.rates, tables: BTreeMap::new() };
    for entry in document.tables {
        let table = Table {
            kind: entry.kind,
            rows: entry.rows,
            bytes: entry.bytes,
            toast_bytes: entry.toast_bytes,
            index_bytes: entry.index_bytes,
            indexes: entry.indexes.into_iter().map(|index| (index.name, index.bytes)).collect(),
            writes: entry.writes_per_second,
            partition_of: entry.partition_of.map(|parent| (parent.schema, parent.name)),
            partitions: entry.partitions,
        };
        stats.tables.entry(entry.schema).or_default().insert(entry.name, table);
    }
    Ok(Ok(stats))
}
