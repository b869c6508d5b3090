//! What makes two keys of indexes the same.

use super::name::Symbol;

/// How one key part of an index is worked out, compared and ordered, as far as it is not simply its column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyForm {
    /// The folded words and signs of an expression; empty for a column.
    pub expression: Vec<Symbol>,
    /// `COLLATE c`.
    pub collation: Option<Symbol>,
    /// The operator class, with its parameters.
    pub class: Option<Symbol>,
    /// `DESC`.
    pub descending: bool,
    /// Nulls come first: `NULLS FIRST`, or `DESC` and nothing else said.
    pub nulls_first: bool,
}
