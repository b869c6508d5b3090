//! Columns of a table that move to a table of their own.

use super::SyncBy;
use super::backfill::Job;
use super::change::{Found, Scene};
use super::copy::{Copy, copy};
use super::drop::left_out;
use super::mirror::{Back, Mirror, columns_of};
use super::step::{Demand, Phase, Release, Serves, Step};
use super::write::{alter, list, quoted, retire, slug};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;

/// A new table filled from an old one, and columns of that dropped.
pub(super) fn split(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let copied = copy(scene, at)?;
    let mut units = copied.made.clone();
    units.push(copied.filled);
    let mut moved = Vec::new();
    for (number, unit) in scene.from(copied.filled + 1) {
        let Some((table, ActionKind::DropColumn { column, .. })) = unit.action() else { continue };
        if table.name == copied.old.name {
            units.push(number);
            moved.push(column.name.clone());
        }
    }
    if moved.is_empty() {
        return None;
    }
    let (old, new) = (copied.old.name.short(), copied.new.name.short());
    let what = format!("move {} of {old} to a table {new}", list(&moved));
    Some(match (Split { scene, copied, moved }).releases() {
        Some(releases) => Found::new(units, what, releases),
        None => {
            Found::none(units, what, format!("{old} has no primary key, by which a backfill could tell its rows apart"))
        }
    })
}

struct Split<'s, 'd, 'a> {
    scene: &'s Scene<'d, 'a>,
    copied: Copy<'s>,
    /// Columns of the old table that move.
    moved: Vec<Symbol>,
}

impl Split<'_, '_, '_> {
    fn releases(&self) -> Option<Vec<Release>> {
        let Copy { old, new, .. } = &self.copied;
        let (old_name, new_name) = (old.name.short(), new.name.short());
        let by_trigger = self.scene.options.sync == SyncBy::Trigger;
        let job = self.job();
        let backfill = job.step(self.scene.options)?;
        let moved = self.moved.iter().map(|name| format!("{old_name}.{}", quoted(name))).collect::<Vec<_>>().join(", ");
        let writers = if by_trigger {
            Vec::new()
        } else {
            vec![format!(
                "deploy code that writes {new_name} wherever it writes {moved}: every writer, before the backfill starts"
            )]
        };
        let expand =
            Release { phase: Phase::Expand, steps: vec![self.expand(by_trigger)], then: writers, serves: Serves::OLD };
        let key = list(&self.copied.key);
        let mut then = vec![format!(
            "deploy code that reads and writes {new_name} instead of {moved}; where it inserts a row there, with ON CONFLICT \
             ({key}) DO UPDATE, since the trigger may have been first"
        )];
        if !by_trigger {
            then = vec![format!("deploy code that reads {new_name} instead of {moved}")];
        }
        then.push(format!("deploy code that does not name {moved} any more"));
        let backfill = Release { phase: Phase::Backfill, steps: vec![backfill], then, serves: Serves::BOTH };
        let contract = Release {
            phase: Phase::Contract,
            steps: self.contract(by_trigger, &moved).into_iter().chain([job.removed(self.scene.options)]).collect(),
            then: Vec::new(),
            serves: Serves::NEW,
        };
        Some(vec![expand, backfill, contract])
    }

    fn base(&self) -> String {
        format!("{}_{}", self.copied.old.name.name, self.copied.new.name.name)
    }

    /// Rows of the old table that have one in the new: where the new wants a value, there has to be one.
    fn filter(&self) -> Option<String> {
        let required = self.copied.columns.iter().filter(|(name, from)| {
            let wanted = self.copied.new.column(name).is_some_and(|column| column.not_null == Some(true));
            wanted && self.moved.iter().any(|column| quoted(column) == *from)
        });
        let mut parts: Vec<String> = required.map(|(_, from)| format!("{from} IS NOT NULL")).collect();
        match &self.copied.filter {
            Some(filter) if parts.is_empty() => return Some(filter.clone()),
            Some(filter) => parts.insert(0, format!("({filter})")),
            None => {}
        }
        (!parts.is_empty()).then(|| parts.join(" AND "))
    }

    fn mirror(&self) -> Mirror<'_> {
        Mirror {
            from: &self.copied.old.name,
            known: columns_of(self.copied.old),
            to: &self.copied.new.name,
            base: self.base(),
            columns: self.copied.columns.clone(),
            key: self.copied.key.clone(),
            filter: self.filter(),
            overriding: self.copied.overriding(),
        }
    }

    /// What leads back, as far as columns are copied as they are.
    fn back(&self) -> Option<Back<'_>> {
        let plain = |from: &str| self.copied.old.columns.iter().find(|column| quoted(&column.name) == from);
        let mut columns = Vec::new();
        let mut key = Vec::new();
        for (name, from) in &self.copied.columns {
            let known = plain(from)?;
            if self.copied.key.contains(name) {
                key.push((known.name.clone(), name.clone()));
            } else if self.moved.contains(&known.name) {
                columns.push((known.name.clone(), name.clone()));
            }
        }
        let tells = !columns.is_empty() && !key.is_empty();
        tells.then(|| Back { from: &self.copied.new.name, to: &self.copied.old.name, base: self.base(), columns, key })
    }

    fn expand(&self, by_trigger: bool) -> Step {
        let Copy { old, new, .. } = &self.copied;
        let mut statements = self.copied.statements(self.scene);
        let (mut down, mut required) = (Vec::new(), Vec::new());
        // Code that leaves the columns out has to be able to insert rows.
        for [optional, again] in self.moved.iter().filter_map(|name| left_out(old, name)) {
            statements.push(optional);
            required.push(again);
        }
        if by_trigger {
            statements.extend(self.mirror().created());
            down.extend(self.mirror().removed(&old.name));
            if let Some(back) = self.back() {
                statements.extend(back.created());
                down.extend(back.removed());
            }
        }
        down.extend(required);
        down.push(format!("DROP TABLE {}", new.name.short()));
        let place = |name| format!("{}.{}", old.name.short(), quoted(name));
        let retired = self.moved.iter().map(|name| retire(&place(name), Some(&new.name.short())));
        let retired = retired.collect::<Vec<_>>().concat();
        if let Some(last) = statements.last_mut() {
            last.insert_str(0, &retired);
        }
        let words = format!(
            "create {}{}",
            new.name.short(),
            if by_trigger { format!(", and keep it in step with {}", old.name.short()) } else { String::new() }
        );
        Step::transaction(slug(&["create", &new.name.name]), words, statements)
            .undone_by(down, "until code writes the new table only")
    }

    fn job(&self) -> Job<'_> {
        self.copied.job(self.base(), self.filter())
    }

    /// One table after the other, so that no lock on the first is held while the second is waited for.
    fn contract(&self, by_trigger: bool, moved: &str) -> Vec<Step> {
        let Copy { old, new, .. } = &self.copied;
        let unused = Demand::said(format!("no code that runs, and no report, names {moved}"));
        let back = if by_trigger { self.back() } else { None };
        let mut steps: Vec<Step> = back
            .map(|back| {
                Step::transaction(
                    slug(&["release", &new.name.name]),
                    format!("let {} go its own way: nothing leads back to {}", new.name.short(), old.name.short()),
                    back.removed(),
                )
                .demands(unused.clone())
                .undone_by(back.created(), "until something was written that the old columns have missed")
            })
            .into_iter()
            .collect();
        let mut statements = if by_trigger { self.mirror().removed(&old.name) } else { Vec::new() };
        let dropped: Vec<String> = self.moved.iter().map(|name| format!("DROP COLUMN {}", quoted(name))).collect();
        statements.push(alter(&old.name, &dropped.join(", ")));
        let drop = Step::transaction(
            slug(&["drop", &old.name.name, &self.moved.join("_")]),
            format!("drop {moved}"),
            statements,
        )
        .demands(self.copied.complete(self.filter().as_deref()))
        .demands(unused)
        .back("no way back: what only the old held is gone. Go back before, by deploying the old code");
        steps.push(drop);
        steps
    }
}
