//! The line that ends a report for people: how much was checked, and what came of it.

use std::time::Duration;

use super::files::Files;
use super::text::one_line;
use super::{Color, Report, counted, paint};
use crate::outcome::{Allowed, AllowedBy, Outcome};

/// A line for each contract that evidence allowed, and where asked the history:
/// `db/7.sql:2:1: allowed[contract-before-expand]: public.users.city: no reference in 312 files at origin/main
/// (1a2b3c4d5e)`.
pub(super) fn allowed(report: &Report<'_>) -> Vec<String> {
    let files = Files::new(report);
    let told = |allowed: &&Allowed| match allowed.by {
        AllowedBy::Evidence => true,
        AllowedBy::History => report.style.verbose,
        AllowedBy::Directive | AllowedBy::Baseline => false,
    };
    let allowed = report.outcome.allowed.iter().filter(told);
    allowed
        .map(|Allowed { finding, reason, .. }| {
            let (place, rule) = (files.place(finding), finding.rule.0);
            let what = finding.subject.as_deref().unwrap_or(&finding.message);
            one_line(&format!("{place}: allowed[{rule}]: {what}: {reason}"))
        })
        .collect()
}

/// `checked 12 files, 57 statements in 8 ms: 2 errors, 1 warning (1 statement not understood)`.
pub(super) fn line(report: &Report<'_>) -> String {
    let Outcome { allowed, summary, .. } = report.outcome;
    let mut results: Vec<String> = [
        (summary.errors, "error", Color::Red),
        (summary.warnings, "warning", Color::Yellow),
        (summary.notes, "note", Color::Cyan),
    ]
    .into_iter()
    .filter(|&(number, _, _)| number > 0)
    .map(|(number, noun, color)| paint(report.style, color, &counted(number, noun)))
    .collect();
    if results.is_empty() {
        results.push(paint(report.style, Color::Green, "no findings"));
    }
    let (_, left) = report.outcome.allowed_and_left();
    let by_history = allowed.iter().filter(|allowed| !report.style.verbose && allowed.by == AllowedBy::History).count();
    let said = allowed.len() - left - by_history;
    if said > 0 {
        results.push(format!("{said} allowed"));
    }
    if left > 0 {
        results.push(format!("{left} in the baseline"));
    }
    let unread = match summary.unrecognized {
        0 => String::new(),
        number => format!(" ({} not understood)", counted(number, "statement")),
    };
    format!(
        "checked {}, {} in {}: {}{unread}",
        counted(summary.files, "file"),
        counted(summary.statements, "statement"),
        spoken(summary.duration),
        results.join(", "),
    )
}

fn spoken(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::Summary;
    use crate::report::Style;
    use crate::source::origin::Origin;

    fn said(summary: Summary) -> String {
        let outcome = Outcome { summary, ..Outcome::default() };
        let origin = Origin::default();
        let style = Style::default();
        line(&Report { outcome: &outcome, migrations: &[], origin: &origin, style, actions: false })
    }

    #[test]
    fn numbers_and_nouns_agree() {
        let mut summary = Summary {
            files: 12,
            statements: 57,
            unrecognized: 1,
            errors: 2,
            warnings: 1,
            notes: 0,
            duration: Duration::from_micros(8900),
        };
        assert_eq!(
            said(summary),
            "checked 12 files, 57 statements in 8 ms: 2 errors, 1 warning (1 statement not understood)"
        );
        summary = Summary { files: 1, statements: 1, duration: Duration::from_millis(1250), ..Summary::default() };
        assert_eq!(said(summary), "checked 1 file, 1 statement in 1.2 s: no findings");
    }
}
