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
    when: i64,
}

impl Journal {
    fn of(home: &Home) -> Self {
        let text = fs::read(home.directory.join(JOURNAL)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }
}

fn arrange(home: &Home) -> Vec<Arrangement> {
    let journal = Journal::of(home);
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

/// What Drizzle will not like of its list: files that are not there, and dates by which it passes over a migration.
pub(in crate::source) fn flaws(home: &Home) -> Vec<String> {
    let journal = Journal::of(home);
    let mut flaws = Vec::new();
    let mut latest: Option<&JournalEntry> = None;
    for entry in &journal.entries {
        let tag = &entry.tag;
        let found = home.entries.iter().any(|file| stem(&file.name) == tag);
        if !found && !home.directory.join(format!("{tag}.sql")).is_file() {
            flaws.push(format!("{JOURNAL} lists {tag}, and there is no {tag}.sql: drizzle refuses that"));
        }
        match latest {
            Some(before) if entry.when < before.when => flaws.push(format!(
                "{tag} is dated before {} in {JOURNAL}: drizzle passes over it where that one has run",
                before.tag
            )),
            _ => latest = Some(entry),
        }
    }
    flaws
}
