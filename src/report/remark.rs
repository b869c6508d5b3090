//! Findings as a review bot brings them to lines of a change: where, how bad, and what to say there.

use std::cmp::Reverse;

use super::Report;
use super::files::Files;
use super::markdown::{self, card::Card};
use super::suggestion::{self, Suggestion};
use crate::finding::{Finding, Level};
use crate::fingerprint;
use crate::rule::RuleId;

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// 32 hexadecimal digits.
    pub fingerprint: String,
    /// How bad it is.
    pub level: Level,
    /// The rule that says it.
    pub rule: RuleId,
    /// The file, from the root of the repository.
    pub path: String,
    /// The first line it is about, from 1.
    pub first: u32,
    /// The last line it is about.
    pub last: u32,
    /// What is wrong: plain text.
    pub message: String,
}

/// Everything a bot has to say. What is long is made when it is asked for.
pub trait Remarks {
    /// The findings, the worst first.
    fn list(&self) -> &[Remark];
    /// All of one of them.
    fn card(&self, at: usize) -> Option<Card>;
    /// The edit that may be offered for it.
    fn suggestion(&self, at: usize) -> Option<Suggestion>;
    /// All of them on a page of at most `limit` characters.
    fn page(&self, limit: usize) -> String;
}

/// What a check found.
pub struct Reported<'a> {
    report: &'a Report<'a>,
    files: Files<'a>,
    /// Indexes of the findings, the worst first.
    order: Vec<usize>,
    list: Vec<Remark>,
}

impl<'a> Reported<'a> {
    /// What `report` says.
    pub fn new(report: &'a Report<'a>) -> Self {
        let files = Files::new(report);
        let findings = &report.outcome.findings;
        let names = fingerprint::of(report.outcome, report.migrations, report.origin).findings;
        let mut order: Vec<usize> = (0..findings.len()).collect();
        order.sort_by_key(|&at| Reverse(findings.get(at).map(|finding| finding.level)));
        let remark = |&at: &usize| {
            let (finding, name) = (findings.get(at)?, names.get(at)?);
            let region = files.region(finding.file, finding.span);
            Some(Remark {
                fingerprint: name.to_string(),
                level: finding.level,
                rule: finding.rule,
                path: files.repository_path(finding.file),
                first: region.start.line,
                last: region.last_line,
                message: finding.message.clone(),
            })
        };
        let list = order.iter().filter_map(remark).collect();
        Self { report, files, order, list }
    }

    fn finding(&self, at: usize) -> Option<&'a Finding> {
        self.report.outcome.findings.get(*self.order.get(at)?)
    }
}

impl Remarks for Reported<'_> {
    fn list(&self) -> &[Remark] {
        &self.list
    }

    fn card(&self, at: usize) -> Option<Card> {
        Some(Card::of(self.finding(at)?, self.report, &self.files))
    }

    fn suggestion(&self, at: usize) -> Option<Suggestion> {
        suggestion::of(self.finding(at)?, &self.files)
    }

    fn page(&self, limit: usize) -> String {
        markdown::report_page(limit, self.report, &self.files)
    }
}
