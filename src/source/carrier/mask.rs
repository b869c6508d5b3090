//! The text of a file in which everything is blank but its SQL.

use crate::syntax::span::Span;

/// A text as long as its file, blank at first but for line breaks.
#[derive(Debug)]
pub(super) struct Mask<'a> {
    text: &'a str,
    sql: Vec<u8>,
}

impl<'a> Mask<'a> {
    /// Nothing but line breaks.
    pub(super) fn new(text: &'a str) -> Self {
        let blank = |byte: u8| if matches!(byte, b'\n' | b'\r') { byte } else { b' ' };
        Self { text, sql: text.bytes().map(blank).collect() }
    }

    /// Shows the bytes of the file at `span`, and ends the statement in the place behind it.
    pub(super) fn statement(&mut self, span: Span) {
        self.show(span);
        self.put(span.end, ";");
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

    /// Blanks `span` again.
    pub(super) fn blank(&mut self, span: Span) {
        if let Some(place) = self.sql.get_mut(span.start as usize..span.end as usize) {
            place.iter_mut().filter(|byte| !matches!(byte, b'\n' | b'\r')).for_each(|byte| *byte = b' ');
        }
    }

    /// The text.
    pub(super) fn finish(self) -> String {
        // Whole characters were shown, and what was written over them is whole too; a part of one would be replaced.
        String::from_utf8(self.sql).unwrap_or_else(|error| {
            let bytes = error.into_bytes();
            bytes.utf8_chunks().fold(String::new(), |mut text, chunk| {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| '?'));
                text
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_sql_is_shown_and_places_stay() {
        let text = "é(`DROP é`)\nx";
        let mut mask = Mask::new(text);
        mask.statement(Span::new(4, 11));
        assert!(!mask.put(14, "xx"), "beyond the file");
        let sql = mask.finish();
        assert_eq!(sql, "    DROP é; \n ");
        assert_eq!(sql.len(), text.len());
    }
}
