//! Columns that are added, renamed, get another type, or lose their default.

use super::backfill::{Job, Work, empty};
use super::change::{Found, Scene};
use super::proof;
use super::replace::{New, Replacement};
use super::step::{Demand, Phase, Release, Serves, Step};
use super::write::{alter, made, quoted, slug};
use crate::schema::catalog::{Column, Table};
use crate::schema::operation::QName;
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind};

/// What stands behind `DEFAULT`, if the column has one that is not its identity.
pub(super) fn default(table: &QName, column: &Column) -> Option<String> {
    if column.identity || column.has_default != Some(true) {
        return None;
    }
    if let Some(default) = &column.default {
        return Some(crate::schema::definition::tidy(&default.text));
    }
    let sequence = super::write::beside(table, &made(&table.name, &format!("{}_seq", column.name)));
    Some(format!("nextval({})", super::write::literal(&sequence)))
}

/// Its type and collation, as `ADD COLUMN` takes them.
fn definition(column: &Column) -> Option<String> {
    let kind = column.data_type.as_ref()?;
    let collation = column.collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {name}"));
    Some(format!("{kind}{collation}"))
}

/// `RENAME COLUMN a TO b`.
pub(super) fn renamed(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::RenameColumn { column, to } = action else { return None };
    if unit.is_new(&table.name, scene.file) {
        return None;
    }
    let what = format!("rename column {}.{} to {}", table.name.short(), quoted(&column.name), quoted(&to.name));
    let Some((old, definition)) = table.column(&column.name).and_then(|old| Some((old, definition(old)?))) else {
        return Some(unknown(at, what, table, &column.name));
    };
    let new = New {
        name: to.name.clone(),
        definition,
        from: quoted(&old.name),
        same: true,
        not_null: old.not_null == Some(true),
        default: default(&table.name, old),
    };
    let back = vec![(old.name.clone(), quoted(&to.name))];
    let replacement = Replacement { table, old: vec![old], new: vec![new], back, takes_name: false };
    Some(found(vec![at], what, replacement.releases(scene, &unit.before)))
}

/// `ALTER COLUMN c TYPE t`.
pub(super) fn retyped(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::SetType { column, data_type, collation, using } = action else { return None };
    let effects = scene.effects(unit);
    if unit.is_new(&table.name, scene.file)
        || (effects.rewrites.is_empty() && effects.scans.is_empty() && effects.builds.is_empty())
    {
        return None;
    }
    let what = format!("change the type of {}.{} to {data_type}", table.name.short(), quoted(&column.name));
    let Some(old) = table.column(&column.name) else { return Some(unknown(at, what, table, &column.name)) };
    let collation = collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {name}"));
    let plain = quoted(&old.name);
    let from = match using {
        Some(using) => scene.draft.text_of(using.span).to_owned(),
        None if old.data_type.as_ref().is_some_and(|known| known.widens_to(data_type)) => plain,
        None => format!("{plain}::{data_type}"),
    };
    let new = New {
        name: made(&old.name, "new"),
        definition: format!("{data_type}{collation}"),
        same: true,
        from,
        not_null: old.not_null == Some(true),
        default: default(&table.name, old),
    };
    let replacement = Replacement { table, old: vec![old], new: vec![new], back: Vec::new(), takes_name: true };
    let mut found = found(vec![at], what, replacement.releases(scene, &unit.before));
    found.notes.push(
        "code that runs before the swap reads and writes the old type, and code after it the new one, under one name: see \
         that it can do both before the last release"
            .to_owned(),
    );
    Some(found)
}

/// `ADD COLUMN`, where it rewrites, scans, or demands of old rows what they cannot have.
pub(super) fn added(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::AddColumn { column, .. } = action else { return None };
    if unit.is_new(&table.name, scene.file) {
        return None;
    }
    let effects = scene.effects(unit);
    let slow = !effects.rewrites.is_empty() || !effects.builds.is_empty() || !effects.scans.is_empty();
    let required = column.not_null.is_some() && column.default.is_none() && column.identity.is_none();
    if !slow && !required {
        return None;
    }
    let what = format!("add column {}.{}", table.name.short(), quoted(&column.name.name));
    if column.generated.is_some()
        || column.identity.is_some()
        || column.data_type.as_ref().is_some_and(|kind| kind.serial)
    {
        let why = "the server fills such a column in one go: add a plain column, fill it by a trigger and a backfill, and \
                   leave it at that";
        return Some(Found::none(vec![at], what, why));
    }
    Some(match NewColumn::of(scene, table, column) {
        Ok(new) => Found::new(vec![at], what, new.releases(scene)),
        Err(why) => Found::none(vec![at], what, why),
    })
}

/// A column that is added bare, and gets one by one what it is to have.
struct NewColumn<'s> {
    table: &'s Table,
    column: &'s ColumnDef,
    definition: String,
    /// The text behind `DEFAULT`.
    default: Option<String>,
    /// What fills the rows that are there.
    fill: Option<String>,
    constraints: Vec<Vec<Step>>,
}

impl<'s> NewColumn<'s> {
    fn of(scene: &Scene<'_, '_>, table: &'s Table, column: &'s ColumnDef) -> Result<Self, String> {
        let kind = column.data_type.as_ref().ok_or("it has no type")?;
        let collation = column.collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {name}"));
        let default = column.default.as_ref().map(|default| scene.draft.text_of(default.span).to_owned());
        let name = &column.name.name;
        let fill = scene.options.fill.get(name).cloned().or_else(|| default.clone());
        if column.not_null.is_some() && fill.is_none() {
            return Err(format!(
                "nothing says what the rows that are there get in {name}: say so with --fill '{name} = expression'"
            ));
        }
        let constraints =
            column.constraints.iter().map(|found| inline(scene, table, name, found)).collect::<Result<_, _>>()?;
        Ok(Self { table, column, definition: format!("{kind}{collation}"), default, fill, constraints })
    }

    fn releases(&self, scene: &Scene<'_, '_>) -> Vec<Release> {
        let (table, name) = (&self.table.name, &self.column.name.name);
        let (short, quoted) = (table.short(), quoted(name));
        let mut statements = vec![alter(table, &format!("ADD COLUMN {quoted} {}", self.definition))];
        if let Some(default) = &self.default {
            statements.push(alter(table, &format!("ALTER COLUMN {quoted} SET DEFAULT {default}")));
        }
        let expand = Step::transaction(
            slug(&["add", &table.name, name]),
            format!("add {short}.{quoted}: empty in old rows, which are not touched"),
            statements,
        )
        .undone_by(vec![alter(table, &format!("DROP COLUMN {quoted}"))], "until code writes it");
        let required = self.column.not_null.is_some();
        let then = if required && self.default.is_none() {
            vec![format!("deploy code that writes {short}.{quoted} in every row it inserts")]
        } else {
            Vec::new()
        };
        // Rows that old code inserts would have nothing in it.
        let serves = if then.is_empty() { Serves::BOTH } else { Serves::NEW };
        let mut releases = vec![Release { phase: Phase::Expand, steps: vec![expand], then, serves: Serves::BOTH }];
        let mut verify = Vec::new();
        if let Some(fill) = &self.fill {
            let job = Job {
                table: self.table,
                base: format!("{}_{name}", table.name),
                words: format!("fill {short}.{quoted}"),
                work: Work::Update { set: format!("{quoted} = {fill}"), open: empty(self.table, name, fill) },
                left: Some(Demand::none(
                    "the backfill is complete",
                    format!("SELECT count(*) FROM {short} WHERE {quoted} IS NULL"),
                )),
            };
            if let Some(step) = job.step(scene.options) {
                releases.push(Release { phase: Phase::Backfill, steps: vec![step], then: Vec::new(), serves });
                verify.push(job.removed(scene.options));
            }
        }
        let mut proofs = if required { proof::not_null(table, std::slice::from_ref(name)) } else { Vec::new() };
        proofs.extend(self.constraints.iter().flatten().cloned());
        proofs.extend(verify);
        if !proofs.is_empty() {
            releases.push(Release { phase: Phase::Verify, steps: proofs, then: Vec::new(), serves });
        }
        releases
    }
}

/// What a constraint at a column demands, added to a table that is there.
fn inline(scene: &Scene<'_, '_>, table: &Table, column: &Symbol, constraint: &Constraint) -> Result<Vec<Step>, String> {
    let ending = match &constraint.kind {
        ConstraintKind::Check(_) => "check",
        ConstraintKind::ForeignKey(_) => "fkey",
        ConstraintKind::Unique(_) => "key",
        _ => return Err(format!("{column} gets a key that has to be planned on its own, once the column is there")),
    };
    let name = constraint
        .name
        .as_ref()
        .map_or_else(|| made(&format!("{}_{column}", table.name.name), ending), |name| name.name.clone());
    let text = scene.draft.text_of(constraint.span);
    let text = match &constraint.name {
        Some(name) => {
            text.get((name.span.end.saturating_sub(constraint.span.start)) as usize..).unwrap_or_default().trim()
        }
        None => text,
    };
    Ok(match &constraint.kind {
        ConstraintKind::Unique(_) => {
            super::index::unique(&table.name, &name, std::slice::from_ref(column), "UNIQUE", "")
        }
        ConstraintKind::ForeignKey(_) => {
            let demand = format!("FOREIGN KEY ({}) {text}", quoted(column));
            proof::validated(&table.name, &name, &demand, Demand::said("every value has the row it refers to")).to_vec()
        }
        _ => {
            proof::validated(&table.name, &name, text, Demand::said("every row holds what the check demands")).to_vec()
        }
    })
}

/// `DROP DEFAULT`: code that leaves the column out gets NULL from then on, or an error.
pub(super) fn default_dropped(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let unit = scene.unit(at)?;
    let (table, action) = unit.action()?;
    let ActionKind::DropDefault { column } = action else { return None };
    let known = table.column(&column.name);
    if unit.is_new(&table.name, scene.file) {
        return None;
    }
    let name = quoted(&column.name);
    let what = format!("drop the default of {}.{name}", table.name.short());
    let drop = alter(&table.name, &format!("ALTER COLUMN {name} DROP DEFAULT"));
    let mut step =
        Step::transaction(slug(&["drop", &table.name.name, &column.name, "default"]), what.clone(), vec![drop])
            .demands(Demand::said(format!(
                "all code that runs writes {name} in every row it inserts into {}",
                table.name.short()
            )));
    step = match known.and_then(|known| default(&table.name, known)) {
        Some(default) => step
            .undone_by(vec![alter(&table.name, &format!("ALTER COLUMN {name} SET DEFAULT {default}"))], "at any time"),
        None => step.back("set the default again"),
    };
    let release = Release { phase: Phase::Contract, steps: vec![step], then: Vec::new(), serves: Serves::NEW };
    Some(Found::new(vec![at], what, vec![release]))
}

/// The releases, or why there are none.
pub(super) fn found(units: Vec<usize>, what: String, releases: Result<Vec<Release>, String>) -> Found {
    match releases {
        Ok(releases) => Found::new(units, what, releases),
        Err(why) => Found::none(units, what, why),
    }
}

/// A column of which too little is known.
fn unknown(at: usize, what: String, table: &Table, column: &Symbol) -> Found {
    let why = format!(
        "the history does not tell the type of {}.{}: name the migrations that made it with --migrations",
        table.name.short(),
        quoted(column)
    );
    Found::none(vec![at], what, why)
}
