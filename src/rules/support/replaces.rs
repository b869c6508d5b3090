//! Whether a new column plausibly takes the place of a dropped one.

use crate::review::step::Step;
use crate::schema::operation::OperationKind;
use crate::syntax::name::{Ident, Symbol};
use crate::syntax::table::ColumnDef;
use crate::syntax::types::DataType;

/// Parts of names that are shorter say nothing: `id`, `is`, `at`.
const SHORTEST_PART: usize = 3;

/// Types whose values are easily turned into each other.
const FAMILIES: &[&[&str]] = &[
    &["int2", "int4", "int8", "numeric", "float4", "float8", "money"],
    &["text", "varchar", "bpchar", "citext", "name"],
    &["timestamp", "timestamptz", "date"],
    &["json", "jsonb"],
];

/// Whether `new` may hold what the column `old`, dropped by `step`, holds. `bodies` are the words of functions that the
/// release makes.
pub(crate) fn replaces(step: &Step<'_>, old: &Ident, new: &ColumnDef, bodies: &[&[Symbol]]) -> bool {
    let names_old = |columns: &[Symbol]| columns.contains(&old.name);
    let derived = new.generated.as_ref().is_some_and(|generated| names_old(&generated.expr.columns))
        || new.default.as_ref().is_some_and(|default| names_old(&default.columns));
    let old_type = step.column(&old.name).and_then(|column| column.data_type.as_ref());
    derived
        || share_part(&old.name, &new.name.name)
        || old_type.zip(new.data_type.as_ref()).is_some_and(|(old, new)| same_family(old, new))
        || bodies.iter().any(|words| [&old.name, &new.name.name].iter().all(|name| words.binary_search(name).is_ok()))
}

/// The words of the body of a function that the step makes: it may be that of a trigger that fills one from the other.
pub(crate) fn body_words<'r>(step: &'r Step<'_>) -> Option<&'r [Symbol]> {
    match &step.operation.kind {
        OperationKind::CreateFunction { def, .. } => def.body.as_ref().map(|body| body.words.as_slice()),
        _ => None,
    }
}

fn share_part(old: &str, new: &str) -> bool {
    let parts = |name: &str| -> Vec<String> {
        let parts = name.split('_').filter(|part| part.chars().count() >= SHORTEST_PART);
        parts.map(str::to_lowercase).collect()
    };
    let new = parts(new);
    parts(old).iter().any(|part| new.contains(part))
}

fn same_family(old: &DataType, new: &DataType) -> bool {
    let family = |data_type: &DataType| FAMILIES.iter().position(|family| family.contains(&&*data_type.name));
    let alike = old.name == new.name || family(old).is_some_and(|found| Some(found) == family(new));
    old.array == new.array && alike
}
