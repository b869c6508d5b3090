//! A query as it may be shown: on one line, without a single value, since values are data of users.

use crate::syntax::flat::{Piece, PieceKind};

/// The longest text that is shown, in characters.
const LONGEST: usize = 120;

/// What is left of the start where the place that matters lies further on.
const HEAD: usize = 40;

/// The query in `pieces`, cut so that the piece `at` is seen.
pub(super) fn shown(pieces: &[Piece<'_>], at: usize) -> String {
    let mut text = String::new();
    let mut place = 0;
    for (index, piece) in pieces.iter().enumerate() {
        if index == at {
            place = text.chars().count();
        }
        if index > 0 && piece.apart {
            text.push(' ');
        }
        match piece.kind {
            PieceKind::Value => text.push('?'),
            _ => text.push_str(piece.text),
        }
        // A quote that a backslash takes along, for servers set so: what comes next may be the rest of a value.
        if piece.kind == PieceKind::Value && piece.text.ends_with("\\'") {
            text.push_str(" …");
            break;
        }
        if text.len() > 8 * LONGEST && index > at {
            break;
        }
    }
    cut(&text, place)
}

fn cut(text: &str, place: usize) -> String {
    let length = text.chars().count();
    if length <= LONGEST {
        return text.to_owned();
    }
    let part = |from: usize, count: usize| text.chars().skip(from).take(count).collect::<String>();
    if place + HEAD < LONGEST {
        return format!("{} …", part(0, LONGEST - 2).trim_end());
    }
    let from = place - HEAD / 2;
    let count = LONGEST - HEAD - 6;
    let end = if from + count < length { " …" } else { "" };
    format!("{} … {}{end}", part(0, HEAD).trim_end(), part(from, count).trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::flat;

    fn of(sql: &str, name: &str) -> String {
        let statements = flat::statements(sql);
        let pieces = statements.first().unwrap();
        shown(pieces, pieces.iter().position(|piece| piece.text == name).unwrap_or_default())
    }

    #[test]
    fn values_are_never_shown() {
        assert_eq!(
            of("SELECT  a\n FROM t -- why\n WHERE b = 'secret' AND c IN (17, $1) AND d = $$secret$$", "a"),
            "SELECT a FROM t WHERE b = ? AND c IN (?, $1) AND d = ?"
        );
        for sql in
            ["SELECT a FROM t WHERE b = E'it\\'s secret'", "SELECT a WHERE b = 'it\\'s secret'", "SELECT a, 'secret"]
        {
            assert!(!of(sql, "a").contains("secret"), "{}", of(sql, "a"));
        }
    }

    #[test]
    fn what_matters_is_seen_in_a_long_query() {
        let columns = "another, ".repeat(100);
        for sql in [format!("SELECT status, {columns} x FROM t"), format!("SELECT {columns} status FROM t")] {
            let text = of(&sql, "status");
            assert!(text.chars().count() <= LONGEST && text.contains("status") && text.contains('…'), "{text}");
        }
    }
}
