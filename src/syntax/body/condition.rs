//! What a condition asks: whether it only looks whether something is there already.

use super::variables::literal;
use crate::syntax::cursor::Cursor;
use crate::syntax::name::Symbol;
use crate::syntax::object::Guard;
use crate::syntax::token::TokenKind;

/// Names in one condition that are kept.
const MOST_NAMES: usize = 16;

/// The question of `condition`, where it is nothing but one about the server's catalog.
pub(super) fn guard(condition: Cursor<'_>) -> Option<Guard> {
    let mut head = condition;
    let exists = head.eat("EXISTS");
    let mut absent = !exists && head.eat("NOT EXISTS");
    if exists || absent {
        head.group().ok()?;
    } else if head.eat("TO_REGCLASS") || head.eat("TO_REGTYPE") {
        head.group().ok()?;
        absent = head.eat("IS NULL");
        if !absent && !head.eat("IS NOT NULL") {
            return None;
        }
    } else {
        return None;
    }
    let mut asks = false;
    let mut names: Vec<Symbol> = Vec::new();
    for token in condition.rest() {
        match token.kind {
            TokenKind::Word => {
                let word = condition.symbol(*token);
                asks |= &*word == "information_schema" || word.starts_with("pg_") || word.starts_with("to_reg");
            }
            TokenKind::String if names.len() < MOST_NAMES => {
                let text = literal(condition, *token)?;
                names.extend(text.split('.').map(|part| part.trim_matches('"').into()));
            }
            _ => {}
        }
    }
    (asks && head.done()).then_some(Guard { absent, names })
}
