//! Tables, their columns and constraints, as written.

use super::expr::Expr;
use super::name::{Ident, Name, Symbol};
use super::query::Query;
use super::span::Span;
use super::types::DataType;

/// `CREATE TABLE`, `CREATE TABLE … AS`, `SELECT … INTO`, `CREATE FOREIGN TABLE`.
#[derive(Clone, Debug)]
pub struct CreateTable {
    /// The new table.
    pub name: Name,
    /// `IF NOT EXISTS`.
    pub if_not_exists: bool,
    /// `TEMPORARY`: invisible to everybody else.
    pub temporary: bool,
    /// `UNLOGGED`.
    pub unlogged: bool,
    /// `FOREIGN TABLE`.
    pub foreign: bool,
    /// Columns in order. Also `OF type` and `PARTITION OF` column options.
    pub columns: Vec<ColumnDef>,
    /// Table constraints.
    pub constraints: Vec<Constraint>,
    /// `LIKE other INCLUDING …`.
    pub like: Vec<Like>,
    /// `INHERITS (…)`.
    pub inherits: Vec<Name>,
    /// `PARTITION OF parent`.
    pub partition_of: Option<PartitionOf>,
    /// `PARTITION BY …`: the partition key's columns, where they are plain.
    pub partition_by: Option<PartitionBy>,
    /// `OF type`.
    pub of_type: Option<Name>,
    /// `AS query`.
    pub query: Option<Query>,
    /// `WITH NO DATA`.
    pub no_data: bool,
    /// `WITH (…)`: storage parameters.
    pub options: Vec<StorageOption>,
}

/// One storage parameter, `name = value`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageOption {
    /// Its folded name, without `toast.`.
    pub name: Ident,
    /// `toast.`: it is about the table of oversized values.
    pub toast: bool,
    /// The value as text, unquoted and folded; none where none is written, which means true.
    pub value: Option<Box<str>>,
}

impl StorageOption {
    /// A boolean parameter of this name about the table itself, and its value.
    pub fn switch(&self, name: &str) -> Option<bool> {
        if self.toast || &*self.name.name != name {
            return None;
        }
        self.truth()
    }

    /// Its value as a boolean.
    pub fn truth(&self) -> Option<bool> {
        match self.value.as_deref() {
            None | Some("true" | "on" | "yes" | "1" | "t" | "y") => Some(true),
            Some("false" | "off" | "no" | "0" | "f" | "n") => Some(false),
            Some(_) => None,
        }
    }
}

/// `LIKE table INCLUDING …`.
#[derive(Clone, Debug)]
pub struct Like {
    /// The table copied from.
    pub table: Name,
    /// Whether indexes (and so unique constraints and the primary key) are copied.
    pub indexes: bool,
    /// Whether check constraints are copied. (`NOT NULL` always is.)
    pub constraints: bool,
    /// Whether defaults are copied.
    pub defaults: bool,
}

/// `PARTITION OF parent {FOR VALUES … | DEFAULT}`.
#[derive(Clone, Debug)]
pub struct PartitionOf {
    /// The partitioned table.
    pub parent: Name,
    /// The `DEFAULT` partition.
    pub default: bool,
}

/// `PARTITION BY RANGE | LIST | HASH (…)`.
#[derive(Clone, Debug)]
pub struct PartitionBy {
    /// The whole clause.
    pub span: Span,
    /// Every column the key mentions.
    pub columns: Vec<Symbol>,
    /// `HASH`.
    pub hash: bool,
}

/// A column with all its options.
#[derive(Clone, Debug)]
pub struct ColumnDef {
    /// Its name.
    pub name: Ident,
    /// Its type. Absent in `OF type` and `PARTITION OF` lists.
    pub data_type: Option<DataType>,
    /// `COLLATE`.
    pub collation: Option<Box<Name>>,
    /// `NOT NULL`, at its place.
    pub not_null: Option<Span>,
    /// `NULL`, written out.
    pub null: bool,
    /// `DEFAULT expr`.
    pub default: Option<Box<Expr>>,
    /// `GENERATED … AS IDENTITY`.
    pub identity: Option<Identity>,
    /// `GENERATED ALWAYS AS (expr) …`.
    pub generated: Option<Box<Generated>>,
    /// Inline `CHECK`, `UNIQUE`, `PRIMARY KEY`, `REFERENCES`. (`NOT NULL` is `not_null`.)
    pub constraints: Vec<Constraint>,
    /// From the name to the last option.
    pub span: Span,
}

/// `GENERATED { ALWAYS | BY DEFAULT } AS IDENTITY`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Identity {
    /// `ALWAYS` rather than `BY DEFAULT`.
    pub always: bool,
    /// The clause.
    pub span: Span,
}

/// `GENERATED ALWAYS AS (expr) [STORED | VIRTUAL]`.
#[derive(Clone, Debug)]
pub struct Generated {
    /// The expression.
    pub expr: Expr,
    /// Some(true) for `STORED`, some(false) for `VIRTUAL`, none where neither is written (an error before 18,
    /// virtual from 18).
    pub stored: Option<bool>,
    /// The clause.
    pub span: Span,
}

/// A table or column constraint.
#[derive(Clone, Debug)]
pub struct Constraint {
    /// `CONSTRAINT name`.
    pub name: Option<Ident>,
    /// What it demands.
    pub kind: ConstraintKind,
    /// `NOT VALID`.
    pub not_valid: bool,
    /// `NOT ENFORCED`.
    pub not_enforced: bool,
    /// `DEFERRABLE`, also where only `INITIALLY DEFERRED` is written.
    pub deferrable: bool,
    /// From `CONSTRAINT` (or the first keyword) to the last word.
    pub span: Span,
}

/// The demand of a constraint.
#[derive(Clone, Debug)]
pub enum ConstraintKind {
    /// `CHECK (expr)`.
    Check(Expr),
    /// `NOT NULL column`, the table constraint of version 18.
    NotNull(Ident),
    /// `UNIQUE (…)`. Inline: no columns here; the column is the one it stands in.
    Unique(Key),
    /// `PRIMARY KEY (…)`.
    PrimaryKey(Key),
    /// `EXCLUDE USING … (…)`.
    Exclude(Vec<Ident>),
    /// `FOREIGN KEY (…) REFERENCES …`, or inline `REFERENCES`.
    ForeignKey(ForeignKey),
}

/// The columns or the index of a unique or primary key.
#[derive(Clone, Debug, Default)]
pub struct Key {
    /// Key columns in order.
    pub columns: Vec<Ident>,
    /// `INCLUDE (…)`.
    pub included: Vec<Ident>,
    /// `USING INDEX name`.
    pub using_index: Option<Ident>,
    /// `NULLS NOT DISTINCT`.
    pub nulls_not_distinct: bool,
    /// `WITHOUT OVERLAPS` on the last column.
    pub without_overlaps: bool,
}

/// A foreign key.
#[derive(Clone, Debug)]
pub struct ForeignKey {
    /// Referencing columns. Empty inline.
    pub columns: Vec<Ident>,
    /// The referenced table.
    pub table: Name,
    /// Referenced columns; empty means its primary key.
    pub referenced: Vec<Ident>,
    /// `ON DELETE …`.
    pub on_delete: ReferentialAction,
    /// `ON UPDATE …`.
    pub on_update: ReferentialAction,
    /// `MATCH FULL`: all of its columns are null, or none.
    pub match_full: bool,
}

/// What becomes of rows whose referenced row goes or gets another key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReferentialAction {
    /// `NO ACTION`: there must be none when the constraint is checked. Also what nothing written means.
    #[default]
    NoAction,
    /// `RESTRICT`: there must be none.
    Restrict,
    /// `CASCADE`: they go, or get the new key.
    Cascade,
    /// `SET NULL`
    SetNull,
    /// `SET DEFAULT`
    SetDefault,
}

impl ReferentialAction {
    /// As it is written: `SET NULL`.
    pub fn words(self) -> &'static str {
        match self {
            Self::NoAction => "NO ACTION",
            Self::Restrict => "RESTRICT",
            Self::Cascade => "CASCADE",
            Self::SetNull => "SET NULL",
            Self::SetDefault => "SET DEFAULT",
        }
    }

    /// Whether the referencing rows are written to.
    pub fn writes(self) -> bool {
        !matches!(self, Self::NoAction | Self::Restrict)
    }
}
