//! tern: `---- create above / drop below ----`, `---- tern: disable-tx ----`.

use super::{Marker, Section, TransactionMode, as_written, comment_lines};
use crate::source::migration::Direction;
use crate::source::section::{CommentLine, Cutter};

pub(super) const MARKER: Marker = Marker {
    name: "tern",
    marks: "comments such as ---- create above / drop below ----",
    recognizes: |line| is_separator(line) || is_disable_tx(line),
    cut,
    sql: as_written,
    unmarked: TransactionMode::Wrapped,
};

fn cut(text: &str) -> Vec<Section> {
    let separator = comment_lines(text).find(is_separator).map_or(text.len(), |line| line.start);
    // Statements go one by one in the part that says so.
    let alone =
        |in_part: &dyn Fn(usize) -> bool| comment_lines(text).any(|line| is_disable_tx(&line) && in_part(line.start));
    let mode = |alone: bool| if alone { TransactionMode::None } else { TransactionMode::Wrapped };
    let mut cutter = Cutter::new(text, mode(alone(&|at| at < separator)));
    if separator < text.len() {
        cutter.cut(separator, Direction::Down, mode(alone(&|at| at > separator)));
    }
    cutter.finish()
}

fn is_separator(line: &CommentLine<'_>) -> bool {
    line.comment == "---- create above / drop below ----"
}

fn is_disable_tx(line: &CommentLine<'_>) -> bool {
    line.comment == "---- tern: disable-tx ----"
}
