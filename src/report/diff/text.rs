//! For people: a line for each change, and under it what the checks say.

use std::io::{self, Write};

use super::Comparison;
use crate::diff::Class;
use crate::finding::Level;
use crate::report::text::one_line;
use crate::report::{Color, commands, paint};

/// Columns that the class of a change takes, the space behind it included.
const INDENT: usize = 10;

/// Writes the changes, what could not be compared, and a summary.
pub fn write(comparison: &Comparison<'_>, out: &mut dyn Write) -> io::Result<()> {
    commands::stopped(comparison.actions, out, |out| {
        let style = comparison.style;
        for change in &comparison.diff.changes {
            let class = format!("{:<INDENT$}", change.class.as_str());
            writeln!(out, "{}{}", paint(style, color(change.class), &class), one_line(&change.words))?;
            for finding in &change.findings {
                let name = format!("{}[{}]", finding.level.as_str(), finding.rule.0);
                let name = paint(style, level(finding.level), &name);
                writeln!(out, "{:INDENT$}{name}: {}", "", one_line(&finding.message))?;
            }
            if let Some(note) = &change.note {
                writeln!(out, "{:INDENT$}{}", "", one_line(note))?;
            }
        }
        for limit in comparison.limits() {
            writeln!(out, "note: {}", one_line(&limit))?;
        }
        writeln!(out, "{}", one_line(&comparison.summary()))
    })
}

fn color(class: Class) -> Color {
    match class {
        Class::Contract => Color::Red,
        Class::Rewrite | Class::Tighten => Color::Yellow,
        Class::Loosen | Class::Expand => Color::Green,
        Class::Neutral => Color::Dim,
    }
}

fn level(level: Level) -> Color {
    match level {
        Level::Error => Color::Red,
        Level::Warning => Color::Yellow,
        Level::Note => Color::Cyan,
    }
}
