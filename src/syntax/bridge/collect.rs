//! Summarises what the parser crate read: relations, calls, columns, row changes.

use std::ops::ControlFlow;

use sqlparser::ast::{self, SetExpr, Statement, TableFactor, Visit, Visitor};

use super::{Rows, reach, tokens};
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::query::{Call, Query, Reach, RowChange, RowVerb};
use crate::syntax::span::Span;

pub(super) fn rows(statement: &Statement, span: Span) -> Rows {
    let top = match statement {
        Statement::Query(query) => with_body(query),
        other => Some(other),
    };
    let mut collector = Collector { top, ..Collector::default() };
    // The visitor never breaks off.
    let _ = statement.visit(&mut collector);
    let mut query = collector.into_query(span);
    match top.and_then(|change| row_change(change, &query, with_clause(statement), span)) {
        Some(mut change) => {
            if let Some(at) = query.reads.iter().position(|read| same_name(read, &change.table)) {
                query.reads.remove(at);
            }
            change.query = query;
            Rows::Change(change)
        }
        None => Rows::Query(query),
    }
}

fn same_name(a: &Name, b: &Name) -> bool {
    a.last() == b.last() && a.schema.as_ref().map(|schema| &schema.name) == b.schema.as_ref().map(|schema| &schema.name)
}

/// The row change that `WITH … UPDATE` wraps in a query.
fn with_body(query: &ast::Query) -> Option<&Statement> {
    match &*query.body {
        SetExpr::Insert(change) | SetExpr::Update(change) | SetExpr::Delete(change) | SetExpr::Merge(change) => {
            Some(change)
        }
        _ => None,
    }
}

fn with_clause(statement: &Statement) -> Option<&ast::With> {
    match statement {
        Statement::Query(query) => query.with.as_ref(),
        _ => None,
    }
}

fn row_change(statement: &Statement, query: &Query, with: Option<&ast::With>, span: Span) -> Option<RowChange> {
    let mut by_record = false;
    let (verb, table, columns, filter, reach) = match statement {
        Statement::Insert(insert) => {
            let ast::TableObject::TableName(table) = &insert.table else { return None };
            let columns = insert.columns.iter().filter_map(tokens::name).map(|name| name.name).collect();
            let from_query = insert.source.as_ref().is_some_and(|source| !matches!(&*source.body, SetExpr::Values(_)));
            let reach = if from_query && !query.reads.is_empty() { Reach::Filtered } else { Reach::Values };
            (RowVerb::Insert, tokens::name(table)?, columns, None, reach)
        }
        Statement::Update(update) => {
            let table = table_name(&update.table.relation)?;
            let sources = reach::Sources { with, from: update.from.as_ref().map(from_tables).unwrap_or_default() };
            let reach = reach::reach(update.selection.as_ref(), update.limit.is_some(), &sources);
            let alone = sources.from.is_empty();
            by_record =
                alone && update.selection.as_ref().is_some_and(|found| reach::by_record(found, &update.table.relation));
            (RowVerb::Update, table, assigned(&update.assignments), update.selection.as_ref(), reach)
        }
        Statement::Delete(delete) => {
            let (ast::FromTable::WithFromKeyword(from) | ast::FromTable::WithoutKeyword(from)) = &delete.from;
            let target = &from.first()?.relation;
            let table = table_name(target)?;
            let using = delete.using.as_deref().unwrap_or_default();
            let sources = reach::Sources { with, from: using.iter().map(|table| &table.relation).collect() };
            let reach = reach::reach(delete.selection.as_ref(), delete.limit.is_some(), &sources);
            by_record =
                using.is_empty() && delete.selection.as_ref().is_some_and(|found| reach::by_record(found, target));
            (RowVerb::Delete, table, Vec::new(), delete.selection.as_ref(), reach)
        }
        Statement::Merge(merge) => (RowVerb::Merge, table_name(&merge.table)?, Vec::new(), None, Reach::Filtered),
        _ => return None,
    };
    let on_conflict = matches!(statement, Statement::Insert(insert) if insert.on.is_some());
    Some(RowChange {
        verb,
        table,
        columns,
        reach,
        filter: filter.map(|_| span),
        equals: filter.map(reach::equals).unwrap_or_default(),
        by_record,
        query: Query::default(),
        on_conflict,
        span,
    })
}

fn from_tables(from: &ast::UpdateTableFromKind) -> Vec<&TableFactor> {
    let (ast::UpdateTableFromKind::BeforeSet(tables) | ast::UpdateTableFromKind::AfterSet(tables)) = from;
    tables.iter().map(|table| &table.relation).collect()
}

fn table_name(factor: &TableFactor) -> Option<Name> {
    match factor {
        TableFactor::Table { name, .. } => tokens::name(name),
        _ => None,
    }
}

fn assigned(assignments: &[ast::Assignment]) -> Vec<Ident> {
    let mut columns = Vec::new();
    for assignment in assignments {
        match &assignment.target {
            ast::AssignmentTarget::ColumnName(name) => columns.extend(tokens::name(name).map(|name| name.name)),
            ast::AssignmentTarget::Tuple(names) => {
                columns.extend(names.iter().filter_map(tokens::name).map(|name| name.name));
            }
        }
    }
    columns
}

#[derive(Default)]
struct Collector<'a> {
    /// The row change that the statement is; its own `WITH` and sub-selects are what is collected.
    top: Option<&'a Statement>,
    reads: Vec<Name>,
    /// Names of common table expressions: no relations.
    local: Vec<Symbol>,
    /// Where a function stands in `FROM`: the crate reads it as a relation.
    function: Option<Span>,
    calls: Vec<Call>,
    columns: Vec<Symbol>,
    changes: Vec<RowChange>,
    into: Option<Name>,
    locks_rows: bool,
    scans: bool,
}

impl Collector<'_> {
    fn into_query(self, span: Span) -> Query {
        let Self { top: _, mut reads, local, function: _, calls, mut columns, changes, into, locks_rows, scans } = self;
        reads.retain(|read| read.schema.is_some() || !local.contains(read.last()));
        columns.sort();
        columns.dedup();
        // Thousands of these are alive at once.
        columns.shrink_to_fit();
        reads.shrink_to_fit();
        Query { span, reads, calls, changes, into, locks_rows, columns, scans }
    }
}

impl Visitor for Collector<'_> {
    type Break = ();

    fn pre_visit_query(&mut self, query: &ast::Query) -> ControlFlow<()> {
        if let Some(with) = &query.with {
            self.local.extend(with.cte_tables.iter().map(|table| tokens::symbol(&table.alias.name)));
        }
        self.locks_rows |= !query.locks.is_empty();
        if let SetExpr::Select(select) = &*query.body {
            self.scans |= !select.from.is_empty();
            if let Some(into) = &select.into {
                self.into = into.targets.first().and_then(expression_name);
            }
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_statement(&mut self, statement: &Statement) -> ControlFlow<()> {
        let nested =
            !matches!(statement, Statement::Query(_)) && !self.top.is_some_and(|top| std::ptr::eq(top, statement));
        if nested && let Some(mut change) = row_change(statement, &Query::default(), None, Span::default()) {
            change.span = change.table.span();
            self.changes.push(change);
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_select(&mut self, select: &ast::Select) -> ControlFlow<()> {
        let all = |item: &ast::SelectItem| {
            matches!(item, ast::SelectItem::Wildcard(_) | ast::SelectItem::QualifiedWildcard(..))
        };
        if select.projection.iter().any(all) {
            self.columns.push("*".into());
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_table_factor(&mut self, factor: &TableFactor) -> ControlFlow<()> {
        let (name, arguments) = match factor {
            TableFactor::Table { name, args: Some(args), .. } => (name, &args.args),
            TableFactor::Function { name, args, .. } => (name, args),
            _ => return ControlFlow::Continue(()),
        };
        if let Some(name) = tokens::name(name) {
            self.function = Some(name.span());
            self.calls.push(Call { name, literals: arguments.iter().map(literal).collect() });
        }
        ControlFlow::Continue(())
    }

    fn pre_visit_relation(&mut self, relation: &ast::ObjectName) -> ControlFlow<()> {
        let name = tokens::name(relation).filter(|name| self.function != Some(name.span()));
        self.reads.extend(name);
        ControlFlow::Continue(())
    }

    fn pre_visit_expr(&mut self, expression: &ast::Expr) -> ControlFlow<()> {
        match expression {
            ast::Expr::Function(function) => {
                if let Some(name) = tokens::name(&function.name) {
                    self.calls.push(Call { name, literals: literals(&function.args) });
                }
            }
            ast::Expr::Identifier(ident) => self.columns.push(tokens::symbol(ident)),
            ast::Expr::CompoundIdentifier(parts) => self.columns.extend(parts.last().map(tokens::symbol)),
            _ => {}
        }
        ControlFlow::Continue(())
    }
}

/// The table of `SELECT … INTO table`, which the crate reads as an expression.
fn expression_name(target: &ast::Expr) -> Option<Name> {
    match target {
        ast::Expr::Identifier(ident) => Some(Name { schema: None, name: tokens::ident(ident) }),
        ast::Expr::CompoundIdentifier(parts) => {
            let mut parts = parts.iter().rev().map(tokens::ident);
            let name = parts.next()?;
            Some(Name { schema: parts.next(), name })
        }
        _ => None,
    }
}

fn literals(arguments: &ast::FunctionArguments) -> Vec<Option<Box<str>>> {
    let ast::FunctionArguments::List(list) = arguments else { return Vec::new() };
    list.args.iter().map(literal).collect()
}

/// The text of an argument that is a plain literal.
fn literal(argument: &ast::FunctionArg) -> Option<Box<str>> {
    let ast::FunctionArg::Unnamed(ast::FunctionArgExpr::Expr(ast::Expr::Value(value))) = argument else { return None };
    match &value.value {
        ast::Value::SingleQuotedString(text) | ast::Value::EscapedStringLiteral(text) => Some(text.as_str().into()),
        ast::Value::Boolean(value) => Some(if *value { "true".into() } else { "false".into() }),
        ast::Value::Number(number, _) => Some(number.as_str().into()),
        _ => None,
    }
}
