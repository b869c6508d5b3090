//! See `rules/allow-without-reason.md`. Found while directives are matched with findings.

pub(crate) fn check() {}
