//! Files of other languages that carry SQL: changelogs, and migrations written in code.
//!
//! What is parsed is a text as long as the file in which everything but the SQL is blank, so that every place in it is
//! the place in the file. To add a language, write `carrier/<language>.rs` and put it in `LANGUAGES`.

mod javascript;
mod mask;

use std::path::Path;

use super::migration::{Carrier, Section};
use super::path::{components, file_name};

/// A language whose migrations carry SQL.
#[derive(Debug)]
pub(super) struct Language {
    /// What the tool is called in reports.
    pub name: &'static str,
    /// By which marks it is told, for people.
    pub marks: &'static str,
    /// The endings of its files, lower case.
    pub extensions: &'static [&'static str],
    /// Whether a text of one of these files is a migration of the tool.
    pub recognizes: fn(&str) -> bool,
    /// What it carries.
    pub read: fn(&str) -> Carried,
}

/// What a file carries.
#[derive(Debug)]
pub(super) struct Carried {
    /// The SQL, in place: as long as the file.
    pub sql: String,
    /// The parts.
    pub sections: Vec<Section>,
    /// Changes that are no SQL, for which SQL stands in their place.
    pub written: Vec<crate::syntax::span::Span>,
    /// SQL that is only known when the code runs.
    pub unread: Vec<crate::syntax::span::Span>,
}

/// Every language.
const LANGUAGES: &[&Language] =
    &[&javascript::TYPEORM, &javascript::SEQUELIZE, &javascript::KNEX, &javascript::NODE_PG_MIGRATE];

/// Folders in which tools look for migrations.
const FOLDERS: &[&str] = &["migrate", "migration", "migrations", "versions", "changelog", "changelogs", "changesets"];

/// How many folders above a file may tell that it is a migration: changelogs have folders for releases.
const LEVELS: usize = 3;

/// Whether a file may be one of these, by its name and folder. Nothing is read.
pub(super) fn may_be(path: &Path) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    if name.ends_with(".d.ts") || !LANGUAGES.iter().any(|language| language.extensions.contains(&extension)) {
        return false;
    }
    let folders = components(path.parent().unwrap_or(path));
    let near = folders.iter().rev().take(LEVELS);
    stem.contains("changelog")
        || near.into_iter().any(|folder| FOLDERS.iter().any(|known| folder.eq_ignore_ascii_case(known)))
}

/// The language of a text, by the name of its file and what it says.
pub(super) fn of(path: &Path, text: &str) -> Option<&'static Language> {
    let name = file_name(path).to_ascii_lowercase();
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    LANGUAGES.iter().copied().find(|language| language.extensions.contains(&extension) && (language.recognizes)(text))
}

impl Carried {
    /// The text to parse, its sections, and what is to be said of the file.
    pub(super) fn into_parts(self, text: String) -> (String, Vec<Section>, Carrier) {
        (
            self.sql,
            self.sections,
            Carrier { text, foreign: true, fills: Vec::new(), written: self.written, unread: self.unread },
        )
    }
}
