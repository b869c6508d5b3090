//! `CREATE TABLE` in all its forms.

use super::column::column_def;
use super::constraint::{at_constraint, table_constraint};
use super::expression::summarize;
use super::rows;
use super::storage::storage_options;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::statement::StatementKind;
use crate::syntax::table::{CreateTable, Like, PartitionBy, PartitionOf};
use crate::syntax::token::TokenKind;

/// Words between `CREATE` and `TABLE`.
#[derive(Clone, Copy, Default)]
pub(super) struct Modifiers {
    pub(super) temporary: bool,
    pub(super) unlogged: bool,
    pub(super) foreign: bool,
}

/// After `CREATE … TABLE`.
pub(super) fn create_table(cursor: &mut Cursor<'_>, modifiers: Modifiers) -> Parse<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    let mut table = CreateTable {
        name: cursor.name("a table name")?,
        if_not_exists,
        temporary: modifiers.temporary,
        unlogged: modifiers.unlogged,
        foreign: modifiers.foreign,
        columns: Vec::new(),
        constraints: Vec::new(),
        like: Vec::new(),
        inherits: Vec::new(),
        partition_of: None,
        partition_by: None,
        of_type: None,
        query: None,
        no_data: false,
        options: Vec::new(),
    };
    if cursor.eat("OF") {
        table.of_type = Some(cursor.name("a type name")?);
        element_list(cursor, &mut table, false)?;
    } else if cursor.eat("PARTITION OF") {
        let parent = cursor.name("a table name")?;
        element_list(cursor, &mut table, false)?;
        let default = cursor.eat("DEFAULT");
        if !default {
            partition_bound(cursor)?;
        }
        table.partition_of = Some(PartitionOf { parent, default });
    } else {
        element_list(cursor, &mut table, true)?;
    }
    while !cursor.done() {
        option(cursor, &mut table)?;
    }
    // Thousands of these are alive at once.
    table.columns.shrink_to_fit();
    if !has_shape(&table) {
        return cursor.refuse("a column list");
    }
    Ok(StatementKind::CreateTable(Box::new(table)))
}

fn has_shape(table: &CreateTable) -> bool {
    table.query.is_some()
        || table.of_type.is_some()
        || table.partition_of.is_some()
        || !table.inherits.is_empty()
        || !table.like.is_empty()
        || table.columns.iter().all(|column| column.data_type.is_some())
}

/// `FOR VALUES IN (…) | FROM (…) TO (…) | WITH (…)`.
pub(super) fn partition_bound(cursor: &mut Cursor<'_>) -> Parse<()> {
    cursor.expect("FOR VALUES")?;
    if cursor.eat("FROM") {
        cursor.group()?;
        cursor.expect("TO")?;
    } else if !cursor.eat_any(&["IN", "WITH"]) {
        return cursor.refuse("IN, FROM or WITH");
    }
    cursor.group().map(|_| ())
}

fn element_list(cursor: &mut Cursor<'_>, table: &mut CreateTable, typed: bool) -> Parse<()> {
    if !cursor.at_kind(TokenKind::LeftParen) {
        return Ok(());
    }
    let mut group = cursor.group()?;
    // `CREATE TABLE t (a, b) AS SELECT …` lists bare names.
    let bare = group.peek_ahead(1).is_none_or(|next| next.kind == TokenKind::Comma);
    while !group.done() {
        if at_constraint(&group) {
            table.constraints.push(table_constraint(&mut group)?);
        } else if group.at("LIKE") && group.peek_ahead(1).is_some_and(|next| next.kind != TokenKind::LeftParen) {
            table.like.push(like(&mut group)?);
        } else {
            table.columns.push(column_def(&mut group, typed && !bare)?);
        }
        if !group.eat_kind(TokenKind::Comma) {
            group.expect_end()?;
        } else if group.done() {
            return group.refuse("a column after the comma");
        }
    }
    Ok(())
}

fn like(cursor: &mut Cursor<'_>) -> Parse<Like> {
    cursor.bump();
    let mut like = Like { table: cursor.name("a table name")?, indexes: false, constraints: false, defaults: false };
    loop {
        let including = cursor.eat("INCLUDING");
        if !including && !cursor.eat("EXCLUDING") {
            return Ok(like);
        }
        if cursor.eat("ALL") {
            (like.indexes, like.constraints, like.defaults) = (including, including, including);
        } else if cursor.eat("INDEXES") {
            like.indexes = including;
        } else if cursor.eat("CONSTRAINTS") {
            like.constraints = including;
        } else if cursor.eat("DEFAULTS") {
            like.defaults = including;
        } else {
            cursor.label("what to include")?;
        }
    }
}

fn option(cursor: &mut Cursor<'_>, table: &mut CreateTable) -> Parse<()> {
    let start = cursor.here();
    if cursor.eat("INHERITS") {
        let mut group = cursor.group()?;
        table.inherits = group.names("a table name")?;
    } else if cursor.eat("PARTITION BY") {
        let hash = cursor.label("a partition method")?.name.eq_ignore_ascii_case("hash");
        let columns = summarize(cursor.group()?).columns;
        table.partition_by = Some(PartitionBy { span: cursor.since(start), columns, hash });
    } else if cursor.eat("USING") {
        cursor.ident("an access method")?;
    } else if cursor.eat("WITH NO DATA") {
        table.no_data = true;
    } else if cursor.eat("WITH DATA") || cursor.eat_any(&["WITHOUT OIDS", "WITH OIDS"]) {
    } else if cursor.eat("WITH") {
        table.options = storage_options(cursor)?;
    } else if cursor.eat("OPTIONS") {
        cursor.group()?;
    } else if cursor.eat("ON COMMIT") {
        if !cursor.eat_any(&["PRESERVE ROWS", "DELETE ROWS", "DROP"]) {
            return cursor.refuse("PRESERVE ROWS, DELETE ROWS or DROP");
        }
    } else if cursor.eat_any(&["TABLESPACE", "SERVER"]) {
        cursor.ident("a name")?;
    } else if cursor.eat("AS") {
        let query = cursor.until(|cursor| cursor.at_any(&["WITH NO DATA", "WITH DATA"]));
        table.query = Some(rows::query_in(query)?);
    } else {
        return cursor.refuse("a table option or the end of the statement");
    }
    Ok(())
}
