//! Publications.

use super::storage::storage_options;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::Name;
use crate::syntax::object::ObjectChange;
use crate::syntax::publication::{CreatePublication, PublicationEdit, PublicationObjects, PublicationOptions};
use crate::syntax::statement::StatementKind;
use crate::syntax::token::TokenKind;

/// After `CREATE PUBLICATION`.
pub(super) fn create_publication(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let name = cursor.ident("a publication name")?;
    let objects = if cursor.eat("FOR") { objects(cursor)? } else { PublicationObjects::default() };
    let options = if cursor.eat("WITH") { options(cursor)? } else { PublicationOptions::default() };
    cursor.expect_end()?;
    Ok(StatementKind::CreatePublication(Box::new(CreatePublication { name, objects, options })))
}

/// After `ALTER PUBLICATION name`; none if the change is a common one.
pub(super) fn publication_change(cursor: &mut Cursor<'_>) -> Parse<Option<ObjectChange>> {
    let at_list = cursor.peek_ahead(1).is_some_and(|next| next.kind == TokenKind::LeftParen);
    if at_list && cursor.eat("SET") {
        return Ok(Some(ObjectChange::PublicationOptions(options(cursor)?)));
    }
    let edit = if cursor.eat("ADD") {
        PublicationEdit::Add
    } else if cursor.eat("SET") {
        PublicationEdit::Set
    } else if cursor.eat("DROP") {
        PublicationEdit::Drop
    } else {
        return Ok(None);
    };
    Ok(Some(ObjectChange::PublicationObjects { edit, objects: objects(cursor)? }))
}

/// `ALL TABLES`, or a list of `TABLE a, b (c) WHERE (…)` and `TABLES IN SCHEMA s, t`.
fn objects(cursor: &mut Cursor<'_>) -> Parse<PublicationObjects> {
    let mut objects = PublicationObjects::default();
    loop {
        if cursor.eat_any(&["TABLES IN SCHEMA", "ALL TABLES IN SCHEMA"]) {
            schemas(cursor, &mut objects)?;
        } else if cursor.eat("TABLE") {
            tables(cursor, &mut objects.tables)?;
        } else if cursor.eat("ALL TABLES") {
            objects.all_tables = true;
        } else if !cursor.eat("ALL SEQUENCES") {
            return cursor.refuse("TABLE, TABLES IN SCHEMA or ALL TABLES");
        }
        if !cursor.eat_kind(TokenKind::Comma) {
            return Ok(objects);
        }
    }
}

fn tables(cursor: &mut Cursor<'_>, tables: &mut Vec<Name>) -> Parse<()> {
    loop {
        cursor.eat("ONLY");
        tables.push(cursor.name("a table name")?);
        cursor.eat_operator("*");
        cursor.skip_group_if_any()?;
        if cursor.eat("WHERE") {
            cursor.group()?;
        }
        if !eat_comma_within(cursor) {
            return Ok(());
        }
    }
}

fn schemas(cursor: &mut Cursor<'_>, objects: &mut PublicationObjects) -> Parse<()> {
    loop {
        let current = cursor.eat("CURRENT_SCHEMA");
        objects.schemas.push(if current { None } else { Some(cursor.ident("a schema")?) });
        if !eat_comma_within(cursor) {
            return Ok(());
        }
    }
}

/// Reads a comma after which the same list goes on.
fn eat_comma_within(cursor: &mut Cursor<'_>) -> bool {
    let mut ahead = *cursor;
    ahead.eat_kind(TokenKind::Comma)
        && !ahead.at_any(&["TABLE", "TABLES IN SCHEMA", "ALL"])
        && cursor.eat_kind(TokenKind::Comma)
}

fn options(cursor: &mut Cursor<'_>) -> Parse<PublicationOptions> {
    let options = storage_options(cursor)?;
    let publish = options.iter().find(|option| &*option.name.name == "publish");
    let old_rows = publish.map(|option| {
        let actions = option.value.as_deref().unwrap_or_default().split(',');
        actions.into_iter().any(|action| matches!(action.trim(), "update" | "delete"))
    });
    Ok(PublicationOptions { old_rows })
}
