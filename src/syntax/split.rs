//! Cuts the tokens of a section into slices, one a statement.

use super::span::Source;
use super::token::{Token, TokenKind};

/// Statement slices in order; semicolons and separators belong to none. A slice is never empty.
pub(crate) fn split<'t>(source: Source<'_>, tokens: &'t [Token]) -> Vec<&'t [Token]> {
    let mut slices = Vec::new();
    let mut rest = tokens;
    while !rest.is_empty() {
        let (length, balanced) = slice_length(source, rest);
        let (slice, after) = rest.split_at(length.min(rest.len()));
        if balanced {
            push(&mut slices, slice);
        } else {
            // A bracket that never closes would swallow the rest of the file: cut at every semicolon instead.
            for part in slice.split(|token| token.kind == TokenKind::Semicolon) {
                push(&mut slices, part);
            }
        }
        rest = match after.split_first() {
            Some((token, after)) if matches!(token.kind, TokenKind::Semicolon | TokenKind::Separator) => after,
            _ => after,
        };
    }
    slices
}

fn push<'t>(slices: &mut Vec<&'t [Token]>, slice: &'t [Token]) {
    if !slice.is_empty() {
        slices.push(slice);
    }
}

/// Number of tokens before the semicolon or separator that ends the first statement, and whether its brackets close.
fn slice_length(source: Source<'_>, tokens: &[Token]) -> (usize, bool) {
    let mut depth = 0_u32;
    let mut atomic = 0_u32;
    let mut previous_is_begin = false;
    for (index, token) in tokens.iter().enumerate() {
        let mut begin = false;
        match token.kind {
            TokenKind::LeftParen => depth += 1,
            TokenKind::RightParen => depth = depth.saturating_sub(1),
            TokenKind::Semicolon if depth == 0 && atomic == 0 => return (index, true),
            TokenKind::Separator => return (index, depth == 0 && atomic == 0),
            TokenKind::Unterminated => return (index + 1, true),
            // Stands alone: a slice of its own.
            TokenKind::Include => return (index.max(1), depth == 0),
            TokenKind::Word => {
                let word = source.at(token.span);
                begin = word.eq_ignore_ascii_case("begin");
                if previous_is_begin && word.eq_ignore_ascii_case("atomic") {
                    atomic = 1;
                } else if atomic > 0 && word.eq_ignore_ascii_case("case") {
                    atomic += 1;
                } else if atomic > 0 && word.eq_ignore_ascii_case("end") {
                    atomic -= 1;
                }
            }
            _ => {}
        }
        previous_is_begin = begin;
    }
    (tokens.len(), depth == 0 && atomic == 0)
}
