//! See `rules/unknown-rule.md`. Found while directives are matched with findings.

pub(crate) fn check() {}
