//! Findings that a team has agreed to leave: `switchback.baseline.json`, a list of fingerprints.
//!
//! The file is sorted, one entry a line, so that two branches that change it merge calmly.

mod file;

use std::collections::{BTreeMap, BTreeSet};

pub use self::file::{BaselineError, read, write};
use crate::finding::Finding;
use crate::fingerprint::{self, Fingerprints};
use crate::outcome::{Allowed, AllowedBy, Outcome};
use crate::settings::Settings;
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::syntax::span::Span;

/// The name of the file, unless configured.
pub const FILE_NAME: &str = "switchback.baseline.json";

/// Characters of a statement that are kept for readers.
const SHOWN: usize = 100;

/// The findings that are left, in order of path, rule and fingerprint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    entries: BTreeSet<Entry>,
}

/// A finding that is left.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The file, seen from the root of the repository.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// Which finding it is: 32 hexadecimal digits.
    pub fingerprint: String,
    /// How its statement begins, for readers.
    pub statement: String,
}

/// What a run has to say of the entries.
#[derive(Clone, Copy, Debug)]
pub struct Run<'a> {
    /// The history.
    pub migrations: &'a [Migration],
    /// Where its paths are seen from.
    pub origin: &'a Origin,
    /// Which rules ran.
    pub settings: &'a Settings,
}

impl Baseline {
    /// How many findings are left.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is left.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The entries, in order.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// The files that have entries.
    pub fn paths(&self) -> BTreeSet<&str> {
        self.entries.iter().map(|entry| entry.path.as_str()).collect()
    }

    /// Moves the findings that are left to what is allowed. Answers the entries that are stale: the run looked where they
    /// speak of, and found nothing.
    pub fn apply(&self, outcome: &mut Outcome, run: Run<'_>) -> Vec<&Entry> {
        let Fingerprints { findings: prints, allowed } = fingerprint::of(outcome, run.migrations, run.origin);
        let known: BTreeSet<&str> = self.entries.iter().map(|entry| entry.fingerprint.as_str()).collect();
        let mut seen: BTreeSet<String> = allowed.iter().map(ToString::to_string).collect();
        for (finding, print) in std::mem::take(&mut outcome.findings).into_iter().zip(prints) {
            let print = print.to_string();
            if known.contains(print.as_str()) {
                let reason = "in the baseline".to_owned();
                outcome.allowed.push(Allowed { finding, reason, by: AllowedBy::Baseline });
            } else {
                outcome.findings.push(finding);
            }
            seen.insert(print);
        }
        outcome.allowed.sort_by_key(|allowed| (allowed.finding.file, allowed.finding.span));
        outcome.count();
        let reported = run.reported();
        let looked = |entry: &&Entry| reported.contains(&entry.path) && run.ran(&entry.rule);
        self.entries.iter().filter(looked).filter(|entry| !seen.contains(&entry.fingerprint)).collect()
    }

    /// This baseline with what the run found in place of what it says of the files the run reported on.
    #[must_use]
    pub fn rewritten(&self, outcome: &Outcome, run: Run<'_>) -> Self {
        let reported = run.reported();
        let kept = self.entries.iter().filter(|entry| !reported.contains(&entry.path)).cloned();
        let prints = fingerprint::of(outcome, run.migrations, run.origin).findings;
        let found = outcome.findings.iter().zip(prints).map(|(finding, print)| run.entry(finding, print.to_string()));
        Self { entries: kept.chain(found).collect() }
    }

    /// This baseline without some of its entries.
    #[must_use]
    pub fn without(&self, gone: &BTreeSet<&Entry>) -> Self {
        Self { entries: self.entries.iter().filter(|entry| !gone.contains(entry)).cloned().collect() }
    }

    /// How many entries of this one `other` does not have.
    pub fn not_in(&self, other: &Self) -> usize {
        self.entries.difference(&other.entries).count()
    }
}

impl FromIterator<Entry> for Baseline {
    /// Of two entries with one fingerprint, the first stays.
    fn from_iter<I: IntoIterator<Item = Entry>>(entries: I) -> Self {
        let mut by_print = BTreeMap::new();
        for entry in entries {
            by_print.entry(entry.fingerprint.clone()).or_insert(entry);
        }
        Self { entries: by_print.into_values().collect() }
    }
}

impl Run<'_> {
    /// The paths of the files that findings were looked for in.
    fn reported(&self) -> BTreeSet<String> {
        self.migrations.iter().filter(|migration| migration.reported).map(|migration| self.path(migration)).collect()
    }

    fn path(&self, migration: &Migration) -> String {
        self.origin.rooted(&migration.path).to_string_lossy().into_owned()
    }

    fn ran(&self, rule: &str) -> bool {
        // An entry of a rule that does not exist any more is as stale as one that finds nothing.
        crate::rules::RULES.iter().find(|known| known.id.0 == rule).is_none_or(|known| self.settings.runs(known.id))
    }

    fn entry(&self, finding: &Finding, fingerprint: String) -> Entry {
        let migration = self.migrations.get(finding.file as usize);
        Entry {
            path: migration.map(|migration| self.path(migration)).unwrap_or_default(),
            rule: finding.rule.0.to_owned(),
            fingerprint,
            statement: migration.map(|migration| begin(migration.file_text(), finding.statement)).unwrap_or_default(),
        }
    }
}

/// How a statement begins, on one line.
fn begin(text: &str, statement: Span) -> String {
    let mut words = String::new();
    for word in statement.of(text).split_whitespace() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
        if words.len() > SHOWN {
            break;
        }
    }
    words.chars().take(SHOWN).collect()
}
