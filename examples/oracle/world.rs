//! Makes room for an example in the world of `fixtures/postgres/examples.sql`: what the example makes itself goes out of
//! it, be it a table, an index or a column.

use std::collections::{BTreeMap, BTreeSet};

use switchback::schema::catalog::{Catalog, Origin};
use switchback::schema::lower::lower;
use switchback::schema::operation::{Operation, OperationKind, QName};
use switchback::source::migration::Migration;
use switchback::syntax::alter::ActionKind;
use switchback::syntax::name::Symbol;
use switchback::syntax::parse;
use switchback::syntax::table::{Constraint, ConstraintKind};

use crate::Failure;
use crate::wire::Session;

/// Something with a name that can be in the way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Thing {
    Schema(String),
    Type(QName),
    /// A table, view, sequence or index.
    Relation(QName),
    Column(QName, String),
    Constraint(QName, String),
    PrimaryKey(QName),
}

/// Takes out of the database what `history` makes and has not mentioned before.
pub(crate) fn make_room(session: &mut Session, history: &[Migration]) -> Result<(), Failure> {
    for thing in made(history) {
        for sql in thing.removal(session)? {
            session.run(&sql)?;
        }
    }
    Ok(())
}

/// What the history makes; not what it makes again, after it dropped it or gave it another name.
fn made(history: &[Migration]) -> BTreeSet<Thing> {
    let parsed = history.iter().flat_map(|migration| &migration.sections).zip(history);
    let scripts: Vec<_> = parsed.map(|(section, migration)| parse(&migration.text, section.span)).collect();
    let mut catalog = Catalog::default();
    let mut notes = Notes::default();
    for statement in scripts.iter().flat_map(|script| &script.statements) {
        for operation in lower(statement, &catalog) {
            notes.take(&operation);
            catalog.apply(&operation, Origin { release: 0, file: 0, span: operation.span });
        }
    }
    notes.made
}

#[derive(Default)]
struct Notes {
    mentioned: BTreeSet<Thing>,
    made: BTreeSet<Thing>,
    /// What tables that were renamed are called in the world.
    renamed: BTreeMap<QName, QName>,
}

impl Notes {
    fn take(&mut self, operation: &Operation<'_>) {
        match &operation.kind {
            OperationKind::CreateTable { table: name, .. }
            | OperationKind::SelectInto { table: name, .. }
            | OperationKind::CreateView { view: name, .. }
            | OperationKind::CreateSequence { name, .. } => self.make(Thing::Relation(name.clone())),
            OperationKind::CreateIndex { table, def } => {
                if let Some(index) = &def.name {
                    self.make(Thing::Relation(QName { schema: table.schema.clone(), name: index.name.clone() }));
                }
            }
            OperationKind::CreateType { name, .. } | OperationKind::CreateDomain { name, .. } => {
                self.make(Thing::Type(name.clone()));
            }
            OperationKind::CreateSchema { name } => self.make(Thing::Schema(name.to_string())),
            OperationKind::Drop { name, .. } => {
                self.mention(Thing::Relation(name.clone()));
                self.mention(Thing::Type(name.clone()));
            }
            OperationKind::Alter { relation, action, .. } => self.take_action(relation, &action.kind),
            _ => {}
        }
    }

    fn take_action(&mut self, relation: &QName, action: &ActionKind) {
        let table = self.renamed.get(relation).unwrap_or(relation).clone();
        let text = |name: &Symbol| name.to_string();
        self.mention(Thing::Relation(relation.clone()));
        match action {
            ActionKind::AddColumn { column, .. } => {
                self.make(Thing::Column(table.clone(), text(&column.name.name)));
                for constraint in &column.constraints {
                    self.take_constraint(&table, constraint);
                }
            }
            ActionKind::DropColumn { column, .. } => self.mention(Thing::Column(table, text(&column.name))),
            ActionKind::RenameColumn { column, to } => {
                self.mention(Thing::Column(table.clone(), text(&column.name)));
                self.make(Thing::Column(table, text(&to.name)));
            }
            ActionKind::Rename { to } => {
                let to = QName { schema: relation.schema.clone(), name: to.name.clone() };
                self.make(Thing::Relation(to.clone()));
                self.renamed.insert(to, table);
            }
            ActionKind::RenameConstraint { constraint, to } => {
                self.mention(Thing::Constraint(table.clone(), text(&constraint.name)));
                self.make(Thing::Constraint(table, text(&to.name)));
            }
            ActionKind::AddConstraint(constraint) => self.take_constraint(&table, constraint),
            ActionKind::DropConstraint { constraint, .. } => {
                // It may be the primary key.
                self.mention(Thing::PrimaryKey(table.clone()));
                self.mention(Thing::Constraint(table, text(&constraint.name)));
            }
            _ => {}
        }
    }

    fn take_constraint(&mut self, table: &QName, constraint: &Constraint) {
        if matches!(constraint.kind, ConstraintKind::PrimaryKey(_)) {
            self.make(Thing::PrimaryKey(table.clone()));
        }
        if let Some(name) = &constraint.name {
            self.make(Thing::Constraint(table.clone(), name.name.to_string()));
        }
    }

    fn mention(&mut self, thing: Thing) {
        self.mentioned.insert(thing);
    }

    fn make(&mut self, thing: Thing) {
        if self.mentioned.insert(thing.clone()) {
            self.made.insert(thing);
        }
    }
}

impl Thing {
    /// The statements that take it out, where it is there.
    fn removal(&self, session: &mut Session) -> Result<Vec<String>, Failure> {
        let sql = match self {
            Self::Schema(name) => format!("drop schema if exists {} cascade", quoted(name)),
            Self::Type(name) => format!("drop type if exists {name} cascade"),
            Self::Relation(name) => {
                return Ok(kind_of(session, name)?
                    .map(|kind| format!("drop {kind} {name} cascade"))
                    .into_iter()
                    .collect());
            }
            Self::Column(table, _) | Self::Constraint(table, _) | Self::PrimaryKey(table)
                if kind_of(session, table)? != Some("table") =>
            {
                return Ok(Vec::new());
            }
            Self::Column(table, name) => format!("alter table {table} drop column if exists {} cascade", quoted(name)),
            Self::Constraint(table, name) => {
                format!("alter table {table} drop constraint if exists {} cascade", quoted(name))
            }
            Self::PrimaryKey(table) => {
                let keys =
                    format!("select conname from pg_constraint where contype = 'p' and conrelid = '{table}'::regclass");
                let keys = session.run(&keys)?.into_iter().flatten().flatten();
                return Ok(keys
                    .map(|key| format!("alter table {table} drop constraint {} cascade", quoted(&key)))
                    .collect());
            }
        };
        Ok(vec![sql])
    }
}

/// The word that drops the relation, if it is there.
fn kind_of(session: &mut Session, name: &QName) -> Result<Option<&'static str>, Failure> {
    let literal = name.to_string().replace('\'', "''");
    let rows = session.run(&format!("select relkind from pg_class where oid = to_regclass('{literal}')"))?;
    let kind = rows.into_iter().flatten().flatten().next();
    Ok(kind.map(|kind| match kind.as_str() {
        "v" => "view",
        "m" => "materialized view",
        "S" => "sequence",
        "i" | "I" => "index",
        _ => "table",
    }))
}

fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
