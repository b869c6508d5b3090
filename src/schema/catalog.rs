//! The schema as a value: what exists before a statement, as far as the history tells.
//!
//! A name the history never created stands for something that exists and is unknown; nothing here is an error.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::operation::QName;
use crate::syntax::expr::Expr;
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::object::Volatility;
use crate::syntax::span::Span;
use crate::syntax::types::DataType;

/// Where something was created.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Number of the release.
    pub release: u32,
    /// Index of the file in the history.
    pub file: u32,
    /// The statement or clause.
    pub span: Span,
}

/// The schema at one moment.
#[derive(Clone, Debug)]
pub struct Catalog {
    /// Folded schema names, as `SET search_path` left them.
    pub search_path: Vec<Symbol>,
    /// Schemas created by the history.
    pub schemas: BTreeMap<Symbol, Origin>,
    /// Tables, views, sequences.
    pub relations: BTreeMap<QName, Relation>,
    /// Index name → its table.
    pub indexes: BTreeMap<QName, QName>,
    /// Enums, domains, composite types.
    pub types: BTreeMap<QName, Arc<UserType>>,
    /// Functions and procedures; overloads share one entry.
    pub functions: BTreeMap<QName, Arc<Function>>,
    /// Referenced table → tables with a foreign key to it.
    pub referencing: BTreeMap<QName, BTreeSet<QName>>,
    /// Parent → partitions and inheriting children.
    pub children: BTreeMap<QName, BTreeSet<QName>>,
}

/// Something one can `SELECT` from.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Relation {
    Table(Arc<Table>),
    View(Arc<View>),
    Sequence(Arc<Sequence>),
}

/// A table.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its present name.
    pub name: QName,
    /// Where it was created; none when the history only ever used it.
    pub origin: Option<Origin>,
    /// Where its present name was given, if renamed.
    pub renamed: Option<Origin>,
    /// Its columns are all known: the history created it with a column list.
    pub complete: bool,
    /// `TEMPORARY`.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// It is a partitioned parent.
    pub partitioned: bool,
    /// It is its parent's default partition.
    pub default_partition: bool,
    /// Parents: of a partition one, by inheritance any number.
    pub parents: Vec<QName>,
    /// Known columns in order.
    pub columns: Vec<Column>,
    /// Known indexes, those of constraints included.
    pub indexes: Vec<Index>,
    /// Known constraints.
    pub constraints: Vec<TableConstraint>,
    /// Known triggers.
    pub triggers: Vec<Trigger>,
}

/// A column.
#[derive(Clone, Debug)]
pub struct Column {
    /// Its present name.
    pub name: Symbol,
    /// Its type, where known.
    pub data_type: Option<DataType>,
    /// An explicit collation.
    pub collation: Option<Name>,
    /// Whether it is `NOT NULL`; none when unknown.
    pub not_null: Option<bool>,
    /// Its default, where one is known.
    pub default: Option<Expr>,
    /// It has a default, identity or sequence, so inserts may leave it out; none when unknown.
    pub has_default: Option<bool>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: bool,
    /// `GENERATED ALWAYS AS (…)`: stored or not, and from which columns.
    pub generated: Option<GeneratedFrom>,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
    /// Where its present name was given, if renamed.
    pub renamed: Option<Origin>,
    /// Where it was last made nullable or given a default: the usual first step of retiring it.
    pub loosened: Option<Origin>,
}

/// The source of a generated column.
#[derive(Clone, Debug)]
pub struct GeneratedFrom {
    /// `STORED`.
    pub stored: bool,
    /// Columns it reads.
    pub columns: Vec<Symbol>,
}

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// Its name, in the table's schema.
    pub name: Symbol,
    /// `UNIQUE`.
    pub unique: bool,
    /// btree, gin, …
    pub method: Symbol,
    /// Key parts: column, or none for an expression.
    pub keys: Vec<Option<Symbol>>,
    /// Every column it depends on.
    pub columns: Vec<Symbol>,
    /// Columns mentioned in expressions or the predicate, rather than as plain keys.
    pub computed: Vec<Symbol>,
    /// It has a predicate.
    pub partial: bool,
    /// It belongs to the constraint of this name.
    pub constraint: Option<Symbol>,
    /// Made by `ON ONLY` and not yet attached everywhere.
    pub only: bool,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}

/// A constraint.
#[derive(Clone, Debug)]
pub struct TableConstraint {
    /// Its name, as written or as the server would make it.
    pub name: Symbol,
    /// What it demands.
    pub kind: ConstraintBody,
    /// Proven for the old rows.
    pub validated: bool,
    /// `NOT ENFORCED` when false.
    pub enforced: bool,
    /// Columns it mentions.
    pub columns: Vec<Symbol>,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}

/// The demand of a constraint.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum ConstraintBody {
    Check { not_null: Vec<Symbol>, expr: Option<Expr> },
    NotNull,
    Unique,
    PrimaryKey,
    Exclude,
    ForeignKey { table: QName },
}

/// A trigger.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// Its name.
    pub name: Symbol,
    /// The function it calls.
    pub function: QName,
    /// Where it was created.
    pub origin: Option<Origin>,
}

/// A view.
#[derive(Clone, Debug)]
pub struct View {
    /// Its present name.
    pub name: QName,
    /// Materialized: it has rows of its own, and may have indexes.
    pub materialized: bool,
    /// Relations it reads.
    pub reads: Vec<QName>,
    /// Column names mentioned in its query.
    pub columns: Vec<Symbol>,
    /// Indexes, if materialized.
    pub indexes: Vec<Index>,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}

/// A sequence.
#[derive(Clone, Debug)]
pub struct Sequence {
    /// Its present name.
    pub name: QName,
    /// The table and column that own it.
    pub owned_by: Option<(QName, Symbol)>,
    /// Where it was created.
    pub origin: Option<Origin>,
}

/// A user's type.
#[derive(Clone, Debug)]
pub struct UserType {
    /// Its present name.
    pub name: QName,
    /// What it is.
    pub kind: TypeKind,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
    /// Where its present name was given, if renamed.
    pub renamed: Option<Origin>,
}

/// What a user's type is.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names say it")]
pub enum TypeKind {
    Enum { values: Vec<EnumValue> },
    Domain { base: DataType, not_null: bool, default: Option<Expr>, constraints: Vec<DomainConstraint> },
    Composite,
    Other,
}

/// One value of an enum.
#[derive(Clone, Debug)]
pub struct EnumValue {
    /// The text.
    pub value: Box<str>,
    /// Where it was added.
    pub origin: Option<Origin>,
}

/// One `CHECK` of a domain.
#[derive(Clone, Debug)]
pub struct DomainConstraint {
    /// Its name.
    pub name: Symbol,
    /// Proven for the old rows.
    pub validated: bool,
}

/// A function or procedure.
#[derive(Clone, Debug)]
pub struct Function {
    /// Its name.
    pub name: QName,
    /// As declared.
    pub volatility: Volatility,
    /// Folded words of its body, sorted: to see whether it names a column.
    pub words: Vec<Symbol>,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}

impl Default for Catalog {
    fn default() -> Self {
        Self {
            search_path: vec!["public".into()],
            schemas: BTreeMap::new(),
            relations: BTreeMap::new(),
            indexes: BTreeMap::new(),
            types: BTreeMap::new(),
            functions: BTreeMap::new(),
            referencing: BTreeMap::new(),
            children: BTreeMap::new(),
        }
    }
}

impl Catalog {
    /// The schema an unqualified new object lands in.
    pub fn default_schema(&self) -> Symbol {
        self.search_path.first().cloned().unwrap_or_else(|| "public".into())
    }

    /// Resolves a relation's name as the server would: as qualified, else the first schema of the search path that
    /// holds a relation or index of that name, else the default schema.
    pub fn resolve(&self, name: &Name) -> QName {
        self.resolve_where(name, |found| self.relations.contains_key(found) || self.indexes.contains_key(found))
    }

    /// Resolves a type's name in the same way.
    pub fn resolve_type(&self, name: &Name) -> QName {
        self.resolve_where(name, |found| self.types.contains_key(found))
    }

    /// Resolves a function's name in the same way.
    pub fn resolve_function(&self, name: &Name) -> QName {
        self.resolve_where(name, |found| self.functions.contains_key(found))
    }

    /// The name a new object gets.
    pub fn resolve_new(&self, name: &Name) -> QName {
        QName { schema: self.schema_of(name.schema.as_ref()), name: name.last().clone() }
    }

    /// The table of this name, where the history knows one.
    pub fn table(&self, name: &QName) -> Option<&Arc<Table>> {
        match self.relations.get(name) {
            Some(Relation::Table(table)) => Some(table),
            Some(Relation::View(_) | Relation::Sequence(_)) | None => None,
        }
    }

    /// The view of this name, where the history knows one.
    pub fn view(&self, name: &QName) -> Option<&Arc<View>> {
        match self.relations.get(name) {
            Some(Relation::View(view)) => Some(view),
            Some(Relation::Table(_) | Relation::Sequence(_)) | None => None,
        }
    }

    fn schema_of(&self, written: Option<&Ident>) -> Symbol {
        written.map_or_else(|| self.default_schema(), |schema| schema.name.clone())
    }

    fn resolve_where(&self, name: &Name, exists: impl Fn(&QName) -> bool) -> QName {
        if name.schema.is_some() {
            return self.resolve_new(name);
        }
        self.search_path
            .iter()
            .map(|schema| QName { schema: schema.clone(), name: name.last().clone() })
            .find(|found| exists(found))
            .unwrap_or_else(|| self.resolve_new(name))
    }
}

impl Table {
    /// The column of this folded name.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| &*column.name == name)
    }

    /// The constraint of this folded name.
    pub fn constraint(&self, name: &str) -> Option<&TableConstraint> {
        self.constraints.iter().find(|constraint| &*constraint.name == name)
    }

    /// The index of this folded name.
    pub fn index(&self, name: &str) -> Option<&Index> {
        self.indexes.iter().find(|index| &*index.name == name)
    }
}
