//! What is said of one finding in Markdown: folded on a page, on one line, or as a comment beside the code.
//!
//! A card holds plain text, whoever it is from: everything is made harmless where it is written.

use std::fmt::Write as _;

use super::text::{block, code, html, inline};
use crate::engine::lock::LockMode;
use crate::finding::{Finding, Level, LockClaim};
use crate::report::files::Files;
use crate::report::position::floor_boundary;
use crate::report::{Report, clipped, counted, details, rule_url};
use crate::rule::RuleId;

/// Lines of a statement that are shown, and characters of each.
const STATEMENT: (usize, usize) = (30, 200);

/// Characters of one remark, and how many are made on one finding.
pub(super) const REMARK: (usize, usize) = (600, 12);

/// Characters of a help. It is made to be copied, so it is cut later than others.
const HELP: usize = 6_000;

/// What is known of a finding.
#[derive(Clone, Debug)]
pub struct Card {
    /// How bad it is.
    pub level: Level,
    /// The rule that says it.
    pub rule: RuleId,
    /// What is wrong.
    pub message: String,
    /// `path:line:column`
    pub place: String,
    /// The statement, or the beginning of a long one; empty where it is not known.
    pub statement: String,
    /// Locks taken: on what, and how strong.
    pub locks: Vec<(String, LockMode)>,
    /// Why it matters: the notes, other places, the code that is in the way.
    pub why: Vec<String>,
    /// What to do instead: a line of words, then lines of SQL.
    pub help: Option<String>,
    /// What an edit would do.
    pub fix: Option<String>,
    /// The command that plans the safe way.
    pub plan: Option<String>,
}

impl Card {
    pub(in crate::report) fn of(finding: &Finding, report: &Report<'_>, files: &Files<'_>) -> Self {
        Self {
            level: finding.level,
            rule: finding.rule,
            message: finding.message.clone(),
            place: files.place(finding),
            statement: statement(finding, report),
            locks: finding.locks.iter().map(|LockClaim { relation, mode }| (relation.short(), *mode)).collect(),
            why: why(finding, files),
            help: finding.help.clone(),
            fix: details::fix(finding),
            plan: details::plan(finding, files),
        }
    }

    /// Folded under its message.
    pub(super) fn section(&self) -> String {
        let mut text = format!("<details><summary>{}</summary>\n\n", self.summary());
        if !self.statement.is_empty() {
            text.push_str(&block("sql", &self.statement));
        }
        self.add_details(&mut text);
        let _ = write!(text, "\n{}\n\n</details>\n\n", self.rule_line());
        text
    }

    /// For a page that has no room for more.
    pub fn line(&self) -> String {
        let place = code(&clipped(&self.place, REMARK.0));
        format!("{} ({place})\n\n", self.headline())
    }

    /// Beside the code, which need not be shown again. `edit` is the block that offers the edit.
    pub fn comment(&self, edit: Option<&str>) -> String {
        let mut text = format!("{}\n", self.headline());
        self.add_details(&mut text);
        if let Some(edit) = edit {
            let _ = write!(text, "\n{edit}");
        }
        let _ = writeln!(text, "\n{}", self.rule_line());
        text
    }

    fn headline(&self) -> String {
        let message = inline(&clipped(&self.message, REMARK.0));
        format!("{} **{}**: {message}", mark(self.level), self.level.as_str())
    }

    /// What is seen while it is folded: HTML.
    fn summary(&self) -> String {
        let message = html(&clipped(&self.message, REMARK.0));
        let place = html(&clipped(&self.place, REMARK.0));
        format!("{} <b>{}</b>: {message} (<code>{place}</code>)", mark(self.level), self.level.as_str())
    }

    fn rule_line(&self) -> String {
        format!("Rule: [{}]({})", self.rule.0, rule_url(self.rule))
    }

    fn add_details(&self, text: &mut String) {
        if !self.locks.is_empty() {
            self.add_locks(text);
        }
        let (width, most) = REMARK;
        if !self.why.is_empty() {
            text.push_str("\n**Why**\n\n");
        }
        for remark in self.why.iter().take(most) {
            let _ = writeln!(text, "- {}", inline(&clipped(remark, width)));
        }
        if self.why.len() > most {
            let _ = writeln!(text, "- and {} more", self.why.len() - most);
        }
        if let Some(help) = &self.help {
            let help = clipped(help, HELP);
            let (words, sql) = help.split_once('\n').unwrap_or((&help, ""));
            let _ = writeln!(text, "\n**What to write:** {}", inline(words));
            if !sql.is_empty() {
                let _ = write!(text, "\n{}", block("sql", sql));
            }
        }
        if let Some(fix) = &self.fix {
            let _ = writeln!(text, "\n**Fix:** {}", inline(&clipped(fix, width)));
        }
        if let Some(plan) = &self.plan {
            let _ = writeln!(text, "\n**The releases that lead there safely:** {}", code(plan));
        }
    }

    fn add_locks(&self, text: &mut String) {
        let (width, most) = REMARK;
        text.push_str("\n| table | lock | blocks |\n|---|---|---|\n");
        for (relation, mode) in self.locks.iter().take(most) {
            let relation = code(&clipped(relation, width));
            let _ = writeln!(text, "| {relation} | {} | {} |", mode.words(), mode.blocked());
        }
        if self.locks.len() > most {
            let _ = writeln!(text, "| and {} | | |", counted(self.locks.len() - most, "more lock"));
        }
    }
}

fn mark(level: Level) -> &'static str {
    match level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    }
}

/// The statement, or the beginning of a long one. What is not shown is not read either: a statement of megabytes may have
/// thousands of findings.
fn statement(finding: &Finding, report: &Report<'_>) -> String {
    let text = report.migrations.get(finding.file as usize).map_or("", |migration| migration.file_text());
    let whole = finding.statement.to(finding.span).of(text);
    let (most, width) = STATEMENT;
    let start = whole.get(..floor_boundary(whole, most * width * 4)).unwrap_or_default();
    let lines = start.replace("\r\n", "\n").replace('\r', "\n");
    let mut lines = lines.split('\n');
    let mut shown: Vec<_> = lines.by_ref().take(most).map(|line| clipped(line, width)).collect();
    if lines.next().is_some() || start.len() < whole.len() {
        shown.push("-- … and so on".to_owned());
    }
    shown.join("\n")
}

fn why(finding: &Finding, files: &Files<'_>) -> Vec<String> {
    let notes = finding.notes.iter().cloned();
    let related = finding.related.iter().map(|related| {
        let line = files.position(related.file, related.span.start).line;
        format!("{}:{line}: {}", files.path(related.file), related.message)
    });
    let references = details::code(finding).into_iter().map(|line| format!("code: {line}"));
    let queries = details::queries(finding).into_iter().map(|line| format!("query: {line}"));
    notes.chain(related).chain(references).chain(queries).collect()
}
