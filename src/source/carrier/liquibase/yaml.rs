//! Changelogs in YAML, and in JSON, which is YAML too. Aliases are not followed, so that nothing grows.

use saphyr_parser::{Event, Parser, ScalarStyle};

use super::element::{Document, Element, MAX_DEPTH, Piece, Text};
use crate::syntax::span::Span;

/// Reads a changelog.
pub(in super::super) fn read(text: &str) -> Document {
    let offsets = Offsets::of(text);
    let mut tree = Tree { text, open: vec![Open::default()], deeper: 0, end: 0 };
    let mut broken = None;
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let Ok((event, place)) = event else {
            broken = Some(tree.end);
            break;
        };
        let span = Span::new(offsets.byte(place.start.index()), offsets.byte(place.end.index()));
        match event {
            Event::Scalar(value, style, _, _) => tree.scalar(&value, style, span),
            Event::SequenceStart(..) => tree.begin(span, false),
            Event::MappingStart(..) => tree.begin(span, true),
            Event::SequenceEnd | Event::MappingEnd => tree.finish(span),
            Event::Alias(_) => tree.scalar("", ScalarStyle::Plain, span),
            _ => {}
        }
    }
    while tree.open.len() > 1 {
        tree.finish(Span::new(tree.end, tree.end));
    }
    let top = tree.open.pop().unwrap_or_default().element;
    let root = top.children.into_iter().flat_map(|document| document.children);
    Document { root: root.into_iter().find(|child| child.name == "databaseChangeLog").unwrap_or_default(), broken }
}

/// A mapping or list that is not finished yet.
#[derive(Default)]
struct Open {
    element: Element,
    is_mapping: bool,
    /// The key whose value is next, in a mapping.
    key: Option<(String, u32)>,
}

struct Tree<'a> {
    text: &'a str,
    open: Vec<Open>,
    /// How many were begun that lie too deep to be kept.
    deeper: usize,
    /// Where the last scalar or bracket ended.
    end: u32,
}

impl Tree<'_> {
    fn begin(&mut self, span: Span, is_mapping: bool) {
        if self.deeper > 0 || self.open.len() > MAX_DEPTH {
            self.deeper += 1;
            return;
        }
        let key = self.open.last_mut().filter(|open| open.is_mapping).and_then(|open| open.key.take());
        let (name, start) = key.unwrap_or((String::new(), span.start));
        self.end = self.end.max(start);
        let element = Element { name, span: Span::new(start, start), ..Element::default() };
        self.open.push(Open { element, is_mapping, key: None });
    }

    fn finish(&mut self, span: Span) {
        // A bracket is there to be seen; the end of an indented block is wherever the next thing is.
        if matches!(span.of(self.text), "}" | "]") {
            self.end = self.end.max(span.end);
        }
        if self.deeper > 0 {
            self.deeper -= 1;
            return;
        }
        if self.open.len() < 2 {
            return;
        }
        let (Some(closed), Some(parent)) = (self.open.pop(), self.open.last_mut()) else { return };
        let mut element = closed.element;
        element.span = Span::new(element.span.start, self.end.max(element.span.start));
        parent.element.children.push(element);
    }

    fn scalar(&mut self, value: &str, style: ScalarStyle, span: Span) {
        self.end = self.end.max(span.end);
        if self.deeper > 0 {
            return;
        }
        let Some(open) = self.open.last_mut() else { return };
        if !open.is_mapping {
            return;
        }
        match open.key.take() {
            None => open.key = Some((value.to_owned(), span.start)),
            Some((key, _)) => {
                let pieces = pieces(self.text, style, span);
                open.element.attributes.push((key, Text { value: value.to_owned(), pieces }));
            }
        }
    }
}

/// The parts of a scalar that is written at `span`.
fn pieces(text: &str, style: ScalarStyle, span: Span) -> Vec<Piece> {
    let written = |start: u32, end: u32| Piece { span: Span::new(start, end), shown: None };
    let said = span.of(text);
    match style {
        ScalarStyle::Plain => vec![written(span.start, span.end)],
        ScalarStyle::Literal | ScalarStyle::Folded => {
            // The head of a block says how it is written, and is no part of it.
            let head = if said.starts_with(['|', '>']) { said.find('\n').map_or(said.len(), |at| at + 1) } else { 0 };
            vec![written(span.start + u32::try_from(head).unwrap_or(0), span.end)]
        }
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => quoted(said, span.start),
    }
}

/// The parts of a text between quotes: what is escaped, and what stands between.
fn quoted(said: &str, start: u32) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let offset = |at: usize| start.saturating_add(u32::try_from(at).unwrap_or(u32::MAX));
    let Some(quote) = said.chars().next().filter(|quote| matches!(quote, '\'' | '"')) else { return pieces };
    let end = said.strip_suffix(quote).map_or(said.len(), str::len).max(1);
    let mut from = 1;
    let mut characters = said.get(..end).unwrap_or_default().char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        let escape = if quote == '\'' { '\'' } else { '\\' };
        if character != escape {
            continue;
        }
        let Some((next, escaped)) = characters.next() else { break };
        let shown = match escaped {
            'n' | 'r' => "\n".to_owned(),
            't' | 'u' | 'x' | 'U' | '\n' | '\r' => " ".to_owned(),
            other => other.to_string(),
        };
        if from < at {
            pieces.push(Piece { span: Span::new(offset(from), offset(at)), shown: None });
        }
        from = next + escaped.len_utf8();
        pieces.push(Piece { span: Span::new(offset(at), offset(from)), shown: Some(shown) });
    }
    pieces.push(Piece { span: Span::new(offset(from), offset(end.max(from))), shown: None });
    pieces
}

/// Offsets in bytes of offsets in characters.
enum Offsets {
    /// They are the same.
    Ascii,
    Characters(Vec<u32>),
}

impl Offsets {
    fn of(text: &str) -> Self {
        if text.is_ascii() {
            return Self::Ascii;
        }
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let offsets = text.char_indices().map(|(at, _)| u32::try_from(at).unwrap_or(u32::MAX));
        Self::Characters(offsets.chain([end]).collect())
    }

    fn byte(&self, character: usize) -> u32 {
        match self {
            Self::Ascii => u32::try_from(character).unwrap_or(u32::MAX),
            Self::Characters(offsets) => offsets.get(character).or(offsets.last()).copied().unwrap_or(0),
        }
    }
}
