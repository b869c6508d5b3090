//! Queries and row changes: through the bridge, and where that refuses, by their heads.

use crate::syntax::bridge::{self, Rows};
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::Name;
use crate::syntax::query::{Query, Reach, RowChange, RowVerb};
use crate::syntax::statement::StatementKind;
use crate::syntax::token::TokenKind;

/// An `INSERT … VALUES` with more tokens than this is read by its head.
const LONG_INSERT: usize = 300;

/// The words queries and row changes start with.
pub(super) const HEADS: &[&str] =
    &["SELECT", "WITH", "INSERT", "UPDATE", "DELETE", "MERGE", "VALUES", "TABLE", "REPLACE"];

/// A query or row change.
pub(super) fn row_statement(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let tokens = Cursor::new(cursor.source, cursor.rest());
    cursor.finish();
    if tokens.at("INSERT") && tokens.rest().len() > LONG_INSERT && inserts_values(tokens) {
        return by_head(tokens);
    }
    if tokens.at("TABLE") {
        return table(tokens);
    }
    match bridge::read(&tokens) {
        Ok(Rows::Query(query)) => Ok(StatementKind::Query(Box::new(query))),
        Ok(Rows::Change(change)) => Ok(StatementKind::RowChange(Box::new(change))),
        Err(refusal) => by_head(tokens).or(Err(refusal)),
    }
}

/// The query of a view or of `CREATE TABLE … AS`.
pub(super) fn query_in(tokens: Cursor<'_>) -> Parse<Query> {
    let whole = Query { span: tokens.whole(), scans: true, ..Query::default() };
    if tokens.done() {
        return tokens.refuse("a query");
    }
    let mut inner = tokens;
    // More brackets than this the bridge would refuse anyway.
    for _ in 0..40 {
        if !inner.at_kind(TokenKind::LeftParen) {
            break;
        }
        let mut ahead = inner;
        match ahead.group() {
            Ok(group) if ahead.done() => inner = group,
            _ => break,
        }
    }
    if inner.at("EXECUTE") {
        return Ok(whole);
    }
    match bridge::read(&inner) {
        Ok(Rows::Query(query)) => Ok(query),
        Ok(Rows::Change(_)) => tokens.refuse("a query"),
        Err(_) if inner.at_any(&["SELECT", "WITH", "VALUES", "TABLE"]) || inner.at_kind(TokenKind::LeftParen) => {
            Ok(Query { reads: tables_by_keyword(inner), ..whole })
        }
        Err(refusal) => Err(refusal),
    }
}

/// `TABLE name`
fn table(mut tokens: Cursor<'_>) -> Parse<StatementKind> {
    let span = tokens.whole();
    tokens.expect("TABLE")?;
    let name = tokens.name("a table name")?;
    tokens.expect_end()?;
    Ok(StatementKind::Query(Box::new(Query { span, reads: vec![name], scans: true, ..Query::default() })))
}

fn inserts_values(mut tokens: Cursor<'_>) -> bool {
    tokens.until(|tokens| tokens.at_any(&["VALUES", "SELECT", "WITH"]));
    tokens.at("VALUES")
}

/// What the bridge refused, but whose head says enough: the verb, the table, whether there is a condition.
fn by_head(tokens: Cursor<'_>) -> Parse<StatementKind> {
    let span = tokens.whole();
    let mut head = tokens;
    let verb = if head.eat_any(&["INSERT INTO", "INSERT"]) {
        RowVerb::Insert
    } else if head.eat("UPDATE") {
        RowVerb::Update
    } else if head.eat("DELETE FROM") {
        RowVerb::Delete
    } else if head.eat("MERGE INTO") {
        RowVerb::Merge
    } else if head.at_any(&["SELECT", "VALUES"]) && balanced(tokens) {
        let query = Query { span, reads: tables_by_keyword(tokens), scans: true, ..Query::default() };
        return Ok(StatementKind::Query(Box::new(query)));
    } else {
        return tokens.refuse("a statement");
    };
    head.eat("ONLY");
    let table = head.name("a table name")?;
    let mut columns = Vec::new();
    if verb == RowVerb::Insert && head.at_kind(TokenKind::LeftParen) {
        let mut group = head.group()?;
        columns = group.list(|group| group.ident("a column name"))?;
    }
    if verb == RowVerb::Update && !head.rest().iter().any(|token| head.text_of(*token).eq_ignore_ascii_case("set")) {
        return head.refuse("SET");
    }
    let mut rest = head;
    rest.until(|rest| rest.at("WHERE"));
    let filter = (!rest.done()).then(|| rest.whole());
    let values = verb == RowVerb::Insert && inserts_values(tokens);
    let reach = match (values, filter) {
        (true, _) => Reach::Values,
        (false, Some(_)) => Reach::Filtered,
        (false, None) => Reach::Everything,
    };
    let query = Query { span, reads: if values { Vec::new() } else { tables_by_keyword(head) }, ..Query::default() };
    let change = RowChange {
        verb,
        table,
        columns,
        reach,
        filter,
        equals: Vec::new(),
        by_record: false,
        query,
        on_conflict: false,
        span,
    };
    Ok(StatementKind::RowChange(Box::new(change)))
}

fn balanced(tokens: Cursor<'_>) -> bool {
    let depth = |open: TokenKind, close: TokenKind| {
        let count = |kind: TokenKind| tokens.rest().iter().filter(|token| token.kind == kind).count();
        count(open) == count(close)
    };
    depth(TokenKind::LeftParen, TokenKind::RightParen)
}

/// The tables that bracketed queries among the tokens read.
pub(super) fn sub_selects(tokens: Cursor<'_>) -> Vec<Name> {
    let mut cursor = tokens;
    let mut reads = Vec::new();
    while !cursor.done() {
        let query = cursor.at_kind(TokenKind::LeftParen)
            && (cursor.at_word_ahead(1, "SELECT") || cursor.at_word_ahead(1, "WITH"));
        if !query {
            cursor.bump();
        } else if let Ok(group) = cursor.group() {
            reads.extend(query_in(group).map(|query| query.reads).unwrap_or_default());
        }
    }
    reads
}

/// Names after `FROM` and `JOIN`.
fn tables_by_keyword(tokens: Cursor<'_>) -> Vec<Name> {
    let mut tables = Vec::new();
    let mut cursor = tokens;
    while !cursor.done() {
        if cursor.eat_any(&["FROM", "JOIN"]) {
            cursor.eat("ONLY");
            let mut name = cursor;
            tables.extend(name.name("a table name").ok());
        } else {
            cursor.bump();
        }
    }
    tables
}
