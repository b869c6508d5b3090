//! Everything that is not a table: views, sequences, types, functions, publications.

use std::collections::BTreeSet;

use super::{Index, Origin};
use crate::schema::operation::QName;
use crate::syntax::expr::Expr;
use crate::syntax::name::Symbol;
use crate::syntax::object::{Body, Volatility};
use crate::syntax::types::DataType;

/// A view.
#[derive(Clone, Debug)]
pub struct View {
    /// Its present name.
    pub name: QName,
    /// Materialized: it has rows of its own, and may have indexes.
    pub materialized: bool,
    /// Relations it reads.
    pub reads: Vec<QName>,
    /// Column names mentioned in its query. `*` is what it read at the time; it stays where that is not known.
    pub columns: Vec<Symbol>,
    /// The words and signs of its query.
    pub text: Symbol,
    /// It has rows of its own that can be read: not made `WITH NO DATA`, or refreshed since.
    pub populated: bool,
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
    Domain { base: Box<DataType>, not_null: bool, default: Option<Box<Expr>>, constraints: Vec<DomainConstraint> },
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
    /// What it demands.
    pub text: Symbol,
    /// Proven for the old rows.
    pub validated: bool,
}

/// A function or procedure.
#[derive(Clone, Debug)]
pub struct Function<'a> {
    /// Its name.
    pub name: QName,
    /// As declared.
    pub volatility: Volatility,
    /// `RETURNS trigger`.
    pub trigger: bool,
    /// `SECURITY DEFINER`.
    pub security_definer: bool,
    /// It sets its own `search_path`.
    pub search_path: bool,
    /// A number that is another one where the body says something else.
    pub digest: u64,
    /// Where its present body was given, if that was a statement of its own.
    pub defined: Option<Origin>,
    /// Its opened body, where it could be read. Spans in it are those of the file that created the function.
    pub body: Option<&'a Body>,
    /// Names of its parameters, where they have one.
    pub parameters: Vec<Option<Symbol>>,
    /// Folded words of its body, sorted: to see whether it names a column.
    pub words: Vec<Symbol>,
    /// How many functions of this name there are, as far as can be told without argument types.
    pub overloads: u32,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}

/// A publication.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Its name.
    pub name: Symbol,
    /// `FOR ALL TABLES`, those made later too.
    pub all_tables: bool,
    /// Tables it names.
    pub tables: BTreeSet<QName>,
    /// `TABLES IN SCHEMA`: all tables of these, those made later too.
    pub schemas: BTreeSet<Symbol>,
    /// Updates or deletes are published, which need the identity of the old row.
    pub old_rows: bool,
    /// Where it was created; none when unknown.
    pub origin: Option<Origin>,
}
