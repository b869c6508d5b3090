//! The rows of `query.sql`, one a relation, put together to tables.

use std::collections::BTreeMap;

use csv::StringRecord;
use serde::Deserialize;

use super::{Kind, Moment, Rates, Since, Stats, Table, Writes};

/// Partitions of partitions that are followed. The server allows more; nobody nests so deep.
const DEEPEST: usize = 32;

/// A row of the query.
#[derive(Debug, Deserialize)]
struct Row {
    taken_at: String,
    rates_since: Since,
    rates_seconds: u64,
    schema: String,
    name: String,
    kind: RowKind,
    parent_schema: Option<String>,
    parent_name: Option<String>,
    rows: Option<u64>,
    bytes: u64,
    toast_bytes: u64,
    inserts: Option<u64>,
    updates: Option<u64>,
    deletes: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum RowKind {
    Table,
    PartitionedTable,
    MaterializedView,
    Index,
}

/// What is wrong with the rows: lower case, no full stop.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FactsError {
    /// What is wrong.
    pub message: String,
    /// The line of a CSV file, from 1.
    pub line: Option<u64>,
}

/// Rows of the query, as they come.
#[derive(Debug)]
pub struct Facts {
    header: StringRecord,
    rows: Vec<Row>,
}

impl Facts {
    /// For rows with these columns, in whatever order.
    pub fn new<'t>(columns: impl IntoIterator<Item = &'t str>) -> Self {
        Self { header: columns.into_iter().collect(), rows: Vec::new() }
    }

    /// Reads the CSV with a header line that the query gives.
    pub fn from_csv(text: &str) -> Result<Self, FactsError> {
        let fail = |error: &csv::Error| FactsError {
            message: explained(error),
            line: error.position().map(csv::Position::line),
        };
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| fail(&error))?.clone();
        let mut facts = Self { header, rows: Vec::new() };
        for record in reader.records() {
            let record = record.map_err(|error| fail(&error))?;
            let line = record.position().map(csv::Position::line);
            facts.push(&record).map_err(|error| FactsError { line, ..error })?;
        }
        Ok(facts)
    }

    /// Adds a row; what is NULL is empty.
    pub fn row<'t>(&mut self, values: impl IntoIterator<Item = &'t str>) -> Result<(), FactsError> {
        self.push(&values.into_iter().collect())
    }

    fn push(&mut self, record: &StringRecord) -> Result<(), FactsError> {
        let row = record.deserialize(Some(&self.header));
        self.rows.push(row.map_err(|error| FactsError { message: explained(&error), line: None })?);
        Ok(())
    }

    /// The tables: each with its indexes, each partitioned one with the sum of its partitions.
    pub fn into_stats(self) -> Result<Stats, FactsError> {
        let first =
            self.rows.first().ok_or_else(|| FactsError { message: "there are no tables".to_owned(), line: None })?;
        let taken_at = Moment::parse(&first.taken_at).ok_or_else(|| FactsError {
            message: format!("`{}` is no moment such as 2026-11-26T10:00:00Z", first.taken_at),
            line: None,
        })?;
        let rates = Rates { since: first.rates_since, seconds: first.rates_seconds.max(1) };
        let (indexes, tables): (Vec<Row>, Vec<Row>) = self.rows.into_iter().partition(|row| row.kind == RowKind::Index);
        let mut stats = Stats { taken_at, rates, tables: BTreeMap::new() };
        for row in tables {
            let table = row.table(rates.seconds);
            stats.tables.entry(row.schema).or_default().insert(row.name, table);
        }
        for Row { name, bytes, parent_schema, parent_name, .. } in indexes {
            let parent = parent_schema.zip(parent_name);
            if let Some(table) = parent.and_then(|(schema, table)| stats.tables.get_mut(&schema)?.get_mut(&table)) {
                table.index_bytes = table.index_bytes.saturating_add(bytes);
                table.indexes.insert(name, bytes);
            }
        }
        add_partitions(&mut stats);
        Ok(stats)
    }
}

impl Row {
    fn table(&self, seconds: u64) -> Table {
        let kind = match self.kind {
            RowKind::PartitionedTable => Kind::PartitionedTable,
            RowKind::MaterializedView => Kind::MaterializedView,
            RowKind::Table | RowKind::Index => Kind::Table,
        };
        let partitioned = kind == Kind::PartitionedTable;
        let rate = |count: Option<u64>| Some(rate(count?, seconds));
        let writes = || {
            Some(Writes { inserts: rate(self.inserts)?, updates: rate(self.updates)?, deletes: rate(self.deletes)? })
        };
        Table {
            kind,
            // What has no bytes has no rows, whether it was analysed or not.
            rows: if partitioned || self.bytes == 0 { Some(0) } else { self.rows },
            bytes: if partitioned { 0 } else { self.bytes },
            toast_bytes: self.toast_bytes,
            index_bytes: 0,
            indexes: BTreeMap::new(),
            writes: if partitioned { Some(Writes::default()) } else { writes() },
            partition_of: self.parent_schema.clone().zip(self.parent_name.clone()),
            partitions: 0,
        }
    }
}

/// Adds each partition that has rows of its own to all tables above it.
fn add_partitions(stats: &mut Stats) {
    let leaves: Vec<Table> = stats
        .tables
        .values()
        .flat_map(BTreeMap::values)
        .filter(|table| table.kind == Kind::Table && table.partition_of.is_some())
        .cloned()
        .collect();
    for leaf in leaves {
        let mut above = leaf.partition_of.clone();
        for _ in 0..DEEPEST {
            let Some((schema, name)) = above.take() else { break };
            let Some(parent) = stats.tables.get_mut(&schema).and_then(|tables| tables.get_mut(&name)) else { break };
            parent.add(&leaf);
            above.clone_from(&parent.partition_of);
        }
    }
    for table in stats.tables.values_mut().flat_map(BTreeMap::values_mut) {
        if let Some(writes) = &mut table.writes {
            for rate in [&mut writes.inserts, &mut writes.updates, &mut writes.deletes] {
                *rate = rounded(*rate);
            }
        }
    }
}

impl Table {
    fn add(&mut self, partition: &Self) {
        self.rows = self.rows.zip(partition.rows).map(|(sum, rows)| sum.saturating_add(rows));
        self.bytes = self.bytes.saturating_add(partition.bytes);
        self.toast_bytes = self.toast_bytes.saturating_add(partition.toast_bytes);
        self.index_bytes = self.index_bytes.saturating_add(partition.index_bytes);
        self.writes = self.writes.zip(partition.writes).map(|(sum, writes)| Writes {
            inserts: sum.inserts + writes.inserts,
            updates: sum.updates + writes.updates,
            deletes: sum.deletes + writes.deletes,
        });
        self.partitions += 1;
    }
}

#[expect(clippy::cast_precision_loss, reason = "a rate of 16 digits is exact enough")]
fn rate(count: u64, seconds: u64) -> f64 {
    count as f64 / seconds as f64
}

/// To two digits that count, so that a file pulled again differs only where something changed.
fn rounded(rate: f64) -> f64 {
    format!("{rate:.1e}").parse().unwrap_or(rate)
}

/// What `csv` says of a row, without its own account of where.
fn explained(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
            Some(field) => format!("column {}: {}", field + 1, err.kind()),
            None => err.kind().to_string(),
        },
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("the row has {len} values, not {expected_len} as the header")
        }
        _ => error.to_string(),
    }
}
