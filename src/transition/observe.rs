//! Keeps the ledger while the history is replayed: what each operation means for what is in flight.

use std::collections::BTreeSet;

use super::derive::{self, Derived};
use super::shape::{Key, Part, ShapeId};
use super::{Event, Fill, Kind, Ledger, Phase, Sync, SyncedBy, coverage};
use crate::schema::catalog::{Catalog, Origin};
use crate::schema::operation::{Operation, OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::{CreateView, ObjectChange, ObjectKind};
use crate::syntax::query::{RowChange, RowVerb};

/// What stands around an operation.
pub struct Scene<'s> {
    /// The text that the spans of its clauses belong to.
    pub text: &'s str,
    /// The text of the file of that number.
    pub file: &'s dyn Fn(u32) -> &'s str,
}

impl Ledger {
    /// Numbers the next operation, which stands at `at`.
    pub fn next(&mut self, at: Origin) -> Event {
        self.order += 1;
        Event { at, order: self.order }
    }

    /// The shape that the operation works on, by the name it has before it.
    pub fn target(&self, operation: &Operation<'_>) -> Option<ShapeId> {
        let key = match &operation.kind {
            OperationKind::Alter { relation, action, .. } => match &action.kind {
                ActionKind::DropColumn { column, .. }
                | ActionKind::RenameColumn { column, .. }
                | ActionKind::SetType { column, .. }
                | ActionKind::SetNotNull { column } => Key::column(relation, &column.name),
                ActionKind::ValidateConstraint { constraint } | ActionKind::DropConstraint { constraint, .. } => {
                    Key::constraint(relation, &constraint.name)
                }
                _ => Key::relation(relation),
            },
            OperationKind::Drop { name, .. } => Key::relation(name),
            _ => return None,
        };
        self.find(&key)
    }

    /// Notes what an operation did; `catalog` is what it left behind.
    pub fn observe(&mut self, catalog: &Catalog<'_>, operation: &Operation<'_>, event: Event, scene: &Scene<'_>) {
        if operation.is_unknown() {
            return self.not_read(event);
        }
        match &operation.kind {
            OperationKind::Alter { relation, action, .. } => self.alter(catalog, relation, &action.kind, event),
            OperationKind::DynamicSql => self.not_read(event),
            OperationKind::Truncate { table, .. } => self.blur(catalog, table, event),
            OperationKind::ChangeRows { table, change } => {
                let in_loop = operation.body.is_some_and(|body| body.in_loop);
                self.change_rows(catalog, (table, change), in_loop, event, scene);
            }
            OperationKind::CreateTable { table, def } => {
                let reads = def.query.iter().flat_map(|query| &query.reads).map(|name| catalog.resolve(name));
                self.copy_table(catalog, &reads.collect::<Vec<_>>(), table, "CREATE TABLE … AS", event);
            }
            OperationKind::SelectInto { table, query } => {
                let reads: Vec<QName> = query.reads.iter().map(|name| catalog.resolve(name)).collect();
                self.copy_table(catalog, &reads, table, "SELECT … INTO", event);
            }
            OperationKind::CreateIndex { table, .. } => self.index_created(catalog, table, event),
            OperationKind::CreateView { view, def } => self.create_view(catalog, view, def, event),
            OperationKind::CreateTrigger { table, def } => self.sync(catalog, table, &def.name.name, event, scene),
            OperationKind::CreateFunction { name, .. } => {
                self.bodies.insert(name.clone(), event.at.file);
                // A function of very many tables keeps no one thing in step.
                for table in catalog.links.triggered.get(name).into_iter().flatten().take(super::MOST_MOVES) {
                    let triggers = catalog.table(table).map(|found| found.triggers.as_slice()).unwrap_or_default();
                    let own = triggers.iter().filter(|trigger| trigger.function == *name);
                    for trigger in own.take(super::MOST_MOVES) {
                        self.sync(catalog, table, &trigger.name, event, scene);
                    }
                }
            }
            OperationKind::Drop { kind, name, on, def, .. } => {
                self.drop((*kind, name), on.as_ref(), def.cascade, event);
            }
            OperationKind::AlterObject { name: Some(name), def, .. } => match &def.change {
                ObjectChange::Rename(to) if matches!(def.kind, ObjectKind::Type | ObjectKind::Domain) => {
                    self.shapes.rename_owner(name, &name.beside(&to.name), event);
                }
                change => self.alter_type(name, change, event),
            },
            _ => {}
        }
    }

    fn alter(&mut self, catalog: &Catalog<'_>, table: &QName, action: &ActionKind, event: Event) {
        match action {
            ActionKind::AddColumn { column, .. } => {
                self.defaulted(catalog, table, column, event);
                if let Some(generated) = &column.generated {
                    let from = generated.expr.columns.iter().map(|name| Key::column(table, name)).collect();
                    let derived = Derived { to: Key::column(table, &column.name.name), from };
                    self.generated(catalog, &derived, event);
                }
            }
            ActionKind::DropColumn { column, .. } => self.gone(&Key::column(table, &column.name), event),
            ActionKind::RenameColumn { column, to } => {
                let (from, to) = (Key::column(table, &column.name), Key::column(table, &to.name));
                self.shapes.rename(&from, to.clone(), event);
                self.renamed(&from, &to, event);
            }
            ActionKind::Rename { to } => self.rename_relation(table, &table.beside(&to.name), event),
            ActionKind::SetSchema { schema } => {
                let to = QName { schema: schema.name.clone(), name: table.name.clone() };
                self.rename_relation(table, &to, event);
            }
            ActionKind::DropNotNull { column } => {
                self.retired(&Key::column(table, &column.name), "made nullable", event);
            }
            ActionKind::SetDefault { column, .. } => {
                self.retired(&Key::column(table, &column.name), "given a default", event);
            }
            ActionKind::SetType { column, using: Some(_), .. } => {
                self.filled_whole(catalog, table, &column.name, event);
            }
            ActionKind::SetNotNull { column } => {
                self.verified(&Key::column(table, &column.name), "SET NOT NULL", event);
                self.constrained(catalog, table, &column.name, event);
            }
            ActionKind::AddConstraint(constraint) => self.constraint_added(catalog, table, constraint, event),
            ActionKind::ValidateConstraint { constraint } => {
                self.constraint_validated(catalog, table, &constraint.name, event);
            }
            ActionKind::DropConstraint { constraint, .. } => {
                self.gone(&Key::constraint(table, &constraint.name), event);
            }
            ActionKind::RenameConstraint { constraint, to } => {
                let (from, to) = (Key::constraint(table, &constraint.name), Key::constraint(table, &to.name));
                self.shapes.rename(&from, to, event);
            }
            _ => {}
        }
    }

    fn change_rows(
        &mut self,
        catalog: &Catalog<'_>,
        (table, change): (&QName, &RowChange),
        in_loop: bool,
        event: Event,
        scene: &Scene<'_>,
    ) {
        if catalog.table(table).is_none() {
            return;
        }
        let derived = derive::of_change(catalog, table, change, scene.text);
        let columns = |key: &Key| match &key.part {
            Part::Column(name) => Some(name.clone()),
            _ => None,
        };
        let updates = change.verb == RowVerb::Update;
        let told = derived.iter().filter_map(|one| columns(&one.to)).collect();
        self.filled_somehow(catalog, table, change, &told, event);
        for one in &derived {
            let own: BTreeSet<Symbol> = std::iter::once(&one.to).chain(&one.from).filter_map(columns).collect();
            let own = own.iter().map(|name| &**name).collect();
            let Some(coverage) = coverage::coverage(scene.text, change, &own, in_loop) else { continue };
            let Some((from, to)) = self.shapes_of(catalog, one) else { continue };
            if updates {
                self.fill(to, Fill { event, coverage, from: from.clone() });
            }
            for id in &from {
                let copies = self.copies.entry(*id).or_default();
                if copies.len() < super::MOST_MOVES {
                    copies.push((to, event));
                }
            }
            let words = format!("{} of {}", if updates { "UPDATE" } else { "INSERT" }, table.short());
            if let Some(index) = self.link(Kind::Column, &from, to, event) {
                self.moved(index, Phase::Backfilled, event, words, false);
            }
        }
        if change.verb == RowVerb::Insert && !change.query.reads.is_empty() {
            let reads: Vec<QName> = change.query.reads.iter().take(2).map(|name| catalog.resolve(name)).collect();
            self.copy_table(catalog, &reads, table, "INSERT … SELECT", event);
        }
        if updates {
            self.values_moved(catalog, table, change, scene.text, event);
        }
    }

    fn copy_table(&mut self, catalog: &Catalog<'_>, reads: &[QName], to: &QName, words: &str, event: Event) {
        let Some(to_shape) = self.relation(catalog, to) else { return };
        for read in reads.iter().take(2).filter(|read| *read != to) {
            if let Some(from) = self.relation(catalog, read)
                && let Some(index) = self.link(Kind::Table, &[from], to_shape, event)
            {
                self.moved(index, Phase::Backfilled, event, format!("{words} into {}", to.short()), false);
            }
        }
    }

    fn generated(&mut self, catalog: &Catalog<'_>, derived: &Derived, event: Event) {
        let Some((from, to)) = self.shapes_of(catalog, derived) else { return };
        if let Some(index) = self.link(Kind::Column, &from, to, event) {
            let words = format!("generated column {}", derived.to.words());
            self.moved(index, Phase::Syncing, event, words.clone(), false);
            self.moved(index, Phase::Backfilled, event, words, false);
        }
        for from in from {
            self.keep_in_step(Sync { from, to, by: SyncedBy::Generated, started: event, ended: None });
        }
    }

    /// A view that takes the name a table has just left.
    fn create_view(&mut self, catalog: &Catalog<'_>, view: &QName, def: &CreateView, event: Event) {
        let reads: Vec<QName> = def.query.reads.iter().take(2).map(|name| catalog.resolve(name)).collect();
        let left = self.left.get(view).filter(|(to, _)| reads.contains(to)).cloned();
        let Some((table, _)) = left else { return };
        let Some(old) = catalog.view(view).map(|found| self.shapes.note(Key::relation(view), found.origin)) else {
            return;
        };
        let Some(new) = self.relation(catalog, &table) else { return };
        let index = self.open(Kind::Table, &[old], &[new]);
        let words = format!("view {} over {}", view.short(), table.short());
        for phase in [Phase::Expanded, Phase::Syncing, Phase::Backfilled] {
            self.moved(index, phase, event, words.clone(), false);
        }
        self.keep_in_step(Sync { from: old, to: new, by: SyncedBy::View, started: event, ended: None });
    }

    fn rename_relation(&mut self, from: &QName, to: &QName, event: Event) {
        self.shapes.rename_owner(from, to, event);
        self.left.insert(from.clone(), (to.clone(), event));
        self.renamed(&Key::relation(from), &Key::relation(to), event);
    }

    /// What a trigger keeps in step, now that it or its function is there.
    fn sync(&mut self, catalog: &Catalog<'_>, table: &QName, name: &Symbol, event: Event, scene: &Scene<'_>) {
        self.unsync(table, name, event);
        let Some(trigger) = catalog.table(table).and_then(|found| found.trigger(name)) else { return };
        let Some(function) = catalog.functions.get(&trigger.function) else { return };
        let source = self.bodies.get(&trigger.function).map_or(scene.text, |file| (scene.file)(*file));
        let derived = derive::of_trigger(catalog, table, function, source);
        let by = SyncedBy::Trigger {
            table: table.clone(),
            name: name.clone(),
            function: trigger.function.clone(),
            events: trigger.events.clone(),
            update_of: trigger.update_of.clone(),
        };
        let words = format!("trigger {} on {}", Quoted(name), table.short());
        self.filled_by(catalog, table, function, &words, event);
        for one in derived {
            let kind = if one.to.part == Part::Whole { Kind::Table } else { Kind::Column };
            let Some((from, to)) = self.shapes_of(catalog, &one) else { continue };
            // Either side may be the newer one: the reverse direction belongs to the same transition.
            let linked = self.link(kind, &from, to, event).or_else(|| {
                let [from] = from.as_slice() else { return None };
                self.link(kind, &[to], *from, event)
            });
            if let Some(index) = linked {
                self.moved(index, Phase::Syncing, event, words.clone(), false);
            }
            for from in from {
                self.open_syncs.entry((table.clone(), name.clone())).or_default().push(self.syncs.len());
                self.keep_in_step(Sync { from, to, by: by.clone(), started: event, ended: None });
            }
        }
    }

    fn drop(&mut self, (kind, name): (ObjectKind, &QName), on: Option<&QName>, cascade: bool, event: Event) {
        match kind {
            ObjectKind::Trigger => on.into_iter().for_each(|table| self.unsync(table, &name.name, event)),
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine if cascade => {
                let calls = |index: &usize| {
                    let by = self.syncs.get(*index).map(|sync| &sync.by);
                    matches!(by, Some(SyncedBy::Trigger { function, .. }) if function == name)
                };
                let open = self.open_syncs.iter().filter(|(_, syncs)| syncs.iter().any(calls));
                let open: Vec<_> = open.map(|(key, _)| key.clone()).collect();
                for (table, trigger) in open {
                    self.unsync(&table, &trigger, event);
                }
            }
            ObjectKind::Table
            | ObjectKind::Index
            | ObjectKind::View
            | ObjectKind::MaterializedView
            | ObjectKind::ForeignTable
            | ObjectKind::Type
            | ObjectKind::Domain => {
                self.shapes.of(name).iter().for_each(|(key, _)| self.gone(key, event));
                let first = (name.clone(), Symbol::from(""));
                let open = self.open_syncs.range(first..).map(|(key, _)| key).take_while(|(table, _)| table == name);
                let open: Vec<Symbol> = open.map(|(_, trigger)| trigger.clone()).collect();
                for trigger in &open {
                    self.unsync(name, trigger, event);
                }
            }
            _ => {}
        }
    }
}
