//! The declarations in the comments of a section, told in the order of the file.

use std::collections::BTreeMap;

use crate::syntax::Script;
use crate::syntax::directive::{Declaration, Said, covered};
use crate::syntax::span::Span;

/// Declarations that were not told yet.
pub(super) struct Declarations<'a> {
    /// Statements that somebody signed, with what was said.
    signed: BTreeMap<Span, &'a Declaration>,
    ahead: std::iter::Peekable<std::vec::IntoIter<(Span, &'a Declaration)>>,
    /// Those that name what was not there where they stand: it may come further down.
    waiting: Vec<(Span, &'a Declaration)>,
}

impl<'a> Declarations<'a> {
    /// Those of a section of a file with this text.
    pub(super) fn of(script: &'a Script, text: &str) -> Self {
        let declared = script.directives.iter();
        let declared = declared.filter_map(|found| Some((found.span, found.declaration.as_deref()?)));
        let (signs, said): (Vec<_>, Vec<_>) =
            declared.partition(|(_, declaration)| declaration.said == Said::PointOfNoReturn);
        let signed = signs.into_iter().filter_map(|(at, said)| Some((covered(&script.statements, at, text)?, said)));
        Self { signed: signed.collect(), ahead: said.into_iter().peekable(), waiting: Vec::new() }
    }

    /// What was said where the statement at `span` was signed.
    pub(super) fn signed(&self, span: Span) -> Option<&'a Declaration> {
        self.signed.get(&span).copied()
    }

    /// Tells all that stand before the offset `end`. `tell` says whether what is named is there.
    pub(super) fn before(&mut self, end: u32, mut tell: impl FnMut(Span, &'a Declaration) -> bool) {
        while let Some((span, declaration)) = self.ahead.next_if(|(span, _)| span.start < end) {
            if !tell(span, declaration) {
                self.waiting.push((span, declaration));
            }
        }
    }

    /// Tells the rest, and once more what waited. What is left names nothing.
    pub(super) fn finish(mut self, mut tell: impl FnMut(Span, &'a Declaration) -> bool) -> Vec<Span> {
        self.before(u32::MAX, &mut tell);
        self.waiting.retain(|(span, declaration)| !tell(*span, declaration));
        self.waiting.into_iter().map(|(span, _)| span).collect()
    }
}
