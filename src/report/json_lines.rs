//! The report for programs that read line by line: a finding a line, each as in `json`.

use std::io::{self, Write};

use super::files::Files;
use super::json::Found;
use super::{Report, commands};
use crate::fingerprint;

/// Writes the findings. Without any, nothing.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    let fingerprints = fingerprint::of(report.outcome, report.migrations, report.origin).findings;
    for (finding, fingerprint) in report.outcome.findings.iter().zip(&fingerprints) {
        serde_json::to_writer(commands::Json::new(out), &Found::new(finding, fingerprint, &files))?;
        writeln!(out)?;
    }
    Ok(())
}
