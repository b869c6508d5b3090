//! node-pg-migrate: `-- Up Migration`, `-- Down Migration`.

use super::{Marker, Section, TransactionMode, as_written, comment_lines};
use crate::source::migration::Direction;
use crate::source::section::Cutter;

pub(super) const MARKER: Marker = Marker {
    name: "node-pg-migrate",
    marks: "comments such as -- Up Migration",
    recognizes: |line| direction(line.body).is_some(),
    cut,
    sql: as_written,
    unmarked: TransactionMode::Wrapped,
};

/// What it runs begins at the first mark of each direction, whatever follows the words, and ends at the other. Without a
/// mark for up it runs everything.
fn cut(text: &str) -> Vec<Section> {
    let first = |wanted| comment_lines(text).find(|line| direction(line.body) == Some(wanted)).map(|line| line.start);
    let mut cutter = Cutter::new(text, TransactionMode::Wrapped);
    let Some(up) = first(Direction::Up) else { return cutter.finish() };
    let down = first(Direction::Down);
    let head = text.get(..down.map_or(up, |down| down.min(up))).unwrap_or_default();
    if !head.split(['\n', '\r']).map(str::trim).all(|line| line.is_empty() || line.starts_with("--")) {
        cutter.skip(0);
    }
    let mut marks = [Some((up, Direction::Up)), down.map(|down| (down, Direction::Down))];
    marks.sort_unstable_by_key(|mark| mark.map(|(at, _)| at));
    for (at, direction) in marks.into_iter().flatten() {
        cutter.cut(at, direction, TransactionMode::Wrapped);
    }
    cutter.finish()
}

fn direction(comment: &str) -> Option<Direction> {
    let (word, rest) = comment.trim_start_matches(['-', ' ', '\t']).split_once(char::is_whitespace)?;
    let is_mark = rest.trim_start().get(..9).is_some_and(|word| word.eq_ignore_ascii_case("migration"));
    match word {
        _ if !is_mark => None,
        word if word.eq_ignore_ascii_case("up") => Some(Direction::Up),
        word if word.eq_ignore_ascii_case("down") => Some(Direction::Down),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cuts(text: &str) -> Vec<(&str, Direction)> {
        cut(text).iter().map(|section| (section.span.of(text).trim(), section.direction)).collect()
    }

    #[test]
    fn the_first_mark_of_each_direction_counts() {
        let text = "-- up migrations, by hand\nA;\n---- Down  Migration\nB;\n-- Up Migration\nC;\n";
        let (up, down) = text.split_at(29);
        assert_eq!(cuts(text), [(up.trim(), Direction::Up), (down.trim(), Direction::Down)]);
        assert_eq!(cuts("--Down Migration\nB;\n--Up Migration\nA;").len(), 2);
    }

    #[test]
    fn what_stands_before_the_marks_is_not_run() {
        assert_eq!(cuts("A;\n-- Up Migration\nB;"), [("-- Up Migration\nB;", Direction::Up)]);
        assert_eq!(cuts("-- a\n\n-- Up Migration\nB;"), [("-- a\n\n-- Up Migration\nB;", Direction::Up)]);
    }

    #[test]
    fn without_a_mark_for_up_everything_is_run() {
        assert_eq!(cuts("A;\n-- Down Migration\nB;"), [("A;\n-- Down Migration\nB;", Direction::Up)]);
    }
}
