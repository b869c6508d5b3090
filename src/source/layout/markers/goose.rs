//! goose: `-- +goose Up`, `-- +goose Down`, `-- +goose NO TRANSACTION`.

use super::annotations::{self, Annotation};
use super::{Marker, Section, TransactionMode, as_written, comment_lines};

pub(super) const MARKER: Marker = Marker {
    name: "goose",
    marks: "comments such as -- +goose Up",
    recognizes: |line| words(line.body).is_some(),
    cut,
    sql: as_written,
    unmarked: TransactionMode::Unknown,
};

fn cut(text: &str) -> Vec<Section> {
    // Counts for the whole file, wherever it stands.
    let alone = comment_lines(text).any(|line| words(line.body).is_some_and(is_no_transaction));
    let transaction = if alone { TransactionMode::None } else { TransactionMode::Wrapped };
    annotations::cut(text, annotation, |_| transaction)
}

fn words(comment: &str) -> Option<&str> {
    let (mark, words) = comment.split_once([' ', '\t'])?;
    mark.eq_ignore_ascii_case("+goose").then(|| words.trim())
}

fn annotation(comment: &str) -> Option<Annotation> {
    words(comment).and_then(annotations::read)
}

fn is_no_transaction(words: &str) -> bool {
    let mut words = words.split_whitespace();
    let mut next_is = |expected: &str| words.next().is_some_and(|word| word.eq_ignore_ascii_case(expected));
    next_is("no") && next_is("transaction")
}
