//! Data types.

use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::name::Symbol;
use crate::syntax::token::TokenKind;
use crate::syntax::types::DataType;

/// Spellings of built-in types and the catalog's name for each.
const ALIASES: &[(&str, &str)] = &[
    ("bigint", "int8"),
    ("boolean", "bool"),
    ("char", "bpchar"),
    ("character", "bpchar"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("float", "float8"),
    ("int", "int4"),
    ("integer", "int4"),
    ("nchar", "bpchar"),
    ("real", "float4"),
    ("smallint", "int2"),
];

/// Pseudo-types that stand for an integer column with a sequence.
const SERIALS: &[(&str, &str)] = &[
    ("bigserial", "int8"),
    ("serial", "int4"),
    ("serial2", "int2"),
    ("serial4", "int4"),
    ("serial8", "int8"),
    ("smallserial", "int2"),
];

/// Reads a data type.
pub(super) fn data_type(cursor: &mut Cursor<'_>) -> Parse<DataType> {
    let start = cursor.here();
    cursor.eat("SETOF");
    let quoted = cursor.at_kind(TokenKind::Quoted);
    let (mut name, schema) = type_name(cursor)?;
    let mut serial = false;
    if !quoted
        && schema.is_none()
        && let Some((_, base)) = SERIALS.iter().find(|(serial, _)| **serial == *name)
    {
        name = (*base).into();
        serial = true;
    }
    let mut modifiers = modifiers(cursor)?;
    suffixes(cursor, &mut name, &mut modifiers)?;
    if &*name == "bpchar" && !quoted && modifiers.is_empty() && !cursor.since(start).is_empty() {
        let written = cursor.source.at(cursor.since(start));
        if !written.eq_ignore_ascii_case("bpchar") {
            modifiers.push(1);
        }
    }
    let array = array_suffix(cursor)?;
    if cursor.at_kind(TokenKind::Operator) && cursor.peek().is_some_and(|token| cursor.text_of(token) == "%") {
        cursor.bump();
        cursor.eat("TYPE");
        cursor.eat("ROWTYPE");
    }
    Ok(DataType { name, schema, modifiers, array, serial, span: cursor.since(start) })
}

fn type_name(cursor: &mut Cursor<'_>) -> Parse<(Symbol, Option<Symbol>)> {
    if cursor.at_kind(TokenKind::Quoted) || cursor.peek_ahead(1).is_some_and(|next| next.kind == TokenKind::Dot) {
        let name = cursor.name("a data type")?;
        let schema = name.schema.map(|schema| schema.name).filter(|schema| &**schema != "pg_catalog");
        let canonical = if schema.is_none() { canonical(&name.name.name) } else { name.name.name };
        return Ok((canonical, schema));
    }
    cursor.eat("NATIONAL");
    if cursor.eat("DOUBLE PRECISION") {
        return Ok(("float8".into(), None));
    }
    if cursor.eat_any(&["CHARACTER VARYING", "CHAR VARYING", "NCHAR VARYING"]) {
        return Ok(("varchar".into(), None));
    }
    if cursor.eat("BIT VARYING") {
        return Ok(("varbit".into(), None));
    }
    let name = cursor.ident("a data type")?.name;
    Ok((canonical(&name), None))
}

fn canonical(name: &Symbol) -> Symbol {
    ALIASES.iter().find(|(alias, _)| **alias == **name).map_or_else(|| name.clone(), |(_, catalog)| (*catalog).into())
}

/// `(10, 2)`. Modifiers that are no numbers (`geometry(Point, 4326)`) are passed over.
fn modifiers(cursor: &mut Cursor<'_>) -> Parse<Vec<i64>> {
    if !cursor.at_kind(TokenKind::LeftParen) {
        return Ok(Vec::new());
    }
    let mut group = cursor.group()?;
    let mut numbers = Vec::new();
    while let Some(token) = group.bump() {
        match token.kind {
            TokenKind::Number => match group.text_of(token).parse() {
                Ok(number) => numbers.push(number),
                Err(_) => return Ok(Vec::new()),
            },
            TokenKind::Comma | TokenKind::Operator => {}
            _ => return Ok(Vec::new()),
        }
    }
    Ok(numbers)
}

/// What may follow the name: time zones, interval fields, the precision of a float.
fn suffixes(cursor: &mut Cursor<'_>, name: &mut Symbol, numbers: &mut Vec<i64>) -> Parse<()> {
    match &**name {
        "timestamp" | "time" => {
            if cursor.eat("WITH TIME ZONE") {
                *name = format!("{name}tz").into();
            } else {
                cursor.eat("WITHOUT TIME ZONE");
            }
        }
        "interval" => {
            while cursor.eat_any(&["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "TO"]) {}
            if numbers.is_empty() {
                *numbers = modifiers(cursor)?;
            }
        }
        "float8" if numbers.first().is_some_and(|precision| *precision <= 24) => *name = "float4".into(),
        _ => {}
    }
    if matches!(&**name, "float4" | "float8") {
        numbers.clear();
    }
    Ok(())
}

fn array_suffix(cursor: &mut Cursor<'_>) -> Parse<u8> {
    let mut dimensions = u8::from(cursor.eat("ARRAY"));
    let mut brackets = 0_u8;
    while cursor.eat_kind(TokenKind::LeftBracket) {
        cursor.eat_kind(TokenKind::Number);
        cursor.expect_kind(TokenKind::RightBracket, "a closing square bracket")?;
        brackets = brackets.saturating_add(1);
    }
    dimensions = dimensions.max(brackets);
    Ok(dimensions)
}
