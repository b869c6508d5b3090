//! GitLab's Code Quality report (`docs.gitlab.com/ci/testing/code_quality`).

use std::io::{self, Write};

use serde::Serialize;

use super::files::Files;
use super::text::one_line;
use super::{Report, commands};
use crate::finding::{Finding, Level};
use crate::fingerprint::{self, Fingerprint};

/// Writes the findings as an array, which is empty where there are none: GitLab compares it with that of the target
/// branch.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    let fingerprints = fingerprint::of(report.outcome, report.migrations, report.origin).findings;
    let issues: Vec<Issue> = report
        .outcome
        .findings
        .iter()
        .zip(&fingerprints)
        .map(|(finding, fingerprint)| Issue::new(finding, fingerprint, &files))
        .collect();
    serde_json::to_writer_pretty(commands::Json::new(out), &issues)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Issue {
    description: String,
    check_name: &'static str,
    fingerprint: String,
    severity: &'static str,
    location: Location,
}

#[derive(Serialize)]
struct Location {
    path: String,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
    end: u32,
}

impl Issue {
    fn new(finding: &Finding, fingerprint: &Fingerprint, files: &Files<'_>) -> Self {
        let region = files.region(finding.file, finding.span);
        Self {
            // GitLab does not show the name of the check.
            description: one_line(&format!("{}: {}", finding.rule.0, finding.message)),
            check_name: finding.rule.0,
            fingerprint: fingerprint.to_string(),
            severity: match finding.level {
                Level::Error => "major",
                Level::Warning => "minor",
                Level::Note => "info",
            },
            location: Location {
                path: files.repository_path(finding.file),
                lines: Lines { begin: region.start.line, end: region.last_line },
            },
        }
    }
}
