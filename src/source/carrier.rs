//! Files of other languages that carry SQL: changelogs, and migrations written in code.
//!
//! What is parsed is a text as long as the file in which everything but the SQL is blank, so that every place in it is
//! the place in the file. To add a language, write `carrier/<language>.rs` and put it in `LANGUAGES`.

mod javascript;
mod liquibase;
mod mask;
mod ruby;
mod strings;

use std::path::Path;

#[cfg(test)]
use super::generator;
use super::generator::is_python;
use super::migration::{Carrier, Direction, Section};
use super::path::{components, file_name};

pub(super) use liquibase::{Include, includes};

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
    /// The tool knows how to take it back, whether the file says so or not.
    pub reversible: bool,
}

/// Every language.
const LANGUAGES: &[&Language] = &[
    &javascript::TYPEORM,
    &javascript::SEQUELIZE,
    &javascript::MIKRO_ORM,
    &javascript::KYSELY,
    &javascript::DB_MIGRATE,
    &javascript::KNEX,
    &javascript::NODE_PG_MIGRATE,
    &ruby::RAILS,
    &liquibase::XML,
    &liquibase::YAML,
];

/// The endings of files that hold data, of which only changelogs are meant.
const DATA: &[&str] = &["json", "xml", "yaml", "yml"];

/// Folders in which tools look for migrations.
const FOLDERS: &[&str] =
    &["migrate", "migration", "migrations", "versions", "changelog", "changelogs", "changesets", "liquibase"];

/// Folders in which changelogs lie that others include.
const DATA_FOLDERS: &[&str] = &["changes", "changeset", "db"];

/// How many folders above a file may tell that it is a migration: changelogs have folders for releases.
const LEVELS: usize = 3;

/// The endings of the files that may be one of these.
#[cfg(test)]
pub(super) fn extensions() -> impl Iterator<Item = &'static str> {
    LANGUAGES.iter().flat_map(|language| language.extensions.iter().copied()).chain([generator::EXTENSION])
}

/// Whether a file may be one of these, by its name and folder. Nothing is read.
pub(super) fn may_be(path: &Path) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let known = is_python(path) || LANGUAGES.iter().any(|language| language.extensions.contains(&extension));
    if name.ends_with(".d.ts") || !known {
        return false;
    }
    let folders = components(path.parent().unwrap_or(path));
    let more: &[&str] = if DATA.contains(&extension) { DATA_FOLDERS } else { &[] };
    let near = folders.iter().rev().take(LEVELS);
    stem.contains("changelog")
        || near.into_iter().any(|folder| FOLDERS.iter().chain(more).any(|known| folder.eq_ignore_ascii_case(known)))
}

/// Whether a file may be one that includes others.
pub(super) fn may_include(path: &Path) -> bool {
    is_data(path) && may_be(path)
}

/// Whether a file holds data: most of these are no migrations, and nobody would take them for some.
pub(super) fn is_data(path: &Path) -> bool {
    let name = file_name(path).to_ascii_lowercase();
    name.rsplit_once('.').is_some_and(|(_, extension)| DATA.contains(&extension))
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
        let Self { sql, mut sections, written, unread, reversible } = self;
        let holds_sql = |section: &Section| !section.span.of(&sql).trim().is_empty();
        if sections.iter().any(|section| section.direction == Direction::Up && holds_sql(section)) {
            sections.retain(|section| section.direction == Direction::Down || holds_sql(section));
        }
        (sql, sections, Carrier { text, foreign: true, written, unread, reversible, ..Carrier::default() })
    }
}
