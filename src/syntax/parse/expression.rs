//! Summarises expressions from their tokens. Nothing here recurses and nothing is refused.

use super::data_type::data_type;
use super::spelling::spelled;
use crate::syntax::cursor::{Cursor, unquote};
use crate::syntax::expr::{Expr, Shape};
use crate::syntax::keyword::is_reserved;
use crate::syntax::name::{Ident, Name, Symbol};
use crate::syntax::token::{Token, TokenKind};

/// Functions that are called without brackets.
const VALUE_FUNCTIONS: &[&str] = &[
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "localtime",
    "localtimestamp",
    "session_user",
    "system_user",
    "user",
];

/// Words that may stand before a bracket without being a function.
const NO_FUNCTION: &[&str] = &[
    "all", "and", "any", "array", "as", "between", "by", "case", "cast", "check", "else", "exists", "filter", "from",
    "in", "is", "like", "ilike", "not", "on", "or", "over", "row", "select", "some", "then", "using", "values", "when",
    "where", "within",
];

/// Words that are neither reserved nor columns inside an expression.
const NO_COLUMN: &[&str] =
    &["between", "ilike", "is", "isnull", "like", "notnull", "over", "similar", "values", "within"];

/// Parts of a time, which follow a literal or `TO` in an interval and stand before `FROM` in `EXTRACT`.
const TIME_PARTS: &[&str] = &["year", "month", "day", "hour", "minute", "second"];

/// Summarises all tokens of `cursor`.
pub(super) fn summarize(cursor: Cursor<'_>) -> Expr {
    let (mut calls, mut sequences) = (Vec::new(), Vec::new());
    let mut columns: Vec<Symbol> = Vec::new();
    let tokens = cursor.rest();
    for (index, token) in tokens.iter().enumerate() {
        if !matches!(token.kind, TokenKind::Word | TokenKind::Quoted) || after_cast(cursor, tokens, index) {
            continue;
        }
        let next = tokens.get(index + 1).map(|next| next.kind);
        if next == Some(TokenKind::Dot) {
            continue;
        }
        let name = cursor.symbol(*token);
        let word = token.kind == TokenKind::Word;
        if next == Some(TokenKind::LeftParen) {
            if !word || !NO_FUNCTION.contains(&&*name) {
                sequences.extend(tokens.get(index + 2).filter(|_| &*name == "nextval").and_then(|token| {
                    let literal = token.kind == TokenKind::String;
                    literal.then(|| Name::in_text(&unquote(cursor.text_of(*token)), token.span)).flatten()
                }));
                calls.push(qualified(cursor, tokens, index, name, *token));
            }
        } else if word && VALUE_FUNCTIONS.contains(&&*name) {
            calls.push(Name { schema: None, name: Ident { name, span: token.span } });
        } else if next != Some(TokenKind::String) && !(word && is_syntax(cursor, tokens, index, &name)) {
            columns.push(name);
        }
    }
    columns.sort();
    columns.dedup();
    Expr {
        span: cursor.whole(),
        text: spelled(cursor),
        shape: shape(cursor),
        calls,
        sequences,
        columns,
        not_null: not_null(cursor),
    }
}

/// The unquoted word at `index` belongs to the grammar here. Most of these words are good names for a column, too.
fn is_syntax(cursor: Cursor<'_>, tokens: &[Token], index: usize, word: &str) -> bool {
    let is = |token: Option<&Token>, words: &[&str]| {
        token.is_some_and(|token| words.iter().any(|word| cursor.text_of(*token).eq_ignore_ascii_case(word)))
    };
    let before = index.checked_sub(1).and_then(|at| tokens.get(at));
    let after = tokens.get(index + 1);
    match word {
        "at" => is(after, &["time", "local"]),
        "time" => is(before, &["at", "with", "without"]) && is(after, &["zone"]),
        "zone" => is(before, &["time"]),
        "by" => is(before, &["order", "partition"]),
        "partition" => is(after, &["by"]),
        "range" | "rows" => is(after, &["between", "unbounded", "current"]),
        _ if TIME_PARTS.contains(&word) => {
            before.is_some_and(|token| token.kind == TokenKind::String) || is(before, &["to"]) || is(after, &["from"])
        }
        _ => is_reserved(word) || NO_COLUMN.contains(&word),
    }
}

/// The word at `index` names a type: it follows `::`, or `AS` inside a cast.
fn after_cast(cursor: Cursor<'_>, tokens: &[Token], index: usize) -> bool {
    let mut before = index;
    while before >= 2 && tokens.get(before - 1).is_some_and(|token| token.kind == TokenKind::Dot) {
        before -= 2;
    }
    before.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|token| {
        let text = cursor.text_of(*token);
        (token.kind == TokenKind::Operator && text == "::")
            || (token.kind == TokenKind::Word
                && (text.eq_ignore_ascii_case("as") || text.eq_ignore_ascii_case("collate")))
    })
}

fn qualified(cursor: Cursor<'_>, tokens: &[Token], index: usize, name: Symbol, token: Token) -> Name {
    let schema = index
        .checked_sub(2)
        .and_then(|at| tokens.get(at..=at + 1))
        .and_then(|before| match before {
            [schema, dot] if dot.kind == TokenKind::Dot => {
                Some(Ident { name: cursor.symbol(*schema), span: schema.span })
            }
            _ => None,
        })
        .filter(|schema| &*schema.name != "pg_catalog");
    Name { schema, name: Ident { name, span: token.span } }
}

/// Brackets within brackets that are looked into. Each level is one pass over what is inside.
const MAX_NESTING: u32 = 50;

/// Without brackets around the whole.
pub(super) fn strip(mut cursor: Cursor<'_>) -> Cursor<'_> {
    for _ in 0..MAX_NESTING {
        if !cursor.at_kind(TokenKind::LeftParen) {
            break;
        }
        let mut ahead = cursor;
        match ahead.group() {
            Ok(inner) if ahead.done() => cursor = inner,
            _ => break,
        }
    }
    cursor
}

fn shape(cursor: Cursor<'_>) -> Shape {
    let mut cursor = strip(cursor);
    if cursor.at("CAST") && cursor.peek_ahead(1).is_some_and(|next| next.kind == TokenKind::LeftParen) {
        return cast_call(cursor);
    }
    if cursor.eat("NULL") {
        return if casts_only(cursor) { Shape::Null } else { Shape::Other };
    }
    if literal(&mut cursor) {
        return if casts_only(cursor) { Shape::Literal } else { Shape::Other };
    }
    let Ok(name) = cursor.name("a column") else { return Shape::Other };
    let column = name.name.name;
    if cursor.done() {
        return Shape::Column(column);
    }
    if cursor.at("AT TIME ZONE") {
        return Shape::AtTimeZone(column);
    }
    if cursor.eat_operator("::") {
        return match data_type(&mut cursor) {
            Ok(target) if cursor.done() => Shape::CastColumn(column, Box::new(target)),
            _ => Shape::Other,
        };
    }
    Shape::Other
}

/// `CAST(x AS type)` and nothing after it.
fn cast_call(mut cursor: Cursor<'_>) -> Shape {
    cursor.bump();
    let Ok(mut inner) = cursor.group() else { return Shape::Other };
    let operand = inner.until(|inner| inner.at("AS"));
    inner.bump();
    let Ok(target) = data_type(&mut inner) else { return Shape::Other };
    if !casts_only(cursor) {
        return Shape::Other;
    }
    let mut operand = strip(operand);
    let mut bare = operand;
    if (operand.eat("NULL")) && operand.done() {
        return Shape::Null;
    }
    if literal(&mut operand) && operand.done() {
        return Shape::Literal;
    }
    match bare.name("a column") {
        Ok(name) if bare.done() => Shape::CastColumn(name.name.name, Box::new(target)),
        _ => Shape::Other,
    }
}

/// Nothing follows but casts.
fn casts_only(mut cursor: Cursor<'_>) -> bool {
    while cursor.eat_operator("::") {
        if data_type(&mut cursor).is_err() {
            return false;
        }
    }
    cursor.done()
}

/// Reads a literal: a number with or without sign, a string, a typed string, `TRUE`, an array of literals.
fn literal(cursor: &mut Cursor<'_>) -> bool {
    let before = *cursor;
    if cursor.at("ARRAY") && cursor.peek_ahead(1).is_some_and(|next| next.kind == TokenKind::LeftBracket) {
        let plain = |token: &Token| match token.kind {
            TokenKind::Word => !cursor.text_of(*token).eq_ignore_ascii_case("select"),
            kind => !matches!(kind, TokenKind::LeftParen | TokenKind::Quoted),
        };
        let list = cursor.rest();
        let end = list.iter().position(|token| token.kind == TokenKind::RightBracket).unwrap_or(list.len());
        let literals = list.get(1..end).unwrap_or_default().iter().all(plain);
        for _ in 0..=end {
            cursor.bump();
        }
        return literals;
    }
    if !cursor.eat_operator("-") {
        cursor.eat_operator("+");
    }
    if cursor.eat_any(&["TRUE", "FALSE"]) || cursor.eat_kind(TokenKind::Number) {
        return true;
    }
    // A type's name before a string: `DATE '2020-01-01'`, `INTERVAL '1 day'`.
    if cursor.at_kind(TokenKind::Word) && cursor.peek_ahead(1).is_some_and(|next| next.kind == TokenKind::String) {
        cursor.bump();
    }
    let mut strings = false;
    while cursor.eat_kind(TokenKind::String) || cursor.eat_kind(TokenKind::Dollar) {
        strings = true;
    }
    if !strings {
        *cursor = before;
    }
    strings
}

/// Columns that cannot be null where the expression is true.
fn not_null(cursor: Cursor<'_>) -> Vec<Symbol> {
    let mut found = Vec::new();
    let mut pending = vec![(cursor, 0)];
    while let Some((group, depth)) = pending.pop() {
        let Some(parts) = conjuncts(strip(group)) else { continue };
        for part in parts {
            match proves_not_null(part) {
                Some(column) => found.push(column),
                None if part.at_kind(TokenKind::LeftParen) && depth < MAX_NESTING => pending.push((part, depth + 1)),
                None => {}
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// The parts joined by `AND` outside brackets; none where an `OR` stands among them.
fn conjuncts(group: Cursor<'_>) -> Option<Vec<Cursor<'_>>> {
    let mut rest = group;
    let mut parts = Vec::new();
    loop {
        parts.push(rest.until(|rest| rest.at("AND") || rest.at("OR")));
        if rest.at("OR") {
            return None;
        }
        if !rest.eat("AND") {
            return Some(parts);
        }
    }
}

/// `c IS NOT NULL`, `c NOTNULL`, `c IS DISTINCT FROM NULL`, `NOT (c IS NULL)`.
fn proves_not_null(cursor: Cursor<'_>) -> Option<Symbol> {
    let mut cursor = cursor;
    let negated = cursor.eat("NOT");
    let mut cursor = strip(cursor);
    let column = cursor.name("a column").ok()?.name.name;
    let tests: &[&str] = if negated {
        &["IS NULL", "ISNULL", "IS NOT DISTINCT FROM NULL"]
    } else {
        &["IS NOT NULL", "NOTNULL", "IS DISTINCT FROM NULL"]
    };
    (cursor.eat_any(tests) && cursor.done()).then_some(column)
}
