//! Data types as written.

use std::fmt;

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
    /// Whether every client that knew this type can live with the new one.
    pub fn widens_to(&self, to: &Self) -> bool {
        let integer = |name: &str| ["int2", "int4", "int8", "numeric"].iter().position(|known| *known == name);
        if self.array != to.array {
            return false;
        }
        match (integer(&self.name), integer(&to.name)) {
            (Some(from_rank), Some(to_rank)) => from_rank < to_rank,
            _ => &*self.name == "float4" && &*to.name == "float8",
        }
    }

    /// Whether values of this type may not fit the new one.
    pub fn narrows_to(&self, to: &Self) -> bool {
        if self.array != to.array {
            return false;
        }
        let limit = |data_type: &Self| data_type.modifiers.first().copied().unwrap_or(i64::MAX);
        match (&*self.name, &*to.name) {
            ("text" | "varchar" | "bpchar", "varchar" | "bpchar") | ("numeric", "numeric") => limit(to) < limit(self),
            ("numeric" | "float4" | "float8", "int2" | "int4" | "int8") => true,
            _ => to.widens_to(self),
        }
    }

    /// The type's own name, for lookup among user types.
    pub fn as_name(&self) -> Name {
        use super::name::Ident;
        Name {
            schema: self.schema.clone().map(|name| Ident { name, span: self.span }),
            name: Ident { name: self.name.clone(), span: self.span },
        }
    }
}

/// As people write it.
impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.name {
            "int2" => f.write_str("smallint")?,
            "int4" => f.write_str("integer")?,
            "int8" => f.write_str("bigint")?,
            "float4" => f.write_str("real")?,
            "float8" => f.write_str("double precision")?,
            "bool" => f.write_str("boolean")?,
            "bpchar" => f.write_str("char")?,
            _ => write!(f, "{}", self.as_name())?,
        }
        if !self.modifiers.is_empty() {
            let modifiers: Vec<_> = self.modifiers.iter().map(ToString::to_string).collect();
            write!(f, "({})", modifiers.join(", "))?;
        }
        f.write_str(&"[]".repeat(usize::from(self.array)))
    }
}
