//! JUnit's XML: a suite for each file that was checked, a case for each finding, and one that passes for a file without
//! any. Test reports of CI services show it, and Jenkins takes a report without cases for a mistake.

use std::io::{self, Write};

use super::files::Files;
use super::text::one_line;
use super::xml::escaped;
use super::{Report, details};
use crate::finding::{Finding, Level};

/// Writes the suites in the order of the history.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    writeln!(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>")?;
    writeln!(out, "<testsuites name=\"switchback\">")?;
    let mut findings = report.outcome.findings.chunk_by(|a, b| a.file == b.file).peekable();
    let mut suites = 0;
    for (file, migration) in (0_u32..).zip(report.migrations) {
        let own = findings.next_if(|found| found.first().is_some_and(|finding| finding.file == file));
        if own.is_some() || migration.reported {
            write_suite(&files.path(file), own.unwrap_or_default(), &files, out)?;
            suites += 1;
        }
    }
    if suites == 0 {
        write_suite("switchback", &[], &files, out)?;
    }
    writeln!(out, "</testsuites>")
}

fn write_suite(name: &str, findings: &[Finding], files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let failures = findings.iter().filter(|finding| fails(finding)).count();
    let (path, tests) = (escaped(name), findings.len().max(1));
    writeln!(out, "  <testsuite name=\"{path}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">")?;
    let class = escaped(name.strip_suffix(".sql").unwrap_or(name));
    if findings.is_empty() {
        writeln!(out, "    <testcase name=\"no findings\" classname=\"{class}\" time=\"0\"/>")?;
    }
    for finding in findings {
        write_case(finding, &class, files, out)?;
    }
    writeln!(out, "  </testsuite>")
}

/// A note is worth knowing, and no reason for a red build. An `error` of JUnit is never written: that is for a test that
/// could not be run.
fn fails(finding: &Finding) -> bool {
    finding.level > Level::Note
}

fn write_case(finding: &Finding, class: &str, files: &Files<'_>, out: &mut dyn Write) -> io::Result<()> {
    let start = files.position(finding.file, finding.span.start);
    let message = escaped(&one_line(&finding.message));
    let level = finding.level.as_str();
    let mut text = format!("{level} at line {}, column {}: {}", start.line, start.column, one_line(&finding.message));
    for line in details::lines(finding, files) {
        text.push('\n');
        text.push_str(&line);
    }
    // Line ends are escaped as well: no line of SQL begins one of the log.
    let text = escaped(&text);
    writeln!(out, "    <testcase name=\"{}\" classname=\"{class}\" time=\"0\">", escaped(finding.rule.0))?;
    if fails(finding) {
        writeln!(out, "      <failure type=\"{level}\" message=\"{message}\">{text}</failure>")?;
    } else {
        writeln!(out, "      <system-out>{text}</system-out>")?;
    }
    writeln!(out, "    </testcase>")
}
