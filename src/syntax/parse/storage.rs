//! Storage parameters: `(fillfactor = 70, toast.autovacuum_enabled = off)`.

use crate::syntax::cursor::{Cursor, Parse, unquote};
use crate::syntax::name::Ident;
use crate::syntax::table::StorageOption;
use crate::syntax::token::TokenKind;

/// The bracketed list of `SET`, `RESET` and `WITH`.
pub(super) fn storage_options(cursor: &mut Cursor<'_>) -> Parse<Vec<StorageOption>> {
    let mut group = cursor.group()?;
    let mut options = Vec::new();
    while !group.done() {
        let (name, toast) = parameter(&mut group)?;
        let value = if group.eat_operator("=") { Some(value(group.until_comma())) } else { None };
        group.until_comma();
        group.eat_kind(TokenKind::Comma);
        options.push(StorageOption { name, toast, value });
    }
    Ok(options)
}

fn parameter(cursor: &mut Cursor<'_>) -> Parse<(Ident, bool)> {
    let name = cursor.label("a parameter")?;
    if cursor.eat_kind(TokenKind::Dot) {
        return Ok((cursor.label("a parameter")?, &*name.name == "toast"));
    }
    Ok((name, false))
}

/// A number, word or literal as text.
fn value(tokens: Cursor<'_>) -> Box<str> {
    let parts = tokens.rest().iter().map(|token| match token.kind {
        TokenKind::String | TokenKind::Dollar => unquote(tokens.text_of(*token)).to_ascii_lowercase(),
        _ => tokens.text_of(*token).to_ascii_lowercase(),
    });
    parts.collect::<String>().into()
}
