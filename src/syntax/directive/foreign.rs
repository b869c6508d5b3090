//! Comments that speak to other linters: `-- squawk-ignore ban-drop-column`.

use crate::syntax::span::Span;

/// A linter whose comments are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Linter {
    /// `squawk-ignore RULE, …`, `squawk-ignore-file RULE, …`.
    Squawk,
    /// `eugene: ignore E1, …`.
    Eugene,
    /// `safety-assured:start`, `safety-assured:end`.
    DieselGuard,
    /// `pgfence-ignore`, `pgfence-ignore: RULE, …`.
    Pgfence,
    /// `pgm-lint:suppress PGM001, …`, `pgm-lint:suppress-file PGM001, …`.
    PgMigrationLint,
    /// `atlas:nolint`, `atlas:nolint DS103 destructive`.
    Atlas,
}

/// A comment that tells another linter to be silent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
    /// The whole comment.
    pub span: Span,
    /// Whom it speaks to.
    pub linter: Linter,
    /// What it speaks of.
    pub reach: Reach,
    /// The rules it names, as that linter calls them; empty for all.
    pub names: Vec<Box<str>>,
}

/// What a comment speaks of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The next statement.
    Next,
    /// The next statement; the whole file, where the comment stands at its top with an empty line below.
    NextOrFile,
    /// The whole file.
    File,
    /// Everything from here on.
    Start,
    /// Nothing from here on.
    End,
}

/// How the comments begin, longer ones first.
const MARKS: &[(&str, Linter, Reach)] = &[
    ("squawk-ignore-file", Linter::Squawk, Reach::File),
    ("squawk-ignore", Linter::Squawk, Reach::Next),
    ("eugene: ignore", Linter::Eugene, Reach::Next),
    ("safety-assured:start", Linter::DieselGuard, Reach::Start),
    ("safety-assured:end", Linter::DieselGuard, Reach::End),
    ("pgfence-ignore", Linter::Pgfence, Reach::Next),
    ("pgm-lint:suppress-file", Linter::PgMigrationLint, Reach::File),
    ("pgm-lint:suppress", Linter::PgMigrationLint, Reach::Next),
    ("atlas:nolint", Linter::Atlas, Reach::NextOrFile),
];

impl Linter {
    /// All of them, with the names they have in specifications and in the configuration.
    pub const ALL: &[(&str, Self)] = &[
        ("squawk", Self::Squawk),
        ("eugene", Self::Eugene),
        ("diesel-guard", Self::DieselGuard),
        ("pgfence", Self::Pgfence),
        ("pg-migration-lint", Self::PgMigrationLint),
        ("atlas", Self::Atlas),
    ];

    /// As it is called.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, linter)| *linter == self).map_or("", |(name, _)| name)
    }
}

/// Whether the words of a comment speak to another linter.
pub(crate) fn speaks(words: &[u8]) -> bool {
    // Most comments are ruled out by their first letter.
    matches!(words.first(), Some(b's' | b'S' | b'e' | b'p' | b'a')) && mark(words).is_some()
}

fn mark(words: &[u8]) -> Option<&'static (&'static str, Linter, Reach)> {
    MARKS.iter().find(|(mark, _, _)| {
        let found = words.get(..mark.len()).is_some_and(|start| start.eq_ignore_ascii_case(mark.as_bytes()));
        let next = words.get(mark.len());
        found && !next.is_some_and(|next| next.is_ascii_alphanumeric() || matches!(next, b'-' | b'_'))
    })
}

/// Reads the comment at `span`, whose text is `comment`.
pub(in crate::syntax) fn read(comment: &str, span: Span) -> Option<Foreign> {
    let words = comment.trim_start_matches(['-', '/', '*']).trim_start();
    let words = words.strip_suffix("*/").unwrap_or(words);
    let (text, linter, reach) = mark(words.as_bytes())?;
    let rest = words.get(text.len()..)?.trim_start_matches([':', ' ', '\t']);
    // What follows two hyphens is a reason.
    let list = rest.split("--").next().unwrap_or_default();
    let names = list.split([',', ' ', '\t', '\r', '\n']).filter(|name| !name.is_empty()).map(Box::from).collect();
    Some(Foreign { span, linter: *linter, reach: *reach, names })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(comment: &str) -> Option<(Linter, Reach, String)> {
        let Foreign { linter, reach, names, .. } = read(comment, Span::default())?;
        Some((linter, reach, names.join(" ")))
    }

    #[test]
    fn comments_of_other_linters() {
        let check = |comment: &str, linter, reach, names: &str| {
            assert_eq!(said(comment), Some((linter, reach, names.to_owned())), "{comment}");
            assert!(speaks(comment.trim_start_matches(['-', '/', '*']).trim_start().as_bytes()), "{comment}");
        };
        check("-- squawk-ignore a-b, c -- since it is small", Linter::Squawk, Reach::Next, "a-b c");
        check("/* squawk-ignore-file */", Linter::Squawk, Reach::File, "");
        check("-- eugene: ignore E5, E4", Linter::Eugene, Reach::Next, "E5 E4");
        check("-- Safety-Assured:Start", Linter::DieselGuard, Reach::Start, "");
        check("--safety-assured:end", Linter::DieselGuard, Reach::End, "");
        check("-- pgfence-ignore: drop-table", Linter::Pgfence, Reach::Next, "drop-table");
        check("-- pgm-lint:suppress PGM001,PGM501", Linter::PgMigrationLint, Reach::Next, "PGM001 PGM501");
        check("-- pgm-lint:suppress-file PGM001", Linter::PgMigrationLint, Reach::File, "PGM001");
        check("-- atlas:nolint DS103 destructive", Linter::Atlas, Reach::NextOrFile, "DS103 destructive");
        for other in ["-- squawk-ignored", "-- atlas:txmode none", "-- please squawk-ignore this", "--", "-- é"] {
            assert_eq!(said(other), None, "{other}");
        }
    }
}
