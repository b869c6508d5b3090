//! What `CASCADE` takes along when something is dropped, as far as the history tells.

use std::fmt;

use super::catalog::{Catalog, ConstraintBody, Relation, TableConstraint};
use super::dependents;
use super::operation::{Operation, OperationKind, QName};
use crate::syntax::alter::ActionKind;
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::object::ObjectKind;

/// Things that are named. Nobody reads more, and a history of nothing else stays cheap.
const MOST_NAMED: usize = 100;

/// What a `CASCADE` takes along.
#[derive(Clone, Debug, Default)]
pub struct Cascade {
    /// What is known to go.
    pub taken: Vec<Taken>,
    /// There is nothing else: the history created the dropped thing, could be read, and tells who uses it.
    pub complete: bool,
}

/// One thing that goes without being named. Shown as "view buyers", "trigger audit on orders".
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Taken {
    Table(QName),
    View { name: QName, materialized: bool },
    Column(QName, Symbol),
    ForeignKey { table: QName, name: Symbol, columns: Vec<Symbol> },
    Trigger { table: QName, name: Symbol },
    Default(QName, Symbol),
    Domain(QName),
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Table(name) => write!(f, "table {}", name.short()),
            Self::View { name, materialized: false } => write!(f, "view {}", name.short()),
            Self::View { name, materialized: true } => write!(f, "materialized view {}", name.short()),
            Self::Column(table, column) => write!(f, "column {}.{}", table.short(), Quoted(column)),
            Self::ForeignKey { table, name, .. } => write!(f, "foreign key {} of {}", Quoted(name), table.short()),
            Self::Trigger { table, name } => write!(f, "trigger {} on {}", Quoted(name), table.short()),
            Self::Default(table, column) => write!(f, "the default of {}.{}", table.short(), Quoted(column)),
            Self::Domain(name) => write!(f, "domain {}", name.short()),
        }
    }
}

/// What goes with the target of `operation`; none where it says no `CASCADE`, or nothing can depend on its target.
pub fn cascade(catalog: &Catalog<'_>, operation: &Operation<'_>) -> Option<Cascade> {
    let (taken, complete) = match &operation.kind {
        OperationKind::Drop { kind, name, def, .. } if def.cascade => of_object(catalog, *kind, name)?,
        OperationKind::Alter { relation, action, .. } => match &action.kind {
            ActionKind::DropColumn { column, cascade: true, .. } => of_column(catalog, relation, &column.name),
            ActionKind::DropConstraint { constraint, cascade: true, .. } => {
                of_constraint(catalog, relation, &constraint.name)?
            }
            _ => return None,
        },
        _ => return None,
    };
    let taken = taken.into_iter().take(MOST_NAMED).collect();
    Some(Cascade { taken, complete: complete && !catalog.opaque })
}

fn of_object(catalog: &Catalog<'_>, kind: ObjectKind, name: &QName) -> Option<(Vec<Taken>, bool)> {
    Some(match kind {
        ObjectKind::Table | ObjectKind::ForeignTable => of_table(catalog, name),
        ObjectKind::View | ObjectKind::MaterializedView => {
            (views(catalog, name, None).collect(), catalog.relation_origin(name).is_some())
        }
        ObjectKind::Sequence => of_sequence(catalog, name),
        ObjectKind::Type | ObjectKind::Domain => of_type(catalog, name),
        ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine => of_function(catalog, name),
        ObjectKind::Schema => (of_schema(catalog, &name.name), false),
        ObjectKind::Aggregate
        | ObjectKind::Operator
        | ObjectKind::OperatorClass
        | ObjectKind::OperatorFamily
        | ObjectKind::Collation
        | ObjectKind::Language
        | ObjectKind::AccessMethod
        | ObjectKind::Extension
        | ObjectKind::Server
        | ObjectKind::ForeignDataWrapper
        | ObjectKind::TextSearch
        | ObjectKind::Owned => (Vec::new(), false),
        _ => return None,
    })
}

fn of_table(catalog: &Catalog<'_>, table: &QName) -> (Vec<Taken>, bool) {
    let partitioned = catalog.table(table).is_some_and(|found| found.partitioned);
    let heirs = catalog.children.get(table).into_iter().flatten().filter(|_| !partitioned).cloned().map(Taken::Table);
    let typed = catalog.columns_of_type(table).into_iter().map(|(owner, column)| Taken::Column(owner, column));
    let taken = heirs
        .chain(typed.filter(|taken| !matches!(taken, Taken::Column(owner, _) if owner == table)))
        .chain(views(catalog, table, None))
        .chain(foreign_keys(catalog, table, |_| true));
    (taken.collect(), catalog.relation_origin(table).is_some())
}

fn of_column(catalog: &Catalog<'_>, table: &QName, column: &Symbol) -> (Vec<Taken>, bool) {
    let found = catalog.table(table);
    let columns = found.map(|found| found.columns.as_slice()).unwrap_or_default();
    let derived = columns
        .iter()
        .filter(|other| other.generated.as_ref().is_some_and(|generated| generated.columns.contains(column)))
        .map(|other| Taken::Column(table.clone(), other.name.clone()));
    let primary = found.and_then(|found| found.primary_key()).is_some_and(|key| key.columns.contains(column));
    let keys = foreign_keys(
        catalog,
        table,
        |referenced| {
            if referenced.is_empty() { primary } else { referenced.contains(column) }
        },
    );
    let taken = derived.chain(views(catalog, table, Some(column))).chain(keys);
    (taken.collect(), found.is_some_and(|found| found.column(column).is_some_and(|column| column.origin.is_some())))
}

/// The foreign keys that lean on a unique or primary key. None where nothing can depend on the constraint.
fn of_constraint(catalog: &Catalog<'_>, table: &QName, name: &Symbol) -> Option<(Vec<Taken>, bool)> {
    let Some(constraint) = catalog.table(table).and_then(|found| found.constraint(name)) else {
        return Some((Vec::new(), false));
    };
    let primary = match constraint.kind {
        ConstraintBody::PrimaryKey => true,
        ConstraintBody::Unique => false,
        _ => return None,
    };
    let mut columns = constraint.columns.clone();
    columns.sort();
    let keys = foreign_keys(catalog, table, |referenced| {
        let mut referenced = referenced.to_vec();
        referenced.sort();
        if referenced.is_empty() { primary } else { referenced == columns }
    });
    Some((keys.collect(), constraint.origin.is_some()))
}

fn of_sequence(catalog: &Catalog<'_>, name: &QName) -> (Vec<Taken>, bool) {
    let owner = catalog.sequence(name).and_then(|sequence| sequence.owned_by.clone());
    let known = owner.is_some();
    let default = |(table, column): &(QName, Symbol)| {
        catalog
            .table(table)
            .and_then(|found| found.column(column))
            .is_some_and(|column| column.has_default == Some(true))
    };
    (owner.filter(default).map(|(table, column)| Taken::Default(table, column)).into_iter().collect(), known)
}

fn of_type(catalog: &Catalog<'_>, name: &QName) -> (Vec<Taken>, bool) {
    let columns = catalog.columns_of_type(name).into_iter().map(|(table, column)| Taken::Column(table, column));
    let domains = catalog.links.domains.get(name).into_iter().flatten().cloned().map(Taken::Domain);
    (columns.chain(domains).collect(), catalog.types.get(name).is_some_and(|found| found.origin.is_some()))
}

/// Triggers are known. Views, defaults, checks and policies that call a function are not, but nobody calls a trigger's.
fn of_function(catalog: &Catalog<'_>, name: &QName) -> (Vec<Taken>, bool) {
    let triggers = catalog.links.triggered.get(name).into_iter().flatten().filter_map(|table| catalog.table(table));
    let calling = triggers.flat_map(|table| {
        let calling = table.triggers.iter().filter(|trigger| trigger.function == *name);
        calling.map(|trigger| Taken::Trigger { table: table.name.clone(), name: trigger.name.clone() })
    });
    (calling.collect(), catalog.functions.get(name).is_some_and(|found| found.origin.is_some() && found.trigger))
}

fn of_schema(catalog: &Catalog<'_>, schema: &Symbol) -> Vec<Taken> {
    let first = QName { schema: schema.clone(), name: "".into() };
    let inside = catalog.relations.range(first..).take_while(|(name, _)| name.schema == *schema);
    let taken = inside.filter_map(|(name, relation)| match relation {
        Relation::Table(_) => Some(Taken::Table(name.clone())),
        Relation::View(view) => Some(Taken::View { name: name.clone(), materialized: view.materialized }),
        Relation::Sequence(_) => None,
    });
    taken.take(MOST_NAMED).collect()
}

/// The views that read a relation (and mention the column), and those over them.
fn views(catalog: &Catalog<'_>, relation: &QName, column: Option<&Symbol>) -> impl Iterator<Item = Taken> {
    dependents::views(catalog, relation, column).into_iter().map(|name| {
        let materialized = catalog.view(name).is_some_and(|view| view.materialized);
        Taken::View { name: name.clone(), materialized }
    })
}

/// The foreign keys of other tables that refer to columns of `table` for which `leans` holds.
fn foreign_keys(
    catalog: &Catalog<'_>,
    table: &QName,
    leans: impl Fn(&[Symbol]) -> bool,
) -> impl Iterator<Item = Taken> {
    let is_taken = move |constraint: &&TableConstraint| match &constraint.kind {
        ConstraintBody::ForeignKey { table: parent, referenced, .. } => parent == table && leans(referenced),
        _ => false,
    };
    let children = catalog.fk_children(table).into_iter().take(MOST_NAMED);
    children.filter_map(|child| catalog.table(&child)).flat_map(move |child| {
        let keys = child.constraints.iter().filter(&is_taken).map(|key| Taken::ForeignKey {
            table: child.name.clone(),
            name: key.name.clone(),
            columns: key.columns.clone(),
        });
        keys.collect::<Vec<_>>()
    })
}
