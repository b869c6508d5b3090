//! The report for programs: one JSON document, described by `fixtures/schemas/switchback-report-1.json`.
//!
//! The structs here are the format, and nothing else in the crate is: a renamed field elsewhere cannot break a reader.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::details;
use super::files::Files;
use super::position::Position;
use super::tool::{TOOL, Tool};
use super::{Report, commands, rule_url};
use crate::engine::lock::LockMode;
use crate::evidence::{self, queries};
use crate::finding::{CodeReferences, Finding, LockClaim};
use crate::fingerprint::{self, Fingerprint};
use crate::fix::{Fix, Safety};
use crate::outcome::{self, AllowedBy, Outcome};
use crate::spec;

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

/// Writes the document. Findings are turned into JSON one by one.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Outcome { findings, allowed, summary } = report.outcome;
    let files = Files::new(report);
    let fingerprints = fingerprint::of(report.outcome, report.migrations, report.origin).findings;
    let document = Document {
        version: VERSION,
        tool: TOOL,
        summary: Summary::new(summary),
        findings: Each(|| findings.iter().zip(&fingerprints).map(|(finding, name)| Found::new(finding, name, &files))),
        allowed: Each(|| allowed.iter().map(|allowed| Allowed::new(allowed, &files))),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<F, A> {
    version: u32,
    tool: Tool,
    summary: Summary,
    findings: F,
    allowed: A,
}

/// A sequence that is made while it is written.
struct Each<F>(F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: Iterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0())
    }
}

#[derive(Serialize)]
struct Summary {
    files: usize,
    statements: usize,
    unrecognized: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    duration_ms: u128,
}

/// A finding, as it stands in the document.
#[derive(Serialize)]
pub(super) struct Found<'a> {
    rule: &'a str,
    group: &'a str,
    level: &'a str,
    message: &'a str,
    path: String,
    start: Position,
    end: Position,
    subject: Option<&'a str>,
    locks: Vec<Lock>,
    notes: &'a [String],
    help: Option<&'a str>,
    related: Vec<Related<'a>>,
    code: Option<Code<'a>>,
    queries: Option<Queries<'a>>,
    fix: Option<FixEdits<'a>>,
    plan: Option<String>,
    fingerprint: String,
    url: String,
}

#[derive(Serialize)]
struct Allowed<'a> {
    rule: &'a str,
    level: &'a str,
    message: &'a str,
    path: String,
    start: Position,
    end: Position,
    reason: &'a str,
    by: &'static str,
}

#[derive(Serialize)]
struct Code<'a> {
    revision: &'a str,
    total: usize,
    places: Vec<CodePlace<'a>>,
}

#[derive(Serialize)]
struct CodePlace<'a> {
    path: &'a str,
    line: usize,
    text: &'a str,
    sure: bool,
}

#[derive(Serialize)]
struct Queries<'a> {
    total: usize,
    shown: Vec<Query<'a>>,
}

#[derive(Serialize)]
struct Query<'a> {
    text: &'a str,
    calls: u64,
}

#[derive(Serialize)]
struct Lock {
    relation: String,
    mode: String,
    blocks: &'static [&'static str],
}

#[derive(Serialize)]
struct Related<'a> {
    path: String,
    start: Position,
    end: Position,
    message: &'a str,
}

#[derive(Serialize)]
struct FixEdits<'a> {
    title: &'a str,
    safety: &'static str,
    edits: Vec<Edit<'a>>,
    moved: Vec<Moved<'a>>,
}

/// A migration that gets what the edits take out.
#[derive(Serialize)]
struct Moved<'a> {
    name: &'a str,
    up: &'a str,
    down: Option<&'a str>,
    transaction: bool,
}

#[derive(Serialize)]
struct Edit<'a> {
    start: Position,
    end: Position,
    text: &'a str,
}

impl Summary {
    fn new(summary: &outcome::Summary) -> Self {
        let outcome::Summary { files, statements, unrecognized, errors, warnings, notes, duration } = *summary;
        Self { files, statements, unrecognized, errors, warnings, notes, duration_ms: duration.as_millis() }
    }
}

impl<'a> Found<'a> {
    pub(super) fn new(finding: &'a Finding, fingerprint: &Fingerprint, files: &Files<'_>) -> Self {
        Self {
            rule: finding.rule.0,
            group: spec::group(finding.rule),
            level: finding.level.as_str(),
            message: &finding.message,
            path: files.path(finding.file),
            start: files.position(finding.file, finding.span.start),
            end: files.position(finding.file, finding.span.end),
            subject: finding.subject.as_deref(),
            locks: finding.locks.iter().map(Lock::new).collect(),
            notes: &finding.notes,
            help: finding.help.as_deref(),
            related: finding
                .related
                .iter()
                .map(|related| Related {
                    path: files.path(related.file),
                    start: files.position(related.file, related.span.start),
                    end: files.position(related.file, related.span.end),
                    message: &related.message,
                })
                .collect(),
            code: finding.code.as_ref().map(Code::new),
            queries: finding.queries.as_ref().map(Queries::new),
            fix: finding.fix.as_ref().map(|fix| FixEdits::new(fix, finding.file, files)),
            plan: details::plan(finding, files),
            fingerprint: fingerprint.to_string(),
            url: rule_url(finding.rule),
        }
    }
}

impl<'a> Code<'a> {
    fn new(code: &'a CodeReferences) -> Self {
        let place = |place: &'a evidence::CodePlace| CodePlace {
            path: &place.path,
            line: place.line,
            text: &place.text,
            sure: place.sure,
        };
        let references = &code.references;
        Self {
            revision: &code.revision,
            total: references.total,
            places: references.places.iter().map(place).collect(),
        }
    }
}

impl<'a> Queries<'a> {
    fn new(queries: &'a queries::Queries) -> Self {
        let query = |query: &'a queries::Query| Query { text: &query.text, calls: query.calls };
        Self { total: queries.total, shown: queries.shown.iter().map(query).collect() }
    }
}

impl<'a> Allowed<'a> {
    fn new(allowed: &'a outcome::Allowed, files: &Files<'_>) -> Self {
        let finding = &allowed.finding;
        Self {
            rule: finding.rule.0,
            level: finding.level.as_str(),
            message: &finding.message,
            path: files.path(finding.file),
            start: files.position(finding.file, finding.span.start),
            end: files.position(finding.file, finding.span.end),
            reason: &allowed.reason,
            by: match allowed.by {
                AllowedBy::Directive => "directive",
                AllowedBy::Evidence => "evidence",
                AllowedBy::History => "history",
                AllowedBy::Baseline => "baseline",
            },
        }
    }
}

impl Lock {
    fn new(claim: &LockClaim) -> Self {
        Self { relation: claim.relation.to_string(), mode: claim.mode.to_string(), blocks: blocked(claim.mode) }
    }
}

impl<'a> FixEdits<'a> {
    fn new(fix: &'a Fix, file: u32, files: &Files<'_>) -> Self {
        let safety = match fix.safety {
            Safety::Safe => "safe",
            Safety::Unsafe => "unsafe",
        };
        let edits = fix
            .edits
            .iter()
            .map(|edit| Edit {
                start: files.position(file, edit.span.start),
                end: files.position(file, edit.span.end),
                text: &edit.text,
            })
            .collect();
        let moved = fix.moved.iter().map(|draft| Moved {
            name: &draft.name,
            up: &draft.up,
            down: draft.down.as_deref(),
            transaction: !draft.outside,
        });
        Self { title: &fix.title, safety, edits, moved: moved.collect() }
    }
}

fn blocked(mode: LockMode) -> &'static [&'static str] {
    match (mode.blocks_reads(), mode.blocks_writes()) {
        (true, _) => &["reads", "writes"],
        (false, true) => &["writes"],
        (false, false) => &["schema changes"],
    }
}
