//! Drizzle: files in the order of `meta/_journal.json`, all pending ones in one transaction.

use std::collections::BTreeMap;
use std::fs;

use serde::Deserialize;

use super::{Arrangement, Entry, Home, Layout, Role, Shape, as_the_file, stem};
use crate::source::migration::TransactionMode;
use crate::source::order::Rank;
use crate::source::{Reason, dialect};

pub(super) const LAYOUT: Layout = Layout {
    name: "drizzle",
    marks: "a meta/_journal.json",
    recognizes: |home| home.shape == Shape::Files && home.directory.join(JOURNAL).is_file(),
    arrange,
    refine: as_the_file,
};

const JOURNAL: &str = "meta/_journal.json";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Journal {
    dialect: String,
    entries: Vec<JournalEntry>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct JournalEntry {
    tag: String,
}

fn arrange(home: &Home) -> Vec<Arrangement> {
    let text = fs::read(home.directory.join(JOURNAL)).unwrap_or_default();
    let journal: Journal = serde_json::from_slice(&text).unwrap_or_default();
    let role = dialect::of_name(&journal.dialect).map_or(Role::Up, |engine| Role::NotRun(Reason::Engine(engine)));
    let positions: BTreeMap<&str, usize> =
        journal.entries.iter().enumerate().map(|(position, entry)| (entry.tag.as_str(), position)).collect();
    let arrange = |entry: &Entry| {
        let name = stem(&entry.name);
        let (role, rank) = match positions.get(name) {
            Some(position) => (role, Rank::Position(*position)),
            // A list that cannot be read says nothing of what is in it.
            None if positions.is_empty() => (role, Rank::named(name)),
            None => (Role::NotRun(Reason::NotListed), Rank::named(name)),
        };
        Arrangement { role, rank, transaction: TransactionMode::Wrapped }
    };
    home.entries.iter().map(arrange).collect()
}
