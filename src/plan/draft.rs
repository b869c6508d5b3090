//! A change as it was first written: its operations, each with the schema before it.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::review::replay::Parsed;
use crate::schema::catalog::{Catalog, Origin, Table};
use crate::schema::lower::lower;
use crate::schema::operation::{Operation, OperationKind, QName};
use crate::source::migration::Migration;
use crate::syntax::alter::{Action, ActionKind};
use crate::syntax::assigned::assignments;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;

/// Operations of one change. Nobody writes more into a migration that has to be planned; what is beyond is left out and
/// said.
pub(super) const MOST_UNITS: usize = 256;

/// One operation.
pub(super) struct Unit<'a> {
    pub(super) operation: Operation<'a>,
    /// The whole statement.
    pub(super) statement: Span,
    /// The schema just before it.
    pub(super) before: Arc<Catalog<'a>>,
    /// The schema just after it.
    pub(super) after: Arc<Catalog<'a>>,
}

/// A change, read.
pub(super) struct Draft<'a> {
    pub(super) text: &'a str,
    /// Number of its file in the history.
    pub(super) file: u32,
    pub(super) units: Vec<Unit<'a>>,
    /// There were more.
    pub(super) cut: bool,
    /// What its way back fills: by table and column, the expression.
    pub(super) fills_back: BTreeMap<(QName, Symbol), String>,
}

impl<'a> Draft<'a> {
    /// Reads the one file of `scripts` on top of `catalog`. `part`: only the statement at this byte.
    pub(super) fn read(scripts: &'a [Parsed<'a>], catalog: &Catalog<'a>, file: u32, part: Option<u32>) -> Self {
        let mut draft = Self { text: "", file, units: Vec::new(), cut: false, fills_back: BTreeMap::new() };
        let mut catalog = Arc::new(catalog.clone());
        for parsed in scripts {
            draft.text = &parsed.migration.text;
            let statements = parsed.scripts.iter().flat_map(|(_, script)| &script.statements);
            for statement in statements {
                let wanted = part.is_none_or(|at| statement.span.start <= at && at <= statement.span.end);
                for operation in lower(statement, &catalog) {
                    let before = Arc::clone(&catalog);
                    let origin = Origin { release: file, file, span: operation.span };
                    Arc::make_mut(&mut catalog).apply(&operation, origin);
                    // What stands in a body is part of the statement that runs it.
                    if !wanted
                        || operation.body.is_some_and(|body| body.called.is_some())
                        || draft.is_last_of(statement.span, &operation)
                    {
                        continue;
                    }
                    if draft.units.len() == MOST_UNITS {
                        draft.cut = true;
                        return draft;
                    }
                    let after = Arc::clone(&catalog);
                    draft.units.push(Unit { operation, statement: statement.span, before, after });
                }
            }
            draft.fills_back = fills_back(parsed.migration, &catalog);
        }
        draft
    }

    /// Whether an operation stands in the body of the statement that was read last.
    fn is_last_of(&self, statement: Span, operation: &Operation<'_>) -> bool {
        operation.body.is_some() && self.units.last().is_some_and(|unit| unit.statement == statement)
    }

    /// What is written at `span`.
    pub(super) fn text_of(&self, span: Span) -> &'a str {
        span.of(self.text)
    }
}

impl<'a> Unit<'a> {
    /// The table that an `ALTER TABLE` works on and what it does, where the history knows the table.
    pub(super) fn action(&self) -> Option<(&Arc<Table>, &'a ActionKind)> {
        match &self.operation.kind {
            OperationKind::Alter { relation, action, .. } => Some((self.before.table(relation)?, &action.kind)),
            _ => None,
        }
    }

    /// The clause that does it, as a statement of its own.
    pub(super) fn sql(&self, text: &str) -> String {
        match &self.operation.kind {
            OperationKind::Alter { action, alter, .. } if alter.actions.len() > 1 => {
                let Action { span, .. } = action;
                let first = alter.actions.first().map_or(span.start, |action| action.span.start);
                let head = Span::new(self.statement.start, first).of(text);
                format!("{}{}", head, span.of(text))
            }
            _ => self.statement.of(text).to_owned(),
        }
    }

    /// The constraint that it adds, under the name that the server gives it.
    pub(super) fn added_constraint(&self) -> Option<Symbol> {
        let OperationKind::Alter { relation, .. } = &self.operation.kind else { return None };
        let (before, after) = (self.before.table(relation)?, self.after.table(relation)?);
        let new = after.constraints.iter().find(|constraint| before.constraint(&constraint.name).is_none());
        new.map(|constraint| constraint.name.clone())
    }

    /// Nothing that a plan has to see to: transactions, settings and locks are its own business.
    pub(super) fn is_frame(&self) -> bool {
        matches!(
            self.operation.kind,
            OperationKind::Transaction(_) | OperationKind::Set(_) | OperationKind::LockTable { .. }
        )
    }

    /// Whether the table was created by an earlier statement of the change.
    pub(super) fn is_new(&self, table: &QName, file: u32) -> bool {
        let origin = self.before.relation_origin(table);
        origin.is_some_and(|origin| origin.file == file)
    }
}

/// What the way back of a migration fills, where it says so in an `UPDATE`.
fn fills_back(migration: &Migration, catalog: &Catalog<'_>) -> BTreeMap<(QName, Symbol), String> {
    let mut found = BTreeMap::new();
    for (text, span) in migration.down_parts() {
        for statement in crate::syntax::parse(text, span).statements {
            let StatementKind::RowChange(change) = &statement.kind else { continue };
            let table = catalog.resolve(&change.table);
            for (column, expression) in assignments(text, change).into_iter().flatten() {
                found.insert((table.clone(), column.name.clone()), expression.trim().to_owned());
            }
        }
    }
    found
}
