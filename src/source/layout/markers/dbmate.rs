//! dbmate: `-- migrate:up [transaction:false]`, `-- migrate:down`.

use super::{Marker, Section, TransactionMode, as_written, comment_lines};
use crate::source::migration::Direction;
use crate::source::section::Cutter;

pub(super) const MARKER: Marker = Marker {
    name: "dbmate",
    marks: "comments such as -- migrate:up",
    recognizes: |line| mark(line.body).is_some(),
    cut,
    sql: as_written,
    unmarked: TransactionMode::Unknown,
};

fn cut(text: &str) -> Vec<Section> {
    let mut cutter = Cutter::new(text, TransactionMode::Wrapped);
    for line in comment_lines(text) {
        if let Some((direction, transaction)) = mark(line.body) {
            cutter.cut(line.start, direction, transaction);
        }
    }
    cutter.finish()
}

fn mark(comment: &str) -> Option<(Direction, TransactionMode)> {
    let mut words = comment.split_whitespace();
    let direction = match words.next()? {
        "migrate:up" => Direction::Up,
        "migrate:down" => Direction::Down,
        _ => return None,
    };
    // Without a transaction the block is still sent as one string.
    let alone = words.any(|option| option == "transaction:false");
    Some((direction, if alone { TransactionMode::SingleQuery } else { TransactionMode::Wrapped }))
}
