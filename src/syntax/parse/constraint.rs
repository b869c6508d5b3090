//! Table constraints, and what column and table constraints share.

use super::expression::summarize;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::Ident;
use crate::syntax::table::{Constraint, ConstraintKind, ForeignKey, Key, ReferentialAction};
use crate::syntax::token::TokenKind;

/// Whether a table constraint comes next.
pub(super) fn at_constraint(cursor: &Cursor<'_>) -> bool {
    cursor.at_any(&["CONSTRAINT", "CHECK", "UNIQUE", "PRIMARY KEY", "EXCLUDE", "FOREIGN KEY", "NOT NULL"])
}

/// `[CONSTRAINT name] …` with all its attributes.
pub(super) fn table_constraint(cursor: &mut Cursor<'_>) -> Parse<Constraint> {
    let start = cursor.here();
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.ident("a constraint name")?) } else { None };
    let kind = kind(cursor)?;
    let mut constraint =
        Constraint { name, kind, not_valid: false, not_enforced: false, deferrable: false, span: start };
    while attributes(cursor, Some(&mut constraint)) {}
    constraint.span = cursor.since(start);
    Ok(constraint)
}

fn kind(cursor: &mut Cursor<'_>) -> Parse<ConstraintKind> {
    if cursor.eat("CHECK") {
        return Ok(ConstraintKind::Check(summarize(cursor.group()?)));
    }
    if cursor.eat("NOT NULL") {
        return Ok(ConstraintKind::NotNull(cursor.ident("a column name")?));
    }
    if cursor.eat("UNIQUE") {
        return key(cursor).map(ConstraintKind::Unique);
    }
    if cursor.eat("PRIMARY KEY") {
        return key(cursor).map(ConstraintKind::PrimaryKey);
    }
    if cursor.eat("EXCLUDE") {
        return exclude(cursor);
    }
    if cursor.eat("FOREIGN KEY") {
        let columns = key_columns(cursor)?;
        cursor.expect("REFERENCES")?;
        return Ok(ConstraintKind::ForeignKey(foreign_key_tail(cursor, columns)?));
    }
    cursor.refuse("a constraint")
}

/// After `UNIQUE` or `PRIMARY KEY`.
fn key(cursor: &mut Cursor<'_>) -> Parse<Key> {
    let mut key = Key { nulls_not_distinct: cursor.eat("NULLS NOT DISTINCT"), ..Key::default() };
    cursor.eat("NULLS DISTINCT");
    if cursor.eat("USING INDEX") {
        key.using_index = Some(cursor.ident("an index name")?);
        return Ok(key);
    }
    let mut group = cursor.group()?;
    key.columns = group.list(|group| group.ident("a column name"))?;
    key.without_overlaps = group.eat("WITHOUT OVERLAPS");
    group.expect_end()?;
    key_options(cursor, &mut key)?;
    Ok(key)
}

/// `INCLUDE (…)`, `WITH (…)`, `USING INDEX TABLESPACE …` after a key.
pub(super) fn key_options(cursor: &mut Cursor<'_>, key: &mut Key) -> Parse<()> {
    loop {
        if cursor.eat("INCLUDE") {
            key.included = cursor.group()?.list(|group| group.ident("a column name"))?;
        } else if cursor.eat("WITH") {
            cursor.group()?;
        } else if cursor.eat("USING INDEX TABLESPACE") {
            cursor.ident("a tablespace")?;
        } else {
            return Ok(());
        }
    }
}

fn exclude(cursor: &mut Cursor<'_>) -> Parse<ConstraintKind> {
    if cursor.eat("USING") {
        cursor.ident("an index method")?;
    }
    let mut group = cursor.group()?;
    let mut columns = Vec::new();
    while !group.done() {
        let mut element = group.until_comma();
        if element.peek_ahead(1).is_none_or(|next| next.kind != TokenKind::LeftParen) {
            columns.extend(element.ident("a column").ok());
        }
        group.eat_kind(TokenKind::Comma);
    }
    key_options(cursor, &mut Key::default())?;
    if cursor.eat("WHERE") {
        cursor.group()?;
    }
    Ok(ConstraintKind::Exclude(columns))
}

/// `(a, b)` or `(a, PERIOD b)`.
fn key_columns(cursor: &mut Cursor<'_>) -> Parse<Vec<Ident>> {
    let mut group = cursor.group()?;
    let columns = group.list(|group| {
        if group.at("PERIOD") && group.peek_ahead(1).is_some_and(|next| next.kind != TokenKind::Comma) {
            group.bump();
        }
        group.ident("a column name")
    })?;
    group.expect_end()?;
    Ok(columns)
}

/// After `REFERENCES`.
pub(super) fn foreign_key_tail(cursor: &mut Cursor<'_>, columns: Vec<Ident>) -> Parse<ForeignKey> {
    let table = cursor.name("a table name")?;
    let referenced = if cursor.at_kind(TokenKind::LeftParen) { key_columns(cursor)? } else { Vec::new() };
    let nothing = ReferentialAction::NoAction;
    let mut key = ForeignKey { columns, table, referenced, on_delete: nothing, on_update: nothing, match_full: false };
    loop {
        if cursor.eat("MATCH") {
            key.match_full = &*cursor.label("a match type")?.name == "full";
        } else if cursor.eat("ON DELETE") {
            key.on_delete = referential_action(cursor)?;
        } else if cursor.eat("ON UPDATE") {
            key.on_update = referential_action(cursor)?;
        } else {
            return Ok(key);
        }
    }
}

fn referential_action(cursor: &mut Cursor<'_>) -> Parse<ReferentialAction> {
    let action = if cursor.eat("NO ACTION") {
        ReferentialAction::NoAction
    } else if cursor.eat("RESTRICT") {
        ReferentialAction::Restrict
    } else if cursor.eat("CASCADE") {
        ReferentialAction::Cascade
    } else if cursor.eat("SET NULL") {
        ReferentialAction::SetNull
    } else if cursor.eat("SET DEFAULT") {
        ReferentialAction::SetDefault
    } else {
        return cursor.refuse("a referential action");
    };
    cursor.skip_group_if_any()?;
    Ok(action)
}

/// One attribute after a constraint, if any: validity, deferrability, enforcement, inheritance.
pub(super) fn attributes(cursor: &mut Cursor<'_>, constraint: Option<&mut Constraint>) -> bool {
    let not_valid = cursor.eat("NOT VALID");
    let not_enforced = !not_valid && cursor.eat("NOT ENFORCED");
    let deferrable = !not_valid && !not_enforced && cursor.eat_any(&["DEFERRABLE", "INITIALLY DEFERRED"]);
    let other = !not_valid
        && !not_enforced
        && !deferrable
        && cursor.eat_any(&["NOT DEFERRABLE", "ENFORCED", "INITIALLY IMMEDIATE", "NO INHERIT"]);
    if let Some(constraint) = constraint {
        constraint.not_valid |= not_valid;
        constraint.not_enforced |= not_enforced;
        constraint.deferrable |= deferrable;
    }
    not_valid || not_enforced || deferrable || other
}
