//! Everything that is neither a table nor a query: indexes, views, types, domains, functions, triggers, and the generic
//! `DROP` and `ALTER` of them.

#![allow(missing_docs, reason = "each variant quotes the clause its fields are taken from")]

mod body;

pub use self::body::{Assembled, Body, BodyStatement, Condition, ConditionKind, FieldAssignment, Guard};
use super::expr::Expr;
use super::index::KeyForm;
use super::name::{Ident, Name, Symbol};
use super::publication::{PublicationEdit, PublicationObjects, PublicationOptions};
use super::query::Query;
use super::span::Span;
use super::statement::{Setting, Statement};
use super::table::Constraint;
use super::types::DataType;

/// `CREATE [UNIQUE] INDEX …`.
#[derive(Clone, Debug)]
pub struct CreateIndex {
    /// Absent: the server makes one up.
    pub name: Option<Ident>,
    /// The table (or materialized view).
    pub table: Name,
    /// `UNIQUE`.
    pub unique: bool,
    /// `CONCURRENTLY`.
    pub concurrently: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `ON ONLY`.
    pub only: bool,
    /// `USING btree`; none means btree.
    pub method: Option<Symbol>,
    /// Key parts in order: a column, or none for an expression.
    pub keys: Vec<Option<Ident>>,
    /// For each key part, how it is worked out, compared and ordered.
    pub forms: Vec<KeyForm>,
    /// `INCLUDE (…)`.
    pub included: Vec<Symbol>,
    /// All columns the index depends on: keys, expressions, `INCLUDE`, predicate.
    pub columns: Vec<Symbol>,
    /// What the server calls the index after, if it has no name: a word for each key and included column.
    pub words: Vec<Symbol>,
    /// There is an expression among the keys.
    pub expression: bool,
    /// `WHERE predicate`.
    pub predicate: Option<Expr>,
    /// The words of the predicate, to see whether two are the same.
    pub predicate_words: Vec<Symbol>,
    /// `NULLS NOT DISTINCT`
    pub nulls_not_distinct: bool,
    /// The words `CREATE [UNIQUE] INDEX`, where `CONCURRENTLY` belongs after.
    pub head: Span,
}

/// Kinds of named objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKind {
    Table,
    ForeignTable,
    View,
    MaterializedView,
    Index,
    Sequence,
    Type,
    Domain,
    Schema,
    Function,
    Procedure,
    Routine,
    Aggregate,
    Operator,
    OperatorClass,
    OperatorFamily,
    Cast,
    Collation,
    Conversion,
    Language,
    Transform,
    AccessMethod,
    Trigger,
    EventTrigger,
    Policy,
    Rule,
    Extension,
    Statistics,
    Publication,
    Subscription,
    Server,
    ForeignDataWrapper,
    UserMapping,
    Tablespace,
    Database,
    Role,
    TextSearch,
    Owned,
    Column,
    Constraint,
    LargeObject,
    DefaultPrivileges,
    System,
}

/// `DROP <kind> [CONCURRENTLY] [IF EXISTS] names [CASCADE]`.
#[derive(Clone, Debug)]
pub struct Drop {
    /// What is dropped.
    pub kind: ObjectKind,
    /// `CONCURRENTLY`, indexes only.
    pub concurrently: bool,
    /// `IF EXISTS`.
    pub if_exists: bool,
    /// `CASCADE`.
    pub cascade: bool,
    /// The objects, each at its place. Functions without their arguments.
    pub names: Vec<Name>,
    /// `ON table`, for triggers, policies and rules.
    pub on: Option<Name>,
    /// The words `DROP INDEX`, where `CONCURRENTLY` belongs after.
    pub head: Span,
}

/// `ALTER <kind> name …` of an object that is not a relation.
#[derive(Clone, Debug)]
pub struct AlterObject {
    /// What is altered.
    pub kind: ObjectKind,
    /// Its name. Absent for `ALTER SYSTEM` and its kin.
    pub name: Option<Name>,
    /// `ON table`, for triggers, policies and rules.
    pub on: Option<Name>,
    /// What happens to it.
    pub change: ObjectChange,
    /// The clause that says so.
    pub span: Span,
}

/// What happens to an altered object.
#[derive(Clone, Debug)]
pub enum ObjectChange {
    /// `RENAME TO n`
    Rename(Ident),
    /// `SET SCHEMA s`
    SetSchema(Ident),
    /// `OWNER TO r`
    Owner,
    /// `ADD VALUE [IF NOT EXISTS] 'v'`
    AddEnumValue { value: Box<str>, if_not_exists: bool },
    /// `RENAME VALUE 'a' TO 'b'`
    RenameEnumValue { from: Box<str>, to: Box<str> },
    /// `ADD | DROP | ALTER ATTRIBUTE`, `RENAME ATTRIBUTE a TO b` of a composite type
    /// `retype`: `ALTER ATTRIBUTE … TYPE`
    Attribute { retype: bool, cascade: bool },
    /// Domain: `ADD constraint`
    AddDomainConstraint(Box<Constraint>),
    /// Domain: `VALIDATE CONSTRAINT n`
    ValidateDomainConstraint(Ident),
    /// Domain: `DROP CONSTRAINT [IF EXISTS] n`
    DropDomainConstraint(Ident),
    /// Domain: `RENAME CONSTRAINT a TO b`
    RenameDomainConstraint { from: Ident, to: Ident },
    /// Domain: `SET NOT NULL` (true), `DROP NOT NULL` (false)
    DomainNotNull(bool),
    /// Domain: `SET DEFAULT`, `DROP DEFAULT`
    DomainDefault,
    /// Function: `SECURITY DEFINER` (true) or `INVOKER` (false), `SET search_path` (true) or `RESET search_path` (false)
    FunctionOptions { security_definer: Option<bool>, search_path: Option<bool> },
    /// Extension: `ADD`/`DROP TABLE t`, and other kinds of relations
    ExtensionRelation(Name),
    /// Publication: `ADD`/`SET`/`DROP TABLE …`
    PublicationObjects { edit: PublicationEdit, objects: PublicationObjects },
    /// Publication: `SET (publish = …)`
    PublicationOptions(PublicationOptions),
    /// Role, database: `SET parameter TO value`, `RESET parameter`, for sessions that begin later.
    Setting(Box<Setting>),
    /// Anything else; it changes nothing a table's readers or writers could notice.
    Other,
}

/// `CREATE [OR REPLACE] [MATERIALIZED] VIEW`.
#[derive(Clone, Debug)]
pub struct CreateView {
    /// Its name.
    pub name: Name,
    /// `MATERIALIZED`.
    pub materialized: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`
    pub temporary: bool,
    /// The query.
    pub query: Query,
    /// The words and signs of the query, each spelled one way.
    pub text: Symbol,
    /// `WITH NO DATA`.
    pub no_data: bool,
}

/// `CREATE TYPE`.
#[derive(Clone, Debug)]
pub struct CreateType {
    /// Its name.
    pub name: Name,
    /// What it is made of.
    pub body: TypeBody,
}

/// The body of a new type.
#[derive(Clone, Debug)]
pub enum TypeBody {
    /// `AS ENUM (…)`
    Enum(Vec<Box<str>>),
    /// `AS (attribute type, …)`
    Composite,
    /// `AS RANGE (…)`
    Range,
    /// `(INPUT = …)`, or nothing.
    Base,
}

/// `CREATE DOMAIN`.
#[derive(Clone, Debug)]
pub struct CreateDomain {
    /// Its name.
    pub name: Name,
    /// The type beneath.
    pub base: DataType,
    /// `NOT NULL`, `CHECK`.
    pub constraints: Vec<Constraint>,
    /// `NOT NULL` is among them.
    pub not_null: bool,
    /// `DEFAULT`.
    pub default: Option<Expr>,
}

/// `CREATE SEQUENCE`.
#[derive(Clone, Debug)]
pub struct CreateSequence {
    /// Its name.
    pub name: Name,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`
    pub temporary: bool,
    /// `AS type`.
    pub data_type: Option<DataType>,
    /// `OWNED BY table.column`.
    pub owned_by: Option<(Name, Ident)>,
}

/// `CREATE FUNCTION` or `PROCEDURE`.
#[derive(Clone, Debug)]
pub struct CreateFunction {
    /// Its name.
    pub name: Name,
    /// `PROCEDURE`.
    pub procedure: bool,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// Folded language.
    pub language: Option<Symbol>,
    /// As declared; the server's default is volatile.
    pub volatility: Volatility,
    /// `RETURNS trigger`.
    pub trigger: bool,
    /// `SECURITY DEFINER`, at its place: it runs with the rights of its owner.
    pub security_definer: Option<Span>,
    /// `SET search_path …` stands among its options: names in it mean the same for every caller.
    pub search_path: bool,
    /// Names of the parameters that a call gives values to; none where one has no name.
    pub parameters: Vec<Option<Symbol>>,
    /// The body, opened: statements with spans in the file.
    pub body: Option<Body>,
    /// A number that is another one where the body says something else.
    pub digest: u64,
}

/// How a function's result may vary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Volatility {
    /// Same arguments, same result, for ever.
    Immutable,
    /// Same result within one statement.
    Stable,
    /// May differ with every call.
    #[default]
    Volatile,
}

/// `CREATE TRIGGER`.
#[derive(Clone, Debug)]
pub struct CreateTrigger {
    /// Its name.
    pub name: Ident,
    /// The table.
    pub table: Name,
    /// The function it calls.
    pub function: Name,
    /// `OR REPLACE`.
    pub or_replace: bool,
    /// `CONSTRAINT TRIGGER … FROM table`.
    pub from: Option<Name>,
    /// `BEFORE`, `AFTER`, `INSTEAD OF`.
    pub timing: TriggerTiming,
    /// `INSERT OR UPDATE …`, as written.
    pub events: Vec<TriggerEvent>,
    /// `UPDATE OF a, b`: the columns; empty means any.
    pub update_of: Vec<Ident>,
    /// `FOR EACH ROW` rather than once for each statement.
    pub for_each_row: bool,
}

/// When a trigger fires in relation to its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum TriggerTiming {
    Before,
    After,
    InsteadOf,
}

/// What makes a trigger fire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum TriggerEvent {
    Insert,
    Update,
    Delete,
    Truncate,
}

/// A `CREATE` of some object that only needs its kind, name and table.
#[derive(Clone, Debug)]
pub struct CreateObject {
    /// What is created.
    pub kind: ObjectKind,
    /// Its name, where it has one.
    pub name: Option<Name>,
    /// The tables it is attached to: `ON table` of policies and rules, `FROM table` of statistics.
    pub on: Vec<Name>,
    /// `IF NOT EXISTS` or `OR REPLACE`.
    pub lenient: bool,
    /// Tables the conditions of a policy read.
    pub reads: Vec<Name>,
    /// What a rule does instead or besides.
    pub actions: Vec<Statement>,
}
