//! Cuts the text of a file into sections at marker lines: comments that stand on a line by themselves.
//!
//! Migration tools read their markers line by line, without knowing SQL, and so does this.

use super::migration::{Direction, Section, TransactionMode};
use crate::syntax::span::Span;

/// A line that holds nothing but a `--` comment.
#[derive(Clone, Copy, Debug)]
pub(super) struct CommentLine<'a> {
    /// Offset of the line's first byte.
    pub start: usize,
    /// Offset just after its line break.
    pub end: usize,
    /// The comment without its dashes and the space around it.
    pub body: &'a str,
    /// The comment as it is written, without the space around it.
    pub comment: &'a str,
}

/// The comment lines of `text`, in order.
pub(super) fn comment_lines(text: &str) -> impl Iterator<Item = CommentLine<'_>> {
    lines(text).filter_map(|(start, line)| {
        let comment = line.trim();
        let body = comment.strip_prefix("--")?.trim_start_matches('-').trim_start();
        Some(CommentLine { start, end: start + line.len(), body, comment })
    })
}

/// The comment lines before the first line that holds anything else.
pub(super) fn head_comments(text: &str) -> impl Iterator<Item = &str> {
    lines(text).map(|(_, line)| line.trim()).take_while(|line| is_blank(line)).filter(|line| !line.is_empty())
}

/// Lines with their offsets and line breaks. Old files end lines with a carriage return alone. The byte order mark is
/// not part of the first line.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut offset = 0;
    text.split_inclusive(['\n', '\r']).map(move |line| {
        let start = offset;
        offset += line.len();
        match line.strip_prefix('\u{FEFF}') {
            Some(rest) if start == 0 => ('\u{FEFF}'.len_utf8(), rest),
            _ => (start, line),
        }
    })
}

/// Whether a trimmed line holds no SQL.
fn is_blank(line: &str) -> bool {
    line.is_empty() || line.starts_with("--")
}

/// One section for the whole text.
pub(super) fn whole(text: &str, transaction: TransactionMode) -> Vec<Section> {
    vec![Section { span: span(0, text.len()), direction: Direction::Up, transaction }]
}

/// Collects sections from one marker line to the next.
#[derive(Debug)]
pub(super) struct Cutter<'a> {
    text: &'a str,
    sections: Vec<Section>,
    start: usize,
    // Up to here the open section is known to hold nothing but comments.
    blank_until: usize,
    open: Option<(Direction, TransactionMode)>,
}

impl<'a> Cutter<'a> {
    /// Starts with the text before the first marker, which ships.
    pub(super) fn new(text: &'a str, transaction: TransactionMode) -> Self {
        Self { text, sections: Vec::new(), start: 0, blank_until: 0, open: Some((Direction::Up, transaction)) }
    }

    /// What the text before the next marker is for, if it is run at all.
    pub(super) fn direction(&self) -> Option<Direction> {
        self.open.map(|(direction, _)| direction)
    }

    /// Begins the next section at offset `at`. Comments that stand alone before it become part of it, so that what they
    /// say about the next statement stays with that statement.
    pub(super) fn cut(&mut self, at: usize, direction: Direction, transaction: TransactionMode) {
        let joins = self.direction() == Some(direction) && self.holds_no_sql_until(at);
        if !joins {
            self.close(at);
        }
        self.open = Some((direction, transaction));
    }

    /// Leaves the text from offset `at` to the next cut out of every section: the tool will not run it here.
    pub(super) fn skip(&mut self, at: usize) {
        self.close(at);
        self.open = None;
    }

    /// Ends the last section with the text.
    pub(super) fn finish(mut self) -> Vec<Section> {
        let end = self.text.len();
        let trails =
            self.sections.last().map(|last| last.direction) == self.direction() && self.holds_no_sql_until(end);
        match self.sections.last_mut() {
            Some(last) if trails => last.span = last.span.to(span(end, end)),
            _ => self.close(end),
        }
        self.sections
    }

    fn close(&mut self, at: usize) {
        if let Some((direction, transaction)) = self.open
            && self.start < at
        {
            self.sections.push(Section { span: span(self.start, at), direction, transaction });
        }
        self.start = at;
        self.blank_until = at;
    }

    fn holds_no_sql_until(&mut self, at: usize) -> bool {
        // Reading on from the last place keeps a long row of markers linear.
        let unread = self.text.get(self.blank_until..at).unwrap_or_default();
        let blank = lines(unread).all(|(_, line)| is_blank(line.trim()));
        if blank {
            self.blank_until = at;
        }
        blank
    }
}

fn span(start: usize, end: usize) -> Span {
    // Longer texts are refused when they are read.
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span::new(offset(start), offset(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comment_lines_are_found_in_any_line_ending() {
        let text = "\u{FEFF}-- a\r\n  --b \nSELECT 1; -- no\r---- c ----";
        let found: Vec<_> = comment_lines(text).map(|line| (line.start, line.end, line.body)).collect();
        assert_eq!(found, [(3, 8, "a"), (9, 16, "b"), (32, text.len(), "c ----")]);
    }

    #[test]
    fn head_ends_at_the_first_statement() {
        let text = "\n-- a\n\n-- b\nSELECT 1;\n-- c";
        assert_eq!(head_comments(text).collect::<Vec<_>>(), ["-- a", "-- b"]);
    }

    #[test]
    fn sql_before_a_marker_is_not_lost() {
        let text = "SELECT 1;\n-- down\nSELECT 2;";
        let mut cutter = Cutter::new(text, TransactionMode::Wrapped);
        cutter.cut(10, Direction::Down, TransactionMode::Wrapped);
        let sections = cutter.finish();
        let cut: Vec<_> = sections.iter().map(|section| (section.span.of(text), section.direction)).collect();
        assert_eq!(cut, [("SELECT 1;\n", Direction::Up), ("-- down\nSELECT 2;", Direction::Down)]);
    }

    #[test]
    fn many_markers_are_read_once() {
        let text = "--\n".repeat(200_000);
        let mut cutter = Cutter::new(&text, TransactionMode::None);
        for line in comment_lines(&text) {
            cutter.cut(line.start, Direction::Up, TransactionMode::SingleQuery);
        }
        assert_eq!(cutter.finish().len(), 1);
    }
}
