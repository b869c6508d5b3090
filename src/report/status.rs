//! Where every change stands, to bytes: one file a format, and the words that they share.

pub mod html;
pub mod json;
pub mod markdown;
pub mod text;

use super::files::Files;
use super::{Style, counted};
use crate::source::migration::Migration;
use crate::source::origin::Origin;
use crate::status::{Item, Moved, Overdue, State, Status};

/// What a format is given.
#[derive(Clone, Copy, Debug)]
pub struct Board<'a> {
    /// The transitions.
    pub status: &'a Status,
    /// The history they were found in.
    pub migrations: &'a [Migration],
    /// Where the paths of the migrations are seen from.
    pub origin: &'a Origin,
    /// Those that are done are listed too.
    pub all: bool,
    /// What the receiver can show.
    pub style: Style,
    /// The report goes to the log of a GitHub Actions step, which obeys commands in what is printed.
    pub actions: bool,
}

impl<'a> Board<'a> {
    /// The transitions to list.
    fn items(&self) -> Vec<&'a Item> {
        if self.all { self.status.items.iter().collect() } else { self.status.current().collect() }
    }

    fn files(&self) -> Files<'a> {
        Files::of(self.migrations, self.origin)
    }
}

/// `3 of 7 transitions done, 4 open, 1 overdue`.
fn headline(status: &Status) -> String {
    let mut text = figures(status);
    if status.overdue() > 0 {
        text = format!("{text}, {} overdue", status.overdue());
    }
    text
}

/// `3 of 7 transitions done, 4 open`.
fn figures(status: &Status) -> String {
    match status.items.len() {
        0 => "no transitions".to_owned(),
        all => format!("{} of {} done, {} open", status.done(), counted(all, "transition"), status.open()),
    }
}

/// `overdue`, `open`, `done`, `given up`.
fn state(item: &Item) -> &'static str {
    match (item.state, item.overdue) {
        (State::Open, Some(_)) => "overdue",
        (State::Open, None) => "open",
        (State::Done, _) => "done",
        (State::GivenUp, _) => "given up",
    }
}

/// Why it is late.
fn lateness(overdue: Overdue) -> String {
    match overdue {
        Overdue::Due { days } => format!("{} past its due date", counted(usize::try_from(days).unwrap_or(0), "day")),
        Overdue::Age { most } => {
            format!("open for more than {}", counted(usize::try_from(most).unwrap_or(0), "day"))
        }
    }
}

/// `db/0003.sql:4`.
fn place(files: &Files<'_>, step: &Moved) -> String {
    format!("{}:{}", files.path(step.file), files.position(step.file, step.span.start).line)
}
