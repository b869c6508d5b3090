//! The words and signs of a piece of SQL as one text, each spelled one way: to compare it, and to write it again.

use crate::syntax::cursor::Cursor;
use crate::syntax::name::Symbol;
use crate::syntax::token::TokenKind;

/// All tokens of `cursor`: words in lower case, no comments, one space where there was any.
pub(super) fn spelled(cursor: Cursor<'_>) -> Symbol {
    let mut text = String::with_capacity(cursor.whole().len() as usize);
    let mut end = None;
    for token in cursor.rest() {
        if end.is_some_and(|end| end != token.span.start) {
            text.push(' ');
        }
        end = Some(token.span.end);
        let written = cursor.text_of(*token);
        if token.kind == TokenKind::Word {
            text.extend(written.chars().map(|letter| letter.to_ascii_lowercase()));
        } else {
            text.push_str(written);
        }
    }
    text.into()
}

/// A number that tells texts apart which are not the same but for white space: FNV-1a over the rest.
pub(super) fn digest(text: &str) -> u64 {
    let bytes = text.bytes().filter(|byte| !byte.is_ascii_whitespace());
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
