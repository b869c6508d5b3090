//! What a linter needs to know of an expression: its shape on top, the functions it calls, the columns it proves not
//! null. Expressions are summarised from their tokens, so depth costs nothing and no expression is ever refused.

use super::name::{Name, Symbol};
use super::span::Span;
use super::types::DataType;

/// An expression inside a data definition statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// From its first token to its last.
    pub span: Span,
    /// Its words and signs, each spelled one way.
    pub text: Symbol,
    /// What it is on top.
    pub shape: Shape,
    /// Functions called anywhere inside, `CURRENT_TIMESTAMP` and its like included under their folded names.
    pub calls: Vec<Name>,
    /// Sequences that `nextval('…')` names.
    pub sequences: Vec<Name>,
    /// Folded names that are read as columns anywhere inside (unquoted words that are no keyword, function or type).
    pub columns: Vec<Symbol>,
    /// Columns that cannot be null where the expression is true: `c IS NOT NULL` and its variants, joined by `AND`.
    pub not_null: Vec<Symbol>,
}

/// The outermost form of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// `NULL`, also with a cast.
    Null,
    /// A literal, also with a cast, sign or `ARRAY[…]` of literals.
    Literal,
    /// A bare column reference.
    Column(Symbol),
    /// `column::type` or `CAST(column AS type)`.
    CastColumn(Symbol, Box<DataType>),
    /// `column AT TIME ZONE …`.
    AtTimeZone(Symbol),
    /// Anything else.
    Other,
}
