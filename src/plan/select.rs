//! The query of an `INSERT` that takes each row of one table once, as it is written.

use super::expression::renamed;
use super::write::quoted;
use crate::schema::catalog::Table;
use crate::syntax;
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;

/// What makes one row of several, or takes some of them only: none of it can be done a row at a time.
const OVER_ROWS: &[&str] = &["GROUP", "HAVING", "WINDOW", "UNION", "EXCEPT", "INTERSECT", "LIMIT", "OFFSET", "FETCH"];

/// What may stand behind the condition.
const TAIL: &[&str] = &["ORDER", "ON", "RETURNING"];

/// `SELECT list FROM table WHERE condition`.
pub(super) struct Select {
    /// Expressions over the columns of the table, which nothing qualifies.
    pub(super) list: Vec<String>,
    /// The same for the condition.
    pub(super) condition: Option<String>,
}

impl Select {
    /// The query of the `INSERT` at `insert`, which reads `from` and nothing else; none where it is no query of this kind.
    pub(super) fn read(text: &str, insert: Span, from: &Table) -> Option<Self> {
        let tokens = syntax::outline(text, insert);
        let word = |at: usize| tokens.get(at).map_or("", |token| token.of(text));
        let is = |at: usize, words: &[&str]| words.iter().any(|one| word(at).eq_ignore_ascii_case(one));
        let find = |start: usize, words: &[&str]| (start..tokens.len()).find(|at| is(*at, words));
        let select = find(0, &["SELECT"])?;
        let from_at = find(select, &["FROM"])?;
        if is(0, &["WITH"]) || is(select + 1, &["DISTINCT", "ALL"]) || find(from_at, OVER_ROWS).is_some() {
            return None;
        }
        let mut at = from_at + 1;
        while word(at + 1) == "." {
            at += 2;
        }
        at += 1;
        let goes_on = |at: usize| at >= tokens.len() || is(at, &["WHERE"]) || is(at, TAIL);
        let mut alias = from.name.name.clone();
        if !goes_on(at) {
            at += usize::from(is(at, &["AS"]));
            alias = syntax::folded(word(at));
            at += 1;
        }
        if !goes_on(at) {
            return None;
        }
        let over =
            |text: &str| renamed(text, &alias, |name: &Symbol| from.column(name).map(|column| quoted(&column.name)));
        let written = |tokens: &[Span]| over(tokens.iter().copied().reduce(Span::to).unwrap_or_default().of(text));
        let list = tokens.get(select + 1..from_at)?.split(|token| token.of(text) == ",").map(written).collect();
        let end = find(at, TAIL).unwrap_or(tokens.len());
        let condition = is(at, &["WHERE"]).then(|| tokens.get(at + 1..end).map(written)).flatten();
        Some(Self { list, condition })
    }

    /// Whether it is `SELECT *`.
    pub(super) fn takes_all(&self) -> bool {
        self.list.iter().eq(["*"])
    }
}
