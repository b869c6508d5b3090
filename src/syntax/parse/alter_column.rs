//! `ALTER COLUMN` inside `ALTER TABLE`.

use super::data_type::data_type;
use super::expression::summarize;
use super::sequence::sequence_options;
use crate::syntax::alter::ActionKind;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::Ident;
use crate::syntax::table::Identity;
use crate::syntax::token::TokenKind;

/// After `ALTER [COLUMN]`. Columns of an index go by number.
pub(super) fn alter_column(cursor: &mut Cursor<'_>, of_index: bool) -> Parse<ActionKind> {
    if of_index && cursor.eat_kind(TokenKind::Number) {
        cursor.expect("SET STATISTICS")?;
        statistics_target(cursor)?;
        return Ok(ActionKind::SetStatistics { column: None });
    }
    let column = cursor.ident("a column name")?;
    let start = cursor.here();
    if cursor.eat_any(&["SET DATA TYPE", "TYPE"]) {
        return set_type(cursor, column);
    }
    if cursor.eat("ADD GENERATED") {
        let always = cursor.eat("ALWAYS");
        if !always {
            cursor.expect("BY DEFAULT")?;
        }
        cursor.expect("AS IDENTITY")?;
        cursor.skip_group_if_any()?;
        return Ok(ActionKind::AddIdentity { column, identity: Identity { always, span: cursor.since(start) } });
    }
    if cursor.eat("DROP") {
        return drop_property(cursor, column);
    }
    if cursor.at_any(&["SET GENERATED", "RESTART", "SET START", "SET INCREMENT", "SET MINVALUE", "SET MAXVALUE"])
        || cursor.at_any(&[
            "SET NO MINVALUE",
            "SET NO MAXVALUE",
            "SET CACHE",
            "SET CYCLE",
            "SET NO CYCLE",
            "SET RESTART",
        ])
    {
        identity_options(cursor)?;
        return Ok(ActionKind::SetIdentity { column });
    }
    if cursor.eat_any(&["RESET", "OPTIONS"]) {
        cursor.group()?;
        return Ok(ActionKind::SetColumnOptions { column });
    }
    cursor.expect("SET")?;
    set_property(cursor, column)
}

fn set_type(cursor: &mut Cursor<'_>, column: Ident) -> Parse<ActionKind> {
    let data_type = data_type(cursor)?;
    let collation = if cursor.eat("COLLATE") { Some(cursor.name("a collation")?) } else { None };
    let using = if cursor.eat("USING") {
        let tokens = cursor.until_comma();
        if tokens.done() {
            return cursor.refuse("an expression");
        }
        Some(summarize(tokens))
    } else {
        None
    };
    Ok(ActionKind::SetType { column, data_type, collation, using })
}

/// After `DROP`.
fn drop_property(cursor: &mut Cursor<'_>, column: Ident) -> Parse<ActionKind> {
    if cursor.eat("NOT NULL") {
        Ok(ActionKind::DropNotNull { column })
    } else if cursor.eat("DEFAULT") {
        Ok(ActionKind::DropDefault { column })
    } else if cursor.eat("IDENTITY") {
        Ok(ActionKind::DropIdentity { column, if_exists: cursor.if_exists() })
    } else if cursor.eat("EXPRESSION") {
        Ok(ActionKind::DropExpression { column, if_exists: cursor.if_exists() })
    } else {
        cursor.refuse("NOT NULL, DEFAULT, IDENTITY or EXPRESSION")
    }
}

/// After `SET`.
fn set_property(cursor: &mut Cursor<'_>, column: Ident) -> Parse<ActionKind> {
    if cursor.eat("NOT NULL") {
        Ok(ActionKind::SetNotNull { column })
    } else if cursor.eat("DEFAULT") {
        let tokens = cursor.until_comma();
        if tokens.done() {
            return cursor.refuse("a default expression");
        }
        Ok(ActionKind::SetDefault { column, default: summarize(tokens) })
    } else if cursor.eat("STATISTICS") {
        statistics_target(cursor)?;
        Ok(ActionKind::SetStatistics { column: Some(column) })
    } else if cursor.eat("STORAGE") {
        cursor.label("a storage kind")?;
        Ok(ActionKind::SetStorage { column })
    } else if cursor.eat("COMPRESSION") {
        cursor.label("a compression method")?;
        Ok(ActionKind::SetCompression { column })
    } else if cursor.eat("EXPRESSION AS") {
        Ok(ActionKind::SetExpression { column, expression: summarize(cursor.group()?) })
    } else {
        cursor.group()?;
        Ok(ActionKind::SetColumnOptions { column })
    }
}

fn statistics_target(cursor: &mut Cursor<'_>) -> Parse<()> {
    cursor.eat_operator("-");
    if cursor.eat_kind(TokenKind::Number) || cursor.eat("DEFAULT") { Ok(()) } else { cursor.refuse("a number") }
}

/// `SET GENERATED …`, `SET <sequence option>`, `RESTART …`, repeated.
fn identity_options(cursor: &mut Cursor<'_>) -> Parse<()> {
    while !cursor.done() && !cursor.at_kind(TokenKind::Comma) {
        if cursor.eat("SET GENERATED") {
            if !cursor.eat_any(&["ALWAYS", "BY DEFAULT"]) {
                return cursor.refuse("ALWAYS or BY DEFAULT");
            }
            continue;
        }
        cursor.eat("SET");
        sequence_options(cursor)?;
    }
    Ok(())
}
