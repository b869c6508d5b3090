//! Writes the next migrations of a folder: named as the ones before them, and marked as their tool wants it.
//!
//! To teach it a tool, add it to `next/tool.rs`. What is written, when it is read again, is a migration of the same tool
//! that comes last (`tests/next.rs` holds every folder of `fixtures/layouts` to that).

mod atlas;
mod changelog;
mod drizzle;
mod javascript;
mod name;
mod names;
mod piece;
mod place;
mod python;
mod ruby;
mod sqitch;
mod sql;
mod tool;
mod version;

use std::path::PathBuf;

use super::migration::Migration;
use super::{Request, Sources};
use crate::date::Moment;
use names::Names;
use place::Place;
use tool::{Page, Previous, Way};

/// What a new migration is to hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Draft {
    /// What it does, in a few words: `add_users_name`.
    pub name: String,
    /// Its statements.
    pub up: String,
    /// The statements that take it back.
    pub down: Option<String>,
    /// It has to run outside a transaction, each statement by itself.
    pub outside: bool,
}

/// A file to write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The file, absolute.
    pub path: PathBuf,
    /// What it says now; none where it is new.
    pub before: Option<String>,
    /// What it is to say.
    pub text: String,
}

impl Written {
    fn new(path: PathBuf, text: String) -> Self {
        Self { path, before: None, text }
    }
}

/// New migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Next {
    /// The files in the order in which they run, each with what belongs to it. What lists them comes last.
    pub files: Vec<Written>,
    /// What is left for people to do, a line each.
    pub notes: Vec<String>,
}

/// Why a migration cannot be written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
#[error("{reason}")]
pub struct Unwritable {
    /// Why.
    pub reason: String,
    /// What to do instead.
    #[help]
    pub help: String,
}

impl Unwritable {
    fn new(reason: impl Into<String>, help: impl Into<String>) -> Self {
        Self { reason: reason.into(), help: help.into() }
    }
}

/// The files that hold `drafts`, in their order, after every migration there is in the history of `beside`.
pub fn files(
    request: &Request,
    sources: &Sources,
    beside: &Migration,
    drafts: &[Draft],
    now: Moment,
) -> Result<Next, Unwritable> {
    let place = Place::of(request, sources, beside)?;
    let way = tool::of(&place)?;
    let drafts = piece::of(&way, &place, drafts)?;
    let mut next = match way {
        Way::Numbered(tool) => numbered(&place, tool, &drafts, now),
        Way::Own(_, write) => write(&place, &drafts, now),
    }?;
    if drafts.iter().any(|draft| draft.outside) {
        next.notes.extend(tool::note_outside(place.layout).map(str::to_owned));
    }
    atlas::extend_sum(&place, &mut next);
    place.refuse_links(&next.files)?;
    Ok(next)
}

/// Files whose names give their order.
fn numbered(place: &Place<'_>, tool: &tool::Tool, drafts: &[Draft], now: Moment) -> Result<Next, Unwritable> {
    let mut names = Names::of(place)?;
    let mut next = Next::default();
    let mut previous = Previous::of(place);
    for draft in drafts {
        let page = Page { place, draft, previous: &previous, named: names.after(draft, now)? };
        let files = (tool.write)(&page)?;
        let text = files.first().map(|file| file.text.clone()).unwrap_or_default();
        previous = Previous { stem: page.named.stem, text };
        next.files.extend(files);
        if let Some(list) = tool.list {
            list(place, &previous.stem, now, &mut next)?;
        }
    }
    Ok(next)
}
