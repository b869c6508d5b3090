//! Values of enums that get another name.

use super::backfill::{Job, Work};
use super::change::{Found, Scene};
use super::replace::{New, Replacement};
use super::step::{Demand, Phase, Release, Serves, Step};
use super::write::{alter, literal, made, quoted, slug};
use crate::schema::catalog::{Column, ConstraintBody, Table, TypeKind};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Symbol;
use crate::syntax::object::ObjectChange;

/// `ALTER TYPE t RENAME VALUE 'a' TO 'b'`.
pub(super) fn value_renamed(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let OperationKind::AlterObject { name: Some(name), def, .. } = &unit.operation.kind else { return None };
    let ObjectChange::RenameEnumValue { from, to } = &def.change else { return None };
    let what = format!("rename value {} of {} to {}", literal(from), name.short(), literal(to));
    let labels = match &unit.before.types.get(name)?.kind {
        TypeKind::Enum { values } => values.iter().map(|value| value.value.to_string()).collect::<Vec<_>>(),
        _ => return None,
    };
    let columns = unit.before.columns_of_type(name);
    let mut places = Vec::new();
    for (table, column) in &columns {
        let Some(table) = unit.before.table(table) else { continue };
        let Some(column) = table.column(column) else { continue };
        if column.data_type.as_ref().is_some_and(|kind| kind.array > 0) {
            let why = format!(
                "{}.{} is an array of the enum, which has to be planned by hand",
                table.name.short(),
                column.name
            );
            return Some(Found::none(vec![at], what, why));
        }
        places.push((&**table, column));
    }
    if let Some(named) = places.iter().find_map(|(table, column)| names_value(table, column, from)) {
        let why = format!(
            "{named} names {}, and the server would change it along: replace it by one without first",
            literal(from)
        );
        return Some(Found::none(vec![at], what, why));
    }
    let renaming = Renaming { scene, name, from, to, labels, places };
    Some(super::column::found(vec![at], what, renaming.releases(&unit.before)))
}

struct Renaming<'s, 'd, 'a> {
    scene: &'s Scene<'d, 'a>,
    name: &'s QName,
    from: &'s str,
    to: &'s str,
    /// Of the type, in order.
    labels: Vec<String>,
    /// Columns of the type.
    places: Vec<(&'s Table, &'s Column)>,
}

impl Renaming<'_, '_, '_> {
    fn releases(&self, catalog: &crate::schema::catalog::Catalog<'_>) -> Result<Vec<Release>, String> {
        let (kind, from, to) = (self.name.short(), literal(self.from), literal(self.to));
        let added = Step::outside(
            slug(&["add", &self.name.name, self.to]),
            format!("add the value {to} beside {from}"),
            format!("ALTER TYPE {kind} ADD VALUE {to} AFTER {from}"),
        )
        .back("no server drops a value: it stays, and nothing uses it");
        let then = vec![
            format!("deploy code that reads {to} as it reads {from}, and still writes {from}"),
            format!("deploy code that writes {to} instead of {from}, and still reads both"),
        ];
        let mut releases = vec![Release { phase: Phase::Expand, steps: vec![added], then, serves: Serves::BOTH }];
        let mut fills: Vec<Step> = self.defaults();
        let mut cleanup = Vec::new();
        for (table, column) in &self.places {
            let job = self.job(table, column);
            let step = job.step(self.scene.options);
            fills.push(step.ok_or_else(|| {
                format!("{} has no primary key, by which a backfill could tell its rows apart", table.name.short())
            })?);
            cleanup.push(job.removed(self.scene.options));
        }
        let then = vec![format!("deploy code that does not know {from} any more")];
        if !fills.is_empty() {
            releases.push(Release { phase: Phase::Backfill, steps: fills, then, serves: Serves::NEW });
        }
        releases.extend(self.rebuilt(catalog, cleanup)?);
        Ok(releases)
    }

    /// Defaults that are the old value.
    fn defaults(&self) -> Vec<Step> {
        let (from, to) = (literal(self.from), literal(self.to));
        let old = |column: &&(&Table, &Column)| default(column.1).as_deref() == Some(&*from);
        let step = |(table, column): &(&Table, &Column)| {
            let set =
                |value: &str| alter(&table.name, &format!("ALTER COLUMN {} SET DEFAULT {value}", quoted(&column.name)));
            Step::transaction(
                slug(&["default", &table.name.name, &column.name]),
                format!("make {to} the default of {}.{}", table.name.short(), quoted(&column.name)),
                vec![set(&to)],
            )
            .undone_by(vec![set(&from)], "until code does not know the old value any more")
        };
        self.places.iter().filter(old).map(step).collect()
    }

    fn job<'t>(&self, table: &'t Table, column: &Column) -> Job<'t> {
        let (name, from, to) = (quoted(&column.name), literal(self.from), literal(self.to));
        Job {
            table,
            base: format!("{}_{}", table.name.name, column.name),
            words: format!("turn {from} into {to} in {}.{name}", table.name.short()),
            work: Work::Update { set: format!("{name} = {to}"), open: format!("{name} = {from}") },
            left: Some(Demand::none(
                format!("no row of {} has {from}", table.name.short()),
                format!("SELECT count(*) FROM {} WHERE {name} = {from}", table.name.short()),
            )),
        }
    }

    /// No server drops a value, so that the type is made anew, and every column with it.
    fn rebuilt(
        &self,
        catalog: &crate::schema::catalog::Catalog<'_>,
        cleanup: Vec<Step>,
    ) -> Result<Vec<Release>, String> {
        let new_name = made(&self.name.name, "new");
        let new = QName { schema: self.name.schema.clone(), name: new_name.clone() };
        let label = |value: &String| literal(if value == self.from { self.to } else { value });
        let labels: Vec<String> = self.labels.iter().map(label).collect();
        let created = Step::transaction(
            slug(&["create", &new_name]),
            format!("create the type as it is to be, without {}", literal(self.from)),
            vec![format!("CREATE TYPE {} AS ENUM ({})", new.short(), labels.join(", "))],
        )
        .undone_by(vec![format!("DROP TYPE {}", new.short())], "until a column has it");
        let steps = cleanup.into_iter().chain([created]).collect();
        let mut releases = vec![Release { phase: Phase::Expand, steps, then: Vec::new(), serves: Serves::NEW }];
        for (table, column) in &self.places {
            let name = quoted(&column.name);
            let replacement = Replacement {
                table,
                old: vec![column],
                new: vec![New {
                    name: made(&column.name, "new"),
                    definition: new.short(),
                    from: format!("{name}::text::{}", new.short()),
                    same: false,
                    not_null: column.not_null == Some(true),
                    default: default(column)
                        .map(|value| if value == literal(self.from) { literal(self.to) } else { value }),
                }],
                back: Vec::new(),
                takes_name: true,
            };
            releases.extend(replacement.releases(self.scene, catalog)?);
        }
        for release in &mut releases {
            release.serves = Serves::NEW;
        }
        let swapped = Step::transaction(
            slug(&["swap", &self.name.name]),
            "drop the old type, and give its name to the new one",
            vec![
                format!("DROP TYPE {}", self.name.short()),
                format!("ALTER TYPE {} RENAME TO {}", new.short(), quoted(&self.name.name)),
            ],
        )
        .demands(Demand::said(format!("no function, view or cast names {}", self.name.short())))
        .back("create a type of the old name again; nothing has it");
        match releases.last_mut().filter(|_| !self.places.is_empty()) {
            Some(last) => last.steps.push(swapped),
            None => releases.push(Release {
                phase: Phase::Contract,
                steps: vec![swapped],
                then: Vec::new(),
                serves: Serves::NEW,
            }),
        }
        Ok(releases)
    }
}

/// A check or an index that names a value of the column.
fn names_value(table: &Table, column: &Column, value: &str) -> Option<String> {
    let value = literal(value);
    let of_column = |columns: &[Symbol]| columns.contains(&column.name);
    let check = table.constraints.iter().filter(|found| of_column(&found.columns)).find(|found| match &found.kind {
        ConstraintBody::Check { expr: Some(expr), .. } => expr.text.contains(&value),
        _ => false,
    });
    let index = table.indexes.iter().filter(|index| of_column(&index.columns)).find(|index| {
        let computed = index.forms.iter().flat_map(|form| &form.expression);
        index.predicate.iter().chain(computed).any(|word| **word == *value)
    });
    let check = check.map(|check| format!("check {}", quoted(&check.name)));
    check.or_else(|| index.map(|index| format!("index {}", quoted(&index.name))))
}

/// The literal that a column has as a default, without its cast.
fn default(column: &Column) -> Option<String> {
    let text: &Symbol = &column.default.as_ref()?.text;
    let end = text.get(1..)?.find('\'')? + 2;
    text.get(..end).filter(|value| value.starts_with('\'')).map(str::to_owned)
}
