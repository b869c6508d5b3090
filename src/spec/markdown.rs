//! The little Markdown that specifications are written in: headings, paragraphs and fenced blocks.

use std::iter::Peekable;
use std::ops::Range;

use super::SpecError;

/// A part of a Markdown text. Lines count from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Block<'a> {
    /// `## Title`
    Heading { depth: usize, title: &'a str, line: usize },
    /// Lines up to an empty one. Lists and quotes are paragraphs here.
    Paragraph { text: &'a str },
    /// A fenced block. `line` and `range` are those of the text between the fences.
    Fence { info: &'a str, body: &'a str, line: usize, range: Range<usize> },
}

/// A line of the text, without its end.
#[derive(Clone, Copy)]
struct Line<'a> {
    number: usize,
    start: usize,
    text: &'a str,
}

/// The parts of `text`, in order.
pub(super) fn blocks(text: &str) -> Result<Vec<Block<'_>>, SpecError> {
    let mut blocks = Vec::new();
    let mut lines = lines(text).peekable();
    while let Some(line) = lines.next() {
        if let Some((fence, info)) = opening(line.text) {
            blocks.push(fenced(text, &mut lines, line, fence, info)?);
        } else if let Some((depth, title)) = heading(line.text) {
            blocks.push(Block::Heading { depth, title, line: line.number });
        } else if !line.text.is_empty() {
            let mut end = line.start + line.text.len();
            while let Some(line) = lines.next_if(|line| is_prose(line.text)) {
                end = line.start + line.text.len();
            }
            blocks.push(Block::Paragraph { text: text.get(line.start..end).unwrap_or_default() });
        }
    }
    Ok(blocks)
}

fn lines(text: &str) -> impl Iterator<Item = Line<'_>> {
    let mut offset = 0;
    text.split_inclusive('\n').enumerate().map(move |(index, line)| {
        let start = offset;
        offset += line.len();
        Line { number: index + 1, start, text: line.trim_end() }
    })
}

fn is_prose(line: &str) -> bool {
    !line.is_empty() && heading(line).is_none() && opening(line).is_none()
}

fn heading(line: &str) -> Option<(usize, &str)> {
    let title = line.trim_start_matches('#');
    let depth = line.len() - title.len();
    let title = title.strip_prefix(' ')?.trim();
    ((1..=6).contains(&depth)).then_some((depth, title))
}

/// The backquotes that open a fenced block, and what stands behind them.
fn opening(line: &str) -> Option<(&str, &str)> {
    let info = line.trim_start_matches('`');
    let (fence, info) = line.split_at(line.len() - info.len());
    (fence.len() >= 3 && !info.contains('`')).then(|| (fence, info.trim()))
}

/// Reads the rest of a fenced block.
fn fenced<'a>(
    text: &'a str,
    lines: &mut Peekable<impl Iterator<Item = Line<'a>>>,
    opened: Line<'a>,
    fence: &str,
    info: &'a str,
) -> Result<Block<'a>, SpecError> {
    let start = lines.peek().map_or(text.len(), |line| line.start);
    let closing = lines
        .find(|line| line.text == fence)
        .ok_or_else(|| SpecError::new(opened.number, "this code block does not end"))?;
    let range = start..closing.start;
    let body = text.get(range.clone()).unwrap_or_default();
    Ok(Block::Fence { info, body, line: opened.number + 1, range })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_paragraphs_and_fences() {
        let text = "# a\r\none\r\ntwo\n\n### b\n````sql x=1\n```\n````\n#tag\n";
        let blocks = blocks(text).unwrap();
        let expected = [
            Block::Heading { depth: 1, title: "a", line: 1 },
            Block::Paragraph { text: "one\r\ntwo" },
            Block::Heading { depth: 3, title: "b", line: 5 },
            Block::Fence { info: "sql x=1", body: "```\n", line: 7, range: 33..37 },
            Block::Paragraph { text: "#tag" },
        ];
        assert_eq!(blocks, expected);
    }
}
