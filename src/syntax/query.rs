//! Queries and row changes: what they read, what they write and how far their filter reaches.

use super::name::{Ident, Name, Symbol};
use super::span::Span;

/// What a query touches.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Where it stands.
    pub span: Span,
    /// Every relation read, in order of appearance, common table expressions left out.
    pub reads: Vec<Name>,
    /// Functions called anywhere inside.
    pub calls: Vec<Call>,
    /// Row changes inside `WITH`.
    pub changes: Vec<RowChange>,
    /// `SELECT … INTO table`.
    pub into: Option<Name>,
    /// `FOR UPDATE` and its kin: rows of `reads` are locked.
    pub locks_rows: bool,
    /// Folded column names mentioned anywhere, `*` where all are read; for views that would break.
    pub columns: Vec<Symbol>,
    /// There is a `FROM`, so rows are read (`SELECT 1` reads none).
    pub scans: bool,
}

/// A function call with the arguments that are plain string literals (the others are none).
#[derive(Clone, Debug)]
pub struct Call {
    /// The function.
    pub name: Name,
    /// Unescaped literal arguments, `true`/`false` included as text.
    pub literals: Vec<Option<Box<str>>>,
}

/// `INSERT`, `UPDATE`, `DELETE` or `MERGE`.
#[derive(Clone, Debug)]
pub struct RowChange {
    /// Which of them.
    pub verb: RowVerb,
    /// The table written.
    pub table: Name,
    /// Columns assigned or inserted, where they are listed.
    pub columns: Vec<Ident>,
    /// How many rows it can reach.
    pub reach: Reach,
    /// Where a `WHERE` clause is: the statement, or its end from the clause on.
    pub filter: Option<Span>,
    /// Columns that the condition compares for equality with a literal, a parameter or a list of them.
    pub equals: Vec<Symbol>,
    /// The condition compares a column for equality with a field of something that is no table of the statement,
    /// `WHERE name = r.name`: a record of the loop around it.
    pub by_record: bool,
    /// `UPDATE … FROM`, `DELETE … USING`, sub-selects, the query of an `INSERT`.
    pub query: Query,
    /// `ON CONFLICT`.
    pub on_conflict: bool,
    /// From the verb to the end.
    pub span: Span,
}

/// The kind of row change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowVerb {
    /// `INSERT`
    Insert,
    /// `UPDATE`
    Update,
    /// `DELETE`
    Delete,
    /// `MERGE`
    Merge,
}

/// How many rows a change can reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// `VALUES`: as many rows as are written there.
    Values,
    /// No condition, or one that is always true: the whole table.
    Everything,
    /// A condition that may hold for any number of rows.
    Filtered,
    /// A bounded batch: a key range with both ends, or a `LIMIT` in the sub-select that picks the rows.
    Batch,
    /// Equality on a column that is a key by its name (`id`, `uuid`, `key`) with a literal or a list of them. Whether
    /// other columns in `equals` are keys only the catalog knows.
    Named,
    /// Nothing: `WHERE false`.
    Nothing,
}
