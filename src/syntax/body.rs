//! Opens procedural bodies: `DO` blocks, functions, what `EXECUTE` runs. The SQL statements inside come out with their
//! places in the file, and with what the control flow around them says: in a loop, conditional, committed each round.

mod condition;
mod format;
mod shape;
mod template;
mod variables;
mod walk;

use std::borrow::Cow;

use self::template::Template;
use super::cursor::Cursor;
use super::hole::Fills;
use super::lexer::lex;
use super::name::Symbol;
use super::object::{Assembled, Body, BodyStatement};
use super::parse::{MAX_BODY_DEPTH, statement};
use super::span::{Source, Span};
use super::split::split;
use super::statement::StatementKind;
use super::token::{Token, TokenKind};

/// More different words than this are not kept: nobody's function names so many columns.
const MAX_WORDS: usize = 20_000;

/// Opens a quoted body. `sql`: its language is SQL rather than PL/pgSQL.
pub(super) fn open_quoted(source: Source<'_>, kind: TokenKind, quoted: Span, sql: bool, depth: u8) -> Body {
    let (inner, text) = inside(source, kind, quoted);
    if depth >= MAX_BODY_DEPTH {
        return Body { span: inner, dynamic: vec![inner], ..Body::default() };
    }
    let source = Source { text: &text, base: inner.start, fills: &[] };
    let lexed = lex(source, inner);
    let mut body = if sql {
        sql_body(source, &lexed.tokens, depth)
    } else {
        walk::plpgsql(Cursor::new(source, &lexed.tokens), depth)
    };
    body.span = inner;
    add_words(source, &lexed.tokens, &mut body.words);
    body
}

/// Opens `BEGIN ATOMIC … END` or `RETURN …`, which is not quoted.
pub(super) fn open_tokens(cursor: Cursor<'_>, depth: u8) -> Body {
    let mut inner = cursor;
    inner.eat("BEGIN ATOMIC");
    let tokens = inner.rest();
    let tokens = match tokens.split_last() {
        Some((last, before)) if cursor.text_of(*last).eq_ignore_ascii_case("end") => before,
        _ => tokens,
    };
    let mut body = if cursor.at("RETURN") { Body::default() } else { sql_body(cursor.source, tokens, depth) };
    body.span = cursor.whole();
    add_words(cursor.source, tokens, &mut body.words);
    body
}

/// Reads the SQL of `EXECUTE`. None where what is not known decides what the statement is.
fn open_template(template: &Template, fills: &Fills, depth: u8) -> Option<Body> {
    let inner = template.span;
    if depth >= MAX_BODY_DEPTH {
        return None;
    }
    let source = Source { text: &template.text, base: inner.start, fills };
    let lexed = lex(source, inner);
    if !shape::is_told(source, &lexed.tokens, &template.raw) {
        return None;
    }
    let mut body = sql_body(source, &lexed.tokens, depth);
    if template.unknown || template.pieces {
        let unread = |part: &BodyStatement| matches!(part.statement.kind, StatementKind::Unrecognized(_));
        if body.statements.is_empty() || body.statements.iter().any(unread) {
            return None;
        }
        let assembled = Assembled { unknown: template.unknown, pieces: template.pieces };
        body.statements.iter_mut().for_each(|part| part.assembled = assembled);
    }
    add_words(source, &lexed.tokens, &mut body.words);
    Some(body)
}

fn sql_body(source: Source<'_>, tokens: &[Token], depth: u8) -> Body {
    let statements = split(source, tokens)
        .into_iter()
        .map(|slice| BodyStatement {
            statement: statement(Cursor::new(source, slice), depth + 1),
            in_loop: false,
            committed: false,
            condition: None,
            assembled: Assembled::default(),
        })
        .collect();
    Body { statements, ..Body::default() }
}

/// The text between the quotes. In a single-quoted body a doubled quote becomes NUL and quote: same length, and the
/// lexer skips the NUL.
fn inside(source: Source<'_>, kind: TokenKind, quoted: Span) -> (Span, Cow<'_, str>) {
    let text = source.at(quoted);
    let (skip, end) = if kind == TokenKind::Dollar {
        let tag = text.get(1..).and_then(|rest| rest.find('$')).map_or(0, |at| at + 2);
        (tag, tag)
    } else {
        (text.find('\'').map_or(0, |at| at + 1), 1)
    };
    let offset = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let inner =
        Span::new(quoted.start + offset(skip), quoted.end.saturating_sub(offset(end)).max(quoted.start + offset(skip)));
    let text = source.at(inner);
    if kind == TokenKind::String && text.contains("''") {
        return (inner, text.replace("''", "\0'").into());
    }
    (inner, text.into())
}

fn add_words(source: Source<'_>, tokens: &[Token], words: &mut Vec<Symbol>) {
    let cursor = Cursor::new(source, tokens);
    for token in tokens {
        if matches!(token.kind, TokenKind::Word | TokenKind::Quoted) && words.len() < MAX_WORDS {
            words.push(cursor.symbol(*token));
        }
    }
    words.sort();
    words.dedup();
}
