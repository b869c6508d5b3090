//! How big the tables of a step are, and how long work on them takes.

use super::step::Impact;
use crate::engine::lock::LockMode;
use crate::figures::{counted_rows, in_bytes, in_rows, spoken};
use crate::finding::Level;
use crate::settings::Settings;
use crate::settings::extent::Extent;

/// Bytes read in a second while every row is checked. A server that does nothing else was measured at 600 MB from memory;
/// one in use reads from disks that it shares with its queries.
const SCANNED: u64 = 100 << 20;

/// Bytes of a table in a second while it is written anew with its indexes, or one of its indexes is built. A server that
/// does nothing else was measured at 20 MB and 90 MB, a loaded one at 13 MB.
const WRITTEN: u64 = 15 << 20;

/// What is known of a table's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// Nothing; treated as large.
    Unknown,
    /// Under the thresholds, as far as they can be held against it.
    Small(Extent),
    /// At or over one of them.
    Large(Extent),
}

/// Work that takes as long as a table is big.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// Every row is read.
    Scan,
    /// An index is built.
    Build,
    /// The table is written anew, with its indexes.
    Rewrite,
}

impl Size {
    /// By the thresholds of `settings`.
    pub fn of(extent: Extent, settings: &Settings) -> Self {
        if extent.is_unknown() {
            return Self::Unknown;
        }
        let few = extent.rows.is_none_or(|rows| rows < settings.large_rows);
        let light = extent.bytes.is_none_or(|bytes| bytes.table() < settings.large_size);
        if few && light { Self::Small(extent) } else { Self::Large(extent) }
    }

    /// What is known, if anything is.
    pub fn extent(self) -> Option<Extent> {
        match self {
            Self::Unknown => None,
            Self::Small(extent) | Self::Large(extent) => Some(extent),
        }
    }
}

impl Work {
    /// What a lock of this strength is held for: of a query or a change of rows, a scan is the least part.
    pub fn under(mode: LockMode, rewrite: bool, build: bool, scan: bool) -> Option<Self> {
        if mode < LockMode::ShareUpdateExclusive {
            return None;
        }
        match (rewrite, build, scan) {
            (true, _, _) => Some(Self::Rewrite),
            (false, true, _) => Some(Self::Build),
            (false, false, true) => Some(Self::Scan),
            (false, false, false) => None,
        }
    }

    /// The seconds it takes, assuming `rate`; none where the bytes are not known.
    pub fn seconds(self, extent: &Extent) -> Option<u64> {
        let bytes = extent.bytes?;
        let worked = match self {
            Self::Scan => bytes.heap,
            Self::Build => bytes.table(),
            Self::Rewrite => bytes.table().saturating_add(bytes.indexes),
        };
        Some(worked / self.rate())
    }

    /// Bytes a second.
    fn rate(self) -> u64 {
        match self {
            Self::Scan => SCANNED,
            Self::Build | Self::Rewrite => WRITTEN,
        }
    }

    /// `index build of users, 41 M rows / 18 GB: minutes, not seconds (assuming 15 MB/s)`.
    pub fn sentence(self, name: &str, extent: &Extent) -> Option<String> {
        let (words, indexes) = match self {
            Self::Scan => ("scan", 0),
            Self::Build => ("index build", 0),
            Self::Rewrite => ("rewrite", extent.bytes?.indexes),
        };
        let with = if indexes > 0 { format!(" and {} of indexes", in_bytes(indexes)) } else { String::new() };
        Some(format!(
            "{words} of {name}, {}{with}: {} (assuming {}/s)",
            extent.words()?,
            spoken(self.seconds(extent)?),
            in_bytes(self.rate())
        ))
    }
}

/// What every duration assumes.
pub fn assumption() -> String {
    format!("times assume {}/s for a scan, {}/s for a rewrite or an index build", in_bytes(SCANNED), in_bytes(WRITTEN))
}

impl Impact {
    /// The work done under its lock.
    pub fn work(&self) -> Option<Work> {
        Work::under(self.mode, self.rewrite, self.build, self.scan)
    }

    /// The highest level that the size of the table leaves to what is said of it: a note where the table is small, a
    /// warning where the work is known to be over in a second.
    pub fn ceiling(&self) -> Level {
        match self.size {
            Size::Small(_) => Level::Note,
            Size::Large(_) if self.is_brief() => Level::Warning,
            Size::Unknown | Size::Large(_) => Level::Error,
        }
    }

    /// Its work is known to be over before anybody notices.
    pub fn is_brief(&self) -> bool {
        let extent = self.size.extent();
        extent.zip(self.work()).and_then(|(extent, work)| work.seconds(&extent)).is_some_and(|seconds| seconds < 1)
    }
}

impl Extent {
    /// `41 M rows / 18 GB`.
    pub fn words(&self) -> Option<String> {
        let rows = self.rows.map(in_rows);
        let bytes = self.bytes.map(|bytes| in_bytes(bytes.table()));
        match (rows, bytes) {
            (Some(rows), Some(bytes)) => Some(format!("{rows} / {bytes}")),
            (rows, bytes) => rows.or(bytes),
        }
    }

    /// The same to the row, where rows are all that is known.
    pub fn exactly(&self) -> String {
        match (self.rows, self.bytes) {
            (Some(rows), None) => counted_rows(rows),
            _ => self.words().unwrap_or_default(),
        }
    }

    /// What a small table is under.
    pub fn threshold(&self) -> &'static str {
        match (self.rows, self.bytes) {
            (_, None) => "large-rows threshold",
            (None, Some(_)) => "large-size threshold",
            (Some(_), Some(_)) => "large-rows and large-size thresholds",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::extent::Bytes;

    fn extent(rows: Option<u64>, gigabytes: Option<u64>) -> Extent {
        let bytes = gigabytes.map(|heap| Bytes { heap: heap << 30, toast: 0, indexes: 6 << 30 });
        Extent { rows, bytes, ..Extent::default() }
    }

    #[test]
    fn work_is_told_in_honest_words() {
        let users = extent(Some(41_000_000), Some(18));
        let said = |work: Work| work.sentence("users", &users).unwrap();
        assert_eq!(said(Work::Scan), "scan of users, 41 M rows / 18 GB: minutes, not seconds (assuming 100 MB/s)");
        assert_eq!(
            said(Work::Rewrite),
            "rewrite of users, 41 M rows / 18 GB and 6 GB of indexes: minutes, not seconds (assuming 15 MB/s)"
        );
        assert_eq!(
            Work::Build.sentence("users", &extent(None, Some(1))).unwrap(),
            "index build of users, 1 GB: about a minute (assuming 15 MB/s)"
        );
        assert_eq!(Work::Scan.sentence("users", &extent(Some(5), None)), None, "rows alone tell no time");
    }

    #[test]
    fn both_thresholds_count() {
        let settings = Settings::default();
        let size = |rows, heap: Option<u64>| {
            let bytes = heap.map(|heap| Bytes { heap, toast: 0, indexes: 1 << 40 });
            Size::of(Extent { rows, bytes, ..Extent::default() }, &settings)
        };
        assert_eq!(size(None, None), Size::Unknown);
        for (rows, heap) in [(Some(99_999), None), (None, Some(8192)), (Some(40), Some(8192))] {
            assert!(matches!(size(rows, heap), Size::Small(_)), "{rows:?} {heap:?}");
        }
        for (rows, heap) in
            [(Some(100_000), None), (None, Some(1 << 30)), (Some(40), Some(1 << 30)), (Some(1 << 40), Some(0))]
        {
            assert!(matches!(size(rows, heap), Size::Large(_)), "{rows:?} {heap:?}");
        }
    }
}
