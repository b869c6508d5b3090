//! The state of every transition for programs: one document, described by `fixtures/schemas/switchback-status-1.json`.
//!
//! The structs here are the format, and nothing else in the crate is: a renamed field elsewhere cannot break a reader.

use std::io::{self, Write};

use serde::Serialize;

use super::{Board, place, state};
use crate::report::commands;
use crate::report::files::Files;
use crate::report::tool::{TOOL, Tool};
use crate::status::{self, Standing};
use crate::transition::Kind;

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

/// Writes the document.
pub fn write(board: &Board<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = board.files();
    let status = board.status;
    let document = Document {
        version: VERSION,
        tool: TOOL,
        today: status.today.to_string(),
        since: status.since.as_deref(),
        summary: Summary {
            transitions: status.items.len(),
            done: status.done(),
            open: status.open(),
            overdue: status.overdue(),
            moved: status.since.as_ref().map(|_| status.items.iter().filter(|item| item.is_recent()).count()),
        },
        transitions: board.items().into_iter().map(|item| Transition::new(item, &files)).collect(),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    today: String,
    since: Option<&'a str>,
    summary: Summary,
    transitions: Vec<Transition<'a>>,
}

#[derive(Serialize)]
struct Summary {
    transitions: usize,
    done: usize,
    open: usize,
    overdue: usize,
    moved: Option<usize>,
}

#[derive(Serialize)]
struct Transition<'a> {
    kind: &'static str,
    old: &'a [String],
    new: &'a [String],
    state: &'static str,
    phase: Option<&'static str>,
    percent: u32,
    opened: Option<String>,
    moved: Option<String>,
    age_days: Option<i64>,
    owner: Option<&'a str>,
    due: Option<String>,
    phases: Vec<Stage>,
    next: Option<Next<'a>>,
    points_of_no_return: &'a [String],
    to_remove: &'a [String],
    moves: Vec<Move<'a>>,
}

#[derive(Serialize)]
struct Stage {
    phase: &'static str,
    state: &'static str,
    date: Option<String>,
}

#[derive(Serialize)]
struct Next<'a> {
    words: &'a str,
    sql: Option<&'a str>,
}

#[derive(Serialize)]
struct Move<'a> {
    phase: &'static str,
    words: &'a str,
    declared: bool,
    place: String,
    date: Option<String>,
    recent: bool,
}

impl<'a> Transition<'a> {
    fn new(item: &'a status::Item, files: &Files<'_>) -> Self {
        Self {
            kind: kind(item.kind),
            old: &item.old,
            new: &item.new,
            state: state(item),
            phase: item.phase.map(crate::transition::Phase::word),
            percent: item.percent,
            opened: item.opened.map(|date| date.to_string()),
            moved: item.moved.map(|date| date.to_string()),
            age_days: item.age_days,
            owner: item.owner.as_deref(),
            due: item.due.map(|date| date.to_string()),
            phases: item.stages.iter().map(Stage::new).collect(),
            next: item.next.as_ref().map(|next| Next { words: &next.words, sql: next.sql.as_deref() }),
            points_of_no_return: &item.returns,
            to_remove: &item.leftovers,
            moves: item
                .moves
                .iter()
                .map(|step| Move {
                    phase: step.phase.word(),
                    words: &step.words,
                    declared: step.declared,
                    place: place(files, step),
                    date: step.date.map(|date| date.to_string()),
                    recent: step.recent,
                })
                .collect(),
        }
    }
}

impl Stage {
    fn new(stage: &status::Stage) -> Self {
        let word = match stage.standing {
            Standing::Done => "done",
            Standing::Skipped => "skipped",
            Standing::Next => "next",
            Standing::Ahead => "ahead",
        };
        Self { phase: stage.phase.word(), state: word, date: stage.date.map(|date| date.to_string()) }
    }
}

fn kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Column => "column",
        Kind::Table => "table",
        Kind::Constraint => "constraint",
        Kind::Value => "value",
        Kind::Index => "index",
    }
}
