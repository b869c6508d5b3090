//! The part of an index key that is not its column: expression, collation, operator class and order.

use super::expression::strip;
use crate::syntax::cursor::{Cursor, Parse, fold};
use crate::syntax::index::KeyForm;
use crate::syntax::name::Symbol;
use crate::syntax::token::TokenKind;

/// One key part; `plain` if it is a column.
pub(super) fn key_form(part: Cursor<'_>, plain: bool) -> Parse<KeyForm> {
    let mut form = KeyForm::default();
    let mut rest = Cursor::new(part.source, part.rest());
    if rest.at_kind(TokenKind::LeftParen) {
        let mut inner = strip(rest.group()?);
        if plain {
            inner.label("a column")?;
            form.collation = collation(&mut inner)?;
        } else {
            form.expression = words(inner);
        }
    } else if plain {
        rest.label("a column")?;
    } else {
        let tokens = rest.rest();
        rest.until(|rest| rest.at_kind(TokenKind::LeftParen));
        rest.skip_group_if_any()?;
        let read = tokens.len() - rest.rest().len();
        form.expression = words(Cursor::new(part.source, tokens.get(..read).unwrap_or_default()));
    }
    if !rest.done() {
        order(&mut rest, &mut form)?;
    }
    Ok(form)
}

/// `[COLLATE c] [operator class] [ASC | DESC] [NULLS FIRST | LAST]`.
fn order(rest: &mut Cursor<'_>, form: &mut KeyForm) -> Parse<()> {
    if let Some(collation) = collation(rest)? {
        form.collation = Some(collation);
    }
    let class = rest.until(|rest| rest.at_any(&["ASC", "DESC", "NULLS FIRST", "NULLS LAST"]));
    if !class.done() {
        form.class = Some(words(class).join(" ").into());
    }
    form.descending = rest.eat("DESC");
    rest.eat("ASC");
    form.nulls_first = rest.eat("NULLS FIRST") || (form.descending && !rest.eat("NULLS LAST"));
    Ok(())
}

fn collation(cursor: &mut Cursor<'_>) -> Parse<Option<Symbol>> {
    Ok(if cursor.eat("COLLATE") { Some(cursor.name("a collation")?.name.name) } else { None })
}

/// Words and signs, each spelled one way.
pub(super) fn words(cursor: Cursor<'_>) -> Vec<Symbol> {
    let spelled = cursor.rest().iter().map(|token| match (token.kind, cursor.text_of(*token)) {
        (TokenKind::Word | TokenKind::Quoted, text) => fold(text, token.kind),
        (TokenKind::Operator, "!=") => "<>".into(),
        (_, text) => text.into(),
    });
    spelled.collect()
}
