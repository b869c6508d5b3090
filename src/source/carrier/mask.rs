//! The text of a file in which everything is blank but its SQL.

use crate::source::text::replace_invalid;
use crate::syntax::span::Span;

/// A text as long as its file, blank at first but for line breaks.
#[derive(Debug)]
pub(super) struct Mask<'a> {
    text: &'a str,
    sql: Vec<u8>,
    /// Whether a quotation mark that was escaped is open.
    quoted: bool,
}

/// A text between quotes of another language.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Text {
    /// Between the quotes.
    pub span: Span,
    /// What is written with a backslash, and what it stands for; in order.
    pub escapes: Vec<(Span, &'static str)>,
}

impl<'a> Mask<'a> {
    /// Nothing but line breaks.
    pub(super) fn new(text: &'a str) -> Self {
        let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { byte } else { b' ' };
        Self { text, sql: text.bytes().map(blank).collect(), quoted: false }
    }

    /// Shows a text with what its escapes stand for, and ends the statement in the place behind it.
    pub(super) fn statement(&mut self, text: &Text) {
        self.show(text.span);
        self.end(text.span.end);
        let mut escapes = text.escapes.iter().peekable();
        while let Some((first, shown)) = escapes.next() {
            let (mut span, mut shown) = (*first, (*shown).to_owned());
            while let Some((next, more)) = escapes.next_if(|(next, _)| next.start == span.end) {
                span = span.to(*next);
                shown.push_str(more);
            }
            self.escape(span, &shown);
        }
    }

    /// Ends a statement at `at`, on a line of its own where there is room: a comment may be the last thing.
    pub(super) fn end(&mut self, at: u32) {
        self.quoted = false;
        if !self.put(at, "\n;") {
            self.put(at, ";");
        }
    }

    /// Shows `shown` in the place of `span`, which is longer. A quotation mark stands beside what it quotes.
    pub(super) fn escape(&mut self, span: Span, shown: &str) {
        self.blank(span);
        let odd = shown.matches(['\'', '"']).count() % 2 == 1;
        let length = u32::try_from(shown.len()).unwrap_or(u32::MAX);
        let closes = self.quoted && odd;
        self.put(if closes { span.start } else { span.end.saturating_sub(length).max(span.start) }, shown);
        self.quoted ^= odd;
    }

    /// Shows the bytes of the file at `span`.
    pub(super) fn show(&mut self, span: Span) {
        let range = span.start as usize..span.end as usize;
        if let (Some(text), Some(sql)) = (self.text.get(range.clone()), self.sql.get_mut(range)) {
            sql.copy_from_slice(text.as_bytes());
        }
    }

    /// Writes `text` at `at`, over whatever is there. False where it would reach beyond the file.
    pub(super) fn put(&mut self, at: u32, text: &str) -> bool {
        let at = at as usize;
        let place = self.sql.get_mut(at..at.saturating_add(text.len()));
        place.map(|place| place.copy_from_slice(text.as_bytes())).is_some()
    }

    /// Shows what comments of the file say to us, as comments of SQL: those that begin their line with `//`, `#` or `<!--`.
    pub(super) fn directives(&mut self) {
        let mut start = 0;
        for line in self.text.split_inclusive(['\n', '\r']) {
            let from = start;
            start += line.len();
            let comment = line.trim_start();
            let Some(body) = ["//", "<!--", "#"].iter().find_map(|opener| comment.strip_prefix(opener)) else {
                continue;
            };
            let words = body.trim_start();
            if !words.starts_with("switchback:") {
                continue;
            }
            let said = words.trim_end();
            let said = said.strip_suffix("-->").unwrap_or(said).trim_end();
            let at = from + (line.len() - words.len());
            let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
            // Where there is no room for the dashes, the comment has to be written with a space.
            if at >= from + 2 && self.put(offset(at - 2), "--") {
                self.show(Span::new(offset(at), offset(at + said.len())));
            }
        }
    }

    /// Blanks `span` again.
    pub(super) fn blank(&mut self, span: Span) {
        if let Some(place) = self.sql.get_mut(span.start as usize..span.end as usize) {
            place.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        // Whole characters were shown, and what was written over them is whole too; a part of one would be replaced.
        String::from_utf8(self.sql).unwrap_or_else(|error| replace_invalid(error.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_stand_beside_what_they_quote() {
        let text = r"x('\'a\' \'b\'\'c\'')";
        let escapes = [(3, 5), (6, 8), (9, 11), (12, 14), (14, 16), (17, 19)];
        let escapes = escapes.into_iter().map(|(start, end)| (Span::new(start, end), "'")).collect();
        let mut mask = Mask::new(text);
        mask.statement(&Text { span: Span::new(3, 19), escapes });
        assert_eq!(mask.finish(), "    'a'   'b  ''c' \n;");
    }

    #[test]
    fn only_sql_is_shown_and_places_stay() {
        let text = "é(`DROP é`)\nx";
        let mut mask = Mask::new(text);
        mask.statement(&Text { span: Span::new(4, 11), escapes: Vec::new() });
        assert!(!mask.put(14, "xx"), "beyond the file");
        let sql = mask.finish();
        assert_eq!(sql, "    DROP é\n;\n ");
        assert_eq!(sql.len(), text.len());
    }
}
