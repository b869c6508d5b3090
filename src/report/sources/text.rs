//! The list for people.

use std::io::{self, Write};

use super::{Listing, index, lines, remarks};
use crate::report::text::one_line;
use crate::report::{Color, commands, counted, paint};
use crate::source::Sources;
use crate::source::migration::{Direction, Migration, Section, TransactionMode};

/// Writes the list.
pub fn write(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    commands::stopped(listing.actions, out, |out| body(listing, out))
}

fn body(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let Sources { migrations, skipped, layouts, warnings } = listing.sources;
    for found in layouts {
        let folder = one_line(&found.folder.display().to_string());
        let number = counted(found.migrations, "migration");
        let shared = if found.shares_transaction() { "; all that are pending run in one transaction" } else { "" };
        writeln!(out, "{folder}: {number}, laid out as {}, by {}{shared}", bold(listing, found.layout), found.why)?;
    }
    for warning in warnings {
        writeln!(out, "{} {}", paint(listing.style, Color::Yellow, "warning:"), one_line(warning))?;
    }
    writeln!(out, "checked for postgres@{}\n", listing.version)?;
    let digits = migrations.len().to_string().len();
    for (number, migration) in migrations.iter().enumerate() {
        let path = one_line(&migration.path.display().to_string());
        let remarks = remarks(migration);
        let remarks = if remarks.is_empty() { String::new() } else { format!(" ({})", remarks.join(", ")) };
        writeln!(out, "{:>digits$}  {}{remarks}", number + 1, bold(listing, &path))?;
        for line in parts(listing, migration) {
            writeln!(out, "{:digits$}  {line}", "")?;
        }
    }
    if !skipped.is_empty() {
        writeln!(out, "\nleft out")?;
    }
    for left in skipped {
        writeln!(out, "  {}: {}", one_line(&left.path.display().to_string()), left.reason)?;
    }
    Ok(())
}

fn parts(listing: &Listing<'_>, migration: &Migration) -> Vec<String> {
    let index = index(migration);
    let part = |section: &Section| {
        let (first, last) = lines(&index, section);
        let direction = match section.direction {
            Direction::Up => "up",
            Direction::Down => "down",
        };
        format!("{direction:4}  lines {first} to {last}, {}", runs(listing.mode(section)))
    };
    let mut parts: Vec<String> = migration.sections.iter().map(part).collect();
    if let Some(down) = &migration.down {
        parts.push(format!("down  {}", one_line(&down.path.display().to_string())));
    }
    parts
}

fn runs(mode: TransactionMode) -> &'static str {
    match mode {
        TransactionMode::Wrapped => "in a transaction that the tool opens",
        TransactionMode::SingleQuery => "sent as one string: a transaction where it holds several statements",
        TransactionMode::None => "each statement by itself",
        TransactionMode::Unknown => "and nothing tells whether the tool opens a transaction",
    }
}

fn bold(listing: &Listing<'_>, text: &str) -> String {
    paint(listing.style, Color::Bold, text)
}
