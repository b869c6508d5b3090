//! For comments on pull requests: a table of changes.

use std::io::{self, Write};

use super::Comparison;
use crate::report::markdown::text::{code, inline};

/// Writes a heading, a table with a row for each change, and what could not be compared.
pub fn write(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (code(comparison.old), code(comparison.new));
    writeln!(out, "**Schema changes from {old} to {new}:** {}", inline(&comparison.summary()))?;
    if !comparison.diff.changes.is_empty() {
        writeln!(out, "\n| class | change | verdict |\n|---|---|---|")?;
    }
    for change in &comparison.diff.changes {
        let findings = change.findings.iter().map(|finding| {
            let url = crate::report::rule_url(finding.rule);
            format!("{} [{}]({url}): {}", finding.level.as_str(), finding.rule.0, inline(&finding.message))
        });
        let verdict: Vec<String> = findings.chain(change.note.as_deref().map(inline)).collect();
        let (class, words) = (change.class.as_str(), inline(&change.words));
        writeln!(out, "| {class} | {words} | {} |", verdict.join("<br>"))?;
    }
    for limit in comparison.limits() {
        writeln!(out, "\n> {}", inline(&limit))?;
    }
    Ok(())
}
