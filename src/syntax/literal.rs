//! String literals of a statement, each with what it is compared with, assigned to or cast to. One pass over the tokens,
//! for clauses of which nothing else keeps the values.

use super::cursor::{fold, unquote};
use super::lexer::lex;
use super::name::Symbol;
use super::span::{Source, Span};
use super::token::{Token, TokenKind};

/// Words that do not change what a literal after them belongs to: `status IN ('a')`, `status IS DISTINCT FROM 'a'`.
const CONNECTING: &[&str] = &["all", "any", "array", "distinct", "from", "in", "is", "not", "some"];

/// A string literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Its text, without quotes.
    pub(crate) value: String,
    /// Where it stands.
    pub(crate) span: Span,
    /// The last part of the type it is cast to: `'a'::mood`, `CAST('a' AS mood)`, `mood 'a'`.
    pub(crate) cast: Option<Symbol>,
    /// What it belongs to.
    pub(crate) place: Place,
}

/// What a literal belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// The name before it: `status = 'a'`, `status IN ('a', 'b')`.
    Beside(Symbol),
    /// The row of a `VALUES` list or a `SELECT` list, at this position.
    Listed(usize),
    /// `THEN`, `ELSE`, `WHEN` or `DEFAULT` stands before it.
    Branch,
    /// Nothing that can be told.
    Unknown,
}

/// The literals of `span`, in order. Rows that the lexer skims are left out.
pub(crate) fn literals(text: &str, span: Span) -> Vec<Literal> {
    let source = Source { text: span.of(text), base: span.start, fills: &[] };
    let tokens = lex(source, span).tokens;
    let mut reader = Reader { source, frames: vec![Frame::default()], found: Vec::new() };
    for at in 0..tokens.len() {
        reader.read(&tokens, at);
    }
    reader.found
}

/// What is known inside one pair of brackets.
#[derive(Clone, Debug, Default)]
struct Frame {
    /// What a literal that comes now belongs to.
    place: Option<Place>,
    /// The items are those of a `VALUES` row or a `SELECT` list, and this many came before.
    item: Option<usize>,
    /// The brackets hold a list for the name before them.
    list: bool,
    /// Rows of `VALUES` follow.
    rows: bool,
    /// The brackets of `CAST`.
    cast: bool,
    /// The brackets belong to a function or column list.
    called: bool,
}

struct Reader<'t> {
    source: Source<'t>,
    frames: Vec<Frame>,
    found: Vec<Literal>,
}

impl Reader<'_> {
    fn read(&mut self, tokens: &[Token], at: usize) {
        let Some(token) = tokens.get(at) else { return };
        let before = at.checked_sub(1).and_then(|before| tokens.get(before));
        match token.kind {
            TokenKind::Word | TokenKind::Quoted => self.word(*token, before),
            TokenKind::LeftParen | TokenKind::LeftBracket => self.open(before),
            TokenKind::RightParen | TokenKind::RightBracket => self.close(),
            TokenKind::Comma => {
                let Some(frame) = self.frames.last_mut() else { return };
                frame.item = frame.item.map(|item| item + 1);
                if !frame.list {
                    frame.place = frame.item.map(Place::Listed);
                }
            }
            TokenKind::String => {
                let typed = before.filter(|before| before.kind == TokenKind::Word).map(|word| self.name(*word));
                let cast = self.cast(tokens, at).or(typed.filter(|word| !is_structural(word)));
                let place = self.frames.last().and_then(|frame| frame.place.clone()).unwrap_or(Place::Unknown);
                let value = unquote(self.source.at(token.span)).into_owned();
                self.found.push(Literal { value, span: token.span, cast, place });
            }
            _ => {}
        }
    }

    fn word(&mut self, token: Token, before: Option<&Token>) {
        let word = self.name(token);
        let Some(frame) = self.frames.last_mut() else { return };
        match &*word {
            _ if token.kind == TokenKind::Quoted => frame.place = Some(Place::Beside(word)),
            "then" | "else" | "when" | "default" => frame.place = Some(Place::Branch),
            "values" => {
                frame.rows = true;
                frame.place = None;
            }
            "select" => {
                frame.item = Some(0);
                frame.place = Some(Place::Listed(0));
            }
            // After `FROM` the items are tables, unless it is that of `IS DISTINCT FROM`.
            "from" if before.is_none_or(|before| !self.source.at(before.span).eq_ignore_ascii_case("distinct")) => {
                frame.item = None;
                frame.place = None;
            }
            connecting if CONNECTING.contains(&connecting) => {}
            _ => {
                frame.rows = false;
                frame.place = Some(Place::Beside(word));
            }
        }
    }

    fn open(&mut self, before: Option<&Token>) {
        let word = before.filter(|before| matches!(before.kind, TokenKind::Word | TokenKind::Quoted));
        let word = word.map(|word| self.name(*word));
        let Some(outer) = self.frames.last() else { return };
        let connecting = word.as_deref().is_some_and(|word| CONNECTING.contains(&word));
        let row = outer.rows && word.as_deref().is_none_or(|word| word == "values");
        let called = word.is_some() && !connecting && !row;
        let frame = Frame {
            place: if row { Some(Place::Listed(0)) } else { outer.place.clone().filter(|_| !called) },
            item: row.then_some(0),
            list: !row && !called && matches!(outer.place, Some(Place::Beside(_))),
            rows: false,
            cast: word.as_deref() == Some("cast"),
            called,
        };
        self.frames.push(frame);
    }

    fn close(&mut self) {
        if self.frames.len() < 2 {
            return;
        }
        let inner = self.frames.pop();
        // What stands in plain brackets goes on outside: `(status) = 'a'`.
        if let (Some(inner), Some(outer)) = (inner, self.frames.last_mut())
            && !inner.called
            && !outer.rows
            && matches!(inner.place, Some(Place::Beside(_)))
        {
            outer.place = inner.place;
        }
    }

    /// The type in `'a'::schema.mood` or `CAST('a' AS mood)`.
    fn cast(&self, tokens: &[Token], at: usize) -> Option<Symbol> {
        let next = tokens.get(at + 1)?;
        let words = self.source.at(next.span);
        let in_cast = self.frames.last().is_some_and(|frame| frame.cast) && words.eq_ignore_ascii_case("as");
        if words != "::" && !in_cast {
            return None;
        }
        let dotted = tokens.get(at + 3).is_some_and(|token| token.kind == TokenKind::Dot);
        tokens.get(if dotted { at + 4 } else { at + 2 }).map(|token| self.name(*token))
    }

    fn name(&self, token: Token) -> Symbol {
        fold(self.source.at(token.span), token.kind)
    }
}

/// Whether a word before a literal is no type: `THEN 'a'`.
fn is_structural(word: &str) -> bool {
    super::keyword::is_reserved(word) || CONNECTING.contains(&word) || word == "values"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<String> {
        let span = Span::new(0, u32::try_from(text.len()).unwrap());
        let shown = |literal: Literal| {
            let cast = literal.cast.map_or_else(String::new, |cast| format!("::{cast}"));
            let place = match literal.place {
                Place::Beside(word) => word.to_string(),
                Place::Listed(at) => at.to_string(),
                Place::Branch => "branch".to_owned(),
                Place::Unknown => "?".to_owned(),
            };
            format!("{place} {}{cast}", literal.value)
        };
        literals(text, span).into_iter().map(shown).collect()
    }

    #[test]
    fn literals_know_what_they_belong_to() {
        for (text, expected) in [
            ("UPDATE t SET status = 'a', note = 'b' WHERE x.s <> 'c'", &["status a", "note b", "s c"][..]),
            ("INSERT INTO t (a, b) VALUES (1, 'x'), (now(), 'y')", &["1 x", "1 y"]),
            ("INSERT INTO t SELECT 'x', f('y'), 'z' FROM u WHERE s = 'w'", &["0 x", "? y", "2 z", "s w"]),
            (
                "SELECT 1 WHERE s IN ('a', 'b') AND s IS DISTINCT FROM 'c' OR s = ANY (ARRAY['d'])",
                &["s a", "s b", "s c", "s d"],
            ),
            (
                "SELECT 'a'::app.mood, CAST('b' AS mood), mood 'c', 'd' AS mood",
                &["0 a::mood", "? b::mood", "mood c::mood", "3 d"],
            ),
            ("CHECK ((status) <> 'a' AND lower(note) = 'b')", &["status a", "lower b"]),
            ("SET s = CASE s WHEN 'a' THEN 'b' ELSE 'c' END", &["branch a", "branch b", "branch c"]),
            ("SET DEFAULT 'a'", &["branch a"]),
            ("'", &[]),
        ] {
            assert_eq!(read(text), expected, "{text}");
        }
    }
}
