//! One migration file and its parts.

use std::ffi::OsStr;
use std::path::PathBuf;

use super::layout::outside;
use super::order::version_prefix;
use crate::date::Moment;
use crate::syntax::span::Span;

/// A migration file, read.
#[derive(Clone, Debug)]
pub struct Migration {
    /// The path as it is shown: relative to the working directory where possible, with forward slashes.
    pub path: PathBuf,
    /// The text, length-preserved: bytes that are not UTF-8 were replaced one for one.
    pub text: String,
    /// The parts, in file order. A file without markers has one.
    pub sections: Vec<Section>,
    /// Migrations with the same key ship together: the version, where files share one, else the path.
    pub release: String,
    /// Report findings in it; otherwise it is only history.
    pub reported: bool,
    /// Its place in the history.
    pub standing: Standing,
    /// The file that takes it back, where that is a file of its own.
    pub down: Option<Down>,
    /// The file, where it is not what is parsed.
    pub carrier: Option<Carrier>,
}

/// A file that says something else than the text of its migration, which is as long.
///
/// Of another language that carries SQL, the text is blank but for the SQL. Of SQL with template placeholders that the
/// configuration knows, it has holes in their places.
#[derive(Clone, Debug, Default)]
pub struct Carrier {
    /// What the file says.
    pub text: String,
    /// It is of another language.
    pub foreign: bool,
    /// The SQL is what a command made of the file, and its places are none of the file.
    pub generated: bool,
    /// What fills the holes, by number.
    pub fills: Vec<Option<Box<str>>>,
    /// Changes that are written in another way than SQL, in order. SQL that does the same stands in their place.
    pub written: Vec<Span>,
    /// SQL that is put together, and only known when the code runs; in order.
    pub unread: Vec<Span>,
    /// The tool knows how to take it back, whether the file says so or not.
    pub reversible: bool,
}

impl Carrier {
    /// The change that is written in another way and holds `inner`; or `inner`, where it stands in no such change.
    pub fn whole(&self, inner: Span) -> Span {
        let after = self.written.partition_point(|span| span.start <= inner.start);
        let before = after.checked_sub(1).and_then(|at| self.written.get(at)).copied();
        before.filter(|span| span.contains(inner)).unwrap_or(inner)
    }
}

/// A file that takes a migration back.
#[derive(Clone, Debug)]
pub struct Down {
    /// The path as it is shown.
    pub path: PathBuf,
    /// The text; none where nobody asked for it.
    pub text: Option<String>,
}

impl Migration {
    /// What the file says, be it SQL or not.
    pub fn file_text(&self) -> &str {
        self.carrier.as_ref().map_or(&self.text, |carrier| &carrier.text)
    }

    /// What fills the holes in the text.
    pub fn fills(&self) -> &[Option<Box<str>>] {
        self.carrier.as_ref().map_or(&[], |carrier| &carrier.fills)
    }

    /// Whether a command made the SQL of the file.
    pub fn is_generated(&self) -> bool {
        self.carrier.as_ref().is_some_and(|carrier| carrier.generated)
    }

    /// Whether the file is of another language, and only carries SQL.
    pub fn is_foreign(&self) -> bool {
        self.carrier.as_ref().is_some_and(|carrier| carrier.foreign)
    }

    /// Whether what takes it back is not for its own file to say: a changelog does, in elements and comments that we do not
    /// follow.
    pub fn is_of_changelog(&self) -> bool {
        self.standing.layout == "liquibase"
    }

    /// Whether something takes it back, be it empty.
    pub fn has_down(&self) -> bool {
        let reversible = self.is_of_changelog() || self.carrier.as_ref().is_some_and(|carrier| carrier.reversible);
        reversible || self.down.is_some() || self.sections.iter().any(|section| section.direction == Direction::Down)
    }

    /// What takes it back: the sections of its own text that do, or else the whole of its down file.
    pub fn down_parts(&self) -> Vec<(&str, Span)> {
        if let Some(text) = self.down.as_ref().and_then(|down| down.text.as_deref()) {
            return vec![(text, Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX)))];
        }
        let downs = self.sections.iter().filter(|section| section.direction == Direction::Down);
        let mut parts: Vec<_> = downs.map(|section| (&*self.text, section.span)).collect();
        // Each takes back one changeset, and the last changeset goes first.
        if self.standing.layout == "liquibase" {
            parts.reverse();
        }
        parts
    }
}

/// The place of a migration in the history.
#[derive(Clone, Debug, Default)]
pub struct Standing {
    /// It was asked about: named, or in a folder that was.
    pub named: bool,
    /// What its layout is called; empty where nothing tells.
    pub layout: &'static str,
    /// Which history it belongs to; the order means something within one only.
    pub home: usize,
    /// It runs again whenever it changes (Flyway's `R__`): neither its place nor its content is fixed once it has run.
    pub repeatable: bool,
    /// What became of it since the revision that is compared with.
    pub change: Change,
    /// It runs when the new code does, rather than before it.
    pub post_deploy: bool,
    /// When it was first committed, where git was asked.
    pub committed: Option<Moment>,
}

impl Migration {
    /// When it was written: as its version tells, else git, where that was asked.
    pub fn time(&self) -> Option<Moment> {
        Moment::of_version(&self.path).or(self.standing.committed)
    }

    /// Whether the tool opens one transaction around all pending files, unless it is told otherwise.
    pub fn shares_transaction(&self) -> bool {
        outside::is_shared(self.standing.layout)
    }

    /// How to get a statement out of the transaction that the tool opens around it, as an order.
    pub fn way_out_of_transaction(&self) -> &'static str {
        outside::of_the_transaction(self.standing.layout)
    }

    /// How to get a statement out of a string of several, as an order.
    pub fn way_out_of_string(&self) -> &'static str {
        outside::of_the_string(self.standing.layout)
    }

    /// As people call it: by its version where it has one, else by its name.
    pub fn short_name(&self) -> &str {
        let stem = self.path.file_stem().and_then(OsStr::to_str).unwrap_or_default();
        let generic = ["up", "migration", "down"].contains(&stem);
        let named = if generic { self.path.parent().unwrap_or(&self.path) } else { &self.path };
        let name = named.file_name().and_then(OsStr::to_str).unwrap_or_default();
        version_prefix(name).unwrap_or_else(|| name.split('.').next().unwrap_or(name))
    }
}

/// What became of a migration since the revision that is compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Change {
    /// Nothing is compared.
    #[default]
    Unknown,
    /// It was there, and is the same.
    Released,
    /// It was not there.
    Added,
    /// It said something else.
    Modified {
        /// What it said.
        before: String,
    },
    /// It is gone. Its text is what it was.
    Deleted,
    /// It was there under another name.
    Moved {
        /// The path it had, as it is shown.
        from: PathBuf,
    },
}

/// A part of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its bytes.
    pub span: Span,
    /// What it is for.
    pub direction: Direction,
    /// Who opens a transaction around it.
    pub transaction: TransactionMode,
}

/// What a part of a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Ships.
    Up,
    /// Takes it back. Never linted as if it shipped.
    Down,
}

/// Who opens a transaction around a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionMode {
    /// The tool wraps the section in `BEGIN … COMMIT`.
    Wrapped,
    /// The section is sent as one string: more than one statement makes one implicit transaction.
    SingleQuery,
    /// Every statement commits by itself.
    None,
    /// Nothing tells. Treated as `None` for what would be an error inside a transaction, and never guessed otherwise.
    Unknown,
}
