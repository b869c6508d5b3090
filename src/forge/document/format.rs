//! The format of reports for programs, version 1, as it is read: `fixtures/schemas/switchback-report-1.json`. Every field
//! has to be there, and none that is not known.

#![allow(dead_code, reason = "what is not taken has to be there all the same")]

use serde::Deserialize;

use crate::finding::Level;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Document {
    pub(super) version: u32,
    pub(super) tool: Tool,
    pub(super) summary: Figures,
    pub(super) findings: Vec<Found>,
    pub(super) allowed: Vec<AllowedFinding>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tool {
    pub(super) name: String,
    version: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Figures {
    pub(super) files: u32,
    pub(super) statements: u32,
    pub(super) unrecognized: u32,
    errors: u32,
    warnings: u32,
    notes: u32,
    duration_ms: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Found {
    pub(super) rule: String,
    group: String,
    pub(super) level: Level,
    pub(super) message: String,
    pub(super) path: String,
    pub(super) start: Position,
    pub(super) end: Position,
    subject: Option<String>,
    pub(super) locks: Vec<Lock>,
    pub(super) notes: Vec<String>,
    pub(super) help: Option<String>,
    pub(super) related: Vec<Related>,
    pub(super) code: Option<Code>,
    pub(super) queries: Option<Queries>,
    pub(super) fix: Option<Fix>,
    plan: Option<String>,
    pub(super) fingerprint: String,
    url: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AllowedFinding {
    pub(super) rule: String,
    level: Level,
    pub(super) message: String,
    pub(super) path: String,
    pub(super) start: Position,
    end: Position,
    pub(super) reason: String,
    pub(super) by: By,
}

/// Who allowed a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum By {
    Directive,
    Evidence,
    History,
    Baseline,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
    byte: u32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lock {
    pub(super) relation: String,
    pub(super) mode: String,
    blocks: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Related {
    pub(super) path: String,
    pub(super) start: Position,
    end: Position,
    pub(super) message: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Code {
    pub(super) revision: String,
    pub(super) total: usize,
    pub(super) places: Vec<Place>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) text: String,
    pub(super) sure: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Queries {
    pub(super) total: usize,
    pub(super) shown: Vec<Query>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Query {
    pub(super) text: String,
    pub(super) calls: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fix {
    pub(super) title: String,
    safety: String,
    edits: Vec<Edit>,
    moved: Vec<Moved>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moved {
    name: String,
    up: String,
    down: Option<String>,
    transaction: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Edit {
    start: Position,
    end: Position,
    text: String,
}
