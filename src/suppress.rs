//! Applies `-- switchback: allow(…)` directives, and says which of them are wrong or of no use.

pub mod add;
mod foreign;

use crate::finding::Finding;
use crate::fix::{Edit, Fix, with_line};
use crate::outcome::{Allowed, AllowedBy, Outcome};
use crate::review::replay::Parsed;
use crate::rule::RuleId;
use crate::rules::RULES;
use crate::settings::Settings;
use crate::spec;
use crate::suggest::nearest;
use crate::syntax::directive::{Directive, covered};
use crate::syntax::name::Symbol;
use crate::syntax::span::Span;

/// Moves allowed findings from `findings` to `allowed`, and adds the findings on the directives themselves.
pub(crate) fn apply(parsed: &[Parsed<'_>], settings: &Settings, outcome: &mut Outcome) {
    let mut places = Vec::new();
    for (file, parsed) in (0_u32..).zip(parsed).filter(|(_, parsed)| parsed.migration.reported) {
        for (_, script) in &parsed.scripts {
            for directive in script.directives.iter().filter(|directive| directive.declaration.is_none()) {
                let target = if directive.whole_file {
                    None
                } else {
                    let covered = covered(&script.statements, directive.span, &parsed.migration.text);
                    let carrier = parsed.migration.carrier.as_ref();
                    let whole = |span| carrier.map_or(span, |carrier| carrier.whole(span));
                    Some(covered.map_or(Span::default(), whole))
                };
                let used = vec![false; directive.rules.len()];
                let carried = parsed.migration.carrier.as_ref().is_some_and(|carrier| carrier.foreign);
                places.push(Place { file, text: &parsed.migration.text, carried, directive, target, used });
            }
        }
    }
    let mut foreign = Vec::new();
    for (file, parsed) in (0_u32..).zip(parsed).filter(|(_, parsed)| parsed.migration.reported) {
        if settings.compat.is_empty() {
            break;
        }
        foreign.extend(foreign::places(file, parsed, settings));
    }
    if places.is_empty() && foreign.is_empty() {
        return;
    }
    // Where evidence speaks, the directive is for the runs that have none.
    for allowed in &outcome.allowed {
        allow(&mut places, &allowed.finding);
    }
    let found = std::mem::take(&mut outcome.findings);
    for finding in found {
        match allow(&mut places, &finding).or_else(|| allow_foreign(&foreign, &finding)) {
            Some(reason) => outcome.allowed.push(Allowed { finding, reason, by: AllowedBy::Directive }),
            None => outcome.findings.push(finding),
        }
    }
    for place in &places {
        place.judge(settings, &mut outcome.findings);
    }
}

/// The reason of the directive that allows the finding. Directives are in the order of files, so only those of its file
/// are looked at.
fn allow(places: &mut [Place<'_>], finding: &Finding) -> Option<String> {
    let start = places.partition_point(|place| place.file < finding.file);
    let end = places.partition_point(|place| place.file <= finding.file);
    let own = places.get_mut(start..end).unwrap_or_default();
    own.iter_mut().find_map(|place| place.allows(finding))
}

/// The comment of another linter that allows the finding; they are in the order of files, too.
fn allow_foreign(places: &[foreign::Place<'_>], finding: &Finding) -> Option<String> {
    let start = places.partition_point(|place| place.file < finding.file);
    let end = places.partition_point(|place| place.file <= finding.file);
    places.get(start..end).unwrap_or_default().iter().find_map(|place| place.allows(finding))
}

/// A directive at its place.
struct Place<'a> {
    file: u32,
    /// The text of the file.
    text: &'a str,
    /// The file is not SQL: its comments are written otherwise.
    carried: bool,
    directive: &'a Directive,
    /// The statement it covers; none for the whole file.
    target: Option<Span>,
    used: Vec<bool>,
}

impl Place<'_> {
    fn allows(&mut self, finding: &Finding) -> Option<String> {
        if self.directive.problem.is_some() || self.target.is_some_and(|target| target != finding.statement) {
            return None;
        }
        let index = self.directive.rules.iter().position(|(rule, _)| **rule == *finding.rule.0)?;
        if let Some(used) = self.used.get_mut(index) {
            *used = true;
        }
        Some(self.directive.reason.clone())
    }

    /// Findings on the directive itself.
    fn judge(&self, settings: &Settings, findings: &mut Vec<Finding>) {
        if let Some(problem) = &self.directive.problem {
            let (message, help) = (problem.message.clone(), problem.help.clone());
            findings.push(self.finding("unknown-rule", self.directive.span, message, help));
            return;
        }
        for ((rule, span), used) in self.directive.rules.iter().zip(&self.used) {
            match RULES.iter().find(|known| *known.id.0 == **rule) {
                None => findings.push(self.unknown(rule, *span)),
                // A rule that did not run had no chance to find anything.
                Some(known) if !used && settings.runs(known.id) => findings.push(self.unused(rule, *span)),
                Some(_) => {}
            }
        }
        if self.directive.reason.is_empty() && self.used.contains(&true) {
            let message = "this allow gives no reason".to_owned();
            let help = "say after the closing bracket why the statement is safe here".to_owned();
            findings.push(self.finding("allow-without-reason", self.directive.span, message, help));
        }
    }

    fn unknown(&self, rule: &Symbol, span: Span) -> Finding {
        let message = format!("there is no rule named '{rule}'");
        let help = match nearest(rule, RULES.iter().map(|rule| rule.id.0)) {
            Some(near) => format!("did you mean '{near}'? `switchback rules` lists them all"),
            None => "`switchback rules` lists them all".to_owned(),
        };
        self.finding("unknown-rule", span, message, help)
    }

    fn unused(&self, rule: &Symbol, span: Span) -> Finding {
        let message = format!("allow({rule}) hides nothing");
        let mut finding = self.finding("unused-allow", span, message, "remove it".to_owned());
        if self.directive.rules.len() == 1 && !self.carried {
            finding.fix =
                Some(Fix::safe("remove the directive", vec![Edit::delete(with_line(self.text, self.directive.span))]));
        }
        finding
    }

    fn finding(&self, rule: &'static str, span: Span, message: String, help: String) -> Finding {
        let rule = RuleId(rule);
        let finding = Finding::new(rule, spec::level(rule), self.file, span, self.directive.span, message);
        Finding { label: "here".to_owned(), help: Some(help), ..finding }
    }
}
