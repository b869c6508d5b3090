//! `CREATE INDEX`.

use super::expression::{strip, summarize};
use super::key_form::{key_form, words};
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::{Ident, Symbol};
use crate::syntax::object::CreateIndex;
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;
use crate::syntax::token::TokenKind;

/// After `CREATE [UNIQUE] INDEX`; `head` covers those words.
pub(super) fn create_index(cursor: &mut Cursor<'_>, unique: bool, head: Span) -> Parse<StatementKind> {
    let concurrently = cursor.eat("CONCURRENTLY");
    let if_not_exists = cursor.if_not_exists();
    let name = if cursor.at("ON") { None } else { Some(cursor.name("an index name")?.name) };
    cursor.expect("ON")?;
    let only = cursor.eat("ONLY");
    let table = cursor.name("a table name")?;
    let method = if cursor.eat("USING") { Some(cursor.ident("an index method")?.name) } else { None };
    let mut index = CreateIndex {
        name,
        table,
        unique,
        concurrently,
        if_not_exists,
        only,
        method,
        keys: Vec::new(),
        forms: Vec::new(),
        included: Vec::new(),
        columns: Vec::new(),
        words: Vec::new(),
        expression: false,
        predicate: None,
        predicate_words: Vec::new(),
        nulls_not_distinct: false,
        head,
    };
    keys(cursor.group()?, &mut index)?;
    while !cursor.done() {
        option(cursor, &mut index)?;
    }
    index.columns.sort();
    index.columns.dedup();
    Ok(StatementKind::CreateIndex(Box::new(index)))
}

fn keys(mut group: Cursor<'_>, index: &mut CreateIndex) -> Parse<()> {
    while !group.done() {
        let part = group.until_comma();
        if part.done() {
            return group.refuse("an index column");
        }
        index.words.push(word(part));
        let column = plain_key(part);
        index.forms.push(key_form(part, column.is_some())?);
        if let Some(column) = column {
            index.columns.push(column.name.clone());
            index.keys.push(Some(column));
        } else {
            index.columns.extend(summarize(part).columns);
            index.keys.push(None);
            index.expression = true;
        }
        group.eat_kind(TokenKind::Comma);
    }
    if index.keys.is_empty() { group.refuse("an index column") } else { Ok(()) }
}

/// A column with nothing but collation, operator class and order after it, also in brackets.
fn plain_key(part: Cursor<'_>) -> Option<Ident> {
    let mut part = part;
    if part.at_kind(TokenKind::LeftParen) {
        part = strip(part.group().ok()?);
        let collated = part.peek_ahead(1).is_none_or(|next| part.text_of(next).eq_ignore_ascii_case("collate"));
        if !collated {
            return None;
        }
    }
    let first = part.peek()?;
    let next = part.peek_ahead(1).map(|token| token.kind);
    let bare = !matches!(next, Some(TokenKind::LeftParen | TokenKind::Dot | TokenKind::Operator));
    (matches!(first.kind, TokenKind::Word | TokenKind::Quoted) && bare).then(|| part.label("a column").ok())?
}

/// What the server calls a key: its column or, of an expression, the function on top or the column that is cast.
fn word(part: Cursor<'_>) -> Symbol {
    let other = || Symbol::from("expr");
    let mut inner = Cursor::new(part.source, part.rest());
    let bracketed = inner.at_kind(TokenKind::LeftParen);
    if bracketed {
        let Ok(group) = inner.group() else { return other() };
        inner = strip(group);
    }
    if inner.eat("CASE") {
        return "case".into();
    }
    if inner.at("CAST") && inner.peek_ahead(1).is_some_and(|next| next.kind == TokenKind::LeftParen) {
        inner.bump();
        let Ok(mut cast) = inner.group() else { return other() };
        inner = strip(cast.until(|cast| cast.at("AS")));
    }
    let Ok(name) = inner.name("a column") else { return other() };
    if inner.skip_group_if_any().is_err() {
        return other();
    }
    let ends = inner.done() || inner.at("COLLATE") || inner.peek().is_some_and(|next| inner.text_of(next) == "::");
    if ends || !bracketed {
        name.name.name
    } else if inner.at("AT TIME ZONE") {
        "timezone".into()
    } else {
        other()
    }
}

fn option(cursor: &mut Cursor<'_>, index: &mut CreateIndex) -> Parse<()> {
    if cursor.eat("INCLUDE") {
        let mut group = cursor.group()?;
        let included: Vec<Symbol> =
            group.list(|group| group.ident("a column"))?.into_iter().map(|ident| ident.name).collect();
        index.words.extend(included.iter().cloned());
        index.columns.extend(included.iter().cloned());
        index.included.extend(included);
    } else if cursor.eat("NULLS NOT DISTINCT") {
        index.nulls_not_distinct = true;
    } else if cursor.eat("NULLS DISTINCT") {
    } else if cursor.eat("WITH") {
        cursor.group()?;
    } else if cursor.eat("TABLESPACE") {
        cursor.ident("a tablespace")?;
    } else if cursor.eat("WHERE") {
        let mut predicate = *cursor;
        predicate = Cursor::new(predicate.source, predicate.rest());
        cursor.finish();
        index.predicate_words = words(strip(predicate));
        let predicate = summarize(predicate);
        index.columns.extend(predicate.columns.iter().cloned());
        index.predicate = Some(predicate);
    } else {
        return cursor.refuse("an index option or the end of the statement");
    }
    Ok(())
}
