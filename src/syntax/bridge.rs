//! The bridge to the parser crate, which reads queries and row changes. Nothing outside this folder names its types.

mod caps;
mod collect;
mod reach;
mod tokens;

use sqlparser::ast;
use sqlparser::dialect::PostgreSqlDialect;
use sqlparser::parser::{Parser, ParserError};
use sqlparser::tokenizer::{Token, TokenWithSpan};

use super::cursor::{Cursor, Parse, Refusal};
use super::query::{Query, RowChange};
use super::span::Span;

/// Nesting the parser crate accepts; no real migration comes near.
const RECURSION_LIMIT: usize = 50;

/// A query or row change, read.
pub(crate) enum Rows {
    Query(Query),
    Change(RowChange),
}

/// Reads all tokens of `cursor` as one query or row change.
pub(crate) fn read(cursor: &Cursor<'_>) -> Parse<Rows> {
    let span = cursor.whole();
    caps::check(cursor)?;
    let tokens = tokens::convert(cursor);
    // No input is known on which the crate panics; if there is one, the statement is unread and the rest is checked.
    std::panic::catch_unwind(|| read_tokens(tokens, span))
        .unwrap_or_else(|_| Err(Refusal { reason: "the parser failed on it".into(), at: span }))
}

fn read_tokens(tokens: Vec<TokenWithSpan>, span: Span) -> Parse<Rows> {
    let dialect = PostgreSqlDialect {};
    let mut parser = Parser::new(&dialect).with_recursion_limit(RECURSION_LIMIT).with_tokens_with_locations(tokens);
    let statement = parser.parse_statement().map_err(|error| refusal(&error, span))?;
    // Success with tokens left over means that something was misread.
    let next = parser.peek_token();
    if next.token != Token::EOF {
        return Err(Refusal { reason: "expected the end of the statement".into(), at: tokens::span_of(next.span) });
    }
    Ok(collect::rows(&statement, span))
}

/// The parser crate gives the place of an error only inside its message.
fn refusal(error: &ParserError, span: Span) -> Refusal {
    let message = match error {
        ParserError::ParserError(message) | ParserError::TokenizerError(message) => message.as_str(),
        ParserError::RecursionLimitExceeded => "it is nested too deeply",
    };
    let (reason, place) = message.split_once(" at Line: ").unwrap_or((message, ""));
    let offset = place.rsplit(' ').next().and_then(|column| column.parse::<u32>().ok());
    let at = offset.and_then(|offset| offset.checked_sub(1)).map_or(span, |start| Span::new(start, start));
    let mut reason = reason.to_owned();
    if let Some(first) = reason.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    Refusal { reason, at }
}

/// An expression's column, folded, qualified or not.
fn column_of(expression: &ast::Expr) -> Option<super::name::Symbol> {
    match expression {
        ast::Expr::Identifier(ident) => Some(tokens::symbol(ident)),
        ast::Expr::CompoundIdentifier(parts) => parts.last().map(tokens::symbol),
        ast::Expr::Nested(inner) | ast::Expr::Cast { expr: inner, .. } => match &**inner {
            ast::Expr::Identifier(ident) => Some(tokens::symbol(ident)),
            ast::Expr::CompoundIdentifier(parts) => parts.last().map(tokens::symbol),
            _ => None,
        },
        _ => None,
    }
}
