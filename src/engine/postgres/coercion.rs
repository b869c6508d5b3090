//! Whether values stored as one type already are valid values of another: the server then leaves the table as it is
//! (manual: ALTER TABLE, "Notes"; `CREATE CAST`, "binary coercible"; facts `type-*`).

use super::footprint::Footprint;
use crate::schema::catalog::TypeKind;
use crate::syntax::expr::{Expr, Shape};
use crate::syntax::name::Symbol;
use crate::syntax::types::DataType;

/// Domains over domains that are followed.
const DEEPEST_DOMAIN: usize = 32;

/// The finest fraction of a second that is stored.
const FINEST_PRECISION: i64 = 6;

/// Casts that keep the bytes: from, to (facts `type-*`; `pg_cast` with method `b`).
const SAME_BYTES: &[(&str, &str)] = &[
    ("bit", "varbit"),
    ("cidr", "inet"),
    ("citext", "bpchar"),
    ("citext", "text"),
    ("citext", "varchar"),
    ("int4", "oid"),
    ("oid", "int4"),
    ("pg_node_tree", "text"),
    ("text", "bpchar"),
    ("text", "citext"),
    ("text", "varchar"),
    ("varbit", "bit"),
    ("varchar", "bpchar"),
    ("varchar", "citext"),
    ("varchar", "text"),
    ("xml", "bpchar"),
    ("xml", "text"),
    ("xml", "varchar"),
];

/// Aliases of `oid` that print names (fact `type-regclass-oid`).
const OID_ALIASES: &[&str] = &[
    "regclass",
    "regcollation",
    "regconfig",
    "regdictionary",
    "regnamespace",
    "regoper",
    "regoperator",
    "regproc",
    "regprocedure",
    "regrole",
    "regtype",
];

/// A type with its domains taken off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Base {
    /// The type beneath.
    pub(super) name: Symbol,
    /// Its length or precision; empty when unlimited.
    pub(super) modifiers: Vec<i64>,
    /// It is an array of it.
    pub(super) array: bool,
    /// The outermost domain, if there is one.
    pub(super) domain: Option<Symbol>,
    /// One of the domains has a constraint.
    pub(super) constrained: bool,
}

/// Takes the domains off a type.
pub(super) fn base(footprint: &Footprint<'_, '_>, data_type: &DataType) -> Base {
    let mut found = plain(data_type);
    let mut current = data_type;
    for _ in 0..DEEPEST_DOMAIN {
        let user_type = footprint.catalog.types.get(&footprint.catalog.resolve_type(&current.as_name()));
        let Some(TypeKind::Domain { base, not_null, constraints, .. }) = user_type.map(|found| &found.kind) else {
            break;
        };
        if found.array {
            // The elements of the array are of the domain, not the column.
            break;
        }
        let domain = found.domain.or(Some(found.name));
        let constrained = found.constrained || *not_null || !constraints.is_empty();
        found = Base { domain, constrained, ..plain(base) };
        current = base;
    }
    found
}

fn plain(data_type: &DataType) -> Base {
    let modifiers = match (&*data_type.name, data_type.modifiers.as_slice()) {
        ("bit", []) => vec![1],
        ("numeric", [precision]) => vec![*precision, 0],
        (_, modifiers) => modifiers.to_vec(),
    };
    Base { name: data_type.name.clone(), modifiers, array: data_type.array > 0, domain: None, constrained: false }
}

/// Whether changing `column` from type `from` to type `to` copies the table.
pub(super) fn rewrites(
    footprint: &Footprint<'_, '_>,
    column: &str,
    from: &Base,
    to: &Base,
    using: Option<&Expr>,
) -> bool {
    let utc = footprint.context.utc;
    let kept = match using.map(|using| &using.shape) {
        None => coerce(from, to, utc),
        Some(Shape::Column(used)) if &**used == column => coerce(from, to, utc),
        Some(Shape::CastColumn(used, by)) if &**used == column => {
            coerce(from, &base(footprint, by), utc).and_then(|between| coerce(&between, to, utc))
        }
        // Facts `type-int-int-using-expr`, `type-timestamp-timestamptz-utc-using-at-time-zone`.
        Some(_) => None,
    };
    kept.is_none()
}

/// The type the stored bytes have after the cast; none when the cast makes new ones.
fn coerce(from: &Base, to: &Base, utc: bool) -> Option<Base> {
    if from == to && from.domain.is_some() {
        return Some(to.clone());
    }
    if to.constrained {
        return None;
    }
    if from.array || to.array {
        // Fact `type-varchar10arr-varchar20arr`: elements are always cast one by one.
        let same = from.array && to.array && from.name == to.name && from.modifiers == to.modifiers;
        return same.then(|| to.clone());
    }
    // What a domain limits is unknown once it is taken off, and so is what another type limits.
    let unlimited = from.domain.is_some() || from.name != to.name;
    if from.name != to.name && !same_bytes(&from.name, &to.name, utc) {
        return None;
    }
    let present = if unlimited { &[] } else { from.modifiers.as_slice() };
    widens(&to.name, present, &to.modifiers).then(|| to.clone())
}

fn same_bytes(from: &str, to: &str, utc: bool) -> bool {
    let alias = |name: &str| OID_ALIASES.contains(&name);
    let number = |name: &str| matches!(name, "oid" | "int4");
    SAME_BYTES.contains(&(from, to))
        || (alias(from) && (number(to) || alias(to)))
        || (number(from) && alias(to))
        // Facts `type-timestamp-timestamptz-utc`, `type-timestamptz-timestamp-newyork`.
        || (utc && matches!((from, to), ("timestamp", "timestamptz") | ("timestamptz", "timestamp")))
}

/// Whether every value within the limits `from` is within the limits `to`, as far as the server sees it.
fn widens(name: &str, from: &[i64], to: &[i64]) -> bool {
    if to.is_empty() || from == to {
        return true;
    }
    match (name, from, to) {
        ("varchar" | "varbit", [from], [to]) => to >= from,
        ("numeric", [from, scale], [to, new_scale]) => to >= from && scale == new_scale,
        ("timestamp" | "timestamptz" | "time" | "timetz" | "interval", from, [to]) => {
            *to >= FINEST_PRECISION || from.first().is_some_and(|from| to >= from)
        }
        _ => false,
    }
}

/// The type whose operators an index on the type uses: where it changes, the order may, and the index is built anew
/// (facts `type-int-oid-indexed`, `type-timestamp-timestamptz-utc-indexed`, `type-cidr-inet-indexed`).
pub(super) fn operators_of(base: &Base) -> &str {
    match &*base.name {
        "varchar" => "text",
        "cidr" => "inet",
        name if OID_ALIASES.contains(&name) => "oid",
        name => name,
    }
}
