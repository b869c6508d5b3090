//! The statement as the rest of the house knows it. Nothing after this room names a type of the parser crate.

#![allow(missing_docs, reason = "each variant quotes the clause its fields are taken from")]

use super::alter::AlterTable;
use super::name::{Ident, Name, Symbol};
use super::object::{
    AlterObject, Body, CreateDomain, CreateFunction, CreateIndex, CreateObject, CreateSequence, CreateTrigger,
    CreateType, CreateView, Drop, ObjectKind,
};
use super::publication::CreatePublication;
use super::query::{Query, RowChange};
use super::span::Span;
use super::table::CreateTable;

/// One statement of a migration.
#[derive(Clone, Debug)]
pub struct Statement {
    /// From its first token to its last, the semicolon left out.
    pub span: Span,
    /// What it is.
    pub kind: StatementKind,
}

/// What a statement is.
#[derive(Clone, Debug)]
pub enum StatementKind {
    /// `CREATE TABLE`
    CreateTable(Box<CreateTable>),
    /// `ALTER TABLE`, `INDEX`, `VIEW`, `SEQUENCE`, …
    AlterTable(Box<AlterTable>),
    /// `ALTER TABLE ALL IN TABLESPACE …`
    AlterAllInTablespace,
    /// `CREATE INDEX`
    CreateIndex(Box<CreateIndex>),
    /// `CREATE VIEW`
    CreateView(Box<CreateView>),
    /// `CREATE TYPE`
    CreateType(CreateType),
    /// `CREATE DOMAIN`
    CreateDomain(Box<CreateDomain>),
    /// `CREATE SEQUENCE`
    CreateSequence(Box<CreateSequence>),
    /// `CREATE FUNCTION`, `CREATE PROCEDURE`
    CreateFunction(Box<CreateFunction>),
    /// `CREATE TRIGGER`
    CreateTrigger(Box<CreateTrigger>),
    /// `CREATE SCHEMA s [elements]`
    CreateSchema { name: Option<Ident>, if_not_exists: bool },
    /// `CREATE PUBLICATION`
    CreatePublication(Box<CreatePublication>),
    /// `CREATE POLICY`, `RULE`, `EXTENSION`, `STATISTICS`, …
    CreateObject(CreateObject),
    /// `DROP …`
    Drop(Drop),
    /// `ALTER TYPE`, `DOMAIN`, `FUNCTION`, …
    AlterObject(Box<AlterObject>),
    /// `TRUNCATE`
    Truncate { tables: Vec<Name>, cascade: bool, only: bool, restart: bool },
    /// `LOCK TABLE`
    LockTable { tables: Vec<Name>, mode: LockMode, nowait: bool, only: bool },
    /// `REINDEX`
    Reindex { target: ReindexTarget, name: Option<Name>, concurrently: bool },
    /// `CLUSTER`
    Cluster { table: Option<Name>, index: Option<Ident> },
    /// `REFRESH MATERIALIZED VIEW`
    RefreshMaterializedView { name: Name, concurrently: bool, no_data: bool },
    /// `VACUUM`
    Vacuum { tables: Vec<MaintainedTable>, full: bool, analyze: bool },
    /// `ANALYZE`
    Analyze { tables: Vec<MaintainedTable> },
    /// `COMMENT ON`
    Comment { kind: ObjectKind, name: Option<Name>, on: Option<Name> },
    /// `GRANT`, `REVOKE`, with the tables named.
    Grant { tables: Vec<Name> },
    /// `INSERT`, `UPDATE`, `DELETE`, `MERGE`, also inside `WITH`
    RowChange(Box<RowChange>),
    /// `SELECT`, `VALUES`, `TABLE`
    Query(Box<Query>),
    /// `COPY table FROM` (true) or `TO`
    Copy { table: Option<Name>, from: bool },
    /// `BEGIN`, `COMMIT`, …
    Transaction(Transaction),
    /// `SET`, `RESET`, `DISCARD ALL`
    Set(Setting),
    /// `DO`
    Do(Box<Body>),
    /// `CALL p(…)`, with the arguments that are plain literals.
    Call(Name, Vec<Option<Box<str>>>),
    /// `EXPLAIN` of a query or row change, which plans it and runs nothing. What `EXPLAIN ANALYZE` runs is a statement
    /// like any other.
    Explain(Box<Self>),
    /// `PREPARE`, `EXECUTE`, `DEALLOCATE`, `LISTEN`, `SHOW`, roles, … Understood, and of no weight.
    Inert { verb: Symbol },
    /// Could not be read.
    Unrecognized(Unrecognized),
}

/// A statement that could not be read.
#[derive(Clone, Debug)]
pub struct Unrecognized {
    /// Why, as the end of a sentence: "expected a column name".
    pub reason: String,
    /// Where it went wrong.
    pub at: Span,
    /// The line stands for SQL that is not in the file.
    pub elsewhere: bool,
}

/// One table of `VACUUM` or `ANALYZE`.
#[derive(Clone, Debug)]
pub struct MaintainedTable {
    /// The table.
    pub name: Name,
    /// `ONLY`, from version 18 on: its partitions or children are left out.
    pub only: bool,
}

/// What `REINDEX` rebuilds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReindexTarget {
    Index,
    Table,
    Schema,
    Database,
    System,
}

/// A table-level lock mode, weakest first, so that `>=` means "at least as strong". What each blocks: `engine::lock`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the names are the server's own")]
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

/// Transaction control.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transaction {
    /// `BEGIN`, `START TRANSACTION`
    Begin,
    /// `COMMIT`, `END`. `chain`: another transaction starts at once.
    Commit { chain: bool },
    /// `ROLLBACK`, `ABORT`
    Rollback { chain: bool },
    /// `SAVEPOINT n`
    Savepoint(Symbol),
    /// `RELEASE n`
    Release(Symbol),
    /// `ROLLBACK TO n`
    RollbackTo(Symbol),
    /// `PREPARE TRANSACTION`
    Prepare,
}

/// A session setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Folded name; `none` with `value` none means all (`RESET ALL`, `DISCARD ALL`).
    pub name: Option<Symbol>,
    /// The value as text, unquoted, list items joined by `, `; none for `DEFAULT` and `RESET`.
    pub value: Option<Box<str>>,
    /// `SET LOCAL`.
    pub local: bool,
}
