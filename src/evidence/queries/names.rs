//! Whether a query names a thing of the schema.

use std::collections::BTreeSet;

use crate::evidence::{Target, TargetKind};
use crate::syntax::flat::{Piece, PieceKind};

/// Words after which relations are named.
const BEFORE_RELATIONS: &[&str] = &["from", "into", "join", "only", "table", "update", "using"];

/// Words after a relation that are no other name for it.
const NO_ALIAS: &[&str] = &[
    "as",
    "cross",
    "do",
    "except",
    "fetch",
    "for",
    "from",
    "full",
    "group",
    "having",
    "inner",
    "intersect",
    "into",
    "join",
    "lateral",
    "left",
    "limit",
    "natural",
    "offset",
    "on",
    "order",
    "outer",
    "returning",
    "right",
    "select",
    "set",
    "tablesample",
    "union",
    "using",
    "values",
    "when",
    "where",
    "window",
    "with",
];

/// What a query says of a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Naming {
    /// Nothing.
    Nothing,
    /// It reads every column of the table.
    Star,
    /// It names it; the index of the piece.
    At(usize),
}

/// A statement, with what its relations are called in it.
pub(super) struct Names<'s, 't> {
    pieces: &'s [Piece<'t>],
    /// Each relation with the name it goes by, where that is another one.
    relations: Vec<(&'s str, Option<&'s str>)>,
    /// Names of its own queries: `WITH name AS (`.
    own: BTreeSet<&'s str>,
}

impl<'s, 't> Names<'s, 't> {
    pub(super) fn of(pieces: &'s [Piece<'t>]) -> Self {
        let mut names = Self { pieces, relations: Vec::new(), own: BTreeSet::new() };
        let mut at = 0;
        while at < pieces.len() {
            if names.is_before_relation(at) {
                at = names.read_relations(at + 1);
            } else {
                if let Some(name) = pieces.get(at).and_then(Piece::name).filter(|_| names.opens_query(at + 1)) {
                    names.own.insert(name);
                }
                at += 1;
            }
        }
        names
    }

    /// What the statement says of `target`.
    pub(super) fn naming(&self, target: &Target) -> Naming {
        match (target.kind, &target.owner) {
            (TargetKind::Column, Some(table)) => self.column(table, &target.name),
            (TargetKind::Function, _) => self.first(&target.name, |at| self.is_mark(at + 1, "(")),
            (TargetKind::Schema, _) => self.first(&target.name, |at| self.is_mark(at + 1, ".")),
            (TargetKind::Relation, _) => self.first(&target.name, |at| !self.is_other_thing(at)),
            _ => self.first(&target.name, |_| true),
        }
    }

    fn column(&self, table: &str, column: &str) -> Naming {
        if !self.pieces.iter().any(|piece| piece.name().is_some_and(|name| **name == *table)) {
            return Naming::Nothing;
        }
        match self.first(column, |at| !self.belongs_elsewhere(at, table)) {
            Naming::Nothing if (0..self.pieces.len()).any(|at| self.is_star(at)) => Naming::Star,
            naming => naming,
        }
    }

    /// The first piece that is this name and counts.
    fn first(&self, name: &str, counts: impl Fn(usize) -> bool) -> Naming {
        let is_it = |piece: &Piece<'_>| piece.name().is_some_and(|found| **found == *name);
        let at = self.pieces.iter().enumerate().find(|(at, piece)| is_it(piece) && counts(*at)).map(|(at, _)| at);
        at.map_or(Naming::Nothing, Naming::At)
    }

    fn name(&self, at: usize) -> Option<&'s str> {
        self.pieces.get(at).and_then(Piece::name).map(|name| &**name)
    }

    fn is_mark(&self, at: usize, mark: &str) -> bool {
        self.pieces.get(at).is_some_and(|piece| piece.is_mark(mark))
    }

    /// The name before the dot before `at`.
    fn qualifier(&self, at: usize) -> Option<&'s str> {
        let dot = at.checked_sub(1).filter(|dot| self.is_mark(*dot, "."))?;
        self.name(dot.checked_sub(1)?)
    }

    /// The column at `at` is certainly one of another table: the table it is taken from is named, and is not `table`.
    fn belongs_elsewhere(&self, at: usize, table: &str) -> bool {
        let Some(from) = self.qualifier(at) else {
            // A name given to a result, or that of the table itself.
            return at.checked_sub(1).is_some_and(|before| self.pieces.get(before).is_some_and(|piece| piece.is("as")));
        };
        let mut called = self.relations.iter().filter(|(name, alias)| alias.unwrap_or(name) == from).peekable();
        called.peek().is_some() && called.all(|(name, _)| *name != table && !self.own.contains(name))
    }

    /// The name at `at` is certainly no relation: a function, a column of a known relation, the name of a result.
    fn is_other_thing(&self, at: usize) -> bool {
        let result =
            || at.checked_sub(1).is_some_and(|before| self.pieces.get(before).is_some_and(|piece| piece.is("as")));
        let column = |from: &str| self.relations.iter().any(|(name, alias)| alias.unwrap_or(name) == from);
        self.qualifier(at).is_some_and(column) || result()
    }

    /// A `*` that stands for columns: not a product, not `count(*)`.
    fn is_star(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.pieces.get(before)) else { return false };
        let opens = ["select", "distinct", "all", "returning"].iter().any(|word| before.is(word));
        self.is_mark(at, "*") && (opens || before.is_mark(",") || before.is_mark("."))
    }

    fn is_before_relation(&self, at: usize) -> bool {
        self.pieces.get(at).is_some_and(|piece| BEFORE_RELATIONS.iter().any(|word| piece.is(word)))
    }

    /// `AS (`, also after columns or `MATERIALIZED`.
    fn opens_query(&self, at: usize) -> bool {
        let is = |at: usize, word: &str| self.pieces.get(at).is_some_and(|piece| piece.is(word));
        let negated = usize::from(is(at + 1, "not"));
        let open = at + 1 + negated + usize::from(is(at + 1 + negated, "materialized"));
        is(at, "as") && self.is_mark(open, "(")
    }

    /// Reads `schema.name AS alias, …` from `at`; where it ends.
    fn read_relations(&mut self, mut at: usize) -> usize {
        loop {
            if self.pieces.get(at).is_some_and(|piece| piece.is("only") || piece.is("lateral")) {
                at += 1;
            }
            let Some(mut name) = self.name(at) else { return at };
            at += 1;
            while self.is_mark(at, ".")
                && let Some(next) = self.name(at + 1)
            {
                (name, at) = (next, at + 2);
            }
            if self.is_mark(at, "(") {
                return at;
            }
            let alias_at = at + usize::from(self.pieces.get(at).is_some_and(|piece| piece.is("as")));
            let alias = self.pieces.get(alias_at).and_then(|piece| match &piece.kind {
                PieceKind::Name { name, quoted } if *quoted || NO_ALIAS.binary_search(&&**name).is_err() => {
                    Some(&**name)
                }
                _ => None,
            });
            self.relations.push((name, alias));
            at = if alias.is_some() { alias_at + 1 } else { at };
            if !self.is_mark(at, ",") {
                return at;
            }
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::flat;

    fn said(kind: TargetKind, owner: Option<&str>, name: &str, sql: &str) -> Naming {
        let target = Target { kind, name: name.into(), owner: owner.map(Into::into) };
        let statements = flat::statements(sql);
        let found = statements.iter().map(|pieces| Names::of(pieces).naming(&target));
        found.max_by_key(|naming| matches!(naming, Naming::At(_))).unwrap_or(Naming::Nothing)
    }

    fn names_status(sql: &str) -> bool {
        matches!(said(TargetKind::Column, Some("orders"), "status", sql), Naming::At(_))
    }

    #[test]
    fn words_are_sorted() {
        assert!(NO_ALIAS.is_sorted());
    }

    #[test]
    fn a_column_is_named_with_its_table() {
        for sql in [
            "SELECT status FROM orders",
            "select O.STATUS from public.orders as o where id = $1",
            "SELECT \"status\" FROM \"orders\"",
            "UPDATE orders SET status = $1",
            "INSERT INTO orders (id, status) VALUES ($1, $2)",
            "DELETE FROM orders USING users WHERE orders.status = 1",
            "SELECT s.status FROM (SELECT status FROM orders) s",
            "WITH o AS MATERIALIZED (SELECT * FROM orders) SELECT o.status FROM o",
            "SELECT x.status FROM users u, orders x",
            "SELECT status FROM users JOIN orders ON true",
            "SELECT public.orders.status FROM orders",
            "SELECT s.status FROM (SELECT * FROM orders) s",
        ] {
            assert!(names_status(sql), "{sql}");
        }
        for sql in [
            "SELECT status FROM users",
            "SELECT u.status FROM users u JOIN orders o ON o.user_id = u.id",
            "SELECT 'status' FROM orders",
            "SELECT statuses FROM orders",
            "SELECT \"Status\" FROM orders",
            "SELECT state AS status FROM orders",
            "SELECT status FROM users; SELECT 1 FROM orders",
            "SELECT 1 FROM orders -- status",
            "SELECT id FROM orders_old WHERE status = 1",
        ] {
            assert!(!names_status(sql), "{sql}");
        }
    }

    #[test]
    fn every_column_is_no_name() {
        let said = |sql| said(TargetKind::Column, Some("orders"), "status", sql);
        for sql in ["SELECT * FROM orders", "SELECT o.* FROM orders o", "INSERT INTO orders VALUES (1) RETURNING *"] {
            assert_eq!(said(sql), Naming::Star, "{sql}");
        }
        for sql in ["SELECT count(*) FROM orders", "SELECT a * b FROM orders", "SELECT * FROM users"] {
            assert_eq!(said(sql), Naming::Nothing, "{sql}");
        }
    }

    #[test]
    fn tables_functions_and_schemas_are_told_apart() {
        let is = |kind, name, sql| matches!(said(kind, None, name, sql), Naming::At(_));
        for sql in [
            "SELECT 1 FROM a, (SELECT 2) b, orders",
            "TRUNCATE orders",
            "SELECT orders.id FROM Orders",
            "COPY orders TO STDOUT",
        ] {
            assert!(is(TargetKind::Relation, "orders", sql), "{sql}");
        }
        for sql in ["SELECT u.orders FROM users u", "SELECT count(1) AS orders FROM users", "SELECT 'orders'"] {
            assert!(!is(TargetKind::Relation, "orders", sql), "{sql}");
        }
        assert!(is(TargetKind::Function, "f", "SELECT f(1)") && !is(TargetKind::Function, "f", "SELECT f FROM t"));
        assert!(is(TargetKind::Schema, "s", "SELECT 1 FROM s.t") && !is(TargetKind::Schema, "s", "SELECT s FROM t"));
        assert!(is(TargetKind::Type, "mood", "SELECT $1::mood"));
    }
}
