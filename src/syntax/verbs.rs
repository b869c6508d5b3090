//! The second look: independent of every grammar, it finds dangerous verbs in text that a grammar passed over.

use super::cursor::Cursor;
use super::object::ObjectKind;
use super::span::Span;
use super::statement::StatementKind;
use super::token::{Token, TokenKind};

/// Two words that start a statement nobody may lose.
const DANGEROUS: &[(&str, &[&str])] = &[
    ("alter", &["table", "index", "type", "domain", "sequence", "view", "materialized"]),
    ("drop", &["table", "index", "view", "type", "schema", "materialized", "domain", "sequence", "database"]),
    ("create", &["table", "index", "unique", "trigger", "view", "materialized", "type"]),
    ("truncate", &[]),
    ("reindex", &[]),
    ("cluster", &[]),
    ("vacuum", &[]),
    ("lock", &["table"]),
    ("delete", &["from"]),
    ("update", &[]),
    ("refresh", &["materialized"]),
];

/// Where a dangerous verb starts a line, outside brackets, in text that the grammar of `kind` passed over without
/// reading it; or anywhere after `rest`, where the grammar stopped.
pub(super) fn lost(kind: &StatementKind, tokens: &Cursor<'_>, rest: &Cursor<'_>) -> Option<Span> {
    let unread = if passes_over(kind) { tokens.rest().get(1..).unwrap_or_default() } else { rest.rest() };
    let mut depth = 0_u32;
    for (index, token) in unread.iter().enumerate() {
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            TokenKind::Word if depth == 0 && token.starts_line && dangerous(tokens, token, unread.get(index + 1)) => {
                return Some(token.span);
            }
            _ => {}
        }
    }
    None
}

/// Statements whose grammar reads the head and skips the rest.
fn passes_over(kind: &StatementKind) -> bool {
    match kind {
        StatementKind::CreateObject(object) => object.kind != ObjectKind::Rule,
        StatementKind::Inert { .. }
        | StatementKind::Grant { .. }
        | StatementKind::Copy { .. }
        | StatementKind::Set(_)
        | StatementKind::AlterObject(_) => true,
        _ => false,
    }
}

fn dangerous(cursor: &Cursor<'_>, token: &Token, next: Option<&Token>) -> bool {
    let word = cursor.text_of(*token);
    let Some((_, seconds)) = DANGEROUS.iter().find(|(verb, _)| word.eq_ignore_ascii_case(verb)) else { return false };
    let Some(next) = next else { return false };
    let second = cursor.text_of(*next);
    // `FOR UPDATE TO role` of a policy and `REVOKE UPDATE ON` name a right, not a table.
    let name_like = next.kind == TokenKind::Quoted
        || next.kind == TokenKind::Word && !super::keyword::is_reserved(&second.to_ascii_lowercase());
    if seconds.is_empty() { name_like } else { seconds.iter().any(|known| second.eq_ignore_ascii_case(known)) }
}
