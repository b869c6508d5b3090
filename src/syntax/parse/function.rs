//! Functions, procedures, `DO` blocks and triggers.

use crate::syntax::body;
use crate::syntax::cursor::{Cursor, Parse};
use crate::syntax::object::{Body, CreateFunction, CreateTrigger, Volatility};
use crate::syntax::span::Span;
use crate::syntax::statement::StatementKind;
use crate::syntax::token::TokenKind;

/// After `CREATE [OR REPLACE] FUNCTION` or `PROCEDURE`.
pub(super) fn create_function(
    cursor: &mut Cursor<'_>,
    procedure: bool,
    or_replace: bool,
    depth: u8,
) -> Parse<StatementKind> {
    let name = cursor.name("a function name")?;
    cursor.group()?;
    let mut function = CreateFunction {
        name,
        procedure,
        or_replace,
        language: None,
        volatility: Volatility::Volatile,
        trigger: false,
        body: None,
    };
    let mut quoted = None;
    while !cursor.done() {
        option(cursor, &mut function, &mut quoted, depth)?;
    }
    if let Some((tokens, span)) = quoted {
        function.body = opened(cursor, tokens, span, function.language.as_deref().unwrap_or("plpgsql"), depth);
    }
    Ok(StatementKind::CreateFunction(Box::new(function)))
}

fn option(
    cursor: &mut Cursor<'_>,
    function: &mut CreateFunction,
    quoted: &mut Option<(TokenKind, Span)>,
    depth: u8,
) -> Parse<()> {
    if cursor.eat("LANGUAGE") {
        function.language = match cursor.string("a language") {
            Ok(language) => Some(language.to_ascii_lowercase().into()),
            Err(_) => Some(cursor.label("a language")?.name),
        };
    } else if cursor.eat("IMMUTABLE") {
        function.volatility = Volatility::Immutable;
    } else if cursor.eat("STABLE") {
        function.volatility = Volatility::Stable;
    } else if cursor.eat("VOLATILE") {
        function.volatility = Volatility::Volatile;
    } else if cursor.eat("RETURNS TRIGGER") {
        function.trigger = true;
    } else if cursor.at("BEGIN ATOMIC") || cursor.at("RETURN") {
        let rest = Cursor::new(cursor.source, cursor.rest());
        function.body = Some(body::open_tokens(rest, depth));
        cursor.finish();
    } else if cursor.eat("AS") {
        let Some(token) = cursor.bump() else { return cursor.refuse("the function's body") };
        if !matches!(token.kind, TokenKind::String | TokenKind::Dollar) {
            return cursor.refuse("the function's body");
        }
        *quoted = Some((token.kind, token.span));
        if cursor.eat_kind(TokenKind::Comma) {
            cursor.string("the link symbol")?;
        }
    } else if !cursor.skip_group_if_any()? {
        // COST, ROWS, PARALLEL, SECURITY, SET x TO y, the words of RETURNS: nothing to keep.
        cursor.bump();
    }
    Ok(())
}

/// After `DO`.
pub(super) fn do_block(cursor: &mut Cursor<'_>, depth: u8) -> Parse<StatementKind> {
    let mut language = None;
    let mut body: Option<(TokenKind, Span)> = None;
    while let Some(token) = cursor.peek() {
        if cursor.eat("LANGUAGE") {
            language = Some(match cursor.string("a language") {
                Ok(language) => language.to_ascii_lowercase().into(),
                Err(_) => cursor.label("a language")?.name,
            });
        } else if matches!(token.kind, TokenKind::String | TokenKind::Dollar) {
            cursor.bump();
            body = Some((token.kind, token.span));
        } else {
            return cursor.refuse("a quoted block");
        }
    }
    let Some((kind, span)) = body else { return cursor.refuse("a quoted block") };
    let opened = opened(cursor, kind, span, language.as_deref().unwrap_or("plpgsql"), depth);
    let Some(opened) = opened else {
        let body = Body { span, dynamic: vec![span], ..Body::default() };
        return Ok(StatementKind::Do(Box::new(body)));
    };
    Ok(StatementKind::Do(Box::new(opened)))
}

fn opened(cursor: &Cursor<'_>, kind: TokenKind, span: Span, language: &str, depth: u8) -> Option<Body> {
    matches!(language, "plpgsql" | "sql")
        .then(|| body::open_quoted(cursor.source, kind, span, language == "sql", depth))
}

/// After `CREATE [OR REPLACE] [CONSTRAINT] TRIGGER`.
pub(super) fn create_trigger(cursor: &mut Cursor<'_>, or_replace: bool) -> Parse<StatementKind> {
    let name = cursor.ident("a trigger name")?;
    cursor.until(|cursor| cursor.at("ON"));
    cursor.expect("ON")?;
    let table = cursor.name("a table name")?;
    let from = if cursor.eat("FROM") { Some(cursor.name("a table name")?) } else { None };
    cursor.until(|cursor| cursor.at("EXECUTE"));
    if !cursor.eat_any(&["EXECUTE FUNCTION", "EXECUTE PROCEDURE"]) {
        return cursor.refuse("EXECUTE FUNCTION");
    }
    let function = cursor.name("a function name")?;
    cursor.group()?;
    cursor.expect_end()?;
    Ok(StatementKind::CreateTrigger(Box::new(CreateTrigger { name, table, function, or_replace, from })))
}
