//! See `rules/unbatched-update.md`.

use super::support::sweep;
use crate::review::step::{Release, Step};
use crate::rule::Findings;
use crate::syntax::query::RowVerb;

pub(crate) fn check(step: &Step<'_>, release: &Release<'_>, findings: &mut Findings) {
    sweep::report(step, release, findings, &[RowVerb::Update, RowVerb::Merge]);
}
