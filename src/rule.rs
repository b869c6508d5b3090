//! What a rule is: a specification in `rules/<id>.md` and one function.

mod body;

use std::borrow::Cow;

use crate::evidence::References;
use crate::evidence::queries::Queries;
use crate::figures::counted_rows;
use crate::finding::{CodeReferences, Finding, Level, LockClaim, Related};
use crate::fix::Fix;
use crate::outcome::{Allowed, AllowedBy};
use crate::review::replay::Parsed;
use crate::review::size::Size;
use crate::review::step::{Impact, Release, Step};
use crate::syntax::hole;
use crate::syntax::object::Assembled;
use crate::syntax::span::Span;

/// The kebab-case name of a rule, from the `rules!` list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleId(pub &'static str);

/// A rule of the `rules!` list.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub id: RuleId,
    /// The text of `rules/<id>.md`.
    pub spec: &'static str,
    /// What it runs on.
    pub check: Check,
}

/// The function of a rule.
#[derive(Debug)]
pub enum Check {
    /// Called for every step of a release.
    Step(fn(&Step<'_>, &Release<'_>, &mut Findings)),
    /// Called once for a release.
    Release(fn(&Release<'_>, &mut Findings)),
    /// Called once, with every migration: for what was done to the history itself.
    History(fn(&[Parsed<'_>], &mut Findings)),
    /// Has no steps of its own: found while reading directives (`src/suppress.rs`). The function does nothing.
    Directive(fn()),
}

/// Collects the findings of one rule.
#[derive(Debug)]
pub struct Findings {
    rule: RuleId,
    level: Level,
    found: Vec<Finding>,
    allowed: Vec<Allowed>,
}

impl Findings {
    /// For the rule `rule`, which reports at `level` unless the table is small.
    pub fn new(rule: RuleId, level: Level) -> Self {
        Self { rule, level, found: Vec::new(), allowed: Vec::new() }
    }

    /// Starts a finding on the operation of `step`. Nothing is reported before `emit`.
    pub fn on(&mut self, step: &Step<'_>, message: impl Into<String>) -> Builder<'_> {
        let (span, statement) = (step.operation.span, step.statement.span);
        let mut finding = Finding::new(self.rule, self.level, step.file, span, statement, message);
        let body = step.operation.body;
        if let Some(site) = body.and_then(|body| body.called) {
            finding.related.push(Related {
                file: site.file,
                span: site.span,
                message: "this is what it runs".to_owned(),
            });
        }
        let condition = body.and_then(|_| body::note(step));
        let fixable = body.is_none_or(|body| body.called.is_none() && body.assembled == Assembled::default());
        Builder { findings: self, finding, condition, fixable }
    }

    /// Starts a finding on a place of the file number `file`.
    pub fn at(&mut self, file: u32, span: Span, message: impl Into<String>) -> Builder<'_> {
        let finding = Finding::new(self.rule, self.level, file, span, span, message);
        Builder { findings: self, finding, condition: None, fixable: true }
    }

    /// Takes everything that evidence allowed.
    pub fn take_allowed(&mut self) -> Vec<Allowed> {
        std::mem::take(&mut self.allowed)
    }

    /// Everything reported.
    pub fn into_vec(self) -> Vec<Finding> {
        self.found
    }
}

/// A finding under construction.
#[must_use = "a finding is reported by `emit`"]
#[derive(Debug)]
pub struct Builder<'a> {
    findings: &'a mut Findings,
    finding: Finding,
    /// What is said about the control flow around it, after all other notes.
    condition: Option<String>,
    /// Its text in the file is the SQL that runs.
    fixable: bool,
}

impl Builder<'_> {
    /// Points at `span` instead of the whole clause.
    pub fn at(mut self, span: Span) -> Self {
        self.finding.span = span;
        self
    }

    /// A few words under the clause.
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.finding.label = label.into();
        self
    }

    /// The thing it is about, `public.users.email`.
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.finding.subject = Some(subject.into());
        self
    }

    /// Names the lock of `impact`, what it blocks, for how long, and the size of the table, which may lower the level.
    pub fn impact(self, impact: &Impact) -> Self {
        self.lock(impact).size(impact)
    }

    /// Names the lock of `impact`, what it blocks and for how long, whatever the size of the table: for findings that
    /// do not get better with fewer rows.
    pub fn lock(mut self, impact: &Impact) -> Self {
        self.finding.locks.push(LockClaim { relation: impact.relation.clone(), mode: impact.mode });
        self.finding.notes.push(impact.sentence());
        self
    }

    /// Says how big the table is, and how long work on it takes, as far as that is known; lowers the level as
    /// [`Impact::ceiling`] says.
    pub fn size(self, impact: &Impact) -> Self {
        self.sized(impact, impact.ceiling())
    }

    /// Says the same, and leaves the level: for findings that do not get better with fewer rows.
    pub fn measured(self, impact: &Impact) -> Self {
        self.sized(impact, Level::Error)
    }

    /// The same where another table decides how far the level is lowered.
    pub(crate) fn sized(mut self, impact: &Impact, ceiling: Level) -> Self {
        let Some(extent) = impact.size.extent() else { return self };
        let name = impact.relation.short();
        let lowered = match ceiling {
            _ if self.finding.level <= ceiling => String::new(),
            _ => format!(", so this is only a {}", ceiling.as_str()),
        };
        self.finding.level = self.finding.level.min(ceiling);
        let work = impact.work().filter(|_| matches!(impact.size, Size::Large(_)));
        let known = || format!("{name} is known to have {}", extent.exactly());
        self.finding.notes.push(match (work.and_then(|work| work.sentence(&name, &extent)), impact.size) {
            (Some(sentence), _) => format!("{sentence}{lowered}"),
            (None, Size::Small(_)) => format!("{}, under the {}{lowered}", known(), extent.threshold()),
            (None, _) => known(),
        });
        if work.is_some() && impact.mode.blocks_writes() && !impact.is_brief() {
            let writes = extent
                .writes
                .map(|writes| format!("{} a second are written to {name}, and would wait", counted_rows(writes)));
            self.finding.notes.extend(writes);
        }
        let stale =
            extent.stale.map(|days| format!("the statistics that the size of {name} is from are {days} days old"));
        self.finding.notes.extend(stale);
        self
    }

    /// A further fact.
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.finding.notes.push(note.into());
        self
    }

    /// What to do instead.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.finding.help = Some(help.into());
        self
    }

    /// Another place that matters.
    pub fn related(mut self, file: u32, span: Span, message: impl Into<String>) -> Self {
        self.finding.related.push(Related { file, span, message: message.into() });
        self
    }

    /// An edit that makes it safe.
    pub fn fix(mut self, fix: Fix) -> Self {
        self.finding.fix = Some(fix).filter(|_| self.fixable);
        self
    }

    /// Lowers the level to at most `level`.
    pub fn at_most(mut self, level: Level) -> Self {
        self.finding.level = self.finding.level.min(level);
        self
    }

    /// The places in code that name what it is about.
    pub fn code(mut self, revision: impl Into<String>, references: &References) -> Self {
        self.finding.code = Some(CodeReferences { revision: revision.into(), references: references.clone() });
        self
    }

    /// The recorded queries that name what it is about.
    pub fn queries(mut self, queries: &Queries) -> Self {
        self.finding.queries = Some(queries.clone());
        self
    }

    /// Does not report it: evidence says that it is right. `reason` is the evidence.
    pub fn allow(self, reason: impl Into<String>) {
        let Self { findings, finding, .. } = self.finished();
        findings.allowed.push(Allowed { finding, reason: reason.into(), by: AllowedBy::Evidence });
    }

    /// Raises the level to at least `level`.
    pub fn at_least(mut self, level: Level) -> Self {
        self.finding.level = self.finding.level.max(level);
        self
    }

    /// Reports it.
    pub fn emit(self) {
        let Self { findings, finding, .. } = self.finished();
        findings.found.push(finding);
    }

    /// With what holds of everything that is said.
    fn finished(mut self) -> Self {
        let finding = &mut self.finding;
        finding.notes.extend(self.condition.take());
        // Names that are only known at run time.
        let words = [&mut finding.message, &mut finding.label].into_iter();
        for text in words.chain(&mut finding.subject).chain(&mut finding.help).chain(&mut finding.notes) {
            if let Cow::Owned(shown) = hole::shown(text) {
                *text = shown;
            }
        }
        self
    }
}

impl Impact {
    /// "ACCESS EXCLUSIVE on users blocks reads and writes while every row is rewritten".
    pub fn sentence(&self) -> String {
        let duration = match (self.rewrite, self.build, self.scan) {
            (true, _, _) => "while the whole table and its indexes are rewritten",
            (false, true, _) => "while the index is built",
            (false, false, true) => "while every row is read",
            (false, false, false) => "until the transaction commits",
        };
        format!("{} on {} blocks {} {duration}", self.mode.words(), self.relation.short(), self.mode.blocked())
    }
}
