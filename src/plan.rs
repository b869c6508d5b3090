//! The safe way: the sequence of releases in which an unsafe change blocks nobody, loses nothing, and leaves the schema that
//! the change would have left.
//!
//! `draft` reads a change, statement by statement. `change` knows the kinds of changes and has each planned by the file that
//! is named after it, out of the parts that several kinds share: `replace` puts new columns in the place of old ones, `sync`
//! keeps them in step, `backfill` fills them, `proof` adds what they must hold. `locks` asks the engine what every step
//! takes.

mod backfill;
mod carry;
mod change;
mod column;
mod constraint;
mod copy;
mod draft;
mod drop;
mod enums;
mod expression;
mod index;
mod key;
mod locks;
mod mirror;
mod not_null;
mod partition;
mod proof;
mod replace;
mod rows;
mod select;
mod split;
mod step;
mod sync;
mod table;
mod table_replace;
mod table_split;
mod write;

pub use self::locks::Lock;
pub use self::step::{Demand, Form, Phase, Release, Serves, Step};

use std::collections::BTreeMap;

use self::draft::Draft;
use crate::review::history;
use crate::review::replay::{Position, Replay};
use crate::settings::Settings;
use crate::source::migration::Migration;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;

/// What can be asked of a plan.
#[derive(Clone, Debug)]
pub struct Options {
    /// How long a statement waits for a lock, as `SET lock_timeout` takes it.
    pub lock_timeout: String,
    /// Rows that a backfill changes in one transaction.
    pub batch: u32,
    /// Milliseconds it rests after each.
    pub pause: u32,
    /// Who keeps old and new in step.
    pub sync: SyncBy,
    /// By column, the expression that fills it, where the change does not say it.
    pub fill: BTreeMap<Symbol, String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { lock_timeout: "2s".to_owned(), batch: 1000, pause: 50, sync: SyncBy::Trigger, fill: BTreeMap::new() }
    }
}

/// Who writes a value to its old and to its new place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SyncBy {
    /// A trigger: whoever writes, both are written.
    #[default]
    Trigger,
    /// The application, all of it.
    Application,
}

/// A change, planned.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What it consists of, in the order of its statements.
    pub changes: Vec<Planned>,
}

/// One thing that changes.
#[derive(Clone, Debug)]
pub struct Planned {
    /// What, in words: `rename column users.name to full_name`.
    pub what: String,
    /// The clauses that say it, in the file of the change.
    pub spans: Vec<Span>,
    /// How it is done.
    pub way: Way,
    /// What the plan leaves to a person.
    pub notes: Vec<String>,
}

/// How something is done.
#[derive(Clone, Debug)]
pub enum Way {
    /// In these releases. One with the statements themselves where they are safe as they are.
    Releases(Vec<Release>),
    /// In no way that is known to be safe, for this reason.
    None(String),
}

impl Plan {
    /// The releases of all changes, one after the other.
    pub fn releases(&self) -> impl Iterator<Item = &Release> {
        self.changes.iter().flat_map(|planned| match &planned.way {
            Way::Releases(releases) => releases.as_slice(),
            Way::None(_) => &[],
        })
    }
}

/// Plans `change`, on top of a history that is in the order it runs. `part`: only the statement at this byte.
pub fn plan(
    history: &[Migration],
    change: &Migration,
    part: Option<u32>,
    settings: &Settings,
    options: &Options,
) -> Plan {
    let parsed = history::read(history, false);
    let mut replay = Replay::new(settings);
    for (number, parsed) in (0_u32..).zip(&parsed) {
        replay.file(parsed, Position { release: number, file: number }, &mut Vec::new());
    }
    let scripts = history::read(std::slice::from_ref(change), true);
    let position = u32::try_from(history.len()).unwrap_or(u32::MAX);
    let draft = Draft::read(&scripts, replay.catalog(), position, part);
    let mut changes = change::planned(&draft, settings, options);
    locks::tell(&mut changes, history, settings, options);
    Plan { changes }
}
