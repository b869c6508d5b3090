//! Statements about named objects: `CREATE`, `DROP`, `ALTER` and `COMMENT` of everything that is not a table.

use super::Lowering;
use crate::schema::operation::{OperationKind, QName};
use crate::syntax::name::Name;
use crate::syntax::object::{Drop, ObjectKind};
use crate::syntax::statement::{Statement, StatementKind};

impl<'a> Lowering<'_, 'a> {
    pub(super) fn object(&mut self, statement: &'a Statement) {
        let catalog = self.catalog;
        let (kind, guarded) = match &statement.kind {
            StatementKind::CreateIndex(def) => {
                (OperationKind::CreateIndex { table: self.resolve(&def.table), def }, def.if_not_exists)
            }
            StatementKind::CreateView(def) => {
                let view = self.new_name(&def.name, def.temporary);
                (OperationKind::CreateView { view, def }, def.if_not_exists)
            }
            StatementKind::CreateType(def) => {
                (OperationKind::CreateType { name: catalog.resolve_new(&def.name), def }, false)
            }
            StatementKind::CreateDomain(def) => {
                (OperationKind::CreateDomain { name: catalog.resolve_new(&def.name), def }, false)
            }
            StatementKind::CreateSequence(def) => {
                let name = self.new_name(&def.name, def.temporary);
                (OperationKind::CreateSequence { name, def }, def.if_not_exists)
            }
            StatementKind::CreateFunction(def) => {
                (OperationKind::CreateFunction { name: catalog.resolve_new(&def.name), def }, false)
            }
            StatementKind::CreateTrigger(def) => {
                (OperationKind::CreateTrigger { table: self.resolve(&def.table), def }, false)
            }
            StatementKind::CreateSchema { name: Some(name), if_not_exists } => {
                (OperationKind::CreateSchema { name: name.name.clone() }, *if_not_exists)
            }
            StatementKind::CreatePublication(def) => {
                let tables = def.objects.tables.iter().map(|table| catalog.resolve(table)).collect();
                (OperationKind::CreatePublication { tables, def }, false)
            }
            StatementKind::CreateObject(def) => {
                let on = def.on.iter().map(|table| self.resolve(table)).collect();
                (OperationKind::CreateObject { on, def }, def.lenient)
            }
            StatementKind::Drop(def) if !def.names.is_empty() => return self.drop_each(def),
            StatementKind::AlterObject(def) => {
                let on = def.on.as_ref().map(|table| self.resolve(table));
                let name = def.name.as_ref().map(|name| self.existing(def.kind, name, on.as_ref()));
                (OperationKind::AlterObject { name, on, def }, false)
            }
            StatementKind::Comment { kind, name, on } => {
                let on = on.as_ref().map(|table| self.resolve(table));
                let name = name.as_ref().map(|name| self.existing(*kind, name, on.as_ref()));
                (OperationKind::Comment { kind: *kind, name, on }, false)
            }
            _ => (OperationKind::Inert, false),
        };
        self.push(kind, statement.span, guarded);
    }

    fn drop_each(&mut self, def: &'a Drop) {
        for written in &def.names {
            let on = def.on.as_ref().map(|table| self.resolve(table));
            let name = self.existing(def.kind, written, on.as_ref());
            self.push(OperationKind::Drop { kind: def.kind, name, written, on, def }, written.span(), def.if_exists);
        }
    }

    /// The resolved name of an object that should exist.
    fn existing(&self, kind: ObjectKind, name: &Name, on: Option<&QName>) -> QName {
        match kind {
            ObjectKind::Type | ObjectKind::Domain => self.catalog.resolve_type(name),
            ObjectKind::Statistics => self.catalog.resolve_statistics(name),
            ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine | ObjectKind::Aggregate => {
                self.catalog.resolve_function(name)
            }
            ObjectKind::Trigger
            | ObjectKind::Policy
            | ObjectKind::Rule
            | ObjectKind::Column
            | ObjectKind::Constraint => match on {
                Some(table) => QName { schema: table.schema.clone(), name: name.last().clone() },
                None => self.catalog.resolve_new(name),
            },
            ObjectKind::Schema
            | ObjectKind::Language
            | ObjectKind::AccessMethod
            | ObjectKind::EventTrigger
            | ObjectKind::Extension
            | ObjectKind::Publication
            | ObjectKind::Subscription
            | ObjectKind::Server
            | ObjectKind::ForeignDataWrapper
            | ObjectKind::Tablespace
            | ObjectKind::Database
            | ObjectKind::Role => QName { schema: "public".into(), name: name.last().clone() },
            _ => self.resolve(name),
        }
    }
}
