//! See `rules/unused-allow.md`. Found while directives are matched with findings.

pub(crate) fn check() {}
