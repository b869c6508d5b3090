//! Findings to bytes: one file per output format. Lines and columns exist only here.

pub mod checkstyle;
pub(crate) mod commands;
pub mod concise;
pub(crate) mod details;
pub mod diff;
mod files;
pub mod github;
pub mod gitlab;
mod grid;
pub mod json;
pub mod json_lines;
pub mod junit;
pub mod markdown;
pub mod plan;
pub(crate) mod position;
pub mod pretty;
pub mod rdjson;
pub mod remark;
pub mod sarif;
mod snippet;
pub mod sonarqube;
pub mod sources;
pub mod status;
pub mod suggestion;
mod summary;
pub(crate) mod text;
pub mod timeline;
mod tool;
mod xml;

use std::cmp::Reverse;

use crate::finding::Finding;
use crate::outcome::Outcome;
use crate::rule::RuleId;
use crate::source::migration::Migration;
use crate::source::origin::Origin;

/// What a format is given.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found.
    pub outcome: &'a Outcome,
    /// The history; findings hold indexes into it.
    pub migrations: &'a [Migration],
    /// Where the paths of the migrations are seen from.
    pub origin: &'a Origin,
    /// What the receiver can show.
    pub style: Style,
    /// The report goes to the log of a GitHub Actions step, which obeys commands in what is printed.
    pub actions: bool,
}

/// What the receiver of text can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// ANSI colors.
    pub color: bool,
    /// Lines drawn with more than ASCII.
    pub unicode: bool,
    /// OSC 8 hyperlinks.
    pub hyperlinks: bool,
    /// Columns: longer source lines are cut.
    pub width: usize,
    /// What the history allowed is told too.
    pub verbose: bool,
}

impl Default for Style {
    /// For files and pipes.
    fn default() -> Self {
        Self { color: false, unicode: true, hyperlinks: false, width: 120, verbose: false }
    }
}

/// Where Switchback can be read about.
pub(crate) const HOME: &str = env!("CARGO_PKG_REPOSITORY");

/// Where the documentation of a rule can be read.
pub fn rule_url(rule: RuleId) -> String {
    format!("{HOME}/blob/main/rules/{}.md", rule.0)
}

/// The foreground colors of the eight every terminal has, and bold.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Color {
    Bold = 1,
    Red = 31,
    Green = 32,
    Yellow = 33,
    Cyan = 36,
    /// What does no harm: not a color, but less of any.
    Dim = 2,
}

/// `text` in a color, where the receiver shows any.
pub(crate) fn paint(style: Style, color: Color, text: &str) -> String {
    if style.color { format!("\u{1b}[{}m{text}\u{1b}[0m", color as u8) } else { text.to_owned() }
}

/// Findings of the highest level first, else in their order: what does not fit into a report is what matters least.
fn worst_first(findings: &[Finding]) -> Vec<&Finding> {
    let mut sorted: Vec<&Finding> = findings.iter().collect();
    sorted.sort_by_key(|finding| Reverse(finding.level));
    sorted
}

/// `1 file`, `2 files`.
pub(crate) fn counted(number: usize, noun: &str) -> String {
    match (number, noun.strip_suffix("ry")) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{number} {stem}ries"),
        (_, None) if noun.ends_with('x') => format!("{number} {noun}es"),
        (_, None) => format!("{number} {noun}s"),
    }
}

/// The first `length` characters of `text`; what is cut off is marked.
pub(crate) fn clipped(text: &str, length: usize) -> String {
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
