//! Findings to bytes: one file per output format. Lines and columns exist only here.

pub mod concise;
pub mod diff;
mod files;
pub mod json;
mod position;
pub mod pretty;
mod snippet;
mod summary;
mod text;
pub mod timeline;

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

use crate::outcome::Outcome;
use crate::rule::RuleId;
use crate::source::migration::Migration;

/// What a format is given.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// What was found.
    pub outcome: &'a Outcome,
    /// The history; findings hold indexes into it.
    pub migrations: &'a [Migration],
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
}

impl Default for Style {
    /// For files and pipes.
    fn default() -> Self {
        Self { color: false, unicode: true, hyperlinks: false, width: 120 }
    }
}

/// Where the documentation of a rule can be read.
pub fn rule_url(rule: RuleId) -> String {
    format!("https://github.com/switchback-sql/switchback/blob/main/rules/{}.md", rule.0)
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

/// Writes a format for people. The runner of GitHub Actions takes commands out of anything a step prints, the SQL of a
/// stranger's pull request included; between these two lines it takes none.
fn with_commands_stopped(
    actions: bool,
    out: &mut dyn Write,
    body: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if !actions {
        return body(out);
    }
    let token = unguessable();
    writeln!(out, "::stop-commands::{token}")?;
    body(out)?;
    writeln!(out, "::{token}::")
}

/// 32 hexadecimal digits. The keys of the standard library's hasher come from the operating system's randomness.
fn unguessable() -> String {
    let keys = RandomState::new();
    format!("{:016x}{:016x}", keys.hash_one(1), keys.hash_one(2))
}
