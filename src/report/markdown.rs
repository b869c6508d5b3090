//! The report on a pull request: figures first, then the findings, the worst first, each folded under its message.
//!
//! Results of writing to a string are dropped: that cannot fail.

pub mod card;
pub(crate) mod text;

use std::fmt::Write as _;
use std::io::{self, Write};

use self::card::{Card, REMARK};
use self::text::{code, inline};
use super::files::Files;
use super::{Report, clipped, counted, worst_first};
use crate::figures::grouped;
use crate::finding::Level;
use crate::outcome::{Allowed, AllowedBy, Summary};
use crate::rule::RuleId;

/// Characters of a comment on GitHub.
pub const COMMENT: usize = 65_536;

/// Characters that any report may take.
pub const SHORTEST: usize = 1_000;

/// Characters kept for saying what is left out.
const RESERVE: usize = 600;

/// Writes a report that fits into a comment on GitHub.
pub fn write(report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    write_within(COMMENT, report, out)
}

/// Writes a report of at most `limit` characters. What does not fit is counted, which takes `SHORTEST`.
pub fn write_within(limit: usize, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(report_page(limit, report, &Files::new(report)).as_bytes())
}

pub(super) fn report_page(limit: usize, report: &Report<'_>, files: &Files<'_>) -> String {
    let findings = worst_first(&report.outcome.findings);
    let levels: Vec<_> = findings.iter().map(|finding| finding.level).collect();
    let card = |at: usize| findings.get(at).map(|finding| Card::of(finding, report, files));
    // What the baseline leaves is counted only: it may be thousands.
    let told: Vec<_> = report.outcome.allowed.iter().filter(|allowed| allowed.by != AllowedBy::Baseline).collect();
    let row = |at: usize| told.get(at).map(|allowed| Row::of(allowed, files));
    let (allowed, left) = report.outcome.allowed_and_left();
    let summary = &report.outcome.summary;
    let contents = Contents { summary, levels: &levels, card: &card, allowed, row: &row, left };
    page(limit, &contents)
}

/// What a page shows. Cards and rows are made as long as there is room for them.
#[derive(Clone, Copy)]
pub struct Contents<'a> {
    /// The figures.
    pub summary: &'a Summary,
    /// The levels of the findings, in the order in which they are shown.
    pub levels: &'a [Level],
    /// One of these findings.
    pub card: &'a dyn Fn(usize) -> Option<Card>,
    /// How many findings are allowed.
    pub allowed: usize,
    /// One of them.
    pub row: &'a dyn Fn(usize) -> Option<Row>,
    /// How many findings the baseline leaves.
    pub left: usize,
}

/// A finding that is allowed.
#[derive(Clone, Debug)]
pub struct Row {
    /// `path:line:column`
    pub place: String,
    /// The rule that would have said it.
    pub rule: RuleId,
    /// What it is about.
    pub what: String,
    /// Why it is allowed.
    pub why: String,
}

/// A page of at most `limit` characters.
pub fn page(limit: usize, contents: &Contents<'_>) -> String {
    let mut page = Page { text: String::new(), left: limit.saturating_sub(RESERVE) };
    page.add(&headline(contents));
    let mut left_out = Vec::new();
    for (at, &level) in contents.levels.iter().enumerate() {
        // Once one is left out, those that matter less are too.
        let card = if left_out.is_empty() { (contents.card)(at) } else { None };
        if !card.is_some_and(|card| page.add(&card.section()) || page.add(&card.line())) {
            left_out.push(level);
        }
    }
    let listed = add_allowed(&mut page, contents);
    page.left += RESERVE;
    page.add(&left_out_line(&left_out, contents.allowed - listed, limit));
    format!("{}\n", page.text.trim_end())
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

fn headline(contents: &Contents<'_>) -> String {
    let Contents { allowed, left, .. } = *contents;
    let Summary { files, statements, unrecognized, errors, warnings, notes, .. } = *contents.summary;
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
    if allowed > 0 {
        let _ = write!(line, "; {} allowed", counted(allowed, "finding"));
    }
    if left > 0 {
        let _ = write!(line, "; {} in the baseline", counted(left, "finding"));
    }
    format!("### Switchback: {}\n\n{line}.\n\n", found.join(", "))
}

/// Adds what is allowed, as far as it fits. Answers how many.
fn add_allowed(page: &mut Page, contents: &Contents<'_>) -> usize {
    let end = "\n</details>\n\n";
    let head = format!(
        "<details><summary>{} allowed</summary>\n\n| where | rule | what | why it is allowed |\n|---|---|---|---|\n",
        counted(contents.allowed, "finding")
    );
    let mut rows = (0..contents.allowed).map_while(|at| (contents.row)(at)).map(|row| row.line()).peekable();
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

impl Row {
    fn of(Allowed { finding, reason, by }: &Allowed, files: &Files<'_>) -> Self {
        Self {
            place: files.place(finding),
            rule: finding.rule,
            what: finding.subject.as_deref().unwrap_or(&finding.message).to_owned(),
            why: match by {
                AllowedBy::Directive => format!("comment: {reason}"),
                AllowedBy::Evidence | AllowedBy::History | AllowedBy::Baseline => reason.clone(),
            },
        }
    }

    fn line(&self) -> String {
        let cell = |text: &str| code(&clipped(text, REMARK.0));
        let why = inline(&clipped(&self.why, REMARK.0));
        format!("| {} | {} | {} | {why} |\n", cell(&self.place), self.rule.0, cell(&self.what))
    }
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
