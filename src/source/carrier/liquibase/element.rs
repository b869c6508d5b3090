//! The tree of a changelog, whichever language it is written in: elements with attributes, texts and places.

use super::super::mask::Mask;
use crate::syntax::span::Span;

/// How deep elements lie in each other before they are left out.
pub(super) const MAX_DEPTH: usize = 32;

/// An element of XML, or a key of YAML or JSON with what it holds.
#[derive(Debug, Default)]
pub(in super::super) struct Element {
    /// Its name; empty for an item of a list.
    pub name: String,
    /// From its first character to its last.
    pub span: Span,
    /// What it says by name.
    pub attributes: Vec<(String, Text)>,
    /// What it holds.
    pub children: Vec<Self>,
    /// What it says without a name.
    pub text: Text,
}

/// A value, and where it stands.
#[derive(Debug, Default)]
pub(in super::super) struct Text {
    /// What it says.
    pub value: String,
    /// Its parts, in order; none where the place was not kept.
    pub pieces: Vec<Piece>,
}

/// A part of a text.
#[derive(Debug)]
pub(in super::super) struct Piece {
    /// Its place.
    pub span: Span,
    /// What it stands for, where that is not what is written.
    pub shown: Option<String>,
}

/// A changelog, read as far as it can be.
#[derive(Debug, Default)]
pub(in super::super) struct Document {
    /// `databaseChangeLog`.
    pub root: Element,
    /// From where on nothing could be read.
    pub broken: Option<u32>,
}

impl Element {
    /// The value of an attribute that says something.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.attribute(name).map(|text| text.value.trim()).filter(|value| !value.is_empty())
    }

    /// An attribute, in any case.
    pub(super) fn attribute(&self, name: &str) -> Option<&Text> {
        self.attributes.iter().find(|(called, _)| called.eq_ignore_ascii_case(name)).map(|(_, text)| text)
    }

    /// Whether an attribute says so.
    pub(super) fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).is_some_and(|said| said.eq_ignore_ascii_case(value))
    }

    /// Its children called `name`, be they in a list of their own or not.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.parts().into_iter().filter(move |child| child.name == name)
    }

    /// Its children; of lists (`changes`, `columns`, the items of YAML), what they hold.
    pub(super) fn parts(&self) -> Vec<&Self> {
        let mut parts = Vec::new();
        for child in &self.children {
            // Not deeper than elements may lie in each other.
            if matches!(child.name.as_str(), "" | "changes" | "columns") {
                parts.extend(child.parts());
            } else {
                parts.push(child);
            }
        }
        parts
    }
}

impl Text {
    /// Shows the text in its place, and ends the statement behind it.
    pub(super) fn show(&self, mask: &mut Mask<'_>) -> bool {
        let Some(last) = self.pieces.last().map(|piece| piece.span) else { return false };
        let mut pieces = self.pieces.iter().peekable();
        let mut run = String::new();
        let mut start = None;
        while let Some(piece) = pieces.next() {
            let Some(shown) = &piece.shown else {
                mask.show(piece.span);
                continue;
            };
            // What stands side by side stays so: `<` and `>` are one operator.
            run.push_str(shown);
            let from = *start.get_or_insert(piece.span.start);
            let goes_on = pieces.peek().is_some_and(|next| next.shown.is_some() && next.span.start == piece.span.end);
            if !goes_on {
                mask.escape(Span::new(from, piece.span.end), &run);
                run.clear();
                start = None;
            }
        }
        mask.end(last.end);
        !self.value.is_empty()
    }
}
