//! One line a finding, for editors, `grep` and small screens.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::files::Files;
use super::text::one_line;
use super::{Report, commands, details, summary};
use crate::finding::Finding;

/// Writes `path:line:column: level[rule]: message (lock on relation; blocks what) help: … plan: …` for every finding, then the
/// summary.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    commands::stopped(report.actions, out, |out| {
        let files = Files::new(report);
        for finding in &report.outcome.findings {
            writeln!(out, "{}", line(finding, &files))?;
        }
        for line in summary::allowed(report) {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{}", summary::line(report))
    })
}

fn line(finding: &Finding, files: &Files<'_>) -> String {
    let (place, level, rule) = (files.place(finding), finding.level.as_str(), finding.rule.0);
    let mut line = format!("{place}: {level}[{rule}]: {}", finding.message);
    // Writing to a string cannot fail.
    for lock in &finding.locks {
        let _ = write!(line, " ({})", details::lock(lock));
    }
    if let Some(code) = &finding.code {
        let places: Vec<_> =
            code.references.places.iter().map(|place| format!("{}:{}", place.path, place.line)).collect();
        let more = code.more().map_or_else(String::new, |more| format!(", {more}"));
        let _ = write!(line, " (named in {}{more})", places.join(", "));
    }
    if let Some(queries) = &finding.queries {
        let shown: Vec<_> = queries.shown.iter().take(1).map(|query| format!("`{}`", query.text)).collect();
        let more = queries.total.saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let _ = write!(line, " (named by {}{more})", shown.join(", "));
    }
    if let Some(help) = &finding.help {
        let _ = write!(line, " help: {help}");
    }
    if let Some(plan) = details::plan(finding, files) {
        let _ = write!(line, " plan: {plan}");
    }
    one_line(&line)
}
