//! Byte offsets to lines and columns as people count them.

use std::ops::Range;

/// Characters are counted up to every multiple of this, so that a lookup in a line of 100 MB stays cheap.
const BLOCK: usize = 1024;

/// A place in a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Position {
    /// From 1. Lines end with `\n`, `\r\n` or a lone `\r`.
    pub(super) line: u32,
    /// From 1, in characters. A tab is one; a byte order mark is none.
    pub(super) column: u32,
    /// From 0, in bytes of the file.
    pub(super) byte: u32,
}

/// Characters, and how many of them take two units of UTF-16.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    characters: u32,
    wide: u32,
}

/// Where the lines of one file begin.
#[derive(Debug)]
pub(crate) struct LineIndex<'a> {
    text: &'a str,
    /// Offset of the first byte of every line.
    starts: Vec<u32>,
    /// What begins before every block.
    blocks: Vec<Count>,
}

impl<'a> LineIndex<'a> {
    /// Reads `text` once.
    pub(crate) fn new(text: &'a str) -> Self {
        let bytes = text.as_bytes();
        let mut starts = vec![0];
        let mut blocks = Vec::with_capacity(bytes.len() / BLOCK + 1);
        let mut count = Count::default();
        for (offset, &byte) in bytes.iter().enumerate() {
            if offset.is_multiple_of(BLOCK) {
                blocks.push(count);
            }
            count.add(byte);
            if byte == b'\n' || (byte == b'\r' && bytes.get(offset + 1) != Some(&b'\n')) {
                starts.push(narrow(offset + 1));
            }
        }
        Self { text, starts, blocks }
    }

    /// The text it was made for.
    pub(super) fn text(&self) -> &'a str {
        self.text
    }

    /// The position of a byte offset. One that is past the end, or inside a character, is moved back.
    pub(super) fn position(&self, offset: u32) -> Position {
        let offset = floor_boundary(self.text, offset as usize);
        let (line, start) = self.line_start(offset);
        let mark = u32::from(line == 1 && offset > 0 && self.text.starts_with(BYTE_ORDER_MARK));
        let column = self.before(offset).characters - self.before(start).characters - mark + 1;
        Position { line: narrow(line), column, byte: narrow(offset) }
    }

    /// The column of a position as Java and JavaScript count it: from 0, in units of UTF-16.
    pub(super) fn utf16_column(&self, position: Position) -> u32 {
        let offset = position.byte as usize;
        let (_, start) = self.line_start(offset);
        position.column - 1 + self.before(offset).wide - self.before(start).wide
    }

    /// The column of a position as bytes: from 1, a byte order mark counted.
    pub(super) fn byte_column(&self, position: Position) -> u32 {
        let (_, start) = self.line_start(position.byte as usize);
        position.byte - narrow(start) + 1
    }

    /// The number of the line that holds a byte, from 1, and the offset of its first byte.
    fn line_start(&self, offset: usize) -> (usize, usize) {
        let line = self.starts.partition_point(|&start| start as usize <= offset);
        let start = line.checked_sub(1).and_then(|index| self.starts.get(index)).copied().unwrap_or_default();
        (line, start as usize)
    }

    /// The bytes of a line, without its end and without a byte order mark.
    pub(crate) fn line(&self, line: u32) -> Range<usize> {
        let index = (line as usize).saturating_sub(1);
        let length = self.text.len();
        let start = self.starts.get(index).map_or(length, |&start| start as usize);
        let end = self.starts.get(index + 1).map_or(length, |&next| next as usize);
        let content = self.text.get(start..end).unwrap_or_default();
        let end = start + content.trim_end_matches(['\n', '\r']).len();
        if start == 0 && content.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8()..end } else { start..end }
    }

    fn before(&self, offset: usize) -> Count {
        // The end of a file whose length is a multiple of the block begins none of its own.
        let block = (offset / BLOCK).min(self.blocks.len().saturating_sub(1));
        let mut count = self.blocks.get(block).copied().unwrap_or_default();
        let bytes = self.text.as_bytes().get(block * BLOCK..offset).unwrap_or_default();
        for &byte in bytes {
            count.add(byte);
        }
        count
    }
}

impl Count {
    fn add(&mut self, byte: u8) {
        self.characters += u32::from(begins_character(byte));
        // Four bytes of UTF-8 are two units of UTF-16; they begin with 11110xxx.
        self.wide += u32::from(byte >= 0b1111_0000);
    }
}

const BYTE_ORDER_MARK: char = '\u{feff}';

/// The nearest character boundary of `text` at or before `offset`.
pub(super) fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

fn begins_character(byte: u8) -> bool {
    // Continuation bytes of UTF-8 are 10xxxxxx.
    byte & 0b1100_0000 != 0b1000_0000
}

/// Offsets are `u32` everywhere: no file of 4 GB is ever read.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line_and_column(text: &str, offset: u32) -> (u32, u32) {
        let Position { line, column, .. } = LineIndex::new(text).position(offset);
        (line, column)
    }

    #[test]
    fn every_line_end_counts_once() {
        let text = "a\nb\r\nc\rd";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 2), (2, 1));
        assert_eq!(line_and_column(text, 4), (2, 3), "between CR and LF");
        assert_eq!(line_and_column(text, 5), (3, 1));
        assert_eq!(line_and_column(text, 7), (4, 1));
        assert_eq!(line_and_column(text, 8), (4, 2), "the end of the file");
        let index = LineIndex::new(text);
        let lines: Vec<_> = (1..=5).map(|line| &text[index.line(line)]).collect();
        assert_eq!(lines, ["a", "b", "c", "d", ""]);
    }

    #[test]
    fn columns_are_characters() {
        let text = "é😀\tx";
        assert_eq!(line_and_column(text, 2), (1, 2));
        assert_eq!(line_and_column(text, 3), (1, 2), "inside a character");
        assert_eq!(line_and_column(text, 6), (1, 3));
        assert_eq!(line_and_column(text, 7), (1, 4));
    }

    #[test]
    fn columns_of_other_readers() {
        let index = LineIndex::new("\u{feff}é😀x\n😀y");
        let columns = |offset| {
            let position = index.position(offset);
            (position.column, index.utf16_column(position), index.byte_column(position))
        };
        assert_eq!(columns(0), (1, 0, 1));
        assert_eq!(columns(5), (2, 1, 6));
        assert_eq!(columns(9), (3, 3, 10));
        assert_eq!(columns(15), (2, 2, 5));
    }

    #[test]
    fn a_byte_order_mark_takes_no_column() {
        let text = "\u{feff}ab\nc";
        assert_eq!(line_and_column(text, 0), (1, 1));
        assert_eq!(line_and_column(text, 3), (1, 1));
        assert_eq!(line_and_column(text, 4), (1, 2));
        assert_eq!(line_and_column(text, 6), (2, 1));
        assert_eq!(LineIndex::new(text).line(1), 3..5);
    }

    #[test]
    fn long_lines_are_counted_by_blocks() {
        for length in [0, 1, BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK] {
            let text = "é".repeat(length);
            let end = narrow(text.len());
            assert_eq!(line_and_column(&text, end), (1, narrow(length) + 1));
            assert_eq!(line_and_column(&text, u32::MAX), (1, narrow(length) + 1), "past the end");
        }
    }
}
