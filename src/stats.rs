//! What is known of the tables of a live database: how big they are, and how often they are written.
//!
//! The facts come from `query.sql`, asked by `switchback stats pull` or by whoever may; no row of a user is in them.

mod document;
mod facts;
mod file;
pub mod time;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use self::document::to_json;
pub use self::facts::{Facts, FactsError};
pub use self::file::{StatsError, read};
pub use self::time::Moment;

/// The query that gives the facts, one relation a row; read-only, and the same on every version from 12 to 18.
pub const QUERY: &str = include_str!("stats/query.sql");

/// The tables of a database at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Stats {
    /// When they were measured.
    pub taken_at: Moment,
    /// Since when writes were counted.
    pub rates: Rates,
    /// By schema, then by name.
    pub tables: BTreeMap<String, BTreeMap<String, Table>>,
}

/// The time over which writes were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rates {
    /// What it begins with.
    pub since: Since,
    /// Its length.
    pub seconds: u64,
}

/// Since when a server counts writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Since {
    /// Somebody set the counters of the database back.
    StatsReset,
    /// Nobody did: the start of the server is the nearest bound there is. Counts may be older, so that rates are at most
    /// as high as they seem.
    ServerStart,
}

/// A table. That of a partitioned table is the sum over its partitions.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What it is.
    pub kind: Kind,
    /// The planner's estimate; none where it was never analysed.
    pub rows: Option<u64>,
    /// Its rows on disk, without what is stored out of line.
    pub bytes: u64,
    /// What is stored out of line.
    pub toast_bytes: u64,
    /// All its indexes.
    pub index_bytes: u64,
    /// Each of its own.
    pub indexes: BTreeMap<String, u64>,
    /// Rows written in a second.
    pub writes: Option<Writes>,
    /// Schema and name of the table it is a partition of.
    pub partition_of: Option<(String, String)>,
    /// Partitions that hold its rows.
    pub partitions: usize,
}

/// Kinds of tables.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It has rows of its own.
    Table,
    /// Its rows are in its partitions.
    PartitionedTable,
    /// A materialized view.
    MaterializedView,
}

/// Rows written in a second, on average.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Writes {
    /// Inserted.
    pub inserts: f64,
    /// Updated.
    pub updates: f64,
    /// Deleted.
    pub deletes: f64,
}

impl Stats {
    /// The table `name` of `schema`.
    pub fn table(&self, schema: &str, name: &str) -> Option<&Table> {
        self.tables.get(schema)?.get(name)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.tables.values().map(BTreeMap::len).sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.tables.is_empty()
    }
}

impl Writes {
    /// All of them.
    pub fn total(&self) -> f64 {
        self.inserts + self.updates + self.deletes
    }
}
