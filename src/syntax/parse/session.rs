//! Transaction control and session settings.

use crate::syntax::cursor::{Cursor, Parse, unquote};
use crate::syntax::statement::{Setting, StatementKind, Transaction};
use crate::syntax::token::TokenKind;

/// Transaction control, if it comes next.
pub(super) fn transaction(cursor: &mut Cursor<'_>) -> Parse<Option<StatementKind>> {
    let kind = if cursor.eat_any(&["BEGIN", "START TRANSACTION"]) {
        // Isolation levels and access modes follow; nothing to keep.
        cursor.eat_any(&["TRANSACTION", "WORK"]);
        modes(cursor)?;
        Transaction::Begin
    } else if cursor.eat_any(&["COMMIT PREPARED", "ROLLBACK PREPARED"]) {
        cursor.string("a transaction identifier")?;
        return Ok(Some(StatementKind::Inert { verb: "prepared transaction".into() }));
    } else if cursor.eat_any(&["COMMIT", "END"]) {
        cursor.eat_any(&["TRANSACTION", "WORK"]);
        Transaction::Commit { chain: chain(cursor) }
    } else if cursor.eat_any(&["ROLLBACK", "ABORT"]) {
        cursor.eat_any(&["TRANSACTION", "WORK"]);
        if cursor.eat_any(&["TO SAVEPOINT", "TO"]) {
            Transaction::RollbackTo(cursor.label("a savepoint")?.name)
        } else {
            Transaction::Rollback { chain: chain(cursor) }
        }
    } else if cursor.eat("SAVEPOINT") {
        Transaction::Savepoint(cursor.label("a savepoint")?.name)
    } else if cursor.eat_any(&["RELEASE SAVEPOINT", "RELEASE"]) {
        Transaction::Release(cursor.label("a savepoint")?.name)
    } else if cursor.eat("PREPARE TRANSACTION") {
        cursor.string("a transaction identifier")?;
        Transaction::Prepare
    } else {
        return Ok(None);
    };
    cursor.expect_end()?;
    Ok(Some(StatementKind::Transaction(kind)))
}

fn modes(cursor: &mut Cursor<'_>) -> Parse<()> {
    while !cursor.done() {
        let known =
            cursor.eat_any(&["ISOLATION LEVEL", "READ ONLY", "READ WRITE", "READ COMMITTED", "READ UNCOMMITTED"])
                || cursor.eat_any(&["REPEATABLE READ", "SERIALIZABLE", "NOT DEFERRABLE", "DEFERRABLE"])
                || cursor.eat_kind(TokenKind::Comma);
        if !known {
            return cursor.refuse("a transaction mode or the end of the statement");
        }
    }
    Ok(())
}

fn chain(cursor: &mut Cursor<'_>) -> bool {
    if cursor.eat("AND NO CHAIN") { false } else { cursor.eat("AND CHAIN") }
}

/// After `SET`.
pub(super) fn set(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    if cursor.eat("CONSTRAINTS") || cursor.at_any(&["TRANSACTION", "SESSION CHARACTERISTICS", "SESSION AUTHORIZATION"])
    {
        cursor.finish();
        return Ok(StatementKind::Inert { verb: "set".into() });
    }
    let local = cursor.eat("LOCAL");
    if !local {
        cursor.eat("SESSION");
    }
    if cursor.eat("TIME ZONE") {
        return value(cursor, "timezone", local);
    }
    if cursor.eat_any(&["ROLE", "SESSION AUTHORIZATION"]) {
        cursor.finish();
        return Ok(StatementKind::Inert { verb: "set role".into() });
    }
    for (words, name) in [("SCHEMA", "search_path"), ("NAMES", "client_encoding")] {
        if cursor.at(words) && cursor.peek_ahead(1).is_some_and(|next| next.kind == TokenKind::String) {
            cursor.bump();
            return value(cursor, name, local);
        }
    }
    let name = setting_name(cursor)?;
    if !cursor.eat_operator("=") && !cursor.eat("TO") {
        return cursor.refuse("TO or =");
    }
    value(cursor, &name, local)
}

/// A parameter's folded name, extension prefix included.
fn setting_name(cursor: &mut Cursor<'_>) -> Parse<String> {
    let name = cursor.name("a parameter")?;
    let schema = name.schema.map(|schema| format!("{}.", schema.name)).unwrap_or_default();
    Ok(format!("{schema}{}", name.name.name).to_ascii_lowercase())
}

fn value(cursor: &mut Cursor<'_>, name: &str, local: bool) -> Parse<StatementKind> {
    if cursor.done() {
        return cursor.refuse("a value");
    }
    let mut text = String::new();
    let default = cursor.at("DEFAULT");
    while let Some(token) = cursor.bump() {
        match token.kind {
            TokenKind::Comma => text.push_str(", "),
            TokenKind::String | TokenKind::Dollar => text.push_str(&unquote(cursor.text_of(token))),
            TokenKind::Quoted => text.push_str(&cursor.symbol(token)),
            _ => text.push_str(cursor.text_of(token)),
        }
    }
    let value = (!default).then(|| text.into_boxed_str());
    Ok(StatementKind::Set(Setting { name: Some(name.into()), value, local }))
}

/// After `RESET`.
pub(super) fn reset(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let name = if cursor.eat("ALL") {
        None
    } else if cursor.eat("TIME ZONE") {
        Some("timezone".into())
    } else if cursor.eat_any(&["ROLE", "SESSION AUTHORIZATION"]) {
        return Ok(StatementKind::Inert { verb: "reset role".into() });
    } else {
        Some(setting_name(cursor)?.into())
    };
    cursor.expect_end()?;
    Ok(StatementKind::Set(Setting { name, value: None, local: false }))
}

/// `[IN DATABASE d] SET parameter TO value` or `RESET parameter`, of a role or database, if that is what comes.
pub(super) fn stored(mut cursor: Cursor<'_>) -> Option<Setting> {
    cursor.eat("ALL");
    if cursor.eat("IN DATABASE") {
        cursor.label("a database").ok()?;
    }
    let kind = if cursor.eat("RESET") {
        reset(&mut cursor)
    } else {
        (cursor.eat("SET") && !cursor.at("TABLESPACE")).then(|| set(&mut cursor))?
    };
    match kind {
        Ok(StatementKind::Set(setting)) => Some(setting),
        _ => None,
    }
}
