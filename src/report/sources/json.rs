//! The list for programs: one JSON document, described by `fixtures/schemas/switchback-sources-1.json`.
//!
//! The structs here are the format, and nothing else in the crate is: a renamed field elsewhere cannot break a reader.

use std::io::{self, Write};

use serde::Serialize;

use super::{Listing, index, lines, mode_name, remarks};
use crate::report::commands;
use crate::report::tool::{TOOL, Tool};
use crate::source::migration::{Direction, Migration};

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

/// Writes the document.
pub fn write(listing: &Listing<'_>, out: &mut dyn Write) -> io::Result<()> {
    let sources = listing.sources;
    let document = Document {
        version: VERSION,
        tool: TOOL,
        engine: format!("postgres@{}", listing.version),
        layouts: sources
            .layouts
            .iter()
            .map(|found| Place {
                folder: found.folder.display().to_string(),
                layout: found.layout,
                why: found.why,
                migrations: found.migrations,
                one_transaction: found.shares_transaction(),
            })
            .collect(),
        warnings: &sources.warnings,
        migrations: sources.migrations.iter().map(|migration| Found::new(migration, listing)).collect(),
        skipped: sources
            .skipped
            .iter()
            .map(|left| Skipped { path: left.path.display().to_string(), reason: left.reason.to_string() })
            .collect(),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    engine: String,
    layouts: Vec<Place>,
    warnings: &'a [String],
    migrations: Vec<Found<'a>>,
    skipped: Vec<Skipped>,
}

#[derive(Serialize)]
struct Place {
    folder: String,
    layout: &'static str,
    why: &'static str,
    migrations: usize,
    one_transaction: bool,
}

#[derive(Serialize)]
struct Found<'a> {
    path: String,
    release: &'a str,
    reported: bool,
    remarks: Vec<&'static str>,
    down: Option<String>,
    sections: Vec<Part>,
}

#[derive(Serialize)]
struct Part {
    direction: &'static str,
    first_line: u32,
    last_line: u32,
    transaction: &'static str,
}

#[derive(Serialize)]
struct Skipped {
    path: String,
    reason: String,
}

impl<'a> Found<'a> {
    fn new(migration: &'a Migration, listing: &Listing<'_>) -> Self {
        let index = index(migration);
        let parts = migration.sections.iter().map(|section| {
            let (first_line, last_line) = lines(&index, section);
            let direction = match section.direction {
                Direction::Up => "up",
                Direction::Down => "down",
            };
            Part { direction, first_line, last_line, transaction: mode_name(listing.mode(section)) }
        });
        Self {
            path: migration.path.display().to_string(),
            release: &migration.release,
            reported: migration.reported,
            remarks: remarks(migration),
            down: migration.down.as_ref().map(|down| down.path.display().to_string()),
            sections: parts.collect(),
        }
    }
}
