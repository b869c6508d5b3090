//! SARIF 2.1.0, as GitHub's code scanning, Azure DevOps and editors read it.
//!
//! What is allowed is left out: code scanning does not know `suppressions`, and would open an alert for each.
//! `partialFingerprints` holds our own name of a finding. GitHub's `primaryLocationLineHash` is made by its upload.

mod model;

use std::io::{self, Write};

use self::model::{
    Artifact, ArtifactChange, AutomationDetails, Configuration, Content, Driver, Fingerprints, Fix, Help, Invocation,
    Location, Log, Message, PhysicalLocation, Properties, Region, Replacement, Result, Rule, Run, Text, Tool,
};
use super::files::Files;
use super::text::{one_line, several_lines};
use super::{HOME, Report, clipped, commands, details};
use crate::finding::{Finding, Level, Related};
use crate::fingerprint::{self, Fingerprint};
use crate::fix;
use crate::rules::RULES;
use crate::spec::{self, Spec};
use crate::syntax::span::Span;

/// Characters of a description that GitHub shows.
const LONGEST_DESCRIPTION: usize = 1_024;

/// Related places that GitHub keeps.
const MOST_RELATED: usize = 100;

/// Writes one run: all rules, then the findings.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    let fingerprints = fingerprint::of(report.outcome, report.migrations, report.origin).findings;
    let results = report.outcome.findings.iter().zip(&fingerprints);
    let run = Run {
        tool: Tool {
            driver: Driver {
                name: "Switchback",
                semantic_version: env!("CARGO_PKG_VERSION"),
                information_uri: HOME,
                rules: RULES.iter().filter_map(|rule| spec::of(rule.id)).map(rule).collect(),
            },
        },
        automation_details: AutomationDetails { id: "switchback/" },
        invocations: [Invocation { execution_successful: true }],
        column_kind: "unicodeCodePoints",
        results: results.map(|(finding, name)| result(finding, name, &files)).collect(),
    };
    let log = Log { schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [run] };
    serde_json::to_writer_pretty(commands::Json::new(out), &log)?;
    writeln!(out)
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "note",
    }
}

fn rule<'a>(spec: &'a Spec<'a>) -> Rule<'a> {
    let url = format!("{HOME}/blob/main/rules/{}.md", spec.id);
    let mut tags = vec!["migration", "postgresql", &*spec.group];
    tags.extend(spec.security_severity.map(|_| "security"));
    Rule {
        id: spec.id,
        name: spec.id,
        short_description: Text { text: clipped(&spec.summary.replace('`', ""), LONGEST_DESCRIPTION) },
        full_description: Text { text: clipped(&spec.summary, LONGEST_DESCRIPTION) },
        help: Help {
            text: format!("{} Read more at {url}", spec.summary),
            markdown: format!("{}\n\n{}", spec.summary, spec.prose()),
        },
        help_uri: url,
        default_configuration: Configuration { level: level(spec.level) },
        properties: Properties {
            tags,
            precision: "high",
            problem_severity: match spec.level {
                Level::Error => "error",
                Level::Warning => "warning",
                Level::Note => "recommendation",
            },
            security_severity: spec.security_severity.map(|severity| format!("{severity:.1}")),
        },
    }
}

fn result(finding: &Finding, fingerprint: &Fingerprint, files: &Files<'_>) -> Result {
    let related = finding.related.iter().take(MOST_RELATED);
    Result {
        rule_id: finding.rule.0,
        rule_index: RULES.iter().filter(|rule| spec::of(rule.id).is_some()).position(|rule| rule.id == finding.rule),
        level: level(finding.level),
        message: message(finding, files),
        locations: [Location { id: None, place: place(finding.file, finding.span, files), message: None }],
        related_locations: (1..).zip(related).map(|(id, related)| other_place(id, related, files)).collect(),
        partial_fingerprints: Fingerprints { v1: fingerprint.to_string() },
        fixes: finding
            .fix
            .iter()
            .filter(|fix| fix.moved.is_empty())
            .filter_map(|fix| edits(fix, finding.file, files))
            .collect(),
    }
}

/// The finding and what is said of it, line by line. Other places are links to `relatedLocations`; nothing else is.
fn message(finding: &Finding, files: &Files<'_>) -> Message {
    let mut lines = vec![one_line(&finding.message)];
    lines.extend(finding.locks.iter().map(|claim| format!("lock: {}", details::lock(claim))));
    lines.extend(finding.notes.iter().map(|note| format!("note: {}", one_line(note))));
    lines.extend(details::code(finding).into_iter().map(|line| format!("code: {line}")));
    lines.extend(finding.help.iter().map(|help| format!("help: {}", several_lines(help))));
    lines.extend(details::plan(finding, files).map(|command| format!("help: {}", details::plan_words(&command))));
    let mut text: Vec<_> = lines.into_iter().map(|line| unlinked(&line)).collect();
    for (id, related) in (1..).zip(finding.related.iter().take(MOST_RELATED)) {
        text.push(format!("see: [{}]({id})", label(&unlinked(&one_line(&related.message)))));
    }
    Message { text: text.join("\n") }
}

/// Text in which nothing is a link: `[words](target)` is one in a SARIF message.
fn unlinked(text: &str) -> String {
    text.replace("](", "] (")
}

/// Text between the brackets of a link.
fn label(text: &str) -> String {
    text.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

fn other_place(id: u32, related: &Related, files: &Files<'_>) -> Location {
    let message = Message { text: unlinked(&one_line(&related.message)) };
    let place = place(related.file, related.span, files);
    Location { id: Some(id), place, message: Some(message) }
}

fn place(file: u32, span: Span, files: &Files<'_>) -> PhysicalLocation {
    PhysicalLocation { artifact_location: Artifact { uri: files.uri(file) }, region: region(file, span, files) }
}

fn region(file: u32, span: Span, files: &Files<'_>) -> Region {
    let region = files.region(file, span);
    Region {
        start_line: region.start.line,
        start_column: region.start.column,
        end_line: region.end.line,
        end_column: region.end.column,
    }
}

/// The edits of a fix that may be applied unread: who reads SARIF is not told of any other kind.
fn edits(fix: &fix::Fix, file: u32, files: &Files<'_>) -> Option<Fix> {
    if fix.safety != fix::Safety::Safe {
        return None;
    }
    let replacements = fix.edits.iter().map(|edit| Replacement {
        deleted_region: region(file, edit.span, files),
        inserted_content: Content { text: edit.text.clone() },
    });
    Some(Fix {
        description: Message { text: unlinked(&one_line(&fix.title)) },
        artifact_changes: [ArtifactChange {
            artifact_location: Artifact { uri: files.uri(file) },
            replacements: replacements.collect(),
        }],
    })
}
