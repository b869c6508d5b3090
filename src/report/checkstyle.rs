//! Checkstyle's XML, which reviewdog, Jenkins (Warnings Next Generation) and cs2pr read.

use std::io::{self, Write};

use super::Report;
use super::files::Files;
use super::text::one_line;
use super::xml::escaped;
use crate::finding::{Finding, Level};

/// Writes the findings by file, in the order of the history.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    // Readers ask for a version: that of the tool whose format it is.
    writeln!(out, "<checkstyle version=\"4.3\">")?;
    for findings in report.outcome.findings.chunk_by(|a, b| a.file == b.file) {
        let file = findings.first().map_or(0, |finding| finding.file);
        writeln!(out, "  <file name=\"{}\">", escaped(&files.path(file)))?;
        for finding in findings {
            write_error(finding, &files, out)?;
        }
        writeln!(out, "  </file>")?;
    }
    writeln!(out, "</checkstyle>")
}

fn write_error(finding: &Finding, files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let start = files.position(finding.file, finding.span.start);
    let severity = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "info",
    };
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message = format!("{message} help: {help}");
    }
    writeln!(
        out,
        "    <error line=\"{}\" column=\"{}\" severity=\"{severity}\" message=\"{}\" source=\"switchback.{}\"/>",
        start.line,
        start.column,
        escaped(&one_line(&message)),
        escaped(finding.rule.0),
    )
}
