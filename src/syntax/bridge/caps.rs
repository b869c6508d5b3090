//! What the parser crate must not be given: text that overflows its stack or takes it exponential time. Each cap is far
//! above any migration; beyond it a statement is read by its head alone.

use crate::syntax::cursor::{Cursor, Parse, Refusal};
use crate::syntax::token::TokenKind;

/// About 88 bytes each in the parser crate.
const MAX_TOKENS: usize = 100_000;
/// Joins without `ON` nest to the right.
const MAX_JOINS: u32 = 300;
/// Chains of operators nest to the left, and are dropped recursively.
const MAX_OPERATORS: u32 = 20_000;
/// Brackets within brackets.
const MAX_DEPTH: usize = 40;
/// `IN (` within `IN (`: the crate tries each twice when something inside is wrong.
const MAX_NESTED_IN: usize = 8;

pub(super) fn check(cursor: &Cursor<'_>) -> Parse<()> {
    let refuse = |reason: &str| Err(Refusal { reason: reason.to_owned(), at: cursor.whole() });
    let tokens = cursor.rest();
    if tokens.len() > MAX_TOKENS {
        return refuse("it has too many tokens");
    }
    let mut joins = 0;
    let mut operators = 0;
    // One entry per open bracket: whether it follows IN.
    let mut open: Vec<bool> = Vec::new();
    let mut nested_in = 0_usize;
    let mut after_in = false;
    for token in tokens {
        let mut is_in = false;
        match token.kind {
            TokenKind::LeftParen | TokenKind::LeftBracket => {
                open.push(after_in);
                nested_in += usize::from(after_in);
            }
            TokenKind::RightParen | TokenKind::RightBracket => {
                nested_in -= usize::from(open.pop().unwrap_or(false));
            }
            TokenKind::Operator => operators += 1,
            TokenKind::Word => {
                let word = cursor.text_of(*token);
                is_in = word.eq_ignore_ascii_case("in");
                joins += u32::from(word.eq_ignore_ascii_case("join"));
                operators += u32::from(is_chaining(word));
            }
            _ => {}
        }
        after_in = is_in;
        if open.len() > MAX_DEPTH || nested_in > MAX_NESTED_IN {
            return refuse("it is nested too deeply");
        }
    }
    if joins > MAX_JOINS || operators > MAX_OPERATORS { refuse("it has too many operators or joins") } else { Ok(()) }
}

fn is_chaining(word: &str) -> bool {
    ["and", "or", "like", "between", "is", "at", "collate", "not", "union", "except", "intersect"]
        .iter()
        .any(|known| word.eq_ignore_ascii_case(known))
}
