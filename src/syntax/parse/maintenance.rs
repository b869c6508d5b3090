//! `REINDEX`, `CLUSTER`, `VACUUM`, `ANALYZE`, `REFRESH`, `LOCK`, `TRUNCATE`.

use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::Name;
use crate::syntax::statement::{LockMode, MaintainedTable, ReindexTarget, StatementKind};
use crate::syntax::token::TokenKind;

/// After `REINDEX`.
pub(super) fn reindex(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let mut concurrently = switched_on(cursor, "CONCURRENTLY")?;
    let target = if cursor.eat("INDEX") {
        ReindexTarget::Index
    } else if cursor.eat("TABLE") {
        ReindexTarget::Table
    } else if cursor.eat("SCHEMA") {
        ReindexTarget::Schema
    } else if cursor.eat("DATABASE") {
        ReindexTarget::Database
    } else if cursor.eat("SYSTEM") {
        ReindexTarget::System
    } else {
        return cursor.refuse("INDEX, TABLE, SCHEMA, DATABASE or SYSTEM");
    };
    concurrently |= cursor.eat("CONCURRENTLY");
    let name = if cursor.done() { None } else { Some(cursor.name("a name")?) };
    cursor.expect_end()?;
    Ok(StatementKind::Reindex { target, name, concurrently })
}

/// Reads `(option [value], …)` if it comes next; whether `option` is in it and not switched off.
pub(super) fn switched_on(cursor: &mut Cursor<'_>, option: &str) -> Parse<bool> {
    if !cursor.at_kind(TokenKind::LeftParen) {
        return Ok(false);
    }
    let mut group = cursor.group()?;
    let mut on = false;
    while !group.done() {
        let mut part = group.until_comma();
        if part.eat(option) {
            on = !part.eat_any(&["FALSE", "OFF", "0"]) && !part.at_kind(TokenKind::Number);
        }
        group.eat_kind(TokenKind::Comma);
    }
    Ok(on)
}

/// After `CLUSTER`: `[VERBOSE] [t [USING i]]`, or the older `i ON t`.
pub(super) fn cluster(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    cursor.skip_group_if_any()?;
    cursor.eat("VERBOSE");
    if cursor.done() {
        return Ok(StatementKind::Cluster { table: None, index: None });
    }
    let mut table = cursor.name("a table name")?;
    let mut index = None;
    if cursor.eat("USING") {
        index = Some(cursor.ident("an index name")?);
    } else if cursor.eat("ON") {
        index = Some(std::mem::replace(&mut table, cursor.name("a table name")?).name);
    }
    cursor.expect_end()?;
    Ok(StatementKind::Cluster { table: Some(table), index })
}

/// After `VACUUM`.
pub(super) fn vacuum(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let mut full = false;
    let mut analyze = false;
    if cursor.at_kind(TokenKind::LeftParen) {
        let mut copy = *cursor;
        full = switched_on(&mut copy, "FULL")?;
        analyze = switched_on(cursor, "ANALYZE")?;
    }
    loop {
        if cursor.eat("FULL") {
            full = true;
        } else if cursor.eat_any(&["ANALYZE", "ANALYSE"]) {
            analyze = true;
        } else if !cursor.eat_any(&["FREEZE", "VERBOSE"]) {
            break;
        }
    }
    Ok(StatementKind::Vacuum { tables: tables_with_columns(cursor)?, full, analyze })
}

/// After `ANALYZE`.
pub(super) fn analyze(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    cursor.skip_group_if_any()?;
    cursor.eat("VERBOSE");
    Ok(StatementKind::Analyze { tables: tables_with_columns(cursor)? })
}

fn tables_with_columns(cursor: &mut Cursor<'_>) -> Parse<Vec<MaintainedTable>> {
    if cursor.done() {
        return Ok(Vec::new());
    }
    let tables = cursor.list(|cursor| {
        let only = cursor.eat("ONLY");
        let name = cursor.name("a table name")?;
        cursor.skip_group_if_any()?;
        Ok(MaintainedTable { name, only })
    })?;
    cursor.expect_end()?;
    Ok(tables)
}

/// After `REFRESH MATERIALIZED VIEW`.
pub(super) fn refresh(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let concurrently = cursor.eat("CONCURRENTLY");
    let name = cursor.name("a materialized view")?;
    let no_data = cursor.eat("WITH NO DATA");
    cursor.eat("WITH DATA");
    cursor.expect_end()?;
    Ok(StatementKind::RefreshMaterializedView { name, concurrently, no_data })
}

/// After `LOCK`.
pub(super) fn lock(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let (tables, only) = tables(cursor)?;
    let mode = if cursor.eat("IN") { lock_mode(cursor)? } else { LockMode::AccessExclusive };
    let nowait = cursor.eat("NOWAIT");
    cursor.expect_end()?;
    Ok(StatementKind::LockTable { tables, mode, nowait, only })
}

/// `[TABLE] [ONLY] a, b *`, and whether any of them is `ONLY`.
fn tables(cursor: &mut Cursor<'_>) -> Parse<(Vec<Name>, bool)> {
    cursor.eat("TABLE");
    let mut only = false;
    let tables = cursor.list(|cursor| {
        only |= cursor.eat("ONLY");
        let table = cursor.name("a table name")?;
        cursor.eat_operator("*");
        Ok(table)
    })?;
    Ok((tables, only))
}

fn lock_mode(cursor: &mut Cursor<'_>) -> Parse<LockMode> {
    const MODES: &[(&str, LockMode)] = &[
        ("ACCESS SHARE", LockMode::AccessShare),
        ("ROW SHARE", LockMode::RowShare),
        ("ROW EXCLUSIVE", LockMode::RowExclusive),
        ("SHARE UPDATE EXCLUSIVE", LockMode::ShareUpdateExclusive),
        ("SHARE ROW EXCLUSIVE", LockMode::ShareRowExclusive),
        ("SHARE", LockMode::Share),
        ("EXCLUSIVE", LockMode::Exclusive),
        ("ACCESS EXCLUSIVE", LockMode::AccessExclusive),
    ];
    let Some((_, mode)) = MODES.iter().find(|(words, _)| cursor.eat(words)) else {
        return cursor.refuse("a lock mode");
    };
    cursor.expect("MODE")?;
    Ok(*mode)
}

/// After `TRUNCATE`.
pub(super) fn truncate(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let (tables, only) = tables(cursor)?;
    let restart = cursor.eat("RESTART IDENTITY");
    cursor.eat("CONTINUE IDENTITY");
    let cascade = cursor.eat("CASCADE");
    cursor.eat("RESTRICT");
    cursor.expect_end()?;
    Ok(StatementKind::Truncate { tables, cascade, only, restart })
}
