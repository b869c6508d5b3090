//! sql-migrate: `-- +migrate Up [notransaction]`, `-- +migrate Down [notransaction]`.

use super::annotations::{self, Annotation};
use super::{Marker, Section, TransactionMode, as_written, comment_lines};
use crate::source::migration::Direction;

pub(super) const MARKER: Marker = Marker {
    name: "sql-migrate",
    marks: "comments such as -- +migrate Up",
    recognizes: |line| annotation(line.body).is_some(),
    cut,
    sql: as_written,
    unmarked: TransactionMode::Unknown,
};

fn cut(text: &str) -> Vec<Section> {
    // The option counts for every section of its direction, since they run together.
    let alone = |wanted| {
        comment_lines(text).any(|line| annotation(line.body) == Some(wanted) && line.body.ends_with("notransaction"))
    };
    let (up, down) = (alone(Annotation::Up), alone(Annotation::Down));
    annotations::cut(text, annotation, |direction| match direction {
        Direction::Up if up => TransactionMode::None,
        Direction::Down if down => TransactionMode::None,
        _ => TransactionMode::Wrapped,
    })
}

fn annotation(comment: &str) -> Option<Annotation> {
    let mut words = comment.split_whitespace();
    let is_mark = words.next().is_some_and(|mark| mark.eq_ignore_ascii_case("+migrate"));
    is_mark.then(|| words.next().and_then(annotations::read))?
}
