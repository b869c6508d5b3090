//! The comparison for programs: one JSON document, described by `fixtures/schemas/switchback-diff-1.json`.
//!
//! The structs here are the format, and nothing else in the crate is: a renamed field elsewhere cannot break a reader.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::Comparison;
use crate::diff::{Change, Class};
use crate::finding::Finding;
use crate::report::commands;
use crate::report::rule_url;
use crate::report::tool::{TOOL, Tool};

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

/// Writes the document.
pub fn write(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let classes = Class::ALL.into_iter().map(|class| {
        let count = comparison.diff.changes.iter().filter(|change| change.class == class).count();
        (class.as_str(), count)
    });
    let document = Document {
        version: VERSION,
        tool: TOOL,
        engine: format!("postgres@{}", comparison.version),
        old: comparison.old,
        new: comparison.new,
        summary: classes.collect(),
        limits: comparison.limits(),
        changes: comparison.diff.changes.iter().map(Changed::new).collect(),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    engine: String,
    old: &'a str,
    new: &'a str,
    summary: BTreeMap<&'static str, usize>,
    limits: Vec<String>,
    changes: Vec<Changed<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    class: &'static str,
    change: &'a str,
    subject: Option<String>,
    note: Option<&'a str>,
    findings: Vec<Found<'a>>,
}

#[derive(Serialize)]
struct Found<'a> {
    rule: &'static str,
    level: &'static str,
    message: &'a str,
    notes: &'a [String],
    url: String,
}

impl<'a> Changed<'a> {
    fn new(change: &'a Change) -> Self {
        Self {
            class: change.class.as_str(),
            change: &change.words,
            subject: change.subject.as_ref().map(ToString::to_string),
            note: change.note.as_deref(),
            findings: change.findings.iter().map(Found::new).collect(),
        }
    }
}

impl<'a> Found<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule.0,
            level: finding.level.as_str(),
            message: &finding.message,
            notes: &finding.notes,
            url: rule_url(finding.rule),
        }
    }
}
