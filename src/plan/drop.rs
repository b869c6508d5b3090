//! Columns and tables that go.

use super::change::{Found, Scene};
use super::step::{Demand, Phase, Query, Release, Serves, Step};
use super::write::{alter, literal, quoted, retire, slug};
use crate::schema::catalog::{ConstraintBody, Table};
use crate::schema::dependents::{Target, dependents};
use crate::schema::operation::OperationKind;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::syntax::object::ObjectKind;

/// `DROP COLUMN`.
pub(super) fn column(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::DropColumn { column, .. } = action else { return None };
    if unit.is_new(&table.name, scene.file) {
        return None;
    }
    let (short, name) = (table.name.short(), quoted(&column.name));
    let place = format!("{short}.{name}");
    let step = match left_out(table, &column.name) {
        Some([optional, required]) => {
            let words = format!("let rows be inserted without {name}");
            let statement = format!("{}{optional}", retire(&place, None));
            Step::transaction(slug(&["release", &table.name.name, &column.name]), words, vec![statement])
                .undone_by(vec![required], "until code leaves it out")
        }
        None => retired(&format!("COLUMN {place}"), &place, &[&table.name.name, &column.name]),
    };
    let then = vec![format!("deploy code that neither reads nor writes {place} any more")];
    let mut releases = vec![Release { phase: Phase::Expand, steps: vec![step], then, serves: Serves::BOTH }];
    let mut drop = Step::transaction(
        slug(&["drop", &table.name.name, &column.name]),
        format!("drop {short}.{name}, with its indexes and constraints"),
        vec![alter(&table.name, &format!("DROP COLUMN {name}"))],
    )
    .demands(unused(&format!("{short}.{name}"), &column.name))
    .back("no way back: what it holds is gone. Take a copy of it before, if anybody may want it");
    for dependent in dependents(&unit.before, Target::Column(&table.name, &column.name)) {
        drop = drop.demands(Demand::said(format!("{dependent} does not use it any more: replace it first")));
    }
    releases.push(Release { phase: Phase::Contract, steps: vec![drop], then: Vec::new(), serves: Serves::NEW });
    Some(Found::new(vec![at], format!("drop column {place}"), releases))
}

/// What lets code insert rows that leave a column out, and what takes that back; none where they can as it is.
pub(super) fn left_out(table: &Table, column: &Symbol) -> Option<[String; 2]> {
    let known = table.column(column)?;
    let required = known.not_null == Some(true) && known.has_default != Some(true);
    let keyed = table.primary_key().is_some_and(|key| key.columns.contains(column));
    let action = |word: &str| alter(&table.name, &format!("ALTER COLUMN {} {word} NOT NULL", quoted(column)));
    (required && !keyed).then(|| ["DROP", "SET"].map(action))
}

/// Says of a thing that it is on its way out, where everybody looks who meets it.
fn retired(thing: &str, place: &str, names: &[&str]) -> Step {
    let said = format!("{}COMMENT ON {thing} IS 'on its way out: nothing new uses it'", retire(place, None));
    let words = format!("say that {place} is on its way out");
    Step::transaction(slug(&[&["retire"], names].concat()), words, vec![said])
        .undone_by(vec![format!("COMMENT ON {thing} IS NULL")], "at any time")
}

/// Looks in the record of statements that the server keeps, where it keeps one.
fn unused(what: &str, name: &str) -> Demand {
    let sql = format!(
        "SELECT count(*) FROM pg_stat_statements WHERE query ~* {}",
        literal(&format!(
            "\\m{}\\M",
            name.replace(['\\', '.', '*', '+', '?', '(', ')', '[', ']', '{', '}', '|', '^', '$'], ".")
        ))
    );
    Demand {
        words: format!(
            "no code that runs, and no report, names {what} (with pg_stat_statements, reset after the last deploy)"
        ),
        query: Some(Query { sql, gives: "0" }),
    }
}

/// `DROP TABLE`.
pub(super) fn table(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let OperationKind::Drop { kind: ObjectKind::Table, name, .. } = &unit.operation.kind else { return None };
    let table = unit.before.table(name);
    if unit.is_new(name, scene.file) {
        return None;
    }
    let short = name.short();
    // Each lets go of one other table, so that no lock is held on two tables while a third is waited for.
    let mut keys: Vec<Step> = foreign_keys(unit, table.map(|table| &**table), name);
    match keys.first_mut().and_then(|step| step.statements.first_mut()) {
        Some(first) => first.insert_str(0, &retire(&short, None)),
        None => keys.push(retired(&format!("TABLE {short}"), &short, &[&name.name])),
    }
    let then = vec![format!("deploy code that neither reads nor writes {short} any more")];
    let mut releases = vec![Release { phase: Phase::Expand, steps: keys, then, serves: Serves::BOTH }];
    let scans = format!(
        "SELECT seq_scan + coalesce(idx_scan, 0) + n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables\nWHERE relid = \
         {}::regclass",
        literal(&short)
    );
    let mut drop = Step::transaction(
        slug(&["drop", &name.name]),
        format!("drop {short}"),
        vec![format!("DROP TABLE {short}")],
    )
    .demands(Demand {
        words: format!("nothing uses {short}: its counters do not grow"),
        query: Some(Query { sql: scans, gives: "the same number as a week ago" }),
    })
    .back("no way back: what it holds is gone. Take a copy of it before, if anybody may want it (pg_dump --table)");
    for dependent in dependents(&unit.before, Target::Relation(name)) {
        drop = drop.demands(Demand::said(format!("{dependent} does not use it any more: drop or replace it first")));
    }
    releases.push(Release { phase: Phase::Contract, steps: vec![drop], then: Vec::new(), serves: Serves::NEW });
    Some(Found::new(vec![at], format!("drop table {short}"), releases))
}

/// Lets go of the tables that it refers to, and of those that refer to it.
fn foreign_keys(
    unit: &super::draft::Unit<'_>,
    table: Option<&Table>,
    name: &crate::schema::operation::QName,
) -> Vec<Step> {
    let is_key = |kind: &ConstraintBody| matches!(kind, ConstraintBody::ForeignKey { .. });
    let to = |kind: &ConstraintBody| matches!(kind, ConstraintBody::ForeignKey { table, .. } if table == name);
    let mut steps = Vec::new();
    for child in unit.before.referencing.get(name).into_iter().flatten().filter(|child| *child != name) {
        let Some(child) = unit.before.table(child) else { continue };
        steps.extend(child.constraints.iter().filter(|found| to(&found.kind)).map(|found| (child.name.clone(), found)));
    }
    if let Some(table) = table {
        steps.extend(
            table.constraints.iter().filter(|found| is_key(&found.kind)).map(|found| (table.name.clone(), found)),
        );
    }
    let step = |(owner, constraint): (crate::schema::operation::QName, &crate::schema::catalog::TableConstraint)| {
        let sql = alter(&owner, &format!("DROP CONSTRAINT {}", quoted(&constraint.name)));
        Step::transaction(
            slug(&["drop", &constraint.name]),
            format!("let go of the foreign key {} of {}", quoted(&constraint.name), owner.short()),
            vec![sql],
        )
        .back("add it again, NOT VALID, and validate it")
    };
    steps.into_iter().map(step).collect()
}
