//! The vocabulary of schema changes: one statement lowers to one or more operations, each on one resolved object.

use std::borrow::Cow;
use std::fmt;

use crate::syntax::alter::{Action, AlterTable};
use crate::syntax::name::{Name, Quoted, Symbol};
use crate::syntax::object::{
    AlterObject, Assembled, Condition, CreateDomain, CreateFunction, CreateIndex, CreateObject, CreateSequence,
    CreateTrigger, CreateType, CreateView, Drop, ObjectKind,
};
use crate::syntax::publication::CreatePublication;
use crate::syntax::query::{Query, RowChange};
use crate::syntax::span::Span;
use crate::syntax::statement::{LockMode, ReindexTarget, Setting, Transaction, Unrecognized};
use crate::syntax::table::CreateTable;

/// The resolved name of a relation, type or function: always with its schema.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct QName {
    /// The schema found through the search path, or `public`.
    pub schema: Symbol,
    /// The object's own name.
    pub name: Symbol,
}

impl fmt::Display for QName {
    /// `schema.name`, quoted where needed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", Quoted(&self.schema), Quoted(&self.name))
    }
}

impl QName {
    /// As people say it: without `public.`.
    pub fn short(&self) -> String {
        if &*self.schema == "public" { Quoted(&self.name).to_string() } else { self.to_string() }
    }
}

/// One change to one object.
#[derive(Clone, Debug)]
pub struct Operation<'a> {
    /// What it does.
    pub kind: OperationKind<'a>,
    /// The clause that does it: an action of an `ALTER TABLE`, one name of a `DROP`, else the whole statement.
    pub span: Span,
    /// `IF EXISTS` or `IF NOT EXISTS` stands on it.
    pub guarded: bool,
    /// Set when the operation stands inside a `DO` block or a called procedure.
    pub body: Option<BodyPlace<'a>>,
}

impl Operation<'_> {
    /// A name in it is only known at run time.
    pub fn is_unknown(&self) -> bool {
        self.body.is_some_and(|body| body.assembled.unknown)
    }
}

/// Where in a procedural body an operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyPlace<'a> {
    /// Inside a loop.
    pub in_loop: bool,
    /// The loop commits each round.
    pub commits_in_loop: bool,
    /// The innermost condition around it: it may not run.
    pub condition: Option<Asked<'a>>,
    /// In the body of a function or procedure that the statement calls: where. The operation's span is then the call;
    /// spans further inside belong to the file that created the function.
    pub called: Option<Site>,
    /// How it was put together, if at run time.
    pub assembled: Assembled,
    /// Another branch of the same condition does the opposite: what holds afterwards is not known.
    pub contradicted: bool,
}

/// A condition, and the file it is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked<'a> {
    /// The condition.
    pub condition: &'a Condition,
    /// Index of the file, where it is not that of the statement.
    pub file: Option<u32>,
}

/// A place in some file of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Site {
    /// Index of the file.
    pub file: u32,
    /// Where in it.
    pub span: Span,
}

/// What an operation does.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "fields are the resolved name and the statement's own text")]
pub enum OperationKind<'a> {
    CreateTable {
        table: QName,
        def: &'a CreateTable,
    },
    /// One action of an `ALTER TABLE` (or `INDEX`, `VIEW`, `SEQUENCE`). For an index `relation` is the index.
    Alter {
        relation: QName,
        action: &'a Action,
        alter: &'a AlterTable,
    },
    CreateIndex {
        table: QName,
        def: &'a CreateIndex,
    },
    CreateView {
        view: QName,
        def: &'a CreateView,
    },
    CreateType {
        name: QName,
        def: &'a CreateType,
    },
    CreateDomain {
        name: QName,
        def: &'a CreateDomain,
    },
    CreateSequence {
        name: QName,
        def: &'a CreateSequence,
    },
    CreateFunction {
        name: QName,
        def: &'a CreateFunction,
    },
    CreateTrigger {
        table: QName,
        def: &'a CreateTrigger,
    },
    CreateSchema {
        name: Symbol,
    },
    CreatePublication {
        tables: Vec<QName>,
        def: &'a CreatePublication,
    },
    CreateObject {
        on: Vec<QName>,
        def: &'a CreateObject,
    },
    /// One name of a `DROP`. `on` is the table of a trigger, policy or rule.
    Drop {
        kind: ObjectKind,
        name: QName,
        written: &'a Name,
        on: Option<QName>,
        def: &'a Drop,
    },
    AlterObject {
        name: Option<QName>,
        on: Option<QName>,
        def: &'a AlterObject,
    },
    Truncate {
        table: QName,
        cascade: bool,
        /// `ONLY`.
        only: bool,
        /// `RESTART IDENTITY`.
        restart: bool,
    },
    LockTable {
        table: QName,
        mode: LockMode,
        /// `ONLY`.
        only: bool,
    },
    Reindex {
        target: ReindexTarget,
        name: Option<QName>,
        concurrently: bool,
    },
    Cluster {
        table: Option<QName>,
        /// `USING index`.
        index: Option<Symbol>,
    },
    Refresh {
        view: QName,
        concurrently: bool,
        no_data: bool,
    },
    Vacuum {
        table: Option<QName>,
        /// `ONLY`.
        only: bool,
        full: bool,
    },
    Analyze {
        table: Option<QName>,
        /// `ONLY`.
        only: bool,
    },
    Comment {
        kind: ObjectKind,
        name: Option<QName>,
        on: Option<QName>,
    },
    Grant {
        tables: Vec<QName>,
    },
    ChangeRows {
        table: QName,
        change: &'a RowChange,
    },
    Query(&'a Query),
    /// `EXPLAIN` of a query, or of a change to the rows of `writes` with the query inside it. Nothing runs.
    Explain {
        writes: Option<QName>,
        query: &'a Query,
    },
    /// The table that `SELECT … INTO` makes. The query itself comes before it.
    SelectInto {
        table: QName,
        query: &'a Query,
    },
    /// `ALTER TABLE ALL IN TABLESPACE`: any number of tables, all unnamed.
    AlterAllInTablespace,
    Copy {
        table: Option<QName>,
        from: bool,
    },
    Transaction(&'a Transaction),
    /// `SET`, or a call of `set_config`.
    Set(Cow<'a, Setting>),
    /// `DO` itself, or (with `body` set) a known body that is called; its statements follow with `body` set.
    Do {
        commits: bool,
    },
    /// `CALL p()`; a known body follows.
    Call {
        procedure: QName,
    },
    /// SQL put together at run time that cannot be read.
    DynamicSql,
    Inert,
    Unrecognized(&'a Unrecognized),
}
