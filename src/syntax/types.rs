//! Data types as written.

use super::name::{Name, Symbol};
use super::span::Span;

/// A column's or cast's type.
#[derive(Clone, Debug)]
pub struct DataType {
    /// Canonical spelling of the base type: `int4` for `integer`, `varchar` for `character varying`, `timestamptz` for
    /// `timestamp with time zone`, … User types keep their folded last part.
    pub name: Symbol,
    /// The schema, where one is written (and is not `pg_catalog`).
    pub schema: Option<Symbol>,
    /// `(10, 2)`, as numbers. Empty when none or not numeric.
    pub modifiers: Vec<i64>,
    /// Number of array dimensions.
    pub array: u8,
    /// `serial`, `bigserial` or `smallserial`: `name` is then the integer type beneath.
    pub serial: bool,
    /// Where it is written.
    pub span: Span,
}

/// Equality of types, wherever they are written.
impl PartialEq for DataType {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.schema == other.schema
            && self.modifiers == other.modifiers
            && self.array == other.array
            && self.serial == other.serial
    }
}

impl DataType {
    /// The type's own name, for lookup among user types.
    pub fn as_name(&self) -> Name {
        use super::name::Ident;
        Name {
            schema: self.schema.clone().map(|name| Ident { name, span: self.span }),
            name: Ident { name: self.name.clone(), span: self.span },
        }
    }
}
