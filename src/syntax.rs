//! Text to statements, with a byte range for everything.

pub mod alter;
pub(crate) mod assigned;
mod body;
mod bridge;
mod cursor;
pub mod directive;
pub mod expr;
pub(crate) mod flat;
pub(crate) mod hole;
pub mod index;
mod keyword;
mod lexer;
pub(crate) mod literal;
pub mod name;
pub mod object;
mod parse;
pub mod publication;
pub mod query;
pub mod span;
mod split;
pub mod statement;
pub mod table;
mod token;
pub mod types;
mod verbs;

use cursor::Cursor;
use directive::{Directive, Foreign, foreign};
use name::Ident;
use span::{Source, Span};
use statement::Statement;
use token::TokenKind;
use types::DataType;

/// A section of a migration, read.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// Every statement in order. What could not be read is among them.
    pub statements: Vec<Statement>,
    /// Comments that speak to us.
    pub directives: Vec<Directive>,
    /// Comments that speak to other linters.
    pub foreign: Vec<Foreign>,
}

/// Reads the bytes of `section` of `text`. Never fails: what cannot be read is a statement that says so.
///
/// Wants a deep stack (`STACK_SIZE`) for the parser crate's sake.
pub fn parse(text: &str, section: Span) -> Script {
    parse_filled(text, section, &[])
}

/// The same for a text with holes, which are what `fills` says, by number.
pub(crate) fn parse_filled(text: &str, section: Span, fills: &hole::Fills) -> Script {
    let source = Source { text, base: 0, fills };
    let lexed = lexer::lex(source, section);
    let statements = split::split(source, &lexed.tokens)
        .into_iter()
        .map(|slice| parse::statement(Cursor::new(source, slice), 0))
        .collect();
    let directives = lexed.directives.iter().map(|span| directive::directive(source, *span)).collect();
    let foreign = lexed.foreign.iter().filter_map(|span| foreign::read(source.at(*span), *span)).collect();
    Script { statements, directives, foreign }
}

/// The template placeholders of a text, each with the name in it, in order: `${schema}`, `{{ schema }}`, `:schema`.
pub(crate) fn placeholders(text: &str) -> Vec<(std::ops::Range<usize>, &str)> {
    lexer::placeholder::all(text)
}

/// Reads a column's name and type: `created_at timestamptz`. Nothing else may stand there.
pub(crate) fn column(text: &str) -> Option<(Ident, DataType)> {
    let source = Source::of(text);
    let lexed = lexer::lex(source, Span::new(0, u32::try_from(text.len()).ok()?));
    parse::column(&mut Cursor::new(source, &lexed.tokens)).ok()
}

/// Where the statements of `section` stand, without reading them. In order, not overlapping; between them there is only
/// white space, comments, semicolons and what is not SQL.
pub fn statement_spans(text: &str, section: Span) -> Vec<Span> {
    let source = Source::of(text);
    let lexed = lexer::lex(source, section);
    split::split(source, &lexed.tokens).into_iter().map(|slice| Cursor::new(source, slice).whole()).collect()
}

/// The name that an identifier written like this stands for.
pub(crate) fn folded(identifier: &str) -> name::Symbol {
    let quoted = identifier.starts_with('"');
    cursor::fold(identifier, if quoted { TokenKind::Quoted } else { TokenKind::Word })
}

/// All tokens of `span`.
pub(crate) fn tokens(text: &str, span: Span) -> Vec<Span> {
    let lexed = lexer::lex(Source { text: span.of(text), base: span.start, fills: &[] }, span);
    lexed.tokens.iter().map(|token| token.span).collect()
}

/// The words and signs of `text`, each spelled one way: names folded, and quoted only where they have to be.
pub(crate) fn spellings(text: &str) -> Vec<String> {
    let source = Source::of(text);
    let lexed = lexer::lex(source, Span::new(0, u32::try_from(text.len()).unwrap_or(u32::MAX)));
    let cursor = Cursor::new(source, &lexed.tokens);
    let spelled = lexed.tokens.iter().map(|token| match token.kind {
        TokenKind::Word | TokenKind::Quoted => cursor.symbol(*token).to_string(),
        _ => cursor.text_of(*token).to_owned(),
    });
    spelled.collect()
}

/// The tokens of `span` that stand outside brackets, the brackets themselves included: enough to find a clause.
pub(crate) fn outline(text: &str, span: Span) -> Vec<Span> {
    let lexed = lexer::lex(Source { text: span.of(text), base: span.start, fills: &[] }, span);
    let mut depth = 0_usize;
    let mut top = Vec::new();
    for token in lexed.tokens {
        let closes = matches!(token.kind, TokenKind::RightParen | TokenKind::RightBracket);
        depth = depth.saturating_sub(usize::from(closes));
        if depth == 0 {
            top.push(token.span);
        }
        depth += usize::from(matches!(token.kind, TokenKind::LeftParen | TokenKind::LeftBracket));
    }
    top
}

/// The stack a thread that calls `parse` should have. Reserved, not used, unless a statement is nested that deeply.
pub const STACK_SIZE: usize = 256 << 20;
