//! What a release renames, and what becomes of the old names.

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::effect::LockedKind;
use crate::review::step::{Release, Step};
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::{ActionKind, AlterKind};
use crate::syntax::name::Symbol;

/// A step that gives a relation another name.
#[derive(Debug)]
pub(crate) struct Rename<'r, 'a> {
    /// The step.
    pub(crate) step: &'r Step<'a>,
    /// The name before.
    pub(crate) old: &'r QName,
    /// The name after.
    pub(crate) new: QName,
}

/// The names a release gives and takes.
#[derive(Debug, Default)]
pub(crate) struct Renames<'r, 'a> {
    /// Of relations, in order.
    pub(crate) relations: Vec<Rename<'r, 'a>>,
    /// Names of new views.
    views: BTreeSet<&'r QName>,
    /// Who gets a name: a new table, or a renamed relation.
    given: BTreeMap<QName, &'r Step<'a>>,
    /// Tables whose columns are read through a view under their old name.
    behind_view: BTreeSet<QName>,
    /// Who gets a column name: a new column, or a renamed one.
    columns: BTreeMap<(&'r QName, &'r str), &'r Step<'a>>,
    /// Who gives a column name up.
    vacated: BTreeMap<(&'r QName, &'r str), &'r Step<'a>>,
}

impl<'r, 'a> Renames<'r, 'a> {
    /// Everything `release` renames.
    pub(crate) fn of(release: &'r Release<'a>) -> Self {
        let mut renames = Self::default();
        for step in &release.steps {
            renames.read(step);
        }
        for rename in &renames.relations {
            if renames.views.contains(rename.old) {
                renames.behind_view.insert(rename.old.clone());
                renames.behind_view.insert(rename.new.clone());
            }
        }
        renames
    }

    /// Whether a new view bears the name.
    pub(crate) fn has_view(&self, name: &QName) -> bool {
        self.views.contains(name)
    }

    /// The step that gives the name to another relation.
    pub(crate) fn taker(&self, name: &QName) -> Option<&'r Step<'a>> {
        self.given.get(name).copied()
    }

    /// Whether the table was renamed and a view under its old name stands before it.
    pub(crate) fn is_behind_view(&self, table: &QName) -> bool {
        self.behind_view.contains(table)
    }

    /// The step that gives the column's name to another column of the table.
    pub(crate) fn column_taker(&self, table: &QName, column: &str) -> Option<&'r Step<'a>> {
        self.columns.get(&(table, column)).copied()
    }

    /// The step that renames the column of this name to something else.
    pub(crate) fn column_vacater(&self, table: &QName, column: &str) -> Option<&'r Step<'a>> {
        self.vacated.get(&(table, column)).copied()
    }

    fn read(&mut self, step: &'r Step<'a>) {
        match &step.operation.kind {
            OperationKind::CreateView { view, .. } => {
                self.views.insert(view);
                self.given.insert(view.clone(), step);
            }
            OperationKind::CreateTable { table, .. } | OperationKind::SelectInto { table, .. } => {
                self.given.insert(table.clone(), step);
            }
            OperationKind::Alter { relation, action, .. } => match &action.kind {
                ActionKind::AddColumn { column, .. } => {
                    self.columns.insert((relation, &column.name.name), step);
                }
                ActionKind::RenameColumn { column, to } => {
                    self.columns.insert((relation, &to.name), step);
                    self.vacated.insert((relation, &column.name), step);
                }
                ActionKind::Rename { to } => self.rename(step, relation, &relation.schema, &to.name),
                ActionKind::SetSchema { schema } => self.rename(step, relation, &schema.name, &relation.name),
                _ => {}
            },
            _ => {}
        }
    }

    fn rename(&mut self, step: &'r Step<'a>, old: &'r QName, schema: &Symbol, name: &Symbol) {
        if names_rows(step, old) {
            let new = QName { schema: schema.clone(), name: name.clone() };
            self.given.insert(new.clone(), step);
            self.relations.push(Rename { step, old, new });
        }
    }
}

/// Whether queries name the relation: `ALTER TABLE` also renames indexes and sequences.
fn names_rows(step: &Step<'_>, relation: &QName) -> bool {
    let OperationKind::Alter { alter, .. } = &step.operation.kind else { return false };
    let by_keyword = match alter.kind {
        AlterKind::Table | AlterKind::ForeignTable | AlterKind::View | AlterKind::MaterializedView => true,
        AlterKind::Index | AlterKind::Sequence => false,
    };
    let locked_as = step.effects.locks.iter().find(|lock| lock.relation == *relation).map(|lock| lock.kind);
    by_keyword && !matches!(locked_as, Some(LockedKind::Index | LockedKind::Sequence))
}
