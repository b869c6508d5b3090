//! `MyBatis` Migrations: everything after `-- //@UNDO` takes back what stands before it.

use super::{Marker, Section, TransactionMode, as_written, comment_lines};
use crate::source::migration::Direction;
use crate::source::section::Cutter;

pub(super) const MARKER: Marker = Marker {
    name: "mybatis",
    marks: "comments such as -- //@UNDO",
    recognizes: |line| is_undo(line.body),
    cut,
    sql: as_written,
    unmarked: TransactionMode::Wrapped,
};

fn cut(text: &str) -> Vec<Section> {
    let mut cutter = Cutter::new(text, TransactionMode::Wrapped);
    if let Some(undo) = comment_lines(text).find(|line| is_undo(line.body)) {
        cutter.cut(undo.start, Direction::Down, TransactionMode::Wrapped);
    }
    cutter.finish()
}

fn is_undo(comment: &str) -> bool {
    comment.strip_prefix("//").is_some_and(|mark| mark.trim_start().eq_ignore_ascii_case("@undo"))
}
