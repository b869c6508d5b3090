//! The timeline for programs: one JSON document, described by `fixtures/schemas/switchback-locks-1.json`.
//!
//! The structs here are the format, and nothing else in the crate is: a renamed field elsewhere cannot break a reader.

use std::collections::BTreeSet;
use std::io::{self, Write};

use serde::Serialize;

use crate::report::tool::{TOOL, Tool};
use serde::ser::{SerializeSeq, Serializer};

use super::Picture;
use super::words::Words;
use crate::engine::effect::LockedKind;
use crate::engine::lock::LockMode;
use crate::figures::spoken;
use crate::report::commands;
use crate::review::session::{self, OpenTransaction};
use crate::schema::operation::QName;
use crate::settings::extent::Bytes;
use crate::timeline::{self, File, Release, Wait};

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

/// Characters of a statement that are given.
const LONGEST_TEXT: usize = 200;

/// Writes the document. Statements are turned into JSON one by one.
pub fn write(picture: &Picture<'_>, out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        version: VERSION,
        tool: TOOL,
        engine: format!("postgres@{}", picture.version),
        statements: Statements(picture.files),
    };
    serde_json::to_writer_pretty(commands::Json::new(out), &document)?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document<'a> {
    version: u32,
    tool: Tool,
    engine: String,
    statements: Statements<'a>,
}

/// The statements of all files, each made while it is written.
struct Statements<'a>(&'a [File<'a>]);

impl Serialize for Statements<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut sequence = serializer.serialize_seq(None)?;
        for file in self.0 {
            let words = Words::new(file);
            for (number, statement) in file.statements.iter().enumerate() {
                sequence.serialize_element(&Statement::new(&words, number, statement))?;
            }
        }
        sequence.end()
    }
}

#[derive(Serialize)]
struct Statement<'a> {
    path: String,
    number: usize,
    start: u32,
    end: u32,
    line: u32,
    column: u32,
    text: String,
    transaction: &'static str,
    opened: Option<Opened>,
    opened_assumed: bool,
    locks: Vec<Lock>,
    rewrites: Vec<String>,
    builds: Vec<String>,
    scans: Vec<String>,
    writes: Vec<String>,
    indexes: Vec<String>,
    new: Vec<String>,
    notes: &'a [String],
}

/// The transaction that a statement runs in.
#[derive(Serialize)]
struct Opened {
    by: &'static str,
    start: Option<u32>,
}

#[derive(Serialize)]
struct Lock {
    relation: String,
    kind: &'static str,
    mode: String,
    blocks: &'static [&'static str],
    held_until: HeldUntil,
    rows: Option<u64>,
    bytes: Option<u64>,
    duration: Option<&'static str>,
    #[serde(rename = "lock_timeout")]
    timeout: Timeout,
}

#[derive(Serialize)]
struct HeldUntil {
    event: &'static str,
    number: usize,
}

#[derive(Serialize)]
struct Timeout {
    state: &'static str,
    milliseconds: Option<u64>,
}

impl<'a> Statement<'a> {
    fn new(words: &Words<'_>, number: usize, statement: &'a timeline::Statement) -> Self {
        let position = words.lines.position(statement.span.start);
        let transaction = statement.transaction.and_then(|index| words.file.transactions.get(index));
        let relations = |wanted: fn(&timeline::Lock) -> bool| {
            let locks = statement.locks.iter().filter(|lock| wanted(lock));
            sorted(locks.map(|lock| lock.relation.to_string()))
        };
        Self {
            path: words.file.migration.path.to_string_lossy().into_owned(),
            number: number + 1,
            start: statement.span.start,
            end: statement.span.end,
            line: position.line,
            column: position.column,
            text: words.text(statement.span, LONGEST_TEXT, "…"),
            transaction: if statement.forbidden { "forbidden" } else { "allowed" },
            opened: transaction.map(Opened::new),
            opened_assumed: words.file.guessed && transaction.is_none(),
            locks: statement.locks.iter().map(Lock::new).collect(),
            rewrites: relations(|lock| lock.rewrite),
            builds: relations(|lock| !lock.builds.is_empty()),
            scans: relations(|lock| lock.scan),
            writes: relations(|lock| lock.writes),
            indexes: sorted(statement.locks.iter().flat_map(indexes)),
            new: sorted(statement.fresh.iter().map(ToString::to_string)),
            notes: &statement.notes,
        }
    }
}

/// The indexes that are built, where a name is known.
fn indexes(lock: &timeline::Lock) -> impl Iterator<Item = String> {
    let named = lock.builds.iter().flatten();
    named.map(|name| QName { schema: lock.relation.schema.clone(), name: name.clone() }.to_string())
}

fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

impl Opened {
    fn new(transaction: &timeline::Transaction) -> Self {
        match transaction.opened {
            OpenTransaction::Explicit(begin) => Self { by: "begin", start: Some(begin.start) },
            OpenTransaction::Tool(_) => Self { by: "tool", start: None },
            OpenTransaction::Implicit => Self { by: "implicit", start: None },
        }
    }
}

impl Lock {
    fn new(lock: &timeline::Lock) -> Self {
        let event = match lock.release {
            Release::Statement => "statement-end",
            Release::Block => "commit-in-block",
            Release::Transaction => "transaction-end",
            Release::Savepoint => "savepoint-rollback",
        };
        Self {
            relation: lock.relation.to_string(),
            kind: match lock.kind {
                LockedKind::Table => "table",
                LockedKind::Index => "index",
                LockedKind::View => "view",
                LockedKind::MaterializedView => "materialized-view",
                LockedKind::Sequence => "sequence",
            },
            mode: lock.mode.to_string(),
            blocks: blocks(lock.mode),
            held_until: HeldUntil { event, number: lock.last + 1 },
            rows: lock.size.extent().and_then(|extent| extent.rows),
            bytes: lock.size.extent().and_then(|extent| extent.bytes).map(Bytes::table),
            duration: lock.seconds().map(spoken),
            timeout: Timeout::new(lock.wait),
        }
    }
}

impl Timeout {
    fn new(wait: Wait) -> Self {
        let (state, milliseconds) = match wait {
            Wait::Never => ("nowait", None),
            Wait::Timeout(session::Timeout::Unset) => ("unset", None),
            Wait::Timeout(session::Timeout::Off) => ("off", None),
            Wait::Timeout(session::Timeout::Unreadable) => ("unreadable", None),
            Wait::Timeout(session::Timeout::Millis(millis)) => ("set", Some(millis)),
        };
        Self { state, milliseconds }
    }
}

/// Every mode keeps out at least the schema changes that want the strongest.
fn blocks(mode: LockMode) -> &'static [&'static str] {
    match (mode.blocks_reads(), mode.blocks_writes()) {
        (true, _) => &["reads", "writes", "schema-changes"],
        (false, true) => &["writes", "schema-changes"],
        (false, false) => &["schema-changes"],
    }
}
