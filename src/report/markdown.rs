//! The report on a pull request: figures first, then the findings, the worst first, each folded under its message.
//!
//! Results of writing to a string are dropped: that cannot fail.

pub(super) mod text;

use std::fmt::Write as _;
use std::io::{self, Write};

use self::text::{block, code, html, inline};
use super::files::Files;
use super::position::floor_boundary;
use super::{Report, clipped, counted, details, rule_url, worst_first};
use crate::figures::grouped;
use crate::finding::{Finding, Level, LockClaim};
use crate::outcome::{Allowed, AllowedBy, Summary};

/// Characters of a comment on GitHub.
pub const COMMENT: usize = 65_536;

/// Characters that any report may take.
pub const SHORTEST: usize = 1_000;

/// Characters kept for saying what is left out.
const RESERVE: usize = 600;

/// Lines of a statement that are shown, and characters of each.
const STATEMENT: (usize, usize) = (30, 200);

/// Characters of one remark, and how many are made on one finding.
const REMARK: (usize, usize) = (600, 12);

/// Characters of a help. It is made to be copied, so it is cut later than others.
const HELP: usize = 6_000;

/// Writes a report that fits into a comment on GitHub.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_within(COMMENT, report, out)
}

/// Writes a report of at most `limit` characters. What does not fit is counted, which takes `SHORTEST`.
pub fn write_within(limit: usize, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = Files::new(report);
    let mut page = Page { text: String::new(), left: limit.saturating_sub(RESERVE) };
    page.add(&headline(report));
    let mut left_out = Vec::new();
    for finding in worst_first(&report.outcome.findings) {
        // Once one is left out, those that matter less are too.
        let full = !left_out.is_empty();
        if full || !(page.add(&section(finding, report, &files)) || page.add(&line(finding, &files))) {
            left_out.push(finding.level);
        }
    }
    // What the baseline leaves is counted only: it may be thousands.
    let told: Vec<_> = report.outcome.allowed.iter().filter(|allowed| allowed.by != AllowedBy::Baseline).collect();
    let listed = add_allowed(&mut page, &told, &files);
    page.left += RESERVE;
    page.add(&left_out_line(&left_out, told.len() - listed, limit));
    out.write_all(page.text.trim_end().as_bytes())?;
    writeln!(out)
}

/// Text of a limited length.
struct Page {
    text: String,
    /// Characters that still fit.
    left: usize,
}

impl Page {
    /// Adds `part` if it fits.
    fn add(&mut self, part: &str) -> bool {
        let length = part.chars().count();
        let fits = length <= self.left;
        if fits {
            self.left -= length;
            self.text.push_str(part);
        }
        fits
    }
}

fn headline(report: &Report<'_>) -> String {
    let Summary { files, statements, unrecognized, errors, warnings, notes, .. } = report.outcome.summary;
    let numbers = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let mut found: Vec<_> =
        numbers.into_iter().filter(|&(number, _)| number > 0).map(|(number, noun)| counted(number, noun)).collect();
    if found.is_empty() {
        found.push("no findings".to_owned());
    }
    let mut line = format!("Checked {}, {}", counted(files, "file"), counted(statements, "statement"));
    if unrecognized > 0 {
        let _ = write!(line, " ({unrecognized} not understood)");
    }
    let (allowed, left) = report.outcome.allowed_and_left();
    if allowed > 0 {
        let _ = write!(line, "; {} allowed", counted(allowed, "finding"));
    }
    if left > 0 {
        let _ = write!(line, "; {} in the baseline", counted(left, "finding"));
    }
    format!("### Switchback: {}\n\n{line}.\n\n", found.join(", "))
}

fn mark(level: Level) -> &'static str {
    match level {
        Level::Error => "❌",
        Level::Warning => "⚠️",
        Level::Note => "ℹ️",
    }
}

/// What is seen of a finding while it is folded: HTML.
fn summary(finding: &Finding, files: &Files<'_>) -> String {
    let (mark, level) = (mark(finding.level), finding.level.as_str());
    let message = html(&clipped(&finding.message, REMARK.0));
    let place = html(&clipped(&files.place(finding), REMARK.0));
    format!("{mark} <b>{level}</b>: {message} (<code>{place}</code>)")
}

/// A finding that does not fit otherwise: Markdown.
fn line(finding: &Finding, files: &Files<'_>) -> String {
    let (mark, level) = (mark(finding.level), finding.level.as_str());
    let message = inline(&clipped(&finding.message, REMARK.0));
    let place = code(&clipped(&files.place(finding), REMARK.0));
    format!("{mark} **{level}**: {message} ({place})\n\n")
}

fn section(finding: &Finding, report: &Report<'_>, files: &Files<'_>) -> String {
    let mut text = format!("<details><summary>{}</summary>\n\n", summary(finding, files));
    text.push_str(&block("sql", &statement(finding, report)));
    if !finding.locks.is_empty() {
        text.push_str(&locks(&finding.locks));
    }
    text.push_str(&remarks(finding, files));
    if let Some(help) = &finding.help {
        let help = clipped(help, HELP);
        let (words, sql) = help.split_once('\n').unwrap_or((&help, ""));
        let _ = writeln!(text, "\n**What to write:** {}", inline(words));
        if !sql.is_empty() {
            let _ = write!(text, "\n{}", block("sql", sql));
        }
    }
    if let Some(fix) = details::fix(finding) {
        let _ = writeln!(text, "\n**Fix:** {}", inline(&fix));
    }
    let _ = write!(text, "\nRule: [{}]({})\n\n</details>\n\n", finding.rule.0, rule_url(finding.rule));
    text
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

fn locks(claims: &[LockClaim]) -> String {
    let (width, most) = REMARK;
    let mut table = "\n| table | lock | blocks |\n|---|---|---|\n".to_owned();
    for LockClaim { relation, mode } in claims.iter().take(most) {
        let relation = code(&clipped(&relation.short(), width));
        let _ = writeln!(table, "| {relation} | {} | {} |", mode.words(), mode.blocked());
    }
    if claims.len() > most {
        let _ = writeln!(table, "| and {} | | |", counted(claims.len() - most, "more lock"));
    }
    table
}

/// Why it matters: the notes, other places, the code that is in the way.
fn remarks(finding: &Finding, files: &Files<'_>) -> String {
    let notes = finding.notes.iter().cloned();
    let related = finding.related.iter().map(|related| {
        let line = files.position(related.file, related.span.start).line;
        format!("{}:{line}: {}", files.path(related.file), related.message)
    });
    let references = details::code(finding).into_iter().map(|line| format!("code: {line}"));
    let queries = details::queries(finding).into_iter().map(|line| format!("query: {line}"));
    let all: Vec<_> = notes.chain(related).chain(references).chain(queries).collect();
    let (width, most) = REMARK;
    let mut text = String::new();
    for remark in all.iter().take(most) {
        let _ = writeln!(text, "- {}", inline(&clipped(remark, width)));
    }
    if all.len() > most {
        let _ = writeln!(text, "- and {} more", all.len() - most);
    }
    if text.is_empty() { text } else { format!("\n**Why**\n\n{text}") }
}

/// Adds what is allowed, as far as it fits. Answers how many.
fn add_allowed(page: &mut Page, allowed: &[&Allowed], files: &Files<'_>) -> usize {
    let end = "\n</details>\n\n";
    let head = format!(
        "<details><summary>{} allowed</summary>\n\n| where | rule | what | why it is allowed |\n|---|---|---|---|\n",
        counted(allowed.len(), "finding")
    );
    let mut rows = allowed.iter().map(|allowed| row(allowed, files)).peekable();
    let first = rows.peek().map_or(0, |row| row.chars().count());
    if first == 0 || head.chars().count() + first + end.len() > page.left {
        return 0;
    }
    page.add(&head);
    page.left -= end.len();
    let listed = rows.take_while(|row| page.add(row)).count();
    page.left += end.len();
    page.add(end);
    listed
}

fn row(Allowed { finding, reason, by }: &Allowed, files: &Files<'_>) -> String {
    let width = REMARK.0;
    let what = finding.subject.as_deref().unwrap_or(&finding.message);
    let why = match by {
        AllowedBy::Directive => format!("comment: {reason}"),
        AllowedBy::Evidence | AllowedBy::History | AllowedBy::Baseline => reason.clone(),
    };
    let (place, rule) = (code(&clipped(&files.place(finding), width)), finding.rule.0);
    format!("| {place} | {rule} | {} | {} |\n", code(&clipped(what, width)), inline(&clipped(&why, width)))
}

fn left_out_line(levels: &[Level], allowed: usize, limit: usize) -> String {
    let of = |level| levels.iter().filter(|&&found| found == level).count();
    let numbers = [
        (of(Level::Error), "error"),
        (of(Level::Warning), "warning"),
        (of(Level::Note), "note"),
        (allowed, "allowed finding"),
    ];
    let left_out: Vec<_> =
        numbers.into_iter().filter(|&(number, _)| number > 0).map(|(number, noun)| counted(number, noun)).collect();
    if left_out.is_empty() {
        return String::new();
    }
    let limit = grouped(limit as u64);
    format!(
        "**Not shown: {}.** This report may have {limit} characters; `switchback check` shows all.\n",
        left_out.join(", ")
    )
}
