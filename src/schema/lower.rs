//! One statement to operations: names resolved, lists taken apart, the bodies of `DO` and of called functions opened.
//!
//! Every name resolves against the catalog as it is before the statement, also inside a body, but for the temporary tables
//! that the body makes.

mod body;
mod guard;
mod object;

use std::borrow::Cow;
use std::collections::BTreeMap;

use self::body::{Call, Place};
use super::catalog::{Catalog, TEMPORARY};
use super::operation::{Operation, OperationKind, QName};
use crate::syntax::alter::{ActionKind, AlterTable};
use crate::syntax::name::{Name, Symbol};
use crate::syntax::query::{Query, RowChange};
use crate::syntax::span::Span;
use crate::syntax::statement::{MaintainedTable, Setting, Statement, StatementKind};
use crate::syntax::table::CreateTable;

/// `WITH` inside `WITH` that is followed; the server's own parser gives up long before people do.
const DEEPEST_WITH: u32 = 32;

/// The operations of `statement`, in the order the server does them.
pub fn lower<'a>(statement: &'a Statement, catalog: &Catalog<'a>) -> Vec<Operation<'a>> {
    let mut lowering =
        Lowering { catalog, operations: Vec::new(), temporary: BTreeMap::new(), place: Place::default() };
    lowering.statement(statement);
    lowering.operations
}

/// What is gathered while one top-level statement is lowered.
struct Lowering<'c, 'a> {
    catalog: &'c Catalog<'a>,
    operations: Vec<Operation<'a>>,
    /// Temporary tables that a block has made so far: they hide others of their name.
    temporary: BTreeMap<Symbol, QName>,
    place: Place<'a>,
}

impl<'a> Lowering<'_, 'a> {
    fn push(&mut self, kind: OperationKind<'a>, span: Span, guarded: bool) {
        let mut body = self.place.body;
        let guarded = guarded || body.is_some_and(|body| guard::asks_for(&kind, body));
        if let Some(site) = body.as_mut().and_then(|body| body.called.as_mut()) {
            site.span = span;
        }
        let span = self.place.call.unwrap_or(span);
        self.operations.push(Operation { kind, span, guarded, body });
    }

    fn statement(&mut self, statement: &'a Statement) {
        let span = statement.span;
        match &statement.kind {
            StatementKind::CreateTable(def) => self.create_table(def, span),
            StatementKind::AlterTable(alter) => self.alter(alter),
            StatementKind::AlterAllInTablespace => self.push(OperationKind::AlterAllInTablespace, span, false),
            StatementKind::RowChange(change) => self.change_rows(change, 0),
            StatementKind::Query(query) => self.query(query, span),
            StatementKind::Transaction(transaction) => {
                self.push(OperationKind::Transaction(transaction), span, false);
            }
            StatementKind::Set(setting) => self.push(OperationKind::Set(Cow::Borrowed(setting)), span, false),
            StatementKind::Do(body) => self.run_block(body, span),
            StatementKind::Call(name, literals) => self.call_procedure(name, literals, span),
            StatementKind::Explain(explained) => self.explain(explained, span),
            StatementKind::Inert { .. } => self.push(OperationKind::Inert, span, false),
            StatementKind::Unrecognized(unrecognized) => {
                self.push(OperationKind::Unrecognized(unrecognized), span, false);
            }
            StatementKind::Truncate { .. }
            | StatementKind::LockTable { .. }
            | StatementKind::Reindex { .. }
            | StatementKind::Cluster { .. }
            | StatementKind::RefreshMaterializedView { .. }
            | StatementKind::Vacuum { .. }
            | StatementKind::Analyze { .. }
            | StatementKind::Grant { .. }
            | StatementKind::Copy { .. } => self.maintain(statement),
            _ => self.object(statement),
        }
    }

    fn create_table(&mut self, def: &'a CreateTable, span: Span) {
        let table = self.new_name(&def.name, def.temporary);
        if &*table.schema == TEMPORARY {
            self.temporary.insert(table.name.clone(), table.clone());
        }
        self.push(OperationKind::CreateTable { table, def }, span, def.if_not_exists);
        if let Some(query) = &def.query {
            self.calls(query, span);
        }
    }

    fn alter(&mut self, alter: &'a AlterTable) {
        let relation = self.resolve(&alter.name);
        for action in &alter.actions {
            let guarded = alter.if_exists
                || matches!(
                    action.kind,
                    ActionKind::AddColumn { if_not_exists: true, .. }
                        | ActionKind::DropColumn { if_exists: true, .. }
                        | ActionKind::DropConstraint { if_exists: true, .. }
                        | ActionKind::DropIdentity { if_exists: true, .. }
                        | ActionKind::DropExpression { if_exists: true, .. }
                );
            self.push(OperationKind::Alter { relation: relation.clone(), action, alter }, action.span, guarded);
        }
    }

    /// Statements that work on existing tables without changing what they are.
    fn maintain(&mut self, statement: &'a Statement) {
        let span = statement.span;
        let found = |name: &Name| self.resolve(name);
        let kind = match &statement.kind {
            StatementKind::Truncate { tables, cascade, only, restart } => {
                let truncate =
                    |table| OperationKind::Truncate { table, cascade: *cascade, only: *only, restart: *restart };
                return self.each(tables, truncate);
            }
            StatementKind::LockTable { tables, mode, only, .. } => {
                return self.each(tables, |table| OperationKind::LockTable { table, mode: *mode, only: *only });
            }
            StatementKind::Vacuum { tables, full, .. } if !tables.is_empty() => {
                return self.each_maintained(tables, |table, only| OperationKind::Vacuum { table, only, full: *full });
            }
            StatementKind::Analyze { tables } if !tables.is_empty() => {
                return self.each_maintained(tables, |table, only| OperationKind::Analyze { table, only });
            }
            StatementKind::Vacuum { full, .. } => OperationKind::Vacuum { table: None, only: false, full: *full },
            StatementKind::Analyze { .. } => OperationKind::Analyze { table: None, only: false },
            StatementKind::Reindex { target, name, concurrently } => {
                OperationKind::Reindex { target: *target, name: name.as_ref().map(found), concurrently: *concurrently }
            }
            StatementKind::Cluster { table, index } => OperationKind::Cluster {
                table: table.as_ref().map(found),
                index: index.as_ref().map(|index| index.name.clone()),
            },
            StatementKind::RefreshMaterializedView { name, concurrently, no_data } => {
                OperationKind::Refresh { view: found(name), concurrently: *concurrently, no_data: *no_data }
            }
            StatementKind::Grant { tables } => OperationKind::Grant { tables: tables.iter().map(found).collect() },
            StatementKind::Copy { table, from } => {
                OperationKind::Copy { table: table.as_ref().map(found), from: *from }
            }
            _ => OperationKind::Inert,
        };
        self.push(kind, span, false);
    }

    /// One operation per name of a list, each at its name.
    fn each(&mut self, tables: &'a [Name], kind: impl Fn(QName) -> OperationKind<'a>) {
        for table in tables {
            self.push(kind(self.resolve(table)), table.span(), false);
        }
    }

    fn each_maintained(
        &mut self,
        tables: &'a [MaintainedTable],
        kind: impl Fn(Option<QName>, bool) -> OperationKind<'a>,
    ) {
        for table in tables {
            let name = self.catalog.resolve(&table.name);
            self.push(kind(Some(name), table.only), table.name.span(), false);
        }
    }

    fn explain(&mut self, explained: &'a StatementKind, span: Span) {
        let kind = match explained {
            StatementKind::RowChange(change) => {
                OperationKind::Explain { writes: Some(self.catalog.resolve(&change.table)), query: &change.query }
            }
            StatementKind::Query(query) => OperationKind::Explain { writes: None, query },
            _ => OperationKind::Inert,
        };
        self.push(kind, span, false);
    }

    /// The changes inside `WITH` come first: the server runs them all, whether or not they are read.
    fn change_rows(&mut self, change: &'a RowChange, depth: u32) {
        self.changes_within(&change.query, depth);
        let table = self.resolve(&change.table);
        self.push(OperationKind::ChangeRows { table, change }, change.span, false);
        self.calls(&change.query, change.span);
    }

    fn changes_within(&mut self, query: &'a Query, depth: u32) {
        if depth < DEEPEST_WITH {
            for change in &query.changes {
                self.change_rows(change, depth + 1);
            }
        }
    }

    fn query(&mut self, query: &'a Query, span: Span) {
        self.changes_within(query, 0);
        self.push(OperationKind::Query(query), span, false);
        // Inside a body `INTO` names a variable.
        if let (Some(into), None) = (&query.into, self.place.body) {
            let table = self.catalog.resolve_new(into);
            self.push(OperationKind::SelectInto { table, query }, span, false);
        }
        self.calls(query, span);
    }

    /// What the functions called by a query do, where that is known.
    fn calls(&mut self, query: &'a Query, span: Span) {
        for call in &query.calls {
            if is_set_config(&call.name) {
                if let Some(setting) = setting_of(&call.literals) {
                    self.push(OperationKind::Set(Cow::Owned(setting)), span, false);
                }
            } else {
                self.call_function(&call.name, &call.literals, span, Call::Function);
            }
        }
    }

    /// The relation of this name. In a called body, a literal of the call may tell it.
    fn resolve(&self, name: &Name) -> QName {
        let name = self.told(name);
        match self.temporary.get(name.last()).filter(|_| name.schema.is_none()) {
            Some(made) => made.clone(),
            None => self.catalog.resolve(&name),
        }
    }

    /// The name a new object gets.
    fn new_name(&self, name: &Name, temporary: bool) -> QName {
        let name = &*self.told(name);
        if temporary && name.schema.is_none() {
            return QName { schema: TEMPORARY.into(), name: name.last().clone() };
        }
        self.catalog.resolve_new(name)
    }
}

fn is_set_config(name: &Name) -> bool {
    &**name.last() == "set_config" && name.schema.as_ref().is_none_or(|schema| &*schema.name == "pg_catalog")
}

/// The setting made by `set_config(name, value, is_local)`; none where that says nothing.
fn setting_of(literals: &[Option<Box<str>>]) -> Option<Setting> {
    let literal = |index: usize| literals.get(index).and_then(Option::as_deref);
    let name = literal(0)?.to_lowercase();
    let value = match literal(1) {
        Some(value) if name == "search_path" => folded_path(value),
        Some(value) => value.into(),
        // Put together at run time. Of a path better keep the old one; of anything else say what nobody can read.
        None if name == "search_path" => return None,
        None => "?".into(),
    };
    let local =
        literal(2).is_some_and(|flag| matches!(flag.to_lowercase().as_str(), "true" | "t" | "on" | "yes" | "1"));
    Some(Setting { name: Some(name.into()), value: Some(value), local })
}

/// A search path given as text: the server folds its unquoted names, as `SET` folds identifiers.
fn folded_path(value: &str) -> Box<str> {
    let fold = |item: &str| {
        let item = item.trim();
        let quoted = item.strip_prefix('"').and_then(|item| item.strip_suffix('"'));
        quoted.map_or_else(|| item.to_lowercase(), |inner| inner.replace("\"\"", "\""))
    };
    value.split(',').map(fold).collect::<Vec<_>>().join(", ").into()
}
