//! What a release takes away from the code that is running, and whether the same release brings its replacement.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::copies::{Copies, Copy};
use super::grounds::{Grounds, grounds};
use super::replaces::{body_words, replaces};
use super::usage::{self, Usage};
use crate::evidence::{Target, TargetKind};
use crate::review::step::{Release, Step};
use crate::schema::catalog::Table;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Ident, Quoted, Symbol};
use crate::syntax::object::{ObjectChange, ObjectKind};
use crate::syntax::table::ColumnDef;
use crate::syntax::types::DataType;

/// New columns of a table that are looked at.
const ADDED_KEPT: usize = 16;

/// Bodies of functions that are looked into.
const BODIES_KEPT: usize = 16;

/// Something that an earlier release created and this one drops.
#[derive(Debug)]
pub(crate) struct Removal<'r, 'a> {
    /// The step that drops it.
    pub(crate) step: &'r Step<'a>,
    /// What is dropped.
    pub(crate) what: Removed<'r>,
    /// What comes in its place in the same release.
    pub(crate) replacement: Option<Replacement<'r, 'a>>,
    /// Whether the code that is running names it.
    pub(crate) usage: Usage<'r>,
    /// What the history shows for it.
    pub(crate) grounds: Grounds<'r>,
}

/// What is dropped.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Removed<'r> {
    /// A column of a table.
    Column(&'r QName, &'r Ident),
    /// A table, view, type or function.
    Object(&'static str, &'r QName),
    /// A schema.
    Schema(&'r str),
}

/// What comes in place of the dropped thing.
#[derive(Debug)]
pub(crate) enum Replacement<'r, 'a> {
    /// A statement copies its data.
    Copied(Copy<'r>),
    /// The same table gets these columns, the first few of all; `again`: one of the dropped one's name among them.
    Added { columns: Vec<(&'r Step<'a>, &'r ColumnDef)>, again: bool },
}

/// Every removal of a release that the running code may notice, in order.
pub(crate) fn removals<'r, 'a>(release: &'r Release<'a>) -> Vec<Removal<'r, 'a>> {
    // Several rules ask, of releases most of which take nothing away.
    if release.steps.iter().all(|step| removed(step).is_none()) {
        return Vec::new();
    }
    let facts = Facts::of(release);
    release.steps.iter().filter_map(|step| facts.removal(step, release)).collect()
}

impl Removed<'_> {
    /// `column users.full_name`, `table orders`.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Column(table, column) => format!("column {}", super::column_path(table, &column.name)),
            Self::Object(kind, name) => format!("{kind} {}", name.short()),
            Self::Schema(name) => format!("schema {}", Quoted(name)),
        }
    }

    /// What code may name.
    fn target(&self) -> Target {
        let named = |kind, name: &Symbol| Target { kind, name: name.clone(), owner: None };
        match self {
            Self::Column(table, column) => usage::column(table, &column.name),
            Self::Object("type", name) => named(TargetKind::Type, &name.name),
            Self::Object("function", name) => named(TargetKind::Function, &name.name),
            Self::Object(_, name) => usage::relation(name),
            Self::Schema(name) => named(TargetKind::Schema, &(*name).into()),
        }
    }

    /// Functions come and go with what calls them inside the schema; only code that names one makes it matter.
    fn is_routine(&self) -> bool {
        matches!(self, Self::Object("function", _))
    }

    /// The subject of a finding.
    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Column(table, column) => super::column_subject(table, &column.name),
            Self::Object(_, name) => name.to_string(),
            Self::Schema(name) => Quoted(name).to_string(),
        }
    }
}

/// What else the release does that bears on its removals.
#[derive(Debug, Default)]
struct Facts<'r, 'a> {
    relations: BTreeSet<QName>,
    types: BTreeSet<QName>,
    schemas: BTreeSet<&'r str>,
    functions: BTreeSet<QName>,
    /// Names of types that some column of this release ceased to have.
    left_types: BTreeSet<&'r str>,
    added: BTreeMap<&'r QName, Vec<(&'r Step<'a>, &'r ColumnDef)>>,
    added_names: BTreeSet<(&'r QName, &'r str)>,
    /// Words of the bodies of new functions.
    bodies: Vec<&'r [Symbol]>,
    copies: Copies<'r>,
}

impl<'r, 'a> Facts<'r, 'a> {
    fn of(release: &'r Release<'a>) -> Self {
        let mut facts = Self { copies: Copies::of(release), ..Self::default() };
        for step in &release.steps {
            facts.read(step);
        }
        facts.bodies = release.steps.iter().filter_map(body_words).take(BODIES_KEPT).collect();
        facts
    }

    fn read(&mut self, step: &'r Step<'a>) {
        match &step.operation.kind {
            OperationKind::CreateTable { table: name, .. }
            | OperationKind::SelectInto { table: name, .. }
            | OperationKind::CreateView { view: name, .. } => {
                self.relations.insert(name.clone());
            }
            OperationKind::CreateType { name, .. } | OperationKind::CreateDomain { name, .. } => {
                self.types.insert(name.clone());
            }
            OperationKind::CreateSchema { name } => {
                self.schemas.insert(name);
            }
            OperationKind::CreateFunction { name, .. } => {
                self.functions.insert(name.clone());
            }
            OperationKind::AlterObject { name: Some(name), def, .. } => {
                if let ObjectChange::Rename(to) = &def.change {
                    self.types.insert(QName { schema: name.schema.clone(), name: to.name.clone() });
                }
            }
            OperationKind::Drop { kind: ObjectKind::Table, .. } => {
                let columns = step.before.table.iter().flat_map(|table| &table.columns);
                self.left_types.extend(columns.filter_map(|column| type_name(column.data_type.as_ref())));
            }
            OperationKind::Alter { relation, action, .. } => self.read_action(step, relation, &action.kind),
            _ => {}
        }
    }

    fn read_action(&mut self, step: &'r Step<'a>, relation: &'r QName, action: &'r ActionKind) {
        match action {
            ActionKind::AddColumn { column, .. } if step.column(&column.name.name).is_none() => {
                self.added_names.insert((relation, &column.name.name));
                let columns = self.added.entry(relation).or_default();
                if columns.len() < ADDED_KEPT {
                    columns.push((step, column));
                }
            }
            ActionKind::DropColumn { column, .. } | ActionKind::SetType { column, .. } => {
                let before = step.column(&column.name).and_then(|column| column.data_type.as_ref());
                self.left_types.extend(type_name(before));
            }
            ActionKind::Rename { to } => {
                self.relations.insert(QName { schema: relation.schema.clone(), name: to.name.clone() });
            }
            _ => {}
        }
    }

    fn removal(&self, step: &'r Step<'a>, release: &'r Release<'a>) -> Option<Removal<'r, 'a>> {
        let what = removed(step)?;
        if step.on_new_table(release)
            || step.is_new(release, step.before.origin)
            || self.goes_unnoticed(step, what, release)
        {
            return None;
        }
        let usage = Usage::of(step, release, &what.target());
        let replacement = self.replacement(step, what);
        let copied = matches!(replacement, Some(Replacement::Copied(_)));
        let grounds = grounds(step, what, release);
        if !copied && !usage.is_used() && what.is_routine() {
            return None;
        }
        // What was replaced or retired before needs nothing from this release.
        let replacement = replacement.filter(|_| copied || !matches!(grounds, Grounds::Ready(_)));
        Some(Removal { step, what, replacement, usage, grounds })
    }

    /// Whether the name goes on to mean something, or never was one the running code could use.
    fn goes_unnoticed(&self, step: &Step<'_>, what: Removed<'_>, release: &Release<'_>) -> bool {
        match what {
            // `DROP COLUMN IF EXISTS` of a column that the table does not have, or `IF` around it in a block.
            Removed::Column(_, column) => {
                let lacks = |table: &Arc<Table>| table.complete && table.column(&column.name).is_none();
                let asks = step.operation.guarded || step.operation.body.is_some_and(|body| body.condition.is_some());
                asks && step.before.table.as_ref().is_some_and(lacks)
            }
            // Queries name the parent of a partition.
            Removed::Object("table", _) if is_partition(step) => true,
            Removed::Object("table", name) => never_seen(step) && self.relations.contains(name),
            Removed::Object("type", name) => {
                step.is_new(release, step.before.renamed)
                    || self.types.contains(name)
                    || self.left_types.contains(&*name.name)
            }
            Removed::Object("function", name) => self.functions.contains(name),
            Removed::Object(_, name) => self.relations.contains(name),
            Removed::Schema(name) => never_seen(step) && self.schemas.contains(name),
        }
    }

    fn replacement(&self, step: &'r Step<'a>, what: Removed<'r>) -> Option<Replacement<'r, 'a>> {
        match what {
            Removed::Column(table, column) => {
                let copied = self.copies.of_column(table, &column.name).map(Replacement::Copied);
                let again = self.added_names.contains(&(table, &*column.name));
                copied.or_else(|| self.added(step, table, column, again))
            }
            Removed::Object("table", name) => self.copies.of_table(name).map(Replacement::Copied),
            Removed::Object(..) | Removed::Schema(_) => None,
        }
    }
}

impl<'r, 'a> Facts<'r, 'a> {
    /// The new columns of the table that may stand for the dropped one.
    fn added(&self, step: &'r Step<'a>, table: &QName, dropped: &Ident, again: bool) -> Option<Replacement<'r, 'a>> {
        let columns = self.added.get(table)?.iter();
        let columns: Vec<_> =
            columns.filter(|(_, column)| replaces(step, dropped, column, &self.bodies)).copied().collect();
        (again || !columns.is_empty()).then_some(Replacement::Added { columns, again })
    }
}

/// What a step drops that running code may name. Indexes and constraints have rules of their own.
fn removed<'r>(step: &'r Step<'_>) -> Option<Removed<'r>> {
    match &step.operation.kind {
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::DropColumn { column, .. } => Some(Removed::Column(relation, column)),
            _ => None,
        },
        OperationKind::Drop { kind, name, .. } => match kind {
            ObjectKind::Table | ObjectKind::ForeignTable => Some(Removed::Object("table", name)),
            ObjectKind::View => Some(Removed::Object("view", name)),
            ObjectKind::MaterializedView => Some(Removed::Object("materialized view", name)),
            ObjectKind::Type | ObjectKind::Domain => Some(Removed::Object("type", name)),
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => {
                Some(Removed::Object("function", name))
            }
            ObjectKind::Schema => Some(Removed::Schema(&name.name)),
            _ => None,
        },
        _ => None,
    }
}

/// The start of a script that may run on an empty database: `DROP … IF EXISTS` of something no migration created.
fn never_seen(step: &Step<'_>) -> bool {
    step.operation.guarded && step.before.origin.is_none()
}

fn is_partition(step: &Step<'_>) -> bool {
    step.before.table.as_ref().is_some_and(|table| !table.parents.is_empty())
}

fn type_name(data_type: Option<&DataType>) -> Option<&str> {
    data_type.map(|data_type| &*data_type.name)
}
