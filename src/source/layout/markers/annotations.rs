//! What goose and sql-migrate share: `Up`, `Down`, `StatementBegin` and `StatementEnd`.

use crate::source::migration::{Direction, Section, TransactionMode};
use crate::source::section::{Cutter, comment_lines};

/// A mark.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Annotation {
    Up,
    Down,
    StatementBegin,
    StatementEnd,
}

/// Reads the word of a mark, in any case.
pub(super) fn read(word: &str) -> Option<Annotation> {
    let is = |name: &str| word.eq_ignore_ascii_case(name);
    if is("up") {
        Some(Annotation::Up)
    } else if is("down") {
        Some(Annotation::Down)
    } else if is("statementbegin") {
        Some(Annotation::StatementBegin)
    } else if is("statementend") {
        Some(Annotation::StatementEnd)
    } else {
        None
    }
}

/// Cuts a text at the marks that `annotation` sees in a comment. Where a direction has no transaction, the tool sends
/// statements one by one, but what stands between `StatementBegin` and `StatementEnd` as one string.
pub(super) fn cut(
    text: &str,
    annotation: fn(&str) -> Option<Annotation>,
    transaction: impl Fn(Direction) -> TransactionMode,
) -> Vec<Section> {
    let mut cutter = Cutter::new(text, transaction(Direction::Up));
    for line in comment_lines(text) {
        let direction = cutter.direction().unwrap_or(Direction::Up);
        let mode = transaction(direction);
        match annotation(line.body) {
            Some(Annotation::Up) => cutter.cut(line.start, Direction::Up, transaction(Direction::Up)),
            Some(Annotation::Down) => cutter.cut(line.start, Direction::Down, transaction(Direction::Down)),
            Some(Annotation::StatementBegin) if mode == TransactionMode::None => {
                cutter.cut(line.start, direction, TransactionMode::SingleQuery);
            }
            Some(Annotation::StatementEnd) if mode == TransactionMode::None => {
                cutter.cut(line.end, direction, TransactionMode::None);
            }
            _ => {}
        }
    }
    cutter.finish()
}
