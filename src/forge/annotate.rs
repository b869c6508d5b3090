//! Findings as annotations of a commit, for hosts and runs that show them beside the code without a conversation.

use serde::Serialize;

use crate::finding::Level;
use crate::report::remark::{Remark, Remarks};
use crate::report::text::{one_line, several_lines};
use crate::report::{clipped, counted, rule_url};

/// Characters of a message. Bitbucket takes 450 and refuses the rest, GitHub 64 KB.
const MESSAGE: usize = 440;

/// Characters of what is said beside it: Bitbucket takes 2,000.
const DETAILS: usize = 1_900;

/// Characters of the page that goes with them. GitHub takes 65,535.
const PAGE: usize = 65_000;

/// How many a host takes.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// In one request.
    pub request: usize,
    /// For one commit.
    pub commit: usize,
}

/// All annotations of a commit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annotations {
    /// Nothing reaches the level that fails the run.
    pub passed: bool,
    /// In a few words.
    pub title: String,
    /// Markdown.
    pub page: String,
    /// One request each.
    pub batches: Vec<Vec<Annotation>>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Annotation {
    /// Of the finding; no two are equal.
    pub fingerprint: String,
    /// The file, from the root of the repository.
    pub path: String,
    /// The first line.
    pub first: u32,
    /// The last line.
    pub last: u32,
    /// How bad it is.
    pub level: Level,
    /// The rule that says it.
    pub rule: &'static str,
    /// Where the rule is explained.
    pub url: String,
    /// What is wrong: text.
    pub message: String,
    /// What to do: text.
    pub details: String,
}

/// The worst findings, as many as the host takes.
pub fn annotations(remarks: &dyn Remarks, capacity: Capacity, fails: Option<Level>) -> Annotations {
    let list = remarks.list();
    let annotation = |(at, remark): (usize, &Remark)| Annotation {
        fingerprint: remark.fingerprint.clone(),
        path: remark.path.clone(),
        first: remark.first,
        last: remark.last,
        level: remark.level,
        rule: remark.rule.0,
        url: rule_url(remark.rule),
        message: clipped(&one_line(&remark.message), MESSAGE),
        details: clipped(&details(remarks, at), DETAILS),
    };
    let all: Vec<Annotation> = list.iter().enumerate().take(capacity.commit).map(annotation).collect();
    Annotations {
        passed: !list.iter().any(|remark| fails.is_some_and(|level| remark.level >= level)),
        title: title(list),
        page: remarks.page(PAGE),
        batches: all.chunks(capacity.request.max(1)).map(<[_]>::to_vec).collect(),
    }
}

/// Plain text: annotations are not Markdown.
fn details(remarks: &dyn Remarks, at: usize) -> String {
    let Some(card) = remarks.card(at) else { return String::new() };
    let notes = card.why.iter().map(|note| format!("note: {}", one_line(note)));
    let help = card.help.iter().map(|help| format!("help: {}", several_lines(help)));
    help.chain(notes).collect::<Vec<_>>().join("\n")
}

/// `2 errors, 1 note`
fn title(list: &[Remark]) -> String {
    let words = [Level::Error, Level::Warning, Level::Note].into_iter().filter_map(|level| {
        let number = list.iter().filter(|remark| remark.level == level).count();
        (number > 0).then(|| counted(number, level.as_str()))
    });
    let words: Vec<_> = words.collect();
    if words.is_empty() { "no findings".to_owned() } else { words.join(", ") }
}
