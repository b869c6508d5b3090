//! Looks for what migrations take away in a record of the queries that a server was asked: an export of
//! `pg_stat_statements`, or a log.

mod names;
mod record;
mod shown;

use std::collections::{BTreeMap, BTreeSet};

use aho_corasick::AhoCorasick;
use rayon::prelude::*;

use self::names::Naming;
pub use self::record::QueryError;
use self::record::{Record, records};
use super::{Target, TargetKind};
use crate::figures::grouped;
use crate::syntax::flat;

/// Queries kept of each thing.
const KEPT: usize = 3;

/// Different queries told apart of one thing. Queries that write lists of values differ without end.
const MOST_QUERIES: usize = 10_000;

/// The search of a record of queries.
#[derive(Clone, Debug, Default)]
pub struct QuerySearch {
    /// The file, as it was named.
    pub name: String,
    /// Queries in it.
    pub recorded: usize,
    /// What was found, by what was looked for. Everything that was looked for has an entry.
    pub found: BTreeMap<Target, Queries>,
}

/// The queries that name a thing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Queries {
    /// How many different ones there are.
    pub total: usize,
    /// Those that were run most, without their values.
    pub shown: Vec<Query>,
    /// How many read every column of the table by `*`, without naming this one.
    pub stars: usize,
}

/// A query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// On one line, `?` for each value, cut.
    pub text: String,
    /// How often it was run.
    pub calls: u64,
}

/// What was found of one thing, on the way: calls by query.
type Counted = BTreeMap<String, u64>;

#[derive(Default)]
struct Found {
    named: BTreeMap<usize, Counted>,
    stars: BTreeMap<usize, Counted>,
}

impl QuerySearch {
    /// What the queries say of `target`; none where that was not looked for.
    pub fn queries(&self, target: &Target) -> Option<&Queries> {
        self.found.get(target)
    }

    /// `1,234 recorded queries`.
    pub fn counted(&self) -> String {
        let noun = if self.recorded == 1 { "query" } else { "queries" };
        format!("{} recorded {noun}", grouped(self.recorded as u64))
    }
}

/// Looks for `targets` in the record `bytes`, JSON, CSV or a log by what is in it. Values of enums are not looked for: an
/// export holds no values.
pub fn search(name: &str, bytes: &[u8], targets: &BTreeSet<Target>) -> Result<QuerySearch, QueryError> {
    let record = records(name, bytes)?;
    let targets: Vec<&Target> = targets.iter().filter(|target| target.kind != TargetKind::Value).collect();
    let mut search = QuerySearch { name: name.to_owned(), recorded: record.counted, ..QuerySearch::default() };
    let Some(finder) = Finder::new(&targets) else { return Ok(search) };
    let mut found = record
        .records
        .par_iter()
        .fold(Found::default, |found, record| finder.read(record, found))
        .reduce(Found::default, Found::with);
    for (number, target) in targets.into_iter().enumerate() {
        let named = found.named.remove(&number).unwrap_or_default();
        let stars = found.stars.remove(&number).unwrap_or_default();
        search.found.insert(target.clone(), Queries::new(named, stars.len()));
    }
    Ok(search)
}

impl Queries {
    fn new(named: Counted, stars: usize) -> Self {
        let total = named.len();
        let mut shown: Vec<Query> = named.into_iter().map(|(text, calls)| Query { text, calls }).collect();
        shown.sort_by_key(|query| std::cmp::Reverse(query.calls));
        shown.truncate(KEPT);
        Self { total, shown, stars }
    }
}

impl Found {
    fn with(mut self, other: Self) -> Self {
        for (into, from) in [(&mut self.named, other.named), (&mut self.stars, other.stars)] {
            for (number, queries) in from {
                let all = into.entry(number).or_default();
                for (query, calls) in queries {
                    count(all, query, calls);
                }
            }
        }
        self
    }
}

fn count(queries: &mut Counted, query: String, calls: u64) {
    if queries.len() < MOST_QUERIES || queries.contains_key(&query) {
        let sum = queries.entry(query).or_default();
        *sum = sum.saturating_add(calls);
    }
}

/// Finds the few queries that hold the letters of a name, and reads those.
struct Finder<'t> {
    automaton: AhoCorasick,
    targets: &'t [&'t Target],
    /// By number of the target: the patterns of its name, and of its table.
    patterns: Vec<(usize, Option<usize>)>,
}

impl<'t> Finder<'t> {
    /// None where there is nothing to look for.
    fn new(targets: &'t [&'t Target]) -> Option<Self> {
        let mut texts: Vec<String> = Vec::new();
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        let mut pattern = |name: &str| {
            let text = name.replace('"', "\"\"");
            *numbers.entry(text.to_lowercase()).or_insert_with(|| {
                texts.push(text);
                texts.len() - 1
            })
        };
        let patterns =
            targets.iter().map(|target| (pattern(&target.name), target.owner.as_ref().map(|owner| pattern(owner))));
        let patterns: Vec<_> = patterns.collect();
        if texts.is_empty() {
            return None;
        }
        let automaton = AhoCorasick::builder().ascii_case_insensitive(true).build(&texts).ok()?;
        Some(Self { automaton, targets, patterns })
    }

    fn read(&self, record: &Record<'_>, mut found: Found) -> Found {
        let mut seen = vec![];
        for hit in self.automaton.find_overlapping_iter(&*record.text) {
            if seen.is_empty() {
                seen = vec![false; self.automaton.patterns_len()];
            }
            if let Some(seen) = seen.get_mut(hit.pattern().as_usize()) {
                *seen = true;
            }
        }
        if seen.is_empty() {
            return found;
        }
        let has = |pattern: usize| seen.get(pattern).copied().unwrap_or_default();
        let star = memchr::memchr(b'*', &record.text).is_some();
        let likely: Vec<usize> = (0..self.targets.len())
            .filter(|number| {
                self.patterns.get(*number).is_some_and(|(name, owner)| match owner {
                    Some(owner) => has(*owner) && (star || has(*name)),
                    None => has(*name),
                })
            })
            .collect();
        if likely.is_empty() {
            return found;
        }
        let text = String::from_utf8_lossy(&record.text);
        for statement in flat::statements(&text) {
            let names = names::Names::of(&statement);
            for number in &likely {
                let Some(target) = self.targets.get(*number) else { continue };
                let (list, at) = match names.naming(target) {
                    Naming::Nothing => continue,
                    Naming::Star => (&mut found.stars, 0),
                    Naming::At(at) => (&mut found.named, at),
                };
                count(list.entry(*number).or_default(), shown::shown(&statement, at), record.calls);
            }
        }
        found
    }
}
