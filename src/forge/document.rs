//! A report that another job wrote, read as if an enemy had: a job for a stranger's pull request runs the stranger's code.
//!
//! Only what is known is taken: the format as it stands, rules by their names, places as numbers. Texts are made harmless
//! where they are written, as those from migrations are; addresses and edits are not taken at all.

mod format;

use std::cmp::Reverse;
use std::collections::BTreeSet;

use self::format::{AllowedFinding, By, Document, Found, Position};
use crate::engine::lock::LockMode;
use crate::evidence::queries::{Queries, Query};
use crate::evidence::{CodePlace, References};
use crate::finding::{CodeReferences, Level};
use crate::outcome::Summary;
use crate::report::markdown::card::Card;
use crate::report::markdown::{self, Contents, Row};
use crate::report::remark::{Remark, Remarks};
use crate::report::suggestion::Suggestion;
use crate::report::{clipped, details};
use crate::rule::RuleId;
use crate::rules::RULES;

/// Bytes of a report.
pub const LARGEST: u64 = 8 * 1024 * 1024;

/// What another job reports.
#[derive(Debug)]
pub struct Claimed {
    list: Vec<Remark>,
    /// As the list.
    cards: Vec<Card>,
    rows: Vec<Row>,
    /// How many findings the baseline leaves.
    left: usize,
    summary: Summary,
}

impl Claimed {
    /// Reads a report. `prefix` is the folder of the repository in which the check ran. An error says what is wrong: one
    /// line, lower case, no full stop.
    pub fn read(bytes: &[u8], prefix: &str) -> Result<Self, String> {
        let document: Document =
            serde_json::from_slice(bytes).map_err(|error| format!("it is no report of this version: {error}"))?;
        if document.version != 1 || document.tool.name != "switchback" {
            return Err("it is no report of this version".to_owned());
        }
        let mut findings =
            document.findings.into_iter().map(|found| finding(found, prefix)).collect::<Result<Vec<_>, _>>()?;
        findings.sort_by_key(|(remark, _)| Reverse(remark.level));
        let (list, cards): (Vec<Remark>, Vec<Card>) = findings.into_iter().unzip();
        let mut names = BTreeSet::new();
        if let Some(twice) = list.iter().find(|remark| !names.insert(&remark.fingerprint)) {
            return Err(format!("two findings have the fingerprint {}", twice.fingerprint));
        }
        let (left, allowed): (Vec<_>, Vec<_>) =
            document.allowed.into_iter().partition(|allowed| allowed.by == By::Baseline);
        let rows = allowed.into_iter().map(row).collect::<Result<_, _>>()?;
        let of = |level| list.iter().filter(|remark| remark.level == level).count();
        let summary = Summary {
            files: document.summary.files as usize,
            statements: document.summary.statements as usize,
            unrecognized: document.summary.unrecognized as usize,
            errors: of(Level::Error),
            warnings: of(Level::Warning),
            notes: of(Level::Note),
            ..Summary::default()
        };
        Ok(Self { list, cards, rows, left: left.len(), summary })
    }

    /// Whether any finding is at or above `level`.
    pub fn reaches(&self, level: Level) -> bool {
        self.list.iter().any(|remark| remark.level >= level)
    }
}

impl Remarks for Claimed {
    fn list(&self) -> &[Remark] {
        &self.list
    }

    fn card(&self, at: usize) -> Option<Card> {
        self.cards.get(at).cloned()
    }

    /// None: what it would write into the repository is a stranger's.
    fn suggestion(&self, _: usize) -> Option<Suggestion> {
        None
    }

    fn page(&self, limit: usize) -> String {
        let levels: Vec<_> = self.list.iter().map(|remark| remark.level).collect();
        let (card, row) = (|at| self.card(at), |at: usize| self.rows.get(at).cloned());
        let contents = Contents {
            summary: &self.summary,
            levels: &levels,
            card: &card,
            allowed: self.rows.len(),
            row: &row,
            left: self.left,
        };
        markdown::page(limit, &contents)
    }
}

fn finding(found: Found, prefix: &str) -> Result<(Remark, Card), String> {
    let rule = known(&found.rule)?;
    let is_name = found.fingerprint.len() == 32
        && found.fingerprint.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_name {
        return Err("a fingerprint is not 32 hexadecimal digits".to_owned());
    }
    let (first, last) = lines(found.start, found.end)?;
    let related = found.related.iter().map(|other| format!("{}:{}: {}", other.path, other.start.line, other.message));
    let code = found.code.map(references).iter().flat_map(details::references).collect::<Vec<_>>();
    let queries = found.queries.map(queries).iter().flat_map(details::recorded).collect::<Vec<_>>();
    let why = found.notes.iter().cloned().chain(related);
    let why = why.chain(code.into_iter().map(|line| format!("code: {line}")));
    let why = why.chain(queries.into_iter().map(|line| format!("query: {line}")));
    let card = Card {
        level: found.level,
        rule,
        message: found.message.clone(),
        place: place(&found.path, found.start),
        statement: String::new(),
        locks: found
            .locks
            .into_iter()
            .map(|lock| Ok((lock.relation, mode(&lock.mode)?)))
            .collect::<Result<_, String>>()?,
        why: why.collect(),
        help: found.help,
        fix: found.fix.map(|fix| fix.title),
        // A command that a stranger wrote is nothing to run.
        plan: None,
    };
    let remark = Remark {
        fingerprint: found.fingerprint,
        level: found.level,
        rule,
        path: rooted(prefix, &found.path),
        first,
        last,
        message: found.message,
    };
    Ok((remark, card))
}

fn row(allowed: AllowedFinding) -> Result<Row, String> {
    let reason = allowed.reason;
    Ok(Row {
        rule: known(&allowed.rule)?,
        place: place(&allowed.path, allowed.start),
        what: allowed.message,
        why: if allowed.by == By::Directive { format!("comment: {reason}") } else { reason },
    })
}

fn known(name: &str) -> Result<RuleId, String> {
    let found = RULES.iter().map(|rule| rule.id).find(|id| id.0 == name);
    found.ok_or_else(|| format!("there is no rule named {:?}", clipped(name, 60)))
}

fn place(path: &str, start: Position) -> String {
    format!("{path}:{}:{}", start.line, start.column)
}

/// The first and the last line. The end is the character after the last.
fn lines(start: Position, end: Position) -> Result<(u32, u32), String> {
    let last = if end.column == 1 { end.line.saturating_sub(1) } else { end.line };
    if start.line == 0 || end.line < start.line {
        return Err("a finding ends before it begins".to_owned());
    }
    Ok((start.line, last.max(start.line)))
}

fn mode(name: &str) -> Result<LockMode, String> {
    let found = LockMode::ALL.into_iter().find(|mode| mode.to_string() == name);
    found.ok_or_else(|| "a lock has a mode that does not exist".to_owned())
}

fn references(code: format::Code) -> CodeReferences {
    let place =
        |place: format::Place| CodePlace { path: place.path, line: place.line, text: place.text, sure: place.sure };
    let places: Vec<_> = code.places.into_iter().map(place).collect();
    CodeReferences { revision: code.revision, references: References { total: code.total, places } }
}

fn queries(queries: format::Queries) -> Queries {
    let query = |query: format::Query| Query { text: query.text, calls: query.calls };
    Queries { total: queries.total, shown: queries.shown.into_iter().map(query).collect(), stars: 0 }
}

/// A path from the root of the repository. It is compared with those that the change names, and never opened.
fn rooted(prefix: &str, path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in prefix.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_root() {
        assert_eq!(rooted("", "db/1.sql"), "db/1.sql");
        assert_eq!(rooted("./services/shop/", "db/1.sql"), "services/shop/db/1.sql");
        assert_eq!(rooted("services/shop", "../../db/./1.sql"), "db/1.sql");
        assert_eq!(rooted("", "../../etc/passwd"), "../../etc/passwd", "which no change names");
    }

    #[test]
    fn only_reports_are_read() {
        for text in ["", "{}", "[]", "null", "{\"version\":1}", &"[".repeat(100_000)] {
            assert!(Claimed::read(text.as_bytes(), "").unwrap_err().starts_with("it is no report of this version"));
        }
    }
}
