//! Whether SQL with holes is one kind of statement whatever stands in them.

use crate::syntax::cursor::Cursor;
use crate::syntax::span::{Source, Span};
use crate::syntax::token::{Token, TokenKind};

/// Words after which there is a name or a value, and nothing that decides what the statement is.
const BEFORE_NAMES: &[&str] = &[
    "AND",
    "BY",
    "COLUMN",
    "CONCURRENTLY",
    "CONSTRAINT",
    "EXISTS",
    "FROM",
    "FUNCTION",
    "INDEX",
    "INTO",
    "JOIN",
    "LIKE",
    "LIMIT",
    "MODULUS",
    "OF",
    "OFFSET",
    "ON",
    "ONLY",
    "OR",
    "PARTITION",
    "PROCEDURE",
    "REFERENCES",
    "REMAINDER",
    "ROLE",
    "SCHEMA",
    "SELECT",
    "SEQUENCE",
    "SET",
    "TABLE",
    "TABLESPACE",
    "TO",
    "TRIGGER",
    "TRUNCATE",
    "UPDATE",
    "USING",
    "VIEW",
    "WHERE",
];

/// Whether every hole of `raw`, which could stand for anything, stands where only a name or a value can: inside a name
/// or a literal, after a dot, a bracket, an operator, or a word such as `TABLE`. Both lists are in order.
pub(super) fn is_told(source: Source<'_>, tokens: &[Token], raw: &[Span]) -> bool {
    let cursor = Cursor::new(source, tokens);
    let mut holes = raw.iter().peekable();
    let mut previous: Option<Token> = None;
    for token in tokens {
        let mut whole = false;
        while let Some(hole) = holes.next_if(|hole| hole.start < token.span.end) {
            whole |= hole.start >= token.span.start && token.kind == TokenKind::Word && hole.contains(token.span);
        }
        if whole && !previous.is_some_and(|before| before_name(&cursor, before)) {
            return false;
        }
        previous = Some(*token);
    }
    true
}

fn before_name(cursor: &Cursor<'_>, before: Token) -> bool {
    match before.kind {
        TokenKind::Dot | TokenKind::LeftParen | TokenKind::LeftBracket | TokenKind::Comma | TokenKind::Operator => true,
        TokenKind::Word => {
            let word = cursor.text_of(before);
            BEFORE_NAMES.iter().any(|known| word.eq_ignore_ascii_case(known))
        }
        _ => false,
    }
}
