//! The lines of source around a finding. The renderer never sees a file: only these few lines, cut to the width of the
//! terminal and with nothing in them that steers it, so that its time does not depend on the size of the file.

use std::ops::Range;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::details::MOST_RELATED;
use super::files::Files;
use super::position::{LineIndex, floor_boundary};
use super::text::{one_line, visible};
use crate::finding::Finding;
use crate::syntax::span::Span;

/// Lines of the statement shown before the clause.
const BEFORE: u32 = 6;

/// Lines of the statement shown after it.
const AFTER: u32 = 3;

/// A clause of more lines is marked on its first only.
const LONGEST_CLAUSE: u32 = 8;

/// Some runs of lines of one file, end to end.
#[derive(Debug, Default)]
pub(super) struct Snippet {
    chunks: Vec<Chunk>,
    labels: Vec<Label>,
}

/// A marked place in a snippet.
#[derive(Debug)]
pub(super) struct Label {
    /// Where, in the text of the snippet.
    pub(super) span: Range<usize>,
    /// A few words; may be empty.
    pub(super) text: String,
    /// The finding's own place.
    pub(super) primary: bool,
}

/// A run of whole lines.
#[derive(Debug)]
struct Chunk {
    /// `path:line:column` of what it was made for.
    place: String,
    /// Number of the first line, from 1.
    first: u32,
    /// Offset of the text in the snippet.
    offset: usize,
    /// The lines as they are shown.
    text: String,
    rows: Vec<Row>,
}

/// A line of a chunk.
#[derive(Debug)]
struct Row {
    /// Bytes of the file that are shown; the rest of a long line is cut off.
    shown: Range<usize>,
    /// Where they begin in the snippet.
    at: usize,
}

/// What the chunks of a snippet are made from.
struct Source<'a> {
    path: String,
    index: &'a LineIndex<'a>,
    width: usize,
}

impl Snippet {
    /// The lines around `finding`, with its own place and the related ones of the same file marked.
    pub(super) fn new(finding: &Finding, files: &Files<'_>, width: usize) -> Self {
        let mut snippet = Self::default();
        let Some(index) = files.index(finding.file) else { return snippet };
        let source = Source { path: files.path(finding.file), index, width };
        let (lines, marked) = source.around(finding.span, finding.statement);
        snippet.show(&source, lines, marked, &finding.label, true);
        for related in finding.related.iter().filter(|related| related.file == finding.file).take(MOST_RELATED) {
            let (line, marked) = source.first_line(related.span);
            snippet.show(&source, line..line + 1, marked, &related.message, false);
        }
        snippet.labels.sort_by_key(|label| (label.span.start, label.span.end));
        snippet
    }

    /// Marked places, in order.
    pub(super) fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Marks a place, adding `lines` where it is not shown yet.
    fn show(&mut self, source: &Source<'_>, lines: Range<u32>, marked: Span, text: &str, primary: bool) {
        let start = marked.start as usize;
        let known = self.chunks.iter().position(|chunk| chunk.shows(start));
        let chunk = known.unwrap_or_else(|| {
            let offset = self.chunks.last().map_or(0, |chunk| chunk.offset + chunk.text.len());
            self.chunks.push(source.chunk(lines, marked.start, offset));
            self.chunks.len() - 1
        });
        let Some(chunk) = self.chunks.get(chunk) else { return };
        let start = chunk.locate(source, start);
        let end = chunk.locate(source, marked.end as usize).max(start);
        self.labels.push(Label { span: start..end, text: one_line(text), primary });
    }
}

impl SourceCode for Snippet {
    /// The whole chunk a place stands in: it was cut to be shown as it is.
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        _lines_before: usize,
        _lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let chunk = self
            .chunks
            .iter()
            .find(|chunk| chunk.offset <= span.offset() && end <= chunk.offset + chunk.text.len())
            .ok_or(MietteError::OutOfBounds)?;
        Ok(Box::new(MietteSpanContents::new_named(
            chunk.place.clone(),
            chunk.text.as_bytes(),
            SourceSpan::new(chunk.offset.into(), chunk.text.len()),
            chunk.first.saturating_sub(1) as usize,
            0,
            chunk.rows.len(),
        )))
    }
}

impl Chunk {
    fn shows(&self, byte: usize) -> bool {
        self.rows.iter().any(|row| row.shown.start <= byte && byte <= row.shown.end)
    }

    /// Where a byte of the file stands in the snippet; one that is cut off moves to the nearest that is not.
    fn locate(&self, source: &Source<'_>, byte: usize) -> usize {
        let after = self.rows.partition_point(|row| row.shown.start <= byte);
        let row = after.checked_sub(1).and_then(|index| self.rows.get(index)).or_else(|| self.rows.first());
        row.map_or(self.offset, |row| {
            let end = floor_boundary(source.index.text(), byte.clamp(row.shown.start, row.shown.end));
            row.at + visible(source.text(row.shown.start..end)).len()
        })
    }
}

impl Source<'_> {
    fn text(&self, bytes: Range<usize>) -> &str {
        self.index.text().get(bytes).unwrap_or_default()
    }

    /// The lines to show for a clause of a statement, and the part of the clause to mark.
    fn around(&self, clause: Span, statement: Span) -> (Range<u32>, Span) {
        let whole = statement.to(clause);
        let (first, last) = self.lines_of(clause);
        let (statement_first, statement_last) = self.lines_of(whole);
        let before = statement_first.max(first.saturating_sub(BEFORE));
        if last - first < LONGEST_CLAUSE {
            return (before..statement_last.min(last + AFTER) + 1, clause);
        }
        let (_, marked) = self.first_line(clause);
        (before..statement_last.min(first + AFTER) + 1, marked)
    }

    /// The first line of a place, and the part of the place that stands on it.
    fn first_line(&self, span: Span) -> (u32, Span) {
        let (line, _) = self.lines_of(span);
        let end = u32::try_from(self.index.line(line).end).unwrap_or(u32::MAX);
        (line, Span::new(span.start, span.end.min(end.max(span.start))))
    }

    /// The numbers of the first and the last line of a place.
    fn lines_of(&self, span: Span) -> (u32, u32) {
        let first = self.index.position(span.start).line;
        let last = self.index.position(span.end.saturating_sub(1)).line;
        (first, last.max(first))
    }

    fn chunk(&self, lines: Range<u32>, focus: u32, offset: usize) -> Chunk {
        let place = self.index.position(focus);
        let mut chunk = Chunk {
            place: format!("{}:{}:{}", visible(&self.path), place.line, place.column),
            first: lines.start,
            offset,
            text: String::new(),
            rows: Vec::new(),
        };
        for line in lines {
            let bytes = self.index.line(line);
            let shown = self.cut(bytes.clone(), focus as usize);
            if shown.start > bytes.start {
                chunk.text.push('…');
            }
            let at = offset + chunk.text.len();
            chunk.text.push_str(&visible(self.text(shown.clone())));
            if shown.end < bytes.end {
                chunk.text.push('…');
            }
            // The renderer asks for a line end after every line, the last one too.
            chunk.text.push('\n');
            chunk.rows.push(Row { shown, at });
        }
        chunk
    }

    /// The part of a line that fits the width: its beginning, or what stands around `focus` if that is farther out.
    fn cut(&self, line: Range<usize>, focus: usize) -> Range<usize> {
        let text = self.index.text();
        let start = match focus.checked_sub(line.start) {
            Some(distance) if focus <= line.end && distance > self.width / 2 && line.len() > self.width => {
                floor_boundary(text, focus - self.width / 4)
            }
            Some(_) | None => line.start,
        };
        let rest = self.text(start..line.end);
        let length = rest.char_indices().nth(self.width).map_or(rest.len(), |(index, _)| index);
        start..start + length
    }
}
