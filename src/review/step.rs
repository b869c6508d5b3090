//! A step: one operation with all that is known about it. Rules read nothing else.

use std::sync::Arc;

use super::session::Session;
use super::size::Size;
use super::way_back::WayBack;
use crate::engine::effect::{Effects, LockedKind};
use crate::engine::lock::LockMode;
use crate::evidence::Evidence;
use crate::schema::apply::Mismatch;
use crate::schema::cascade::Cascade;
use crate::schema::catalog::{Catalog, Column, Origin, Table, UserType, View};
use crate::schema::operation::{Operation, QName};
use crate::settings::Settings;
use crate::source::migration::{Migration, TransactionMode};
use crate::syntax::statement::Statement;
use crate::syntax::types::DataType;

/// The migrations that ship together, replayed.
#[derive(Debug)]
pub struct Release<'a> {
    /// Its number; `Origin::release` of what it creates.
    pub number: u32,
    /// Every operation in order.
    pub steps: Vec<Step<'a>>,
    /// The ways back from its files, in order, where anybody asked.
    pub ways_back: Vec<WayBack<'a>>,
    /// The server version the effects are for.
    pub version: u16,
    /// The schema it leaves behind.
    pub after: &'a Catalog<'a>,
    /// What the run is told.
    pub settings: &'a Settings,
    /// What is known from outside the migrations.
    pub evidence: &'a Evidence,
}

/// One operation with all that is known about it.
#[derive(Debug)]
pub struct Step<'a> {
    /// The file it stands in.
    pub migration: &'a Migration,
    /// Index of the file in the history.
    pub file: u32,
    /// Number of the section in the file. A transaction ends with its section.
    pub section: u32,
    /// The file its clauses are written in: another one where they stand in a function that is called.
    pub source: &'a Migration,
    /// How the section of the file runs.
    pub mode: TransactionMode,
    /// The top-level statement it came from.
    pub statement: &'a Statement,
    /// Number of the statement in the file; steps of one statement share it.
    pub statement_index: u32,
    /// What it does.
    pub operation: Operation<'a>,
    /// What the server does for it.
    pub effects: Effects,
    /// The effects on relations others may be using, with what is known of them. Empty for what this release created.
    pub impacts: Vec<Impact>,
    /// Relations it locks that this release created: nobody else waits for them.
    pub fresh: Vec<QName>,
    /// The target before, where the history knows it.
    pub before: Before,
    /// The session when the statement starts.
    pub session: Session,
    /// Where the statement and the replayed history disagree.
    pub mismatches: Vec<Mismatch>,
}

/// The state of an operation's target just before it.
#[derive(Clone, Debug, Default)]
pub struct Before {
    /// The table (of a table, column, constraint, index or trigger operation).
    pub table: Option<Arc<Table>>,
    /// The view.
    pub view: Option<Arc<View>>,
    /// The type.
    pub user_type: Option<Arc<UserType>>,
    /// What the new type of a column stands for, if it is a domain.
    pub domain: Option<Domain>,
    /// Where the target itself (the dropped column, index, view, …) was created, if the history knows.
    pub origin: Option<Origin>,
    /// Where its present name was given, if renamed.
    pub renamed: Option<Origin>,
    /// Views, triggers and functions that still use the target, in words: "view `active_users`".
    pub dependents: Vec<String>,
    /// What `CASCADE` takes along, where it says so.
    pub cascade: Option<Cascade>,
    /// Whether the history knows that the target exists.
    pub known: bool,
    /// What stands around the partition that is attached, detached, created or dropped, or gets other columns.
    pub partition: Option<Box<Partition>>,
    /// Views that read a column of the target and nothing but its table, where the column is dropped or gets another type.
    pub readers: Vec<QName>,
    /// Tables with a foreign key to the target, where it is dropped, emptied, or a column of it changed.
    pub referencing: Vec<QName>,
}

/// A partition, the table it belongs to and the one beside it that takes all other rows, where the history knows them.
#[derive(Clone, Debug, Default)]
pub struct Partition {
    /// The partitioned table.
    pub parent: Option<Arc<Table>>,
    /// The partition, unless it is new.
    pub table: Option<Arc<Table>>,
    /// The default partition, if that is another one.
    pub default: Option<Arc<Table>>,
}

/// A domain, followed down to a type that is none.
#[derive(Clone, Debug)]
pub struct Domain {
    /// The type beneath.
    pub base: DataType,
    /// A domain on the way demands something of its values.
    pub constrained: bool,
}

/// What an operation does to one relation that was there before the release.
#[derive(Clone, Debug)]
pub struct Impact {
    /// The relation.
    pub relation: QName,
    /// Its kind.
    pub kind: LockedKind,
    /// The lock newly taken.
    pub mode: LockMode,
    /// It is copied to new files.
    pub rewrite: bool,
    /// Every row is read.
    pub scan: bool,
    /// An index on it is built.
    pub build: bool,
    /// How big it is.
    pub size: Size,
}

impl Impact {
    /// The lock is held for as long as the table is big.
    pub fn lasts(&self) -> bool {
        self.rewrite || self.scan || self.build
    }
}

impl Step<'_> {
    /// Whether `origin` lies in this step's release: nobody has seen the thing yet.
    pub fn is_new(&self, release: &Release<'_>, origin: Option<Origin>) -> bool {
        origin.is_some_and(|origin| origin.release == release.number)
    }

    /// Whether the table the operation works on was created in this release (or is temporary).
    pub fn on_new_table(&self, release: &Release<'_>) -> bool {
        self.before.table.as_ref().is_some_and(|table| table.temporary || self.is_new(release, table.origin))
    }

    /// The column `name` of the target table, before.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.before.table.as_ref().and_then(|table| table.column(name))
    }
}
