//! node-pg-migrate: `-- Up Migration`, `-- Down Migration`.

use super::{Marker, Section, TransactionMode, comment_lines};
use crate::source::migration::Direction;
use crate::source::section::Cutter;

pub(super) const MARKER: Marker = Marker {
    name: "node-pg-migrate",
    marks: "comments such as -- Up Migration",
    recognizes: |line| direction(line.body).is_some(),
    cut,
    unmarked: TransactionMode::Wrapped,
};

fn cut(text: &str) -> Vec<Section> {
    let mut cutter = Cutter::new(text, TransactionMode::Wrapped);
    for line in comment_lines(text) {
        if let Some(direction) = direction(line.body) {
            cutter.cut(line.start, direction, TransactionMode::Wrapped);
        }
    }
    cutter.finish()
}

fn direction(comment: &str) -> Option<Direction> {
    let mut words = comment.split_whitespace();
    let direction = match words.next()? {
        word if word.eq_ignore_ascii_case("up") => Direction::Up,
        word if word.eq_ignore_ascii_case("down") => Direction::Down,
        _ => return None,
    };
    // A sentence that begins like this is only a comment.
    let ends = words.next().is_some_and(|word| word.eq_ignore_ascii_case("migration")) && words.next().is_none();
    ends.then_some(direction)
}
