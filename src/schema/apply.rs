//! What an operation makes of the catalog, as the server would.
//!
//! Nothing here fails. What the history does not tell is taken to be there already; what contradicts it is noted, and the
//! newer word wins. Statements that may not run are taken to run.

mod alter;
mod alter_column;
mod column;
mod constraint;
mod constraint_order;
mod create_table;
mod drop;
mod index;
mod inherit;
mod name;
mod object;
mod publication;
mod rename;
mod session;
mod setting;
mod types;

use std::fmt;

use super::catalog::{Catalog, Origin};
use super::operation::{Operation, OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::hole;
use crate::syntax::name::{Quoted, Symbol};

/// What an operation does not agree on with the history before it: a note, never an error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// In which way.
    pub kind: MismatchKind,
    /// The kind of object: "column", "index".
    pub what: &'static str,
    /// Its name, as people say it: `users.email`.
    pub name: String,
    /// Where the thing that is already there was created, if the history knows.
    pub earlier: Option<Origin>,
}

/// How an operation and the history disagree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MismatchKind {
    /// It needs something that is not there.
    Missing,
    /// It creates something that is there already.
    Exists,
}

impl fmt::Display for Mismatch {
    /// "column users.email does not exist"
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.kind {
            MismatchKind::Missing => "does not exist",
            MismatchKind::Exists => "already exists",
        };
        write!(f, "{} {} {verb}", self.what, self.name)
    }
}

impl<'a> Catalog<'a> {
    /// Makes the catalog what it is after `operation`. What is created gets `origin`.
    pub fn apply(&mut self, operation: &Operation<'a>, origin: Origin) -> Vec<Mismatch> {
        let in_body = operation.body.is_some();
        let lenient = operation.guarded || in_body;
        let mut log = Log { origin, lenient, in_body, opaque: self.opaque, notes: Vec::new() };
        if operation.is_unknown() || operation.body.is_some_and(|body| body.contradicted) {
            return self.apply_in_part(operation, &mut log);
        }
        match &operation.kind {
            OperationKind::CreateTable { table, def } => create_table::create_table(self, table, def, &mut log),
            OperationKind::SelectInto { table, query: _ } => create_table::select_into(self, table, &mut log),
            OperationKind::Alter { relation, action, alter } => {
                alter::alter(self, relation, alter, &action.kind, &mut log);
            }
            OperationKind::CreateIndex { table, def } => index::create_index(self, table, def, &mut log),
            OperationKind::CreateView { view, def } => object::create_view(self, view, def, &mut log),
            OperationKind::CreateType { name, def } => types::create_type(self, name, &def.body, &mut log),
            OperationKind::CreateDomain { name, def } => types::create_domain(self, name, def, &mut log),
            OperationKind::CreateSequence { name, def } => object::create_sequence(self, name, def, &mut log),
            OperationKind::CreateFunction { name, def } => object::create_function(self, name, def, &mut log),
            OperationKind::CreateTrigger { table, def } => object::create_trigger(self, table, def, &mut log),
            OperationKind::CreateSchema { name } => object::create_schema(self, name, &mut log),
            OperationKind::Drop { kind, name, written, on, def } => {
                drop::drop_object(self, &drop::Dropped { kind: *kind, name, written, on: on.as_ref(), def }, &mut log);
            }
            OperationKind::AlterObject { name: Some(name), on, def } => {
                rename::alter_object(self, name, on.as_ref(), def, &mut log);
            }
            OperationKind::CreateObject { on, def } => object::create_statistics(self, on, def, &log),
            OperationKind::CreatePublication { tables, def } => publication::create(self, tables, def, &mut log),
            OperationKind::Cluster { table: Some(table), index: Some(index) } => {
                setting::cluster(self, table, Some(index));
            }
            OperationKind::Refresh { view, no_data, .. } => object::refresh_view(self, view, *no_data),
            OperationKind::Set(setting) => self.set(setting),
            OperationKind::Transaction(transaction) => self.transaction(transaction),
            OperationKind::DynamicSql => self.opaque = true,
            _ => {}
        }
        log.notes
    }

    /// Something of it is not known, or the opposite may have been done instead: whatever it makes may be there
    /// afterwards, and whatever it takes away may be gone.
    fn apply_in_part(&mut self, operation: &Operation<'a>, log: &mut Log) -> Vec<Mismatch> {
        self.opaque = true;
        match &operation.kind {
            OperationKind::CreateTable { table, .. } if operation.is_unknown() && hole::is_distinct(&table.name) => {
                create_table::select_into(self, table, log);
            }
            OperationKind::Drop { kind, name, written, on, def } if !operation.is_unknown() => {
                drop::drop_object(self, &drop::Dropped { kind: *kind, name, written, on: on.as_ref(), def }, log);
            }
            OperationKind::Alter { relation, action, alter } if !operation.is_unknown() && takes_away(&action.kind) => {
                alter::alter(self, relation, alter, &action.kind, log);
            }
            _ => {}
        }
        Vec::new()
    }

    /// Forgets a table whose name was only known at run time: the same expression is another name in the next statement.
    pub fn forget_unknown(&mut self, operation: &Operation<'_>) {
        if let OperationKind::CreateTable { table, .. } = &operation.kind
            && operation.is_unknown()
            && (hole::is_open(&table.name) || hole::is_open(&table.schema))
        {
            create_table::clear(self, table);
        }
    }
}

fn takes_away(action: &ActionKind) -> bool {
    matches!(action, ActionKind::DropColumn { .. } | ActionKind::DropConstraint { .. } | ActionKind::DropNotNull { .. })
}

/// What one operation brings along and leaves behind.
struct Log {
    origin: Origin,
    /// `IF EXISTS` or `IF NOT EXISTS` stands on it, or it stands in a body, which may ask first or catch the error: what
    /// is there already stays, and there is nothing to note.
    lenient: bool,
    /// It stands in a body.
    in_body: bool,
    /// What seems to be missing may have been made by SQL that could not be read.
    opaque: bool,
    notes: Vec<Mismatch>,
}

impl Log {
    fn missing(&mut self, what: &'static str, name: String) {
        if !self.opaque {
            self.note(MismatchKind::Missing, what, name, None);
        }
    }

    /// Something of this name is there already. Whether it is to be replaced: the newer word wins.
    fn exists(&mut self, what: &'static str, name: String, earlier: Option<Origin>) -> bool {
        // What was only ever used, and never created, is no evidence against a statement that creates it.
        if earlier.is_some() {
            self.note(MismatchKind::Exists, what, name, earlier);
        }
        !self.lenient
    }

    /// Where the operation stands, if it is a statement of its own.
    fn whole_statement(&self) -> Option<Origin> {
        (!self.in_body).then_some(self.origin)
    }

    fn note(&mut self, kind: MismatchKind, what: &'static str, name: String, earlier: Option<Origin>) {
        if !self.lenient {
            self.notes.push(Mismatch { kind, what, name, earlier });
        }
    }
}

/// `users.email`: something inside a table, as people say it.
fn part_name(table: &QName, part: &Symbol) -> String {
    format!("{}.{}", table.short(), Quoted(part))
}
