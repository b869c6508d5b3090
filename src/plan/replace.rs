//! New columns in the place of old ones: added beside them, kept in step, filled, proven, and the old ones dropped. Renames,
//! changes of type, splits and merges are all of this.

use super::backfill::{Job, Work};
use super::carry::{Carried, carried};
use super::change::Scene;
use super::step::{Demand, Phase, Release, Serves, Step};
use super::sync::{self, Sync};
use super::write::{alter, quoted, retire, slug};
use super::{SyncBy, proof};
use crate::schema::catalog::{Catalog, Column, Table};
use crate::syntax::name::Symbol;

/// What is replaced by what.
pub(super) struct Replacement<'s> {
    pub(super) table: &'s Table,
    pub(super) old: Vec<&'s Column>,
    pub(super) new: Vec<New>,
    /// Old columns with their expressions over the new ones; none where nothing leads back.
    pub(super) back: Vec<(Symbol, String)>,
    /// The new column takes the name of the old one in the end: code sees one column all along.
    pub(super) takes_name: bool,
}

/// A new column.
pub(super) struct New {
    pub(super) name: Symbol,
    /// As `ADD COLUMN` takes it: type, collation.
    pub(super) definition: String,
    /// How it is filled, over the old columns.
    pub(super) from: String,
    /// It holds the very value of the old one.
    pub(super) same: bool,
    pub(super) not_null: bool,
    /// What it has as a default in the end.
    pub(super) default: Option<String>,
}

impl Replacement<'_> {
    /// The releases, or why there are none.
    pub(super) fn releases(&self, scene: &Scene<'_, '_>, catalog: &Catalog<'_>) -> Result<Vec<Release>, String> {
        let by_trigger = scene.options.sync == SyncBy::Trigger || self.takes_name;
        let sync = by_trigger.then(|| self.sync());
        let job = self.job();
        let backfill = job.step(scene.options).ok_or_else(|| {
            format!("{} has no primary key, by which a backfill could tell its rows apart", self.table.name.short())
        })?;
        let carried = match (self.old.as_slice(), self.new.as_slice()) {
            ([old], [new]) => carried(catalog, self.table, &old.name, new, self.takes_name)?,
            _ => Carried::default(),
        };
        let mut verify = carried.steps.clone();
        let not_null: Vec<Symbol> = self.new.iter().filter(|new| new.not_null).map(|new| new.name.clone()).collect();
        verify.extend(proof::not_null(&self.table.name, &not_null));
        verify.extend(carried.keys.clone());
        self.demand_filled(&mut verify);
        let expand = self.expand(sync.as_ref());
        let contract = self.contract(sync.as_ref(), &carried);
        let mut releases = vec![
            Release {
                phase: Phase::Expand,
                steps: vec![expand],
                then: self.after_expand(by_trigger),
                serves: if self.takes_name { Serves::BOTH } else { Serves::OLD },
            },
            Release { phase: Phase::Backfill, steps: vec![backfill], then: Vec::new(), serves: Serves::BOTH },
        ];
        if verify.is_empty() {
            if let Some(last) = releases.last_mut() {
                last.then = self.switch();
            }
        } else {
            releases.push(Release { phase: Phase::Verify, steps: verify, then: self.switch(), serves: Serves::BOTH });
        }
        let steps = vec![contract, job.removed(scene.options)];
        let serves = if self.takes_name { Serves::BOTH } else { Serves::NEW };
        releases.push(Release { phase: Phase::Contract, steps, then: Vec::new(), serves });
        Ok(releases)
    }

    fn names(&self, columns: &[Symbol]) -> String {
        columns
            .iter()
            .map(|name| format!("{}.{}", self.table.name.short(), quoted(name)))
            .collect::<Vec<_>>()
            .join(", ")
    }

    fn old_names(&self) -> Vec<Symbol> {
        self.old.iter().map(|column| column.name.clone()).collect()
    }

    fn new_names(&self) -> Vec<Symbol> {
        self.new.iter().map(|new| new.name.clone()).collect()
    }

    fn base(&self) -> String {
        let names: Vec<&str> = self.new.iter().map(|new| &*new.name).collect();
        format!("{}_{}", self.table.name.name, names.join("_"))
    }

    fn sync(&self) -> Sync<'_> {
        let columns = |names: &[Symbol]| names.to_vec();
        let (old, new) = (columns(&self.old_names()), columns(&self.new_names()));
        let over = |expression: &str, names: &[Symbol]| {
            super::expression::renamed(expression, &self.table.name.name, |name| {
                names.contains(name).then(|| format!("NEW.{}", quoted(name)))
            })
        };
        Sync {
            table: &self.table.name,
            base: self.base(),
            forth: self.new.iter().map(|one| (one.name.clone(), over(&one.from, &old))).collect(),
            back: self.back.iter().map(|(name, from)| (name.clone(), over(from, &new))).collect(),
            old,
        }
    }

    fn expand(&self, sync: Option<&Sync<'_>>) -> Step {
        let columns: Vec<String> =
            self.new.iter().map(|new| format!("{} {}", quoted(&new.name), new.definition)).collect();
        let mut statements = vec![sync::added(&self.table.name, &columns)];
        let mut down = Vec::new();
        if let Some(sync) = sync {
            statements.extend(sync.created());
            down.extend(sync.removed());
        }
        let dropped: Vec<String> = self.new.iter().map(|new| format!("DROP COLUMN {}", quoted(&new.name))).collect();
        down.push(alter(&self.table.name, &dropped.join(", ")));
        if let Some(last) = statements.last_mut().filter(|_| !self.takes_name) {
            last.insert_str(0, &self.retired());
        }
        let names: Vec<&str> = self.new.iter().map(|new| &*new.name).collect();
        let words = format!(
            "add {}{}",
            self.names(&self.new_names()),
            if sync.is_some() { ", and keep old and new in step" } else { "" }
        );
        Step::transaction(slug(&["add", &self.table.name.name, &names.join("_")]), words, statements)
            .undone_by(down, "until code reads what is new")
    }

    /// Says in the file what is on its way out, for whoever reads it and for the checks that follow.
    fn retired(&self) -> String {
        let said = self
            .old
            .iter()
            .map(|old| retire(&self.names(std::slice::from_ref(&old.name)), Some(&self.names(&self.new_names()))));
        said.collect()
    }

    fn after_expand(&self, by_trigger: bool) -> Vec<String> {
        if by_trigger {
            return Vec::new();
        }
        vec![format!(
            "deploy code that writes {} wherever it writes {}, and still reads the old: every writer, before the backfill \
             starts",
            self.names(&self.new_names()),
            self.names(&self.old_names())
        )]
    }

    fn switch(&self) -> Vec<String> {
        if self.takes_name {
            return Vec::new();
        }
        let (old, new) = (self.names(&self.old_names()), self.names(&self.new_names()));
        let mut then = vec![format!("deploy code that reads {new} instead of {old}")];
        if self.back.is_empty() {
            then.push(format!(
                "as long as older code runs, code that writes {new} has to write {old} too: nothing else leads back"
            ));
        }
        then.push(format!("deploy code that neither reads nor writes {old} any more"));
        then
    }

    /// Rows that the backfill has still to fill.
    fn open(&self) -> String {
        let empty: Vec<String> = self.new.iter().map(|new| format!("{} IS NULL", quoted(&new.name))).collect();
        let some: Vec<String> = self.new.iter().map(|new| format!("({}) IS NOT NULL", new.from)).collect();
        let some = if some.len() == 1 { some.concat() } else { format!("({})", some.join(" OR ")) };
        format!("{} AND {some}", empty.join(" AND "))
    }

    fn job(&self) -> Job<'_> {
        let set: Vec<String> = self.new.iter().map(|new| format!("{} = {}", quoted(&new.name), new.from)).collect();
        Job {
            table: self.table,
            base: self.base(),
            words: format!("fill {} from {}", self.names(&self.new_names()), self.names(&self.old_names())),
            work: Work::Update { set: set.join(", "), open: self.open() },
            left: None,
        }
    }

    /// The first step after the backfill wants it to be complete.
    fn demand_filled(&self, verify: &mut [Step]) {
        if let Some(first) = verify.first_mut() {
            first.demands.insert(0, self.filled());
        }
    }

    fn filled(&self) -> Demand {
        let table = self.table.name.short();
        let exact = self.new.iter().all(|new| new.same);
        let left = if exact {
            let differs: Vec<String> =
                self.new.iter().map(|new| format!("{} IS DISTINCT FROM {}", quoted(&new.name), new.from)).collect();
            differs.join(" OR ")
        } else {
            self.open()
        };
        Demand::none("the backfill is complete", format!("SELECT count(*) FROM {table} WHERE {left}"))
    }

    fn contract(&self, sync: Option<&Sync<'_>>, carried: &Carried) -> Step {
        let table = &self.table.name;
        let mut statements = sync.map(Sync::removed).unwrap_or_default();
        statements.extend(carried.before.clone());
        let dropped: Vec<String> = self.old.iter().map(|old| format!("DROP COLUMN {}", quoted(&old.name))).collect();
        statements.push(alter(table, &dropped.join(", ")));
        for new in &self.new {
            let last = self.last_name(new);
            if self.takes_name {
                statements.push(alter(table, &format!("RENAME COLUMN {} TO {}", quoted(&new.name), quoted(&last))));
            }
            if let Some(default) = &new.default {
                statements.push(alter(table, &format!("ALTER COLUMN {} SET DEFAULT {default}", quoted(&last))));
            }
        }
        statements.extend(carried.after.clone());
        let (old, new) = (self.names(&self.old_names()), self.names(&self.new_names()));
        let (name, words) = if self.takes_name {
            let name =
                slug(&["swap", &table.name, &self.old.iter().map(|old| &*old.name).collect::<Vec<_>>().join("_")]);
            (name, format!("put {new} in the place of {old}"))
        } else {
            let names: Vec<&str> = self.old.iter().map(|old| &*old.name).collect();
            (slug(&["drop", &table.name, &names.join("_")]), format!("drop {old}, and what kept it in step"))
        };
        let mut step = Step::transaction(name, words, statements).demands(self.filled());
        if !self.takes_name {
            step = step.demands(Demand::said(format!("no code that runs, and no report, names {old}")));
        }
        for said in &carried.demands {
            step = step.demands(Demand::said(said.clone()));
        }
        step.back("no way back: what only the old held is gone. Go back before, by deploying the old code")
    }

    fn last_name(&self, new: &New) -> Symbol {
        match self.old.first() {
            Some(old) if self.takes_name => old.name.clone(),
            _ => new.name.clone(),
        }
    }
}
