//! Where every change in flight stands: the ledger at the end of the history, made into facts that reports write down.

mod item;
mod next;
mod remains;
mod sql;

use crate::date::Date;
use crate::evidence::Evidence;
use crate::review::history;
use crate::settings::Settings;
use crate::source::migration::Migration;
use crate::syntax::span::Span;
use crate::transition::{Kind, Phase};

/// Every transition of a history on one day.
#[derive(Clone, Debug)]
pub struct Status {
    /// The day.
    pub today: Date,
    /// What counts as moved lately, as it was asked for.
    pub since: Option<String>,
    /// The transitions: overdue ones first, then the other open ones by due date and age, then those that are done.
    pub items: Vec<Item>,
}

/// The migrations that count as new.
#[derive(Clone, Debug)]
pub struct Since {
    /// As it was asked for: a date, or a revision.
    pub name: String,
    /// For each migration of the history, in order: whether it is new.
    pub new: Vec<bool>,
}

/// One transition.
#[derive(Clone, Debug)]
pub struct Item {
    /// Of what kind.
    pub kind: Kind,
    /// What goes. Empty for a constraint.
    pub old: Vec<String>,
    /// What comes. Empty where something is only retired.
    pub new: Vec<String>,
    /// Whether anything is left to do.
    pub state: State,
    /// The furthest phase it has reached.
    pub phase: Option<Phase>,
    /// The phases it goes through, in order.
    pub stages: Vec<Stage>,
    /// How much is done, 0 to 100.
    pub percent: u32,
    /// The day it began, where a version or git tells.
    pub opened: Option<Date>,
    /// The day of the last move.
    pub moved: Option<Date>,
    /// Days from the first move until today, or until the last one where it is done.
    pub age_days: Option<i64>,
    /// Who sees it through.
    pub owner: Option<String>,
    /// The day it is to be done.
    pub due: Option<Date>,
    /// Why it is late, if it is.
    pub overdue: Option<Overdue>,
    /// What to do next; none where it is done.
    pub next: Option<Next>,
    /// What cannot be taken back and still lies ahead.
    pub returns: Vec<String>,
    /// What must be removed at the end and is still there.
    pub leftovers: Vec<String>,
    /// What moved it, in the order it was seen.
    pub moves: Vec<Moved>,
}

/// Whether anything is left to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Steps are left.
    Open,
    /// Every step is taken.
    Done,
    /// The new shape is gone again.
    GivenUp,
}

/// One phase of a transition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Which.
    pub phase: Phase,
    /// How far it is.
    pub standing: Standing,
    /// The day it was reached, where a version or git tells.
    pub date: Option<Date>,
}

/// How far a phase is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Reached.
    Done,
    /// Not seen, and a later one was reached.
    Skipped,
    /// It comes next.
    Next,
    /// It comes later.
    Ahead,
}

/// Why a transition is late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overdue {
    /// That many days past its due date.
    Due {
        /// Days.
        days: i64,
    },
    /// Open for longer than `max-age` allows.
    Age {
        /// Days that are allowed.
        most: i64,
    },
}

/// The next step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Next {
    /// What to do.
    pub words: String,
    /// The SQL that does it; none where no SQL can.
    pub sql: Option<String>,
}

/// Something that moved a transition.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The phase it reached.
    pub phase: Phase,
    /// What did it.
    pub words: String,
    /// A comment says so; no statement shows it.
    pub declared: bool,
    /// Index of the migration.
    pub file: u32,
    /// The statement, clause or comment.
    pub span: Span,
    /// The day, where a version or git tells.
    pub date: Option<Date>,
    /// It is new since what was asked for.
    pub recent: bool,
}

impl Status {
    /// How many are done, those given up included.
    pub fn done(&self) -> usize {
        self.items.len() - self.open()
    }

    /// How many are open.
    pub fn open(&self) -> usize {
        self.items.iter().filter(|item| item.state == State::Open).count()
    }

    /// How many are late.
    pub fn overdue(&self) -> usize {
        self.items.iter().filter(|item| item.overdue.is_some()).count()
    }

    /// Those that are listed unless all are asked for: the open ones, and those that moved lately.
    pub fn current(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.state == State::Open || item.is_recent())
    }
}

impl Item {
    /// Whether it moved since what was asked for.
    pub fn is_recent(&self) -> bool {
        self.moves.iter().any(|step| step.recent)
    }
}

/// The transitions of a history, which is in the order it runs, as they stand `today`.
pub fn of(migrations: &[Migration], settings: &Settings, today: Date, since: Option<Since>) -> Status {
    let parsed = history::read(migrations, false);
    let mut items = Vec::new();
    let (since, new) = since.map_or((None, Vec::new()), |since| (Some(since.name), since.new));
    history::replay(&parsed, settings, Evidence::none(), |_, release| {
        if release.files.len() == parsed.len() {
            let now = item::Now { today, max_age: settings.max_age, new: &new };
            items = item::all(release, &now);
        }
    });
    Status { today, since, items }
}
