//! Types and domains.

use super::column::default_expression;
use super::constraint::{attributes, table_constraint};
use super::data_type::data_type;
use super::expression::summarize;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::object::{CreateDomain, CreateType, ObjectChange, ObjectKind, TypeBody};
use crate::syntax::statement::StatementKind;
use crate::syntax::table::{Constraint, ConstraintKind};
use crate::syntax::token::TokenKind;

/// After `CREATE TYPE`.
pub(super) fn create_type(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let name = cursor.name("a type name")?;
    let body = if cursor.eat("AS ENUM") {
        let mut group = cursor.group()?;
        let mut values = Vec::new();
        while !group.done() {
            values.push(group.string("an enum value")?);
            if !group.eat_kind(TokenKind::Comma) {
                group.expect_end()?;
            }
        }
        TypeBody::Enum(values)
    } else if cursor.eat("AS RANGE") {
        cursor.group()?;
        TypeBody::Range
    } else if cursor.eat("AS") {
        cursor.group()?;
        TypeBody::Composite
    } else {
        cursor.skip_group_if_any()?;
        TypeBody::Base
    };
    cursor.expect_end()?;
    Ok(StatementKind::CreateType(CreateType { name, body }))
}

/// After `CREATE DOMAIN`.
pub(super) fn create_domain(cursor: &mut Cursor<'_>) -> Parse<StatementKind> {
    let name = cursor.name("a domain name")?;
    cursor.eat("AS");
    let base = data_type(cursor)?;
    let mut domain = CreateDomain { name, base, constraints: Vec::new(), not_null: false, default: None };
    while !cursor.done() {
        let start = cursor.here();
        let name = if cursor.eat("CONSTRAINT") { Some(cursor.ident("a constraint name")?) } else { None };
        if cursor.eat("NOT NULL") {
            domain.not_null = true;
        } else if cursor.eat("NULL") {
        } else if cursor.eat("COLLATE") {
            cursor.name("a collation")?;
        } else if cursor.eat("DEFAULT") {
            domain.default = Some(default_expression(cursor)?);
        } else if cursor.eat("CHECK") {
            let kind = ConstraintKind::Check(summarize(cursor.group()?));
            let span = cursor.since(start);
            domain.constraints.push(Constraint {
                name,
                kind,
                not_valid: false,
                not_enforced: false,
                deferrable: false,
                span,
            });
        } else if !attributes(cursor, None) {
            return cursor.refuse("a domain constraint or the end of the statement");
        }
    }
    Ok(StatementKind::CreateDomain(Box::new(domain)))
}

/// The changes only types and domains know; none if it is a common one.
pub(super) fn type_change(cursor: &mut Cursor<'_>, kind: ObjectKind) -> Parse<Option<ObjectChange>> {
    let change = match kind {
        ObjectKind::Type => enum_change(cursor)?,
        ObjectKind::Domain => domain_change(cursor)?,
        _ => None,
    };
    if change.is_some() {
        cursor.expect_end()?;
    }
    Ok(change)
}

fn enum_change(cursor: &mut Cursor<'_>) -> Parse<Option<ObjectChange>> {
    if cursor.eat("ADD VALUE") {
        let if_not_exists = cursor.if_not_exists();
        let value = cursor.string("an enum value")?;
        if cursor.eat_any(&["BEFORE", "AFTER"]) {
            cursor.string("an enum value")?;
        }
        return Ok(Some(ObjectChange::AddEnumValue { value, if_not_exists }));
    }
    if cursor.eat("RENAME VALUE") {
        let from = cursor.string("an enum value")?;
        cursor.expect("TO")?;
        return Ok(Some(ObjectChange::RenameEnumValue { from, to: cursor.string("an enum value")? }));
    }
    if cursor.at_any(&["ADD ATTRIBUTE", "DROP ATTRIBUTE", "ALTER ATTRIBUTE", "RENAME ATTRIBUTE"]) {
        let retype = cursor.at("ALTER ATTRIBUTE");
        let cascade = cursor.rest().iter().any(|token| cursor.text_of(*token).eq_ignore_ascii_case("cascade"));
        cursor.finish();
        return Ok(Some(ObjectChange::Attribute { retype, cascade }));
    }
    Ok(None)
}

fn domain_change(cursor: &mut Cursor<'_>) -> Parse<Option<ObjectChange>> {
    let change = if cursor.eat("ADD") {
        if cursor.at("NOT NULL") || cursor.at_word_ahead(2, "NOT") && cursor.at_word_ahead(3, "NULL") {
            cursor.finish();
            ObjectChange::DomainNotNull(true)
        } else {
            ObjectChange::AddDomainConstraint(Box::new(table_constraint(cursor)?))
        }
    } else if cursor.eat("VALIDATE CONSTRAINT") {
        ObjectChange::ValidateDomainConstraint(cursor.ident("a constraint name")?)
    } else if cursor.eat("DROP CONSTRAINT") {
        cursor.if_exists();
        let constraint = cursor.ident("a constraint name")?;
        cursor.eat_any(&["CASCADE", "RESTRICT"]);
        ObjectChange::DropDomainConstraint(constraint)
    } else if cursor.eat("RENAME CONSTRAINT") {
        let from = cursor.ident("a constraint name")?;
        cursor.expect("TO")?;
        ObjectChange::RenameDomainConstraint { from, to: cursor.ident("a name")? }
    } else if cursor.eat("SET NOT NULL") {
        ObjectChange::DomainNotNull(true)
    } else if cursor.eat("DROP NOT NULL") {
        ObjectChange::DomainNotNull(false)
    } else if cursor.eat("SET DEFAULT") {
        cursor.finish();
        ObjectChange::DomainDefault
    } else if cursor.eat("DROP DEFAULT") {
        ObjectChange::DomainDefault
    } else {
        return Ok(None);
    };
    Ok(Some(change))
}
