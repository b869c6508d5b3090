//! A table in the place of another one of the same columns: partitioned, say, or with other storage.

use super::backfill::Job;
use super::change::{Found, Scene};
use super::copy::{Copy, copy};
use super::mirror::{Mirror, columns_of};
use super::step::{Demand, Phase, Release, Serves, Step};
use super::write::{made, numbers_go_on, quoted, sequence_of, slug};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::Symbol;
use crate::syntax::object::ObjectKind;

/// A new table filled from an old one, which gives it its name.
pub(super) fn replaced(scene: &Scene<'_, '_>, at: usize) -> Option<Found> {
    let copied = copy(scene, at)?;
    let mut units = copied.made.clone();
    units.push(copied.filled);
    let (mut kept, mut dropped, mut named) = (None, false, false);
    for (number, unit) in scene.from(copied.filled + 1) {
        let ours = match &unit.operation.kind {
            OperationKind::Drop { kind: ObjectKind::Table, name, .. } => {
                let ours = *name == copied.old.name || kept.as_ref() == Some(&name.name);
                dropped |= ours;
                ours
            }
            OperationKind::Alter { relation, action, .. } => match &action.kind {
                ActionKind::Rename { to } if *relation == copied.old.name && !named => {
                    kept = Some(to.name.clone());
                    true
                }
                ActionKind::Rename { to } if *relation == copied.new.name => {
                    named = to.name == copied.old.name.name;
                    named
                }
                _ => false,
            },
            _ => false,
        };
        if ours {
            units.push(number);
        }
    }
    if !named {
        return None;
    }
    let (old, new) = (copied.old.name.short(), copied.new.name.short());
    let partitioned = if copied.new.partitioned { ", which is partitioned" } else { "" };
    let what = format!("replace table {old} by {new}{partitioned}");
    let referencing = copied.after.referencing.get(&copied.old.name).into_iter().flatten();
    let children: Vec<String> = referencing.filter(|child| **child != copied.old.name).map(QName::short).collect();
    if !children.is_empty() {
        let why = format!(
            "foreign keys of {} refer to {old}: drop them first, and add them to the new table after",
            children.join(", ")
        );
        return Some(Found::none(units, what, why));
    }
    // Where the change drops the old table, it is kept under another name until then.
    let aside = kept.unwrap_or_else(|| made(&copied.old.name.name, "old"));
    let old_name = copied.old.name.clone();
    let replacement = Replace { scene, copied, aside, dropped };
    let notes = vec![format!(
        "rights on {old_name} (GRANT), its policies and publications do not follow: give them to the new table in the first step"
    )];
    Some(match replacement.releases() {
        Some(releases) => Found::new(units, what, releases).notes(notes),
        None => {
            Found::none(units, what, format!("{old} has no primary key, by which a backfill could tell its rows apart"))
        }
    })
}

struct Replace<'s, 'd, 'a> {
    scene: &'s Scene<'d, 'a>,
    copied: Copy<'s>,
    /// What the old table is called after the swap.
    aside: Symbol,
    /// The change drops it.
    dropped: bool,
}

impl Replace<'_, '_, '_> {
    fn releases(&self) -> Option<Vec<Release>> {
        let job = self.job();
        let backfill = job.step(self.scene.options)?;
        let release = |phase, steps| Release { phase, steps, then: Vec::new(), serves: Serves::BOTH };
        let mut releases = vec![
            release(Phase::Expand, vec![self.expand()]),
            release(Phase::Backfill, vec![backfill]),
            release(Phase::Switch, vec![job.removed(self.scene.options).demands(self.complete()), self.swap()]),
        ];
        if let Some(last) = releases.last_mut() {
            last.then.push("watch what uses the new table for as long as it takes to notice a mistake".to_owned());
        }
        releases.push(release(Phase::Contract, vec![self.contract()]));
        Some(releases)
    }

    fn aside(&self) -> QName {
        QName { schema: self.copied.old.name.schema.clone(), name: self.aside.clone() }
    }

    fn mirror(&self) -> Mirror<'_> {
        Mirror {
            from: &self.copied.old.name,
            known: columns_of(self.copied.old),
            to: &self.copied.new.name,
            base: self.copied.new.name.name.to_string(),
            columns: self.copied.columns.clone(),
            key: self.copied.key.clone(),
            filter: self.copied.filter.clone(),
            overriding: self.copied.overriding(),
        }
    }

    /// After the swap the old table follows the new one, as far as columns are copied as they are.
    fn reverse<'m>(&'m self, aside: &'m QName) -> Option<Mirror<'m>> {
        let plain = |from: &str| self.copied.old.columns.iter().find(|column| quoted(&column.name) == from);
        let pair = |(name, from): &(Symbol, String)| Some((plain(from)?.name.clone(), quoted(name)));
        let columns: Vec<(Symbol, String)> = self.copied.columns.iter().map(pair).collect::<Option<_>>()?;
        let key = self.copied.old.primary_key()?.columns.clone();
        let filled = key.iter().all(|column| columns.iter().any(|(name, _)| name == column));
        filled.then(|| Mirror {
            from: &self.copied.old.name,
            known: columns_of(self.copied.new),
            to: aside,
            base: self.aside.to_string(),
            columns,
            key,
            filter: None,
            overriding: self.overriding_back(),
        })
    }

    fn overriding_back(&self) -> &'static str {
        let always = self.copied.old.columns.iter().any(|column| column.identity_always);
        if always { " OVERRIDING SYSTEM VALUE" } else { "" }
    }

    fn expand(&self) -> Step {
        let Copy { old, new, .. } = &self.copied;
        let mut statements = self.copied.statements(self.scene);
        statements.extend(self.mirror().created());
        let mut down = self.mirror().removed(&old.name);
        down.push(format!("DROP TABLE {}", new.name.short()));
        let words = format!("create {}, and have it follow {}", new.name.short(), old.name.short());
        Step::transaction(slug(&["create", &new.name.name]), words, statements).undone_by(down, "until the swap")
    }

    fn job(&self) -> Job<'_> {
        self.copied.job(self.copied.new.name.name.to_string(), self.copied.filter.clone())
    }

    fn complete(&self) -> Demand {
        self.copied.complete(self.copied.filter.as_deref())
    }

    fn swap(&self) -> Step {
        let Copy { old, new, .. } = &self.copied;
        let aside = self.aside();
        let (old_name, new_name) = (old.name.short(), new.name.short());
        let mut statements = self.mirror().removed(&old.name);
        statements.push(format!("ALTER TABLE {old_name} RENAME TO {}", quoted(&self.aside)));
        statements.push(format!("ALTER TABLE {new_name} RENAME TO {}", quoted(&old.name.name)));
        let (numbered, numbered_back) = self.sequences(&aside);
        statements.extend(numbered);
        let reverse = self.reverse(&aside);
        if let Some(reverse) = &reverse {
            statements.extend(reverse.created());
        }
        let step = Step::transaction(
            slug(&["swap", &old.name.name]),
            format!("give {new_name} the name {old_name}; the old table becomes {}", aside.short()),
            statements,
        )
        .demands(self.complete());
        match reverse {
            Some(reverse) => {
                let mut down = reverse.removed(&old.name);
                down.push(format!("ALTER TABLE {old_name} RENAME TO {}", quoted(&new.name.name)));
                down.push(format!("ALTER TABLE {} RENAME TO {}", aside.short(), quoted(&old.name.name)));
                down.extend(numbered_back);
                step.undone_by(down, &format!("until {} is let go: it follows every write until then", aside.short()))
            }
            None => step.back("swap the names again: what was written meanwhile is only in the new table"),
        }
    }

    /// Has what numbers the rows of the old table number those of the new one after the swap, and again those of the old one
    /// where the swap is taken back.
    fn sequences(&self, aside: &QName) -> (Vec<String>, Vec<String>) {
        let Copy { old, new, after, .. } = &self.copied;
        let (mut forth, mut back) = (Vec::new(), Vec::new());
        let used = &old.name;
        for column in &new.columns {
            let name = &column.name;
            match (after.sequence_of(used, name), after.sequence_of(&new.name, name)) {
                (Some(_), Some(_)) => {
                    forth.push(numbers_go_on((aside, name), (used, name)));
                    back.push(numbers_go_on((&new.name, name), (used, name)));
                }
                (Some(sequence), None) if old.column(name).is_some_and(|column| !column.identity) => {
                    let column = format!("{}.{}", used.short(), quoted(name));
                    let owned = format!("ALTER SEQUENCE {} OWNED BY {column}", sequence.name.short());
                    forth.push(owned.clone());
                    back.push(owned);
                }
                (None, Some(_)) => forth.push(format!(
                    "SELECT setval({}, (SELECT max({}) FROM {}))",
                    sequence_of((used, name)),
                    quoted(name),
                    used.short()
                )),
                (Some(_) | None, None) => {}
            }
        }
        (forth, back)
    }

    fn contract(&self) -> Step {
        let aside = self.aside();
        let mut statements =
            self.reverse(&aside).map(|reverse| reverse.removed(&self.copied.old.name)).unwrap_or_default();
        if self.dropped {
            statements.push(format!("DROP TABLE {}", aside.short()));
        }
        let words = if self.dropped { format!("drop {}", aside.short()) } else { format!("let {} go", aside.short()) };
        Step::transaction(slug(&["drop", &self.aside]), words, statements)
            .demands(Demand::said(format!("nobody wants to go back to {}", aside.short())))
            .back("no way back from here: the old table is gone, or does not follow any more")
    }
}
