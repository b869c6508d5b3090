//! One slice of tokens to one statement. Definitions are read by grammars of our own, which know every clause's place;
//! queries and row changes go through the bridge to the parser crate.

mod alter_column;
mod alter_table;
mod column;
mod constraint;
mod create_table;
mod data_type;
mod expression;
mod function;
mod index;
mod key_form;
mod kind;
mod maintenance;
mod object;
mod publication;
mod rows;
mod sequence;
mod session;
mod spelling;
mod storage;
mod trigger;
mod types;
mod view;

use super::alter::AlterKind;
use super::cursor::{Cursor, Parse};
use super::name::{Ident, Name};
use super::object::ObjectKind;
use super::span::Span;
use super::statement::{Statement, StatementKind, Unrecognized};
use super::token::TokenKind;
use super::types::DataType;

/// Blocks within blocks that are opened: `DO` inside `EXECUTE` inside a function.
pub(super) const MAX_BODY_DEPTH: u8 = 4;

/// Statements that are understood and change nothing here.
const INERT: &[&str] = &[
    "PREPARE",
    "EXECUTE",
    "DEALLOCATE",
    "LISTEN",
    "NOTIFY",
    "UNLISTEN",
    "SHOW",
    "DECLARE",
    "FETCH",
    "MOVE",
    "CLOSE",
    "CHECKPOINT",
    "LOAD",
    "REASSIGN",
    "IMPORT",
    "SECURITY",
];

/// Reads a column's name and its type, and nothing after it.
pub(super) fn column(cursor: &mut Cursor<'_>) -> Parse<(Ident, DataType)> {
    let name = cursor.ident("a column name")?;
    let data_type = data_type::data_type(cursor)?;
    cursor.expect_end()?;
    Ok((name, data_type))
}

/// Reads one statement. Whatever cannot be read is `Unrecognized`; nothing is lost.
pub(super) fn statement(tokens: Cursor<'_>, depth: u8) -> Statement {
    let span = tokens.whole();
    let mut cursor = tokens;
    if let Some(token) = tokens.rest().iter().find(|token| token.kind == TokenKind::Unterminated) {
        return unrecognized(span, "a quote or comment starts here and never ends".into(), token.span);
    }
    if tokens.at_kind(TokenKind::Include) {
        let reason = "SQL is pulled in from elsewhere here and is not read".into();
        return Statement {
            span,
            kind: StatementKind::Unrecognized(Unrecognized { reason, at: span, elsewhere: true }),
        };
    }
    match kind(&mut cursor, depth) {
        Ok(kind) => match super::verbs::lost(&kind, &tokens, &cursor) {
            Some(at) => unrecognized(span, "another statement seems to start here; is a semicolon missing".into(), at),
            None => Statement { span, kind },
        },
        Err(refusal) => unrecognized(span, refusal.reason, refusal.at),
    }
}

/// Reads PL/pgSQL's `PERFORM …`, which is `SELECT …` with its result thrown away.
pub(super) fn perform(tokens: Cursor<'_>) -> Statement {
    let span = tokens.whole();
    match rows::row_statement(&mut { tokens }) {
        Ok(kind) => Statement { span, kind },
        Err(refusal) => unrecognized(span, refusal.reason, refusal.at),
    }
}

fn unrecognized(span: Span, reason: String, at: Span) -> Statement {
    Statement { span, kind: StatementKind::Unrecognized(Unrecognized { reason, at, elsewhere: false }) }
}

fn kind(cursor: &mut Cursor<'_>, depth: u8) -> Parse<StatementKind> {
    let start = cursor.here();
    if cursor.at_any(rows::HEADS) || cursor.at_kind(TokenKind::LeftParen) {
        return rows::row_statement(cursor);
    }
    if cursor.eat("CREATE") {
        return create(cursor, start, depth);
    }
    if cursor.eat("ALTER") {
        return alter(cursor);
    }
    if cursor.eat("DROP") {
        return object::drop_object(cursor, start);
    }
    if let Some(transaction) = session::transaction(cursor)? {
        return Ok(transaction);
    }
    other(cursor, depth)
}

fn other(cursor: &mut Cursor<'_>, depth: u8) -> Parse<StatementKind> {
    if cursor.eat("SET") {
        session::set(cursor)
    } else if cursor.eat("RESET") {
        session::reset(cursor)
    } else if cursor.eat("DISCARD") {
        let all = cursor.eat("ALL");
        cursor.finish();
        let setting = super::statement::Setting { name: None, value: None, local: false };
        Ok(if all { StatementKind::Set(setting) } else { StatementKind::Inert { verb: "discard".into() } })
    } else if cursor.eat("DO") {
        function::do_block(cursor, depth)
    } else if cursor.eat("CALL") {
        let procedure = cursor.name("a procedure")?;
        let mut list = cursor.group()?;
        cursor.expect_end()?;
        let mut literals = Vec::new();
        while !list.done() {
            let mut argument = list.until_comma();
            list.bump();
            literals.push(argument.string("a literal").ok().filter(|_| argument.done()));
        }
        Ok(StatementKind::Call(procedure, literals))
    } else if cursor.eat("COMMENT ON") {
        object::comment(cursor)
    } else if cursor.at_any(&["GRANT", "REVOKE"]) {
        grant(cursor)
    } else if cursor.eat("COPY") {
        copy(cursor)
    } else if cursor.eat("EXPLAIN") {
        explain(cursor, depth)
    } else {
        maintain(cursor)
    }
}

fn maintain(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    if cursor.eat("REINDEX") {
        maintenance::reindex(cursor)
    } else if cursor.eat("CLUSTER") {
        maintenance::cluster(cursor)
    } else if cursor.eat("VACUUM") {
        maintenance::vacuum(cursor)
    } else if cursor.eat_any(&["ANALYZE", "ANALYSE"]) {
        maintenance::analyze(cursor)
    } else if cursor.eat("REFRESH MATERIALIZED VIEW") {
        maintenance::refresh(cursor)
    } else if cursor.eat("LOCK") {
        maintenance::lock(cursor)
    } else if cursor.eat("TRUNCATE") {
        maintenance::truncate(cursor)
    } else if cursor.at_any(INERT) {
        let verb = cursor.label("a statement")?.name;
        cursor.finish();
        Ok(StatementKind::Inert { verb })
    } else {
        cursor.refuse("a statement")
    }
}

/// `EXPLAIN` runs nothing; `EXPLAIN ANALYZE` runs its statement.
fn explain(cursor: &mut Cursor<'_>, depth: u8) -> Parse<StatementKind> {
    let mut analyze = false;
    if cursor.at_kind(TokenKind::LeftParen) && !cursor.at_word_ahead(1, "SELECT") {
        analyze = maintenance::switched_on(cursor, "ANALYZE")?;
    }
    analyze |= cursor.eat_any(&["ANALYZE", "ANALYSE"]);
    cursor.eat("VERBOSE");
    if analyze && (cursor.at("CREATE") || cursor.at("REFRESH")) {
        return kind(cursor, depth);
    }
    if cursor.at_any(rows::HEADS) || cursor.at_kind(TokenKind::LeftParen) {
        let explained = rows::row_statement(cursor)?;
        return Ok(if analyze { explained } else { StatementKind::Explain(Box::new(explained)) });
    }
    cursor.finish();
    Ok(StatementKind::Inert { verb: "explain".into() })
}

/// After `CREATE`.
fn create(cursor: &mut Cursor<'_>, start: Span, depth: u8) -> Parse<StatementKind> {
    let or_replace = cursor.eat("OR REPLACE");
    let unique = cursor.eat("UNIQUE");
    if cursor.eat("INDEX") {
        let head = cursor.since(start);
        return index::create_index(cursor, unique, head);
    }
    cursor.eat_any(&["GLOBAL", "LOCAL"]);
    let temporary = cursor.eat_any(&["TEMPORARY", "TEMP"]);
    let unlogged = cursor.eat("UNLOGGED");
    cursor.eat("RECURSIVE");
    let Some(kind) = kind::object_kind(cursor) else { return cursor.refuse("the kind of object to create") };
    match kind {
        ObjectKind::Table | ObjectKind::ForeignTable => {
            let foreign = kind == ObjectKind::ForeignTable;
            create_table::create_table(cursor, create_table::Modifiers { temporary, unlogged, foreign })
        }
        ObjectKind::View | ObjectKind::MaterializedView => {
            let materialized = kind == ObjectKind::MaterializedView;
            view::create_view(cursor, view::Modifiers { materialized, or_replace, temporary })
        }
        ObjectKind::Sequence => sequence::create_sequence(cursor, temporary),
        ObjectKind::Type => types::create_type(cursor),
        ObjectKind::Domain => types::create_domain(cursor),
        ObjectKind::Function => function::create_function(cursor, false, or_replace, depth),
        ObjectKind::Procedure => function::create_function(cursor, true, or_replace, depth),
        ObjectKind::Trigger => trigger::create_trigger(cursor, or_replace),
        ObjectKind::Publication => publication::create_publication(cursor),
        ObjectKind::Schema => create_schema(cursor),
        ObjectKind::Column | ObjectKind::Constraint | ObjectKind::Owned | ObjectKind::System => {
            cursor.refuse("the kind of object to create")
        }
        _ => {
            let object = object::create_object(cursor, kind, or_replace)?;
            cursor.finish();
            Ok(object)
        }
    }
}

/// After `CREATE SCHEMA`. Elements inside it are rare and come back as statements of their own nowhere: refuse them.
fn create_schema(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    let mut name = None;
    if !cursor.at("AUTHORIZATION") {
        name = Some(cursor.ident("a schema name")?);
    }
    if cursor.eat("AUTHORIZATION") {
        let owner = cursor.label("a role")?;
        name.get_or_insert(owner);
    }
    cursor.expect_end()?;
    Ok(StatementKind::CreateSchema { name, if_not_exists })
}

/// After `ALTER`.
fn alter(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let Some(kind) = kind::object_kind(cursor) else { return cursor.refuse("the kind of object to alter") };
    let relation = match kind {
        ObjectKind::Table => AlterKind::Table,
        ObjectKind::ForeignTable => AlterKind::ForeignTable,
        ObjectKind::Index => AlterKind::Index,
        ObjectKind::View => AlterKind::View,
        ObjectKind::MaterializedView => AlterKind::MaterializedView,
        ObjectKind::Sequence => AlterKind::Sequence,
        ObjectKind::Column | ObjectKind::Constraint | ObjectKind::Owned => {
            return cursor.refuse("the kind of object to alter");
        }
        _ => return object::alter_object(cursor, kind),
    };
    alter_table::alter_table(cursor, relation)
}

/// `GRANT … ON [TABLE] a, b TO r`, `REVOKE …`.
fn grant(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    cursor.bump();
    let mut tables: Vec<Name> = Vec::new();
    cursor.until(|cursor| cursor.at_any(&["ON", "TO", "FROM"]));
    if cursor.eat("ON") {
        let table = cursor.eat("TABLE");
        if table || kind::object_kind(cursor).is_none() && !cursor.at("ALL") {
            tables = cursor.names("a table name")?;
        }
        cursor.until(|cursor| cursor.at_any(&["TO", "FROM"]));
    }
    if !cursor.eat_any(&["TO", "FROM"]) {
        return cursor.refuse("TO or FROM");
    }
    cursor.finish();
    Ok(StatementKind::Grant { tables })
}

/// After `COPY`.
fn copy(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let mut table = None;
    if !cursor.skip_group_if_any()? {
        table = Some(cursor.name("a table name")?);
        cursor.skip_group_if_any()?;
    }
    let from = cursor.eat("FROM");
    if !from {
        cursor.expect("TO")?;
    }
    cursor.finish();
    Ok(StatementKind::Copy { table, from })
}
