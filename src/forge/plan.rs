//! What is to be done on a code host, worked out from what is found, what the change shows, and what was said before.
//! Nothing here reads or writes anything.
//!
//! A plan that is carried out leaves a state for which the next plan is empty: it may be made again after a failure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;

use super::annotate::Annotations;
use super::comment::{self, AROUND_SUMMARY, Dialect, Marker, short};
use super::diff::{Diff, Lines};
use crate::report::counted;
use crate::report::markdown::COMMENT;
use crate::report::remark::{Remark, Remarks};
use crate::report::suggestion::Suggestion;

/// Comments on lines of one change. More at once is taken for abuse by GitHub, and not read by anybody.
pub const MOST_INLINE: usize = 30;

/// Findings outside the change that a review lists.
const MOST_LISTED: usize = 30;

/// Characters of the body of a review; GitHub takes a few more.
const LONGEST_BODY: usize = 60_000;

/// Findings that a review remembers to have told.
const MOST_TOLD: usize = 1_000;

/// How a plan is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Manner<'a> {
    /// Tells the comments of one run from those of others on the same change.
    pub key: &'a str,
    /// What was checked.
    pub commit: Option<&'a str>,
    /// The findings are what an unprivileged job claims.
    pub claimed: bool,
    /// How edits are written.
    pub dialect: Dialect,
    /// How many comments may stand on lines.
    pub inline: usize,
}

/// What was said before, by us.
#[derive(Clone, Debug, Default)]
pub struct Existing {
    /// On lines.
    pub comments: Vec<Comment>,
    /// Summaries, the oldest first. More than one is an accident.
    pub summaries: Vec<Summary>,
    /// The short fingerprints that bodies of reviews told.
    pub told: BTreeSet<String>,
}

/// A comment of ours on a line.
#[derive(Clone, Debug)]
pub struct Comment {
    /// What the code host calls it.
    pub id: String,
    /// Of the finding.
    pub fingerprint: String,
    /// Somebody answered, or said that it is done with.
    pub settled: bool,
    /// The line changed since, so that the host hides it.
    pub outdated: bool,
}

/// A summary of ours.
#[derive(Clone, Debug)]
pub struct Summary {
    /// What the code host calls it.
    pub id: String,
    /// As it is.
    pub body: String,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Action {
    /// Comment on lines, under one review where the host knows reviews.
    Review {
        /// What is said beside: what is outside the change.
        body: String,
        /// On lines.
        comments: Vec<Inline>,
    },
    /// Take back a comment whose finding is gone.
    Withdraw {
        /// What the code host calls it.
        comment: String,
        /// The fingerprint of the finding.
        finding: String,
    },
    /// Post the summary.
    PostSummary {
        /// Its text.
        body: String,
    },
    /// Edit the summary.
    EditSummary {
        /// What the code host calls it.
        comment: String,
        /// Its new text.
        body: String,
    },
    /// Delete a second summary.
    DeleteSummary {
        /// What the code host calls it.
        comment: String,
    },
    /// Annotate a commit.
    Annotate(Annotations),
}

/// A comment on lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Inline {
    /// The file, from the root of the repository.
    pub path: String,
    /// The first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
    /// Its text.
    pub body: String,
}

/// What to say in comments.
pub fn conversation(remarks: &dyn Remarks, diff: &Diff, existing: &Existing, manner: Manner<'_>) -> Vec<Action> {
    let list = remarks.list();
    let found: BTreeSet<&str> = list.iter().map(|remark| remark.fingerprint.as_str()).collect();
    let stands = |comment: &Comment| comment.settled || (!comment.outdated && found.contains(&*comment.fingerprint));
    let mut actions = Vec::new();
    let kept: BTreeMap<&str, &Comment> = existing
        .comments
        .iter()
        .filter(|comment| stands(comment))
        .map(|comment| (&*comment.fingerprint, comment))
        .collect();
    // Of two comments on one finding one is enough.
    let needless = |comment: &&Comment| kept.get(&*comment.fingerprint).is_none_or(|kept| kept.id != comment.id);
    for comment in existing.comments.iter().filter(|comment| !comment.settled).filter(needless) {
        actions.push(Action::Withdraw { comment: comment.id.clone(), finding: comment.fingerprint.clone() });
    }
    let open = kept.values().filter(|comment| found.contains(&*comment.fingerprint)).count();
    let mut room = manner.inline.saturating_sub(open);
    let (mut comments, mut outside) = (Vec::new(), Vec::new());
    for (at, remark) in list.iter().enumerate().filter(|(_, remark)| !kept.contains_key(&*remark.fingerprint)) {
        match place(remark, diff) {
            Some(lines) if room > 0 => {
                comments.extend(inline(remarks, at, remark, lines, diff, manner));
                room -= 1;
            }
            _ => outside.push(at),
        }
    }
    let untold = |at: &usize| list.get(*at).is_some_and(|remark| !existing.told.contains(&short(&remark.fingerprint)));
    let news: Vec<usize> = outside.iter().copied().filter(untold).collect();
    if !comments.is_empty() || (manner.dialect == Dialect::Github && !news.is_empty()) {
        actions.push(Action::Review { body: body(remarks, comments.len(), &news, manner), comments });
    }
    actions.extend(summary(remarks, existing, manner));
    actions
}

fn place(remark: &Remark, diff: &Diff) -> Option<Lines> {
    diff.shown(&remark.path, Lines { first: remark.first, last: remark.last })
}

fn inline(
    remarks: &dyn Remarks,
    at: usize,
    remark: &Remark,
    lines: Lines,
    diff: &Diff,
    manner: Manner<'_>,
) -> Option<Inline> {
    // The lines of a comment are those that its edit replaces, so the edit tells them where it fits into the change.
    let whole = |edit: &Suggestion| Lines { first: edit.first, last: edit.last };
    let fits = |edit: &Suggestion| diff.shown(&remark.path, whole(edit)) == Some(whole(edit));
    let edit = remarks.suggestion(at).filter(fits);
    let lines = edit.as_ref().map_or(lines, whole);
    let body = comment::finding(manner.key, &remark.fingerprint, &remarks.card(at)?, edit.as_ref(), manner.dialect);
    Some(Inline { path: remark.path.clone(), first: lines.first, last: lines.last, body })
}

/// The body of a review: what cannot stand on a line of the change.
fn body(remarks: &dyn Remarks, comments: usize, news: &[usize], manner: Manner<'_>) -> String {
    let names = news.iter().filter_map(|&at| remarks.list().get(at));
    let told = names.take(MOST_TOLD).map(|remark| short(&remark.fingerprint)).collect();
    let mut text = Marker::Review(told).line(manner.key);
    let at = manner.commit.map(|commit| format!(" at {}", short(commit))).unwrap_or_default();
    let on_lines = match comments {
        0 => String::new(),
        some => format!("{} on lines of this change. ", counted(some, "finding")),
    };
    let _ = write!(text, "\n**Switchback**{at}: {on_lines}");
    if news.is_empty() {
        text.push_str("The summary has all of them.\n");
        return text;
    }
    let _ = write!(text, "{} without a comment of its own:\n\n", counted(news.len(), "finding"));
    let mut room = LONGEST_BODY.saturating_sub(text.chars().count());
    let lines = news.iter().take(MOST_LISTED).filter_map(|&at| remarks.card(at)).map(|card| card.line());
    let mut listed = 0;
    for line in lines {
        let Some(left) = room.checked_sub(line.chars().count()) else { break };
        room = left;
        text.push_str(&line);
        listed += 1;
    }
    if news.len() > listed {
        let _ = writeln!(text, "The other {} are in the summary.", news.len() - listed);
    }
    text
}

/// Posts a summary of findings, and keeps the one there is up to date. Where nothing was ever found, nothing is said.
fn summary(remarks: &dyn Remarks, existing: &Existing, manner: Manner<'_>) -> Vec<Action> {
    let clean = remarks.list().is_empty();
    let mut known = existing.summaries.iter();
    let first = known.next();
    if clean && first.is_none() {
        return Vec::new();
    }
    let page = remarks.page(COMMENT - AROUND_SUMMARY);
    let body = comment::summary(manner.key, &page, manner.commit, clean, manner.claimed);
    let mut actions = Vec::new();
    match first {
        None => actions.push(Action::PostSummary { body }),
        Some(first) if first.body.trim_end() != body.trim_end() => {
            actions.push(Action::EditSummary { comment: first.id.clone(), body });
        }
        Some(_) => {}
    }
    actions.extend(known.map(|second| Action::DeleteSummary { comment: second.id.clone() }));
    actions
}
