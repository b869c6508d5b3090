//! SonarQube's generic issues, in the form it has since version 10.3.
//!
//! Lines count from 1 and columns from 0, in units of UTF-16. An impossible range makes the whole import fail, so an
//! empty one is given as its line.

use std::io::{self, Write};

use serde::Serialize;

use super::files::Files;
use super::text::one_line;
use super::{Report, commands};
use crate::finding::{Finding, Level};
use crate::rules::RULES;
use crate::spec::{self, Spec};
use crate::syntax::span::Span;

/// Writes all rules and the findings.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    let findings = &report.outcome.findings;
    let document = Document {
        rules: RULES.iter().filter_map(|rule| spec::of(rule.id)).map(|spec| Rule::new(spec, findings)).collect(),
        issues: findings.iter().map(|finding| Issue::new(finding, &files)).collect(),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    rules: Vec<Rule<'a>>,
    issues: Vec<Issue>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule<'a> {
    id: &'a str,
    name: &'a str,
    description: &'a str,
    engine_id: &'static str,
    clean_code_attribute: &'static str,
    r#type: &'static str,
    severity: &'static str,
    impacts: [Impact; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Impact {
    software_quality: &'static str,
    severity: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Issue {
    rule_id: &'static str,
    primary_location: Location,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    secondary_locations: Vec<Location>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    message: String,
    file_path: String,
    text_range: TextRange,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TextRange {
    start_line: u32,
    end_line: u32,
    #[serde(flatten)]
    columns: Option<Columns>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Columns {
    start_column: u32,
    end_column: u32,
}

impl<'a> Rule<'a> {
    /// An issue has no severity of its own: that of the rule is the worst of its findings, else its usual one.
    fn new(spec: &'a Spec<'a>, findings: &[Finding]) -> Self {
        let own = findings.iter().filter(|finding| finding.rule.0 == spec.id);
        let level = own.map(|finding| finding.level).max().unwrap_or(spec.level);
        let (attribute, quality) = match &*spec.group {
            _ if spec.security_severity.is_some() => ("TRUSTWORTHY", "SECURITY"),
            "backfill" | "locking" => ("EFFICIENT", "RELIABILITY"),
            "compatibility" | "data" | "failure" => ("LOGICAL", "RELIABILITY"),
            "policy" | "style" => ("CONVENTIONAL", "MAINTAINABILITY"),
            "schema" => ("COMPLETE", "MAINTAINABILITY"),
            _ => ("CLEAR", "MAINTAINABILITY"),
        };
        // The words of SonarQube before "software qualities", which its standard mode still shows.
        let kind = match quality {
            "SECURITY" => "VULNERABILITY",
            "RELIABILITY" => "BUG",
            _ => "CODE_SMELL",
        };
        let (severity, impact) = match level {
            Level::Error => ("CRITICAL", "HIGH"),
            Level::Warning => ("MAJOR", "MEDIUM"),
            Level::Note => ("MINOR", "LOW"),
        };
        Self {
            id: spec.id,
            name: spec.id,
            description: &spec.summary,
            engine_id: "switchback",
            clean_code_attribute: attribute,
            r#type: kind,
            severity,
            impacts: [Impact { software_quality: quality, severity: impact }],
        }
    }
}

impl Issue {
    fn new(finding: &Finding, files: &Files<'_>) -> Self {
        let mut message = finding.message.clone();
        if let Some(help) = &finding.help {
            message = format!("{message}; {help}");
        }
        Self {
            rule_id: finding.rule.0,
            primary_location: Location::new(&message, finding.file, finding.span, files),
            secondary_locations: finding
                .related
                .iter()
                .map(|related| Location::new(&related.message, related.file, related.span, files))
                .collect(),
        }
    }
}

impl Location {
    fn new(message: &str, file: u32, span: Span, files: &Files<'_>) -> Self {
        let region = files.region(file, span);
        let columns = files.index(file).filter(|_| region.start.byte < region.end.byte).map(|index| Columns {
            start_column: index.utf16_column(region.start),
            end_column: index.utf16_column(region.end),
        });
        let end_line = if columns.is_some() { region.end.line } else { region.start.line };
        let text_range = TextRange { start_line: region.start.line, end_line, columns };
        Self { message: one_line(message), file_path: files.repository_path(file), text_range }
    }
}
