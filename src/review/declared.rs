//! The declarations in the comments of a section, told in the order of the file.

use crate::syntax::Script;
use crate::syntax::directive::Declaration;
use crate::syntax::span::Span;

/// Declarations that were not told yet.
pub(super) struct Declarations<'a> {
    ahead: std::iter::Peekable<std::vec::IntoIter<(Span, &'a Declaration)>>,
    /// Those that name what was not there where they stand: it may come further down.
    waiting: Vec<(Span, &'a Declaration)>,
}

impl<'a> Declarations<'a> {
    /// Those of a section.
    pub(super) fn of(script: &'a Script) -> Self {
        let declared = script.directives.iter();
        let declared = declared.filter_map(|found| Some((found.span, found.declaration.as_deref()?)));
        Self { ahead: declared.collect::<Vec<_>>().into_iter().peekable(), waiting: Vec::new() }
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
