//! `DROP`, `COMMENT ON`, and the `CREATE` and `ALTER` of objects that need little reading.

use super::kind::{object_kind, on_table};
use super::{MAX_BODY_DEPTH, rows, statement};
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::{Ident, Name};
use crate::syntax::object::{AlterObject, CreateObject, Drop, ObjectChange, ObjectKind};
use crate::syntax::span::Span;
use crate::syntax::split::split;
use crate::syntax::statement::{Statement, StatementKind};
use crate::syntax::token::TokenKind;

/// After `DROP`.
pub(super) fn drop_object(cursor: &mut Cursor<'_>, start: Span) -> Parse<StatementKind> {
    let Some(kind) = object_kind(cursor) else { return cursor.refuse("the kind of object to drop") };
    let head = cursor.since(start);
    if matches!(kind, ObjectKind::Column | ObjectKind::Constraint) {
        return cursor.refuse("the kind of object to drop");
    }
    if kind == ObjectKind::Owned {
        cursor.finish();
        return Ok(StatementKind::Inert { verb: "drop owned".into() });
    }
    let concurrently = kind == ObjectKind::Index && cursor.eat("CONCURRENTLY");
    let mut drop =
        Drop { kind, concurrently, if_exists: cursor.if_exists(), cascade: false, names: Vec::new(), on: None, head };
    match kind {
        // `CAST (a AS b)`, `TRANSFORM FOR t LANGUAGE l`, `USER MAPPING FOR u SERVER s`, operators: no name of use.
        ObjectKind::Cast | ObjectKind::Transform | ObjectKind::UserMapping | ObjectKind::Operator => cursor.finish(),
        _ => drop.names = cursor.list(dropped_name)?,
    }
    if cursor.eat("USING") {
        cursor.ident("an index method")?;
    }
    if on_table(kind) && cursor.eat("ON") {
        drop.on = Some(cursor.name("a table name")?);
    }
    drop.cascade = cursor.eat("CASCADE");
    cursor.eat("RESTRICT");
    if kind == ObjectKind::Database && cursor.eat("WITH") {
        cursor.skip_group_if_any()?;
    }
    cursor.expect_end()?;
    Ok(StatementKind::Drop(drop))
}

/// A name with the arguments of a function after it.
fn dropped_name(cursor: &mut Cursor<'_>) -> Parse<Name> {
    let name = cursor.name("a name")?;
    cursor.skip_group_if_any()?;
    Ok(name)
}

/// After `COMMENT ON`.
pub(super) fn comment(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let Some(kind) = object_kind(cursor) else { return cursor.refuse("the kind of object") };
    let mut name = None;
    let mut on = None;
    if kind == ObjectKind::Column {
        on = column_owner(cursor)?;
    } else if matches!(cursor.peek().map(|token| token.kind), Some(TokenKind::Word | TokenKind::Quoted)) {
        name = cursor.name("a name").ok();
        let before_is = cursor.until(|cursor| cursor.at("IS"));
        let mut rest = before_is;
        if rest.eat("ON") {
            rest.eat("DOMAIN");
            on = rest.name("a table name").ok();
        }
    }
    cursor.until(|cursor| cursor.at("IS"));
    cursor.expect("IS")?;
    if !cursor.eat("NULL") {
        cursor.string("the comment")?;
        // Adjacent literals are one.
        while cursor.eat_kind(TokenKind::String) {}
    }
    cursor.expect_end()?;
    Ok(StatementKind::Comment { kind, name, on })
}

/// The table of `table.column` or `schema.table.column`.
fn column_owner(cursor: &mut Cursor<'_>) -> Parse<Option<Name>> {
    let mut parts: Vec<Ident> = vec![cursor.label("a column")?];
    while cursor.eat_kind(TokenKind::Dot) {
        parts.push(cursor.label("a column")?);
    }
    parts.pop();
    Ok(parts.pop().map(|name| Name { schema: parts.pop(), name }))
}

/// After `CREATE [OR REPLACE] <kind>`, for kinds of which only the tables they stand on matter. The rest is passed over.
pub(super) fn create_object(cursor: &mut Cursor<'_>, kind: ObjectKind, or_replace: bool) -> Parse<StatementKind> {
    let if_not_exists = cursor.if_not_exists();
    let lenient = or_replace || if_not_exists;
    let mut object = CreateObject { kind, name: None, on: Vec::new(), lenient, reads: Vec::new(), actions: Vec::new() };
    if !matches!(kind, ObjectKind::Cast | ObjectKind::Transform | ObjectKind::UserMapping | ObjectKind::Operator) {
        object.name = cursor.name("a name").ok();
    }
    match kind {
        ObjectKind::Policy => {
            cursor.expect("ON")?;
            object.on.push(cursor.name("a table name")?);
            object.reads = rows::sub_selects(*cursor);
        }
        ObjectKind::Rule => {
            cursor.expect("AS ON")?;
            cursor.until(|cursor| cursor.at("TO"));
            cursor.expect("TO")?;
            object.on.push(cursor.name("a table name")?);
            object.actions = rule_actions(cursor)?;
        }
        ObjectKind::Statistics => {
            cursor.until(|cursor| cursor.at("FROM"));
            cursor.expect("FROM")?;
            object.on = cursor.names("a table name")?;
        }
        _ => {}
    }
    Ok(StatementKind::CreateObject(object))
}

/// After the table of a rule: `[WHERE …] DO [ALSO | INSTEAD] NOTHING | action | (action; …)`.
fn rule_actions(cursor: &mut Cursor<'_>) -> Parse<Vec<Statement>> {
    cursor.until(|cursor| cursor.at("DO"));
    cursor.expect("DO")?;
    cursor.eat_any(&["ALSO", "INSTEAD"]);
    if cursor.at("NOTHING") {
        return Ok(Vec::new());
    }
    let tokens = if cursor.at_kind(TokenKind::LeftParen) { cursor.group()?.rest() } else { cursor.rest() };
    let actions = split(cursor.source, tokens).into_iter();
    Ok(actions.map(|slice| statement(Cursor::new(cursor.source, slice), MAX_BODY_DEPTH)).collect())
}

/// After `ALTER <kind>`, for objects that are no relations.
pub(super) fn alter_object(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Parse<StatementKind> {
    cursor.if_exists();
    let mut object = AlterObject { kind, name: None, on: None, change: ObjectChange::Other, span: cursor.here() };
    if !matches!(
        kind,
        ObjectKind::System | ObjectKind::DefaultPrivileges | ObjectKind::Operator | ObjectKind::UserMapping
    ) {
        object.name = cursor.name("a name").ok();
        cursor.skip_group_if_any()?;
    }
    if on_table(kind) && cursor.eat("ON") {
        object.on = Some(cursor.name("a table name")?);
    }
    let start = cursor.here();
    object.change = change(cursor, kind)?;
    object.span = cursor.since(start);
    Ok(StatementKind::AlterObject(Box::new(object)))
}

fn change(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Parse<ObjectChange> {
    if let Some(change) = super::types::type_change(cursor, kind)? {
        return Ok(change);
    }
    if kind == ObjectKind::Publication
        && let Some(change) = super::publication::publication_change(cursor)?
    {
        cursor.expect_end()?;
        return Ok(change);
    }
    if matches!(kind, ObjectKind::Role | ObjectKind::Database)
        && let Some(setting) = super::session::stored(*cursor)
    {
        cursor.finish();
        return Ok(ObjectChange::Setting(Box::new(setting)));
    }
    let change = if cursor.eat("RENAME TO") {
        ObjectChange::Rename(cursor.label("a name")?)
    } else if cursor.eat("SET SCHEMA") {
        ObjectChange::SetSchema(cursor.ident("a schema")?)
    } else if cursor.eat("OWNER TO") {
        cursor.label("a role")?;
        ObjectChange::Owner
    } else if kind == ObjectKind::Extension && cursor.eat_any(&["ADD", "DROP"]) {
        extension_member(cursor)?
    } else if matches!(kind, ObjectKind::Function | ObjectKind::Procedure | ObjectKind::Routine) {
        super::function::function_options(cursor)
    } else {
        cursor.finish();
        ObjectChange::Other
    };
    cursor.expect_end()?;
    Ok(change)
}

/// After `ADD` or `DROP` of an extension.
fn extension_member(cursor: &mut Cursor<'_>) -> Parse<ObjectChange> {
    let relation = matches!(
        object_kind(cursor),
        Some(
            ObjectKind::Table
                | ObjectKind::ForeignTable
                | ObjectKind::View
                | ObjectKind::MaterializedView
                | ObjectKind::Sequence
        )
    );
    let change = if relation { ObjectChange::ExtensionRelation(cursor.name("a name")?) } else { ObjectChange::Other };
    cursor.finish();
    Ok(change)
}
