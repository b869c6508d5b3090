//! Column definitions and their options.

use super::constraint::{attributes, foreign_key_tail, key_options};
use super::data_type::data_type;
use super::expression::summarize;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::expr::Expr;
use crate::syntax::name::Ident;
use crate::syntax::span::Span;
use crate::syntax::table::{ColumnDef, Constraint, ConstraintKind, Generated, Identity, Key};
use crate::syntax::token::TokenKind;

/// Where the expression of a column's `DEFAULT` ends (the server reads a `b_expr` there).
const AFTER_DEFAULT: &[&str] = &[
    "NOT NULL",
    "NOT DEFERRABLE",
    "NOT ENFORCED",
    "NULL",
    "CHECK",
    "UNIQUE",
    "PRIMARY KEY",
    "REFERENCES",
    "CONSTRAINT",
    "GENERATED",
    "COLLATE",
    "DEFERRABLE",
    "INITIALLY",
    "STORAGE",
    "COMPRESSION",
    "USING",
    "ON UPDATE",
];

/// `name type options`. In a list of `OF type`, `PARTITION OF` or `AS query` the type is left out.
pub(super) fn column_def(cursor: &mut Cursor<'_>, typed: bool) -> Parse<ColumnDef> {
    let start = cursor.here();
    let name = cursor.ident("a column name")?;
    let mut column = ColumnDef {
        name,
        data_type: None,
        collation: None,
        not_null: None,
        null: false,
        default: None,
        identity: None,
        generated: None,
        constraints: Vec::new(),
        span: start,
    };
    if typed {
        column.data_type = Some(data_type(cursor)?);
    } else {
        cursor.eat("WITH OPTIONS");
    }
    while !cursor.done() && !cursor.at_kind(TokenKind::Comma) {
        option(cursor, &mut column)?;
    }
    // Most columns have one constraint or none, and thousands of columns are alive at once.
    column.constraints.shrink_to_fit();
    column.span = cursor.since(start);
    Ok(column)
}

fn option(cursor: &mut Cursor<'_>, column: &mut ColumnDef) -> Parse<()> {
    let start = cursor.here();
    let name = if cursor.eat("CONSTRAINT") { Some(cursor.ident("a constraint name")?) } else { None };
    if cursor.eat("NOT NULL") {
        column.not_null = Some(cursor.since(start));
        attributes(cursor, None);
    } else if cursor.eat("NULL") {
        column.null = true;
    } else if cursor.eat("DEFAULT") {
        column.default = Some(Box::new(default_expression(cursor)?));
    } else if cursor.eat("GENERATED") {
        generated(cursor, column, start)?;
    } else if cursor.eat("COLLATE") {
        column.collation = Some(Box::new(cursor.name("a collation")?));
    } else if cursor.eat_any(&["STORAGE", "COMPRESSION"]) {
        cursor.label("a storage kind")?;
    } else if cursor.eat("OPTIONS") {
        cursor.group()?;
    } else if attributes(cursor, column.constraints.last_mut()) {
        // `DEFERRABLE` and the like belong to the constraint before.
    } else {
        let constraint = inline_constraint(cursor, name, start)?;
        column.constraints.push(constraint);
    }
    Ok(())
}

fn inline_constraint(cursor: &mut Cursor<'_>, name: Option<Ident>, start: Span) -> Parse<Constraint> {
    let kind = if cursor.eat("CHECK") {
        ConstraintKind::Check(summarize(cursor.group()?))
    } else if cursor.eat("UNIQUE") {
        let mut key = Key { nulls_not_distinct: cursor.eat("NULLS NOT DISTINCT"), ..Key::default() };
        cursor.eat("NULLS DISTINCT");
        key_options(cursor, &mut key)?;
        ConstraintKind::Unique(key)
    } else if cursor.eat("PRIMARY KEY") {
        let mut key = Key::default();
        key_options(cursor, &mut key)?;
        ConstraintKind::PrimaryKey(key)
    } else if cursor.eat("REFERENCES") {
        ConstraintKind::ForeignKey(foreign_key_tail(cursor, Vec::new())?)
    } else {
        return cursor.refuse("a column option or a comma");
    };
    let mut constraint =
        Constraint { name, kind, not_valid: false, not_enforced: false, deferrable: false, span: start };
    constraint.span = cursor.since(start);
    Ok(constraint)
}

/// The expression after `DEFAULT`; its first token is never an option (`DEFAULT NULL`).
pub(super) fn default_expression(cursor: &mut Cursor<'_>) -> Parse<Expr> {
    let start = cursor.here().start;
    let tokens = cursor.until(|cursor| {
        cursor.here().start > start && cursor.at_any(AFTER_DEFAULT) || cursor.at_kind(TokenKind::Comma)
    });
    if tokens.done() { cursor.refuse("a default expression") } else { Ok(summarize(tokens)) }
}

/// After `GENERATED`.
fn generated(cursor: &mut Cursor<'_>, column: &mut ColumnDef, start: Span) -> Parse<()> {
    let always = cursor.eat("ALWAYS");
    if !always {
        cursor.expect("BY DEFAULT")?;
    }
    cursor.expect("AS")?;
    if cursor.eat("IDENTITY") {
        cursor.skip_group_if_any()?;
        column.identity = Some(Identity { always, span: cursor.since(start) });
        return Ok(());
    }
    let expr = summarize(cursor.group()?);
    let stored = if cursor.eat("STORED") {
        Some(true)
    } else if cursor.eat("VIRTUAL") {
        Some(false)
    } else {
        None
    };
    column.generated = Some(Box::new(Generated { expr, stored, span: cursor.since(start) }));
    Ok(())
}
