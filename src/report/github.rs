//! Workflow commands of GitHub Actions: its runner makes annotations of them.
//!
//! As the runner reads them (actions/runner, `ActionCommand.cs` and `ActionCommandManager.cs`): a line each, `%`, CR and
//! LF escaped, in properties `:` and `,` too; columns count only within one line; of each level a step may give ten.

use std::io::{self, Write};

use super::files::Files;
use super::text::{one_line, visible};
use super::{Report, clipped, counted, details, worst_first};
use crate::finding::{Finding, Level};

/// Annotations of one level that the runner takes from a step.
const MOST: usize = 10;

/// Characters of a message; the runner takes 4,096, counted in units of UTF-16.
const LONGEST: usize = 2_000;

/// Writes the worst findings as annotations, and says how many there are that GitHub would not show.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    let findings = worst_first(&report.outcome.findings);
    let of = |level| findings.iter().filter(move |finding| finding.level == level);
    let levels = [Level::Error, Level::Warning, Level::Note];
    // What is left out is told in a notice, which takes the place of one.
    let overflows = levels.into_iter().any(|level| of(level).count() > MOST);
    let mut left_out = Vec::new();
    for level in levels {
        let most = if overflows && level == Level::Note { MOST - 1 } else { MOST };
        for finding in of(level).take(most) {
            writeln!(out, "{}", annotation(finding, &files))?;
        }
        let more = of(level).count().saturating_sub(most);
        if more > 0 {
            left_out.push(counted(more, level.as_str()));
        }
    }
    if left_out.is_empty() {
        return Ok(());
    }
    let left_out = left_out.join(", ");
    writeln!(out, "::notice title=switchback::{left_out} more: GitHub shows ten of a level, and these are the worst")
}

fn annotation(finding: &Finding, files: &Files<'_>) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let region = files.region(finding.file, finding.span);
    let (path, line, end_line) = (property(&files.repository_path(finding.file)), region.start.line, region.last_line);
    let columns = if line == region.end.line {
        // The last column is meant, not the one after it.
        let last = region.end.column.saturating_sub(1).max(region.start.column);
        format!(",col={},endColumn={last}", region.start.column)
    } else {
        String::new()
    };
    let title = property(&format!("switchback {}", finding.rule.0));
    format!(
        "::{command} file={path},line={line},endLine={end_line}{columns},title={title}::{}",
        message(finding, files)
    )
}

/// The log shows nothing but the message, so the place stands there again.
fn message(finding: &Finding, files: &Files<'_>) -> String {
    let place = files.place(finding);
    let mut text = one_line(&format!("{place}: {}", finding.message));
    for line in details::lines(finding, files) {
        text.push('\n');
        text.push_str(&line);
    }
    escaped(&clipped(&text, LONGEST))
}

fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

fn escaped(text: &str) -> String {
    visible(&text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")).into_owned()
}
