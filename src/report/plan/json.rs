//! The plan for programs: one JSON document, described by `fixtures/schemas/switchback-plan-1.json`.
//!
//! The structs here are the format, and nothing else in the crate is: a renamed field elsewhere cannot break a reader.

use std::io::{self, Write};

use serde::Serialize;

use super::Planning;
use crate::plan::{Demand, Form, Lock, Planned, Release, Step, Way};
use crate::report::commands;
use crate::report::tool::{TOOL, Tool};

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

/// Writes the document.
pub fn write(planning: &Planning<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        tool: TOOL,
        engine: format!("postgres@{}", planning.version),
        change: planning.name,
        changes: planning.plan.changes.iter().map(|change| Changed::new(planning, change)).collect(),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    engine: String,
    change: &'a str,
    changes: Vec<Changed<'a>>,
}

#[derive(Serialize)]
struct Changed<'a> {
    what: &'a str,
    sql: Vec<&'a str>,
    no_safe_way: Option<&'a str>,
    notes: &'a [String],
    releases: Vec<Shipped<'a>>,
}

#[derive(Serialize)]
struct Shipped<'a> {
    phase: &'static str,
    serves: Vec<&'static str>,
    steps: Vec<Run<'a>>,
    then: &'a [String],
}

#[derive(Serialize)]
struct Run<'a> {
    name: &'a str,
    words: &'a str,
    form: &'static str,
    before: Vec<Wanted<'a>>,
    sql: String,
    down: Option<String>,
    back: &'a str,
    locks: Vec<Taken>,
}

#[derive(Serialize)]
struct Wanted<'a> {
    words: &'a str,
    query: Option<&'a str>,
    gives: Option<&'static str>,
}

#[derive(Serialize)]
struct Taken {
    relation: String,
    mode: &'static str,
    lasts: bool,
    blocks_reads: bool,
    blocks_writes: bool,
}

impl<'a> Changed<'a> {
    fn new(planning: &Planning<'a>, change: &'a Planned) -> Self {
        let (releases, no_safe_way) = match &change.way {
            Way::Releases(releases) => (releases.as_slice(), None),
            Way::None(why) => (&[][..], Some(why.as_str())),
        };
        Self {
            what: &change.what,
            sql: change.spans.iter().map(|span| span.of(&planning.change.text)).collect(),
            no_safe_way,
            notes: &change.notes,
            releases: releases.iter().map(|release| Shipped::new(planning, release)).collect(),
        }
    }
}

impl<'a> Shipped<'a> {
    fn new(planning: &Planning<'_>, release: &'a Release) -> Self {
        let serves = [(release.serves.old, "old"), (release.serves.new, "new")];
        Self {
            phase: release.phase.word(),
            serves: serves.into_iter().filter_map(|(runs, code)| runs.then_some(code)).collect(),
            steps: release.steps.iter().map(|step| Run::new(planning, step)).collect(),
            then: &release.then,
        }
    }
}

impl<'a> Run<'a> {
    fn new(planning: &Planning<'_>, step: &'a Step) -> Self {
        Self {
            name: &step.name,
            words: &step.words,
            form: match step.form {
                Form::Transaction => "transaction",
                Form::Outside => "outside",
                Form::Job => "job",
            },
            before: step.demands.iter().map(Wanted::new).collect(),
            sql: planning.sql(step),
            down: planning.down(step),
            back: &step.back,
            locks: step.locks.iter().map(Taken::new).collect(),
        }
    }
}

impl<'a> Wanted<'a> {
    fn new(demand: &'a Demand) -> Self {
        let query = demand.query.as_ref();
        Self { words: &demand.words, query: query.map(|query| &*query.sql), gives: query.map(|query| query.gives) }
    }
}

impl Taken {
    fn new(lock: &Lock) -> Self {
        Self {
            relation: lock.relation.to_string(),
            mode: lock.mode.words(),
            lasts: lock.lasts,
            blocks_reads: lock.mode.blocks_reads(),
            blocks_writes: lock.mode.blocks_writes(),
        }
    }
}
