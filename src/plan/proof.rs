//! What is demanded of a table that is in use: first of new rows only, then proven for the old ones.

use super::step::{Demand, Step};
use super::write::{alter, made, quoted, slug};
use crate::schema::operation::QName;
use crate::syntax::name::Symbol;

/// Adds a constraint whose demand is `demand`, such as `CHECK (price > 0)`, in two steps. `broken`: counts the rows that do
/// not hold.
pub(super) fn validated(table: &QName, name: &Symbol, demand: &str, broken: Demand) -> [Step; 2] {
    let constraint = quoted(name);
    let drop = alter(table, &format!("DROP CONSTRAINT {constraint}"));
    let added = Step::transaction(
        slug(&["add", name]),
        format!("demand it of new rows: {constraint} on {}, not yet of old ones", table.short()),
        vec![alter(table, &format!("ADD CONSTRAINT {constraint} {demand} NOT VALID"))],
    )
    .demands(broken)
    .undone_by(vec![drop], "at any time");
    let proven = Step::transaction(
        slug(&["validate", name]),
        format!("prove it for the old rows: reads {} while everybody works on", table.short()),
        vec![alter(table, &format!("VALIDATE CONSTRAINT {constraint}"))],
    )
    .back("nothing to go back to: it changes no row");
    [added, proven]
}

/// Makes columns `NOT NULL` without a scan under a strong lock: a check proves it before.
pub(super) fn not_null(table: &QName, columns: &[Symbol]) -> Vec<Step> {
    let Some(first) = columns.first() else { return Vec::new() };
    let name = check_name(table, first);
    let each = |word: &str, joint: &str| {
        columns.iter().map(|column| format!("{} {word}", quoted(column))).collect::<Vec<_>>().join(joint)
    };
    let nulls = format!("SELECT count(*) FROM {} WHERE {}", table.short(), each("IS NULL", " OR "));
    let listed = super::write::list(columns);
    let broken = Demand::none(format!("no row has a NULL in {listed}"), nulls);
    let demand = format!("CHECK ({})", each("IS NOT NULL", " AND "));
    let [added, proven] = validated(table, &name, &demand, broken);
    let mut actions: Vec<String> =
        columns.iter().map(|column| format!("ALTER COLUMN {} SET NOT NULL", quoted(column))).collect();
    let mut back: Vec<String> =
        columns.iter().map(|column| format!("ALTER COLUMN {} DROP NOT NULL", quoted(column))).collect();
    back.push(format!("ADD CONSTRAINT {} {demand} NOT VALID", quoted(&name)));
    let set = vec![alter(table, &actions.join(", ")), alter(table, &format!("DROP CONSTRAINT {}", quoted(&name)))];
    actions.clear();
    let set = Step::transaction(
        slug(&["set", &table.name, first, "not_null"]),
        format!("make {listed} NOT NULL: the check proves it, so that nothing is read"),
        set,
    )
    .undone_by(vec![alter(table, &back.join(", "))], "at any time");
    vec![added, proven, set]
}

/// What the check that proves `NOT NULL` is called.
fn check_name(table: &QName, column: &Symbol) -> Symbol {
    made(&format!("{}_{column}", table.name), "not_null")
}
