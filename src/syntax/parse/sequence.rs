//! Sequences and their options, in any order.

use super::data_type::data_type;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::{Ident, Name};
use crate::syntax::object::CreateSequence;
use crate::syntax::statement::StatementKind;
use crate::syntax::token::TokenKind;
use crate::syntax::types::DataType;

/// The options that matter.
#[derive(Default)]
pub(super) struct SequenceOptions {
    pub(super) data_type: Option<DataType>,
    pub(super) owned_by: Option<(Name, Ident)>,
}

/// After `CREATE … SEQUENCE`.
pub(super) fn create_sequence(cursor: &mut Cursor<'_>, temporary: bool) -> Parse<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    let name = cursor.name("a sequence name")?;
    let SequenceOptions { data_type, owned_by } = sequence_options(cursor)?;
    cursor.expect_end()?;
    let sequence = CreateSequence { name, if_not_exists, temporary, data_type, owned_by };
    Ok(StatementKind::CreateSequence(Box::new(sequence)))
}

/// `INCREMENT BY 1 START WITH 1 …` up to something that is none.
pub(super) fn sequence_options(cursor: &mut Cursor<'_>) -> Parse<SequenceOptions> {
    let mut options = SequenceOptions::default();
    loop {
        if cursor.eat("AS") {
            options.data_type = Some(data_type(cursor)?);
        } else if cursor.eat_any(&["NO MINVALUE", "NO MAXVALUE", "NO CYCLE", "CYCLE", "LOGGED", "UNLOGGED"]) {
        } else if cursor.eat_any(&["INCREMENT BY", "INCREMENT", "MINVALUE", "MAXVALUE", "START WITH", "START", "CACHE"])
        {
            number(cursor)?;
        } else if cursor.eat_any(&["RESTART WITH", "RESTART"]) {
            if cursor.at_kind(TokenKind::Number) || cursor.at_kind(TokenKind::Operator) {
                number(cursor)?;
            }
        } else if cursor.eat("SEQUENCE NAME") {
            cursor.name("a sequence name")?;
        } else if cursor.eat("OWNED BY") {
            options.owned_by = owner(cursor)?;
        } else {
            return Ok(options);
        }
    }
}

fn number(cursor: &mut Cursor<'_>) -> Parse<()> {
    cursor.eat_operator("-");
    cursor.eat_operator("+");
    cursor.expect_kind(TokenKind::Number, "a number").map(|_| ())
}

/// `table.column`, `schema.table.column` or `NONE`.
fn owner(cursor: &mut Cursor<'_>) -> Parse<Option<(Name, Ident)>> {
    let mut parts = vec![cursor.label("a column")?];
    while cursor.eat_kind(TokenKind::Dot) {
        parts.push(cursor.label("a column")?);
    }
    let (Some(column), Some(table)) = (parts.pop(), parts.pop()) else { return Ok(None) };
    Ok(Some((Name { schema: parts.pop(), name: table }, column)))
}
