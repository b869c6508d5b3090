//! For how long something has been left as it is.

use super::{counted, span_words};
use crate::date::Moment;
use crate::review::step::Release;
use crate::schema::catalog::Origin;

/// What is finished within this time was not left.
const PATIENCE: i64 = 30 * 86_400;

/// Where no time is known: releases that came after it.
const RELEASES: u32 = 5;

/// How long it is since `at`, where that is long: "214 days", "12 releases". By the day of the run, or else by the
/// newest migration whose version tells its time.
pub(crate) fn open_since(release: &Release<'_>, at: Origin) -> Option<String> {
    let newest = || release.files.iter().rev().take(64).find_map(|file| file.time());
    let now = release.settings.today.map(Moment::start_of).or_else(newest);
    if let Some((now, then)) = now.zip(release.time(at.file)) {
        let seconds = now.seconds.saturating_sub(then.seconds);
        let patience = release.settings.max_age.unwrap_or(PATIENCE);
        return (seconds > patience).then(|| span_words(seconds));
    }
    let after = release.number.saturating_sub(at.release);
    (after >= RELEASES).then(|| counted(after as usize, "release"))
}
