//! Functions, procedures, `DO` blocks and triggers.

use super::spelling::{digest, spelled};
use crate::syntax::body;
use crate::syntax::cursor::{Cursor, Parse, unquote};
use crate::syntax::name::Symbol;
use crate::syntax::object::{Body, CreateFunction, ObjectChange, Volatility};
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
    let parameters = parameters(cursor.group()?);
    let mut function = CreateFunction {
        name,
        procedure,
        or_replace,
        language: None,
        volatility: Volatility::Volatile,
        trigger: false,
        security_definer: None,
        search_path: false,
        parameters,
        body: None,
        digest: 0,
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

/// Those that a call gives values to.
fn parameters(mut list: Cursor<'_>) -> Vec<Option<Symbol>> {
    let mut parameters = Vec::new();
    while !list.done() {
        let mut parameter = list.until_comma();
        // A closing bracket without its partner is passed over too.
        list.bump();
        if parameter.eat("OUT") {
            continue;
        }
        parameter.eat_any(&["INOUT", "IN", "VARIADIC"]);
        let name = parameter.label("a name").ok().filter(|_| parameter.label("a type").is_ok());
        parameters.push(name.map(|name| name.name));
    }
    parameters
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
    } else if cursor.at("SECURITY DEFINER") {
        let start = cursor.here();
        cursor.eat("SECURITY DEFINER");
        function.security_definer = Some(cursor.since(start));
    } else if cursor.eat("SET") {
        function.search_path |= sets_path(cursor);
    } else if cursor.at("BEGIN ATOMIC") || cursor.at("RETURN") {
        let rest = Cursor::new(cursor.source, cursor.rest());
        function.digest = digest(&spelled(rest));
        function.body = Some(body::open_tokens(rest, depth));
        cursor.finish();
    } else if cursor.eat("AS") {
        let Some(token) = cursor.bump() else { return cursor.refuse("the function's body") };
        if !matches!(token.kind, TokenKind::String | TokenKind::Dollar) {
            return cursor.refuse("the function's body");
        }
        function.digest = digest(&unquote(cursor.text_of(token)));
        *quoted = Some((token.kind, token.span));
        if cursor.eat_kind(TokenKind::Comma) {
            cursor.string("the link symbol")?;
        }
    } else if !cursor.skip_group_if_any()? {
        // COST, ROWS, PARALLEL, the words of RETURNS: nothing to keep.
        cursor.bump();
    }
    Ok(())
}

/// After `SET`: whether it is the search path that gets a value.
fn sets_path(cursor: &mut Cursor<'_>) -> bool {
    cursor.eat_any(&["SEARCH_PATH", "SCHEMA"]) && !cursor.at("TO DEFAULT")
}

/// The options after `ALTER FUNCTION f`; all that is left is read.
pub(super) fn function_options(cursor: &mut Cursor<'_>) -> ObjectChange {
    let (mut security_definer, mut search_path) = (None, None);
    while !cursor.done() {
        if cursor.eat("SECURITY DEFINER") {
            security_definer = Some(true);
        } else if cursor.eat("SECURITY INVOKER") {
            security_definer = Some(false);
        } else if cursor.eat_any(&["RESET SEARCH_PATH", "RESET ALL", "SET SEARCH_PATH TO DEFAULT"]) {
            search_path = Some(false);
        } else if cursor.eat("SET SEARCH_PATH") {
            search_path = Some(true);
        } else {
            cursor.bump();
        }
    }
    if security_definer.is_none() && search_path.is_none() {
        return ObjectChange::Other;
    }
    ObjectChange::FunctionOptions { security_definer, search_path }
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
