//! What a plan is made of: releases, and the steps in them.

use super::Lock;
use super::write::literal;
use crate::review::session::Timeout;

/// Steps that ship together.
#[derive(Clone, Debug)]
pub struct Release {
    /// What it is for.
    pub phase: Phase,
    /// In order.
    pub steps: Vec<Step>,
    /// What is done before the next release, in order: mostly by the application.
    pub then: Vec<String>,
    /// Which code runs on the schema that it leaves.
    pub serves: Serves,
}

/// What a release is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Makes room: nothing depends on it yet.
    Expand,
    /// Fills the new from the old.
    Backfill,
    /// Proves that the new holds what it has to.
    Verify,
    /// Puts the new in the place of the old.
    Switch,
    /// Takes the old away.
    Contract,
    /// All there is to do.
    Whole,
}

impl Phase {
    /// As people call it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Expand => "expand",
            Self::Backfill => "backfill",
            Self::Verify => "verify",
            Self::Switch => "switch",
            Self::Contract => "contract",
            Self::Whole => "apply",
        }
    }
}

/// Which code runs on a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serves {
    /// The code that was there before the change.
    pub old: bool,
    /// The code that was written for the schema after it.
    pub new: bool,
}

impl Serves {
    /// Only the code from before.
    pub const OLD: Self = Self { old: true, new: false };
    /// Either.
    pub const BOTH: Self = Self { old: true, new: true };
    /// Only the code from after.
    pub const NEW: Self = Self { old: false, new: true };
}

/// Something that is run.
#[derive(Clone, Debug)]
pub struct Step {
    /// In words that make a file name: `add_users_full_name`.
    pub name: String,
    /// What it does, as an order: "add `users.full_name`, and keep both columns in step".
    pub words: String,
    /// How it runs.
    pub form: Form,
    /// Without semicolons at their ends.
    pub statements: Vec<String>,
    /// What takes it back; empty where nothing does.
    pub down: Vec<String>,
    /// What has to be true before.
    pub demands: Vec<Demand>,
    /// How to go back, and until when.
    pub back: String,
    /// What it locks, statement by statement.
    pub locks: Vec<Lock>,
}

/// How a step runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A migration in one transaction.
    Transaction,
    /// A migration outside of any transaction.
    Outside,
    /// No migration: a script, run with psql while everything is in use.
    Job,
}

/// Something that has to be true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// What, as a sentence without its end: "no two rows have the same email".
    pub words: String,
    /// A query that shows it, with what it has to give.
    pub query: Option<Query>,
}

/// A query that shows whether something is true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Without a semicolon.
    pub sql: String,
    /// What it gives if so: "0".
    pub gives: &'static str,
}

impl Demand {
    /// Only words.
    pub(super) fn said(words: impl Into<String>) -> Self {
        Self { words: words.into(), query: None }
    }

    /// A query that counts what must not be there.
    pub(super) fn none(words: impl Into<String>, sql: impl Into<String>) -> Self {
        Self { words: words.into(), query: Some(Query { sql: sql.into(), gives: "0" }) }
    }
}

impl Step {
    /// A migration in one transaction.
    pub(super) fn transaction(name: impl Into<String>, words: impl Into<String>, statements: Vec<String>) -> Self {
        Self::new(Form::Transaction, name.into(), words.into(), statements)
    }

    /// A migration of one statement that runs outside of any transaction.
    pub(super) fn outside(name: impl Into<String>, words: impl Into<String>, statement: String) -> Self {
        Self::new(Form::Outside, name.into(), words.into(), vec![statement])
    }

    /// A script.
    pub(super) fn job(name: impl Into<String>, words: impl Into<String>, statements: Vec<String>) -> Self {
        Self::new(Form::Job, name.into(), words.into(), statements)
    }

    fn new(form: Form, name: String, words: String, statements: Vec<String>) -> Self {
        let back = String::new();
        Self { name, words, form, statements, down: Vec::new(), demands: Vec::new(), back, locks: Vec::new() }
    }

    /// Taken back by these statements, until then.
    pub(super) fn undone_by(self, down: Vec<String>, until: &str) -> Self {
        Self { down, back: format!("the way back is open {until}"), ..self }
    }

    /// What there is to say of going back, where no statement does it.
    pub(super) fn back(self, words: impl Into<String>) -> Self {
        Self { back: words.into(), ..self }
    }

    /// With something that has to be true before.
    pub(super) fn demands(mut self, demand: Demand) -> Self {
        self.demands.push(demand);
        self
    }

    /// The SQL of a migration that a tool wraps in a transaction if `wrapped`, or of a job.
    pub fn sql(&self, wrapped: bool, lock_timeout: &str) -> String {
        script(self.form, &self.statements, wrapped, &self.lock_timeout(lock_timeout))
    }

    /// The SQL that takes it back, in the same way; none where nothing does.
    pub fn down_sql(&self, wrapped: bool, lock_timeout: &str) -> Option<String> {
        (!self.down.is_empty()).then(|| script(self.form, &self.down, wrapped, &self.lock_timeout(lock_timeout)))
    }
}

impl Step {
    /// The setting that limits how long it waits: as it is asked for, or shorter where it locks several tables. There it may
    /// wait for somebody who waits for it, and the server ends the wait of whoever has waited for `deadlock_timeout`. That
    /// has to be nobody who uses the tables.
    fn lock_timeout(&self, asked: &str) -> String {
        let several = self.locks.iter().filter(|lock| lock.mode.blocks_writes()).count() > 1;
        let set = |timeout: &str| format!("SET LOCAL lock_timeout = {};", literal(timeout));
        if several && !Timeout::parse(asked).ends_within(SHORT_MS) {
            return format!(
                "{} -- it locks several tables: in a deadlock it is to give up first",
                set(&format!("{SHORT_MS}ms"))
            );
        }
        set(asked)
    }
}

/// Less than half of what `deadlock_timeout` is unless somebody sets it.
const SHORT_MS: u64 = 400;

/// Statements as a script. What takes locks in a transaction gives up after a while, so that nobody queues behind it.
fn script(form: Form, statements: &[String], wrapped: bool, limit: &str) -> String {
    let body: String = statements.iter().flat_map(|statement| [statement, ";\n"]).collect();
    match (form, wrapped) {
        (Form::Transaction, true) => format!("{limit}\n{body}"),
        (Form::Transaction, false) => {
            format!("BEGIN;\n{limit}\n{body}COMMIT;\n")
        }
        (Form::Outside | Form::Job, _) => body,
    }
}
