//! How big a table is, as far as anybody said: the configuration, arguments, statistics.

use crate::stats::{Stats, Table};

/// What is known of the size of a table, and of how busy it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Extent {
    /// Its rows.
    pub rows: Option<u64>,
    /// Its bytes.
    pub bytes: Option<Bytes>,
    /// Rows written in a second, where it is one at least.
    pub writes: Option<u64>,
    /// The days since it was measured, where they are too many.
    pub stale: Option<u64>,
}

/// The bytes of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bytes {
    /// Its rows.
    pub heap: u64,
    /// What is stored out of line.
    pub toast: u64,
    /// Its indexes.
    pub indexes: u64,
}

/// Statistics that a run is given.
#[derive(Clone, Debug)]
pub struct Measured {
    /// What they say.
    pub stats: Stats,
    /// The days since, where they are more than the run allows.
    pub stale: Option<u64>,
}

impl Bytes {
    /// The table without its indexes.
    pub fn table(self) -> u64 {
        self.heap.saturating_add(self.toast)
    }

    /// In proportion, where a table has `now` rows and not `then`.
    fn scaled(self, now: u64, then: u64) -> Option<Self> {
        let scale = |bytes: u64| {
            let scaled = (u128::from(bytes) * u128::from(now)).checked_div(u128::from(then))?;
            Some(u64::try_from(scaled).unwrap_or(u64::MAX))
        };
        Some(Self { heap: scale(self.heap)?, toast: scale(self.toast)?, indexes: scale(self.indexes)? })
    }
}

impl Extent {
    /// Nothing is known.
    pub fn is_unknown(&self) -> bool {
        self.rows.is_none() && self.bytes.is_none()
    }

    /// From what people say of the rows and what was measured. People know better; their rows are as wide as those that
    /// were measured.
    pub(super) fn new(said: Option<u64>, measured: Option<(&Measured, &Table)>) -> Self {
        let Some((Measured { stale, .. }, table)) = measured else {
            return Self { rows: said, ..Self::default() };
        };
        let bytes = Bytes { heap: table.bytes, toast: table.toast_bytes, indexes: table.index_bytes };
        let bytes = match said {
            Some(rows) => table.rows.and_then(|then| bytes.scaled(rows, then)),
            None => Some(bytes),
        };
        let writes = table.writes.map(|writes| whole(writes.total())).filter(|writes| *writes > 0);
        Self { rows: said.or(table.rows), bytes, writes, stale: *stale }
    }
}

/// A rate in whole numbers.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "`as` stops at the ends of the range")]
fn whole(rate: f64) -> u64 {
    rate.round() as u64
}
