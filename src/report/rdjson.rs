//! reviewdog's diagnostics (`proto/rdf/reviewdog.proto`): one document, which it brings to the reviews of GitHub, GitLab,
//! Bitbucket and Gerrit.
//!
//! Columns are bytes, from 1; the end is exclusive. A range without columns means whole lines: suggestions are given so,
//! as that is what reviews can apply. Paths are relative to the working directory, reviewdog's too.

use std::io::{self, Write};

use serde::Serialize;

use super::files::Files;
use super::text::one_line;
use super::{HOME, Report, commands, details, rule_url, suggestion};
use crate::finding::{Finding, Level};
use crate::syntax::span::Span;

/// Writes the findings.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    let document = Document {
        source: Source { name: "switchback", url: HOME },
        diagnostics: report.outcome.findings.iter().map(|finding| Diagnostic::new(finding, &files)).collect(),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document {
    source: Source,
    diagnostics: Vec<Diagnostic>,
}

#[derive(Serialize)]
struct Source {
    name: &'static str,
    url: &'static str,
}

#[derive(Serialize)]
struct Diagnostic {
    message: String,
    location: Location,
    severity: &'static str,
    code: Code,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<Suggestion>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Related>,
}

#[derive(Serialize)]
struct Code {
    value: &'static str,
    url: String,
}

#[derive(Serialize)]
struct Location {
    path: String,
    range: Range,
}

#[derive(Serialize)]
struct Range {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    line: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    column: Option<u32>,
}

#[derive(Serialize)]
struct Suggestion {
    range: Range,
    text: String,
}

#[derive(Serialize)]
struct Related {
    message: String,
    location: Location,
}

impl Diagnostic {
    fn new(finding: &Finding, files: &Files<'_>) -> Self {
        let mut message = one_line(&finding.message);
        for line in details::lines(finding, files) {
            message.push('\n');
            message.push_str(&line);
        }
        let related = finding.related.iter().map(|related| Related {
            message: one_line(&related.message),
            location: location(related.file, related.span, files),
        });
        Self {
            message,
            location: location(finding.file, finding.span, files),
            severity: match finding.level {
                Level::Error => "ERROR",
                Level::Warning => "WARNING",
                Level::Note => "INFO",
            },
            code: Code { value: finding.rule.0, url: rule_url(finding.rule) },
            suggestions: suggestion::of(finding, files).map(Suggestion::new).into_iter().collect(),
            related_locations: related.collect(),
        }
    }
}

fn location(file: u32, span: Span, files: &Files<'_>) -> Location {
    let region = files.region(file, span);
    let place = |position: super::position::Position| Place {
        line: position.line,
        column: files.index(file).map(|index| index.byte_column(position)),
    };
    Location { path: files.path(file), range: Range { start: place(region.start), end: place(region.end) } }
}

impl Suggestion {
    fn new(suggestion::Suggestion { first, last, text }: suggestion::Suggestion) -> Self {
        let line = |line| Place { line, column: None };
        Self { range: Range { start: line(first), end: line(last) }, text }
    }
}
