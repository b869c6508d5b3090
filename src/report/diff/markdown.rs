//! For comments on pull requests: a table of changes.

use std::io::{self, Write};

use super::Comparison;
use crate::report::text::one_line;

/// Writes a heading, a table with a row for each change, and what could not be compared.
pub fn write(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (old, new) = (code(comparison.old), code(comparison.new));
    writeln!(out, "**Schema changes from {old} to {new}:** {}", escaped(&comparison.summary()))?;
    if !comparison.diff.changes.is_empty() {
        writeln!(out, "\n| class | change | verdict |\n|---|---|---|")?;
    }
    for change in &comparison.diff.changes {
        let findings = change.findings.iter().map(|finding| {
            let url = crate::report::rule_url(finding.rule);
            format!("{} [{}]({url}): {}", finding.level.as_str(), finding.rule.0, escaped(&finding.message))
        });
        let verdict: Vec<String> = findings.chain(change.note.as_deref().map(escaped)).collect();
        let (class, words) = (change.class.as_str(), escaped(&change.words));
        writeln!(out, "| {class} | {words} | {} |", verdict.join("<br>"))?;
    }
    for limit in comparison.limits() {
        writeln!(out, "\n> {}", escaped(&limit))?;
    }
    Ok(())
}

/// Text from a schema, so that it is nothing but text in Markdown and HTML.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in one_line(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            // Nobody is to be called, and no issue linked.
            '@' | '#' => {
                escaped.push(letter);
                escaped.push_str("<!-- -->");
            }
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(letter);
            }
            _ => escaped.push(letter),
        }
    }
    escaped
}

/// A name as it was typed.
fn code(name: &str) -> String {
    format!("<code>{}</code>", escaped(name))
}
