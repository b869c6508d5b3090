//! Applies the comments of other linters, where the configuration says `compat`.
//!
//! A name is looked for among what a rule's specification says it is `also-known-as`; what names no rule of ours, allows
//! nothing. Nothing is said of comments that hide nothing: they speak to somebody else.

use crate::finding::Finding;
use crate::review::replay::Parsed;
use crate::rule::RuleId;
use crate::rules::RULES;
use crate::settings::Settings;
use crate::spec;
use crate::syntax::Script;
use crate::syntax::directive::{Foreign, Linter, Reach, covered};
use crate::syntax::span::Span;

/// What atlas calls a family of codes, and how these begin.
const ATLAS_CLASSES: &[(&str, &str)] = &[
    ("destructive", "DS"),
    ("data_depend", "MF"),
    ("incompatible", "BC"),
    ("constraint_drop", "CD"),
    ("condrop", "CD"),
    ("concurrent_index", "PG1"),
    ("naming", "NM"),
];

/// A comment of another linter at its place.
pub(super) struct Place<'a> {
    pub(super) file: u32,
    /// What it covers.
    covers: Covers,
    /// The rules it allows; all, where it names none.
    rules: Option<Vec<RuleId>>,
    /// The comment.
    comment: &'a str,
}

enum Covers {
    Statement(Span),
    File,
    Range(Span),
}

/// The comments of a file that are understood, in order.
pub(super) fn places<'a>(file: u32, parsed: &'a Parsed<'_>, settings: &Settings) -> Vec<Place<'a>> {
    let text = &*parsed.migration.text;
    let mut places = Vec::new();
    for (_, script) in &parsed.scripts {
        let mut started: Option<&Foreign> = None;
        for foreign in script.foreign.iter().filter(|foreign| settings.compat.contains(&foreign.linter)) {
            let covers = match foreign.reach {
                Reach::Start => {
                    started = started.or(Some(foreign));
                    continue;
                }
                Reach::End => match started.take() {
                    Some(start) => Covers::Range(start.span.to(foreign.span)),
                    None => continue,
                },
                Reach::File => Covers::File,
                Reach::NextOrFile if heads_file(foreign, script, text) => Covers::File,
                Reach::Next | Reach::NextOrFile => match covered(&script.statements, foreign.span, text) {
                    Some(statement) => Covers::Statement(statement),
                    None => continue,
                },
            };
            places.push(place(file, foreign, covers, text));
        }
        if let Some(start) = started {
            // It never ends, so the rest of the file is meant.
            places.push(place(file, start, Covers::Range(Span::new(start.span.start, u32::MAX)), text));
        }
    }
    places
}

fn place<'a>(file: u32, foreign: &Foreign, covers: Covers, text: &'a str) -> Place<'a> {
    let rules = (!foreign.names.is_empty()).then(|| foreign.names.iter().flat_map(|name| named(foreign.linter, name)));
    Place { file, covers, rules: rules.map(Iterator::collect), comment: foreign.span.of(text).trim() }
}

/// Whether the comment stands above the first statement, with an empty line in between.
fn heads_file(foreign: &Foreign, script: &Script, text: &str) -> bool {
    let first = script.statements.first();
    first.is_some_and(|first| {
        let between = Span::new(foreign.span.end, first.span.start).of(text).replace('\r', "");
        foreign.span.end <= first.span.start && between.starts_with("\n\n")
    })
}

/// Our rules for what another linter calls `name`.
fn named(linter: Linter, name: &str) -> Vec<RuleId> {
    let class = ATLAS_CLASSES.iter().find(|(class, _)| linter == Linter::Atlas && *class == name);
    let is_meant = |known: &str| {
        let code = known.split_once(':').filter(|(tool, _)| *tool == linter.name()).map(|(_, code)| code);
        code.is_some_and(|code| match class {
            Some((_, start)) => code.starts_with(start),
            None => code.eq_ignore_ascii_case(name),
        })
    };
    let rules = RULES.iter().map(|rule| rule.id);
    rules.filter(|rule| spec::of(*rule).is_some_and(|spec| spec.also_known_as.iter().any(|it| is_meant(it)))).collect()
}

impl Place<'_> {
    /// The comment, where it allows the finding.
    pub(super) fn allows(&self, finding: &Finding) -> Option<String> {
        let there = match self.covers {
            Covers::File => true,
            Covers::Statement(statement) => statement == finding.statement,
            Covers::Range(range) => range.contains(finding.statement),
        };
        let meant = self.rules.as_ref().is_none_or(|rules| rules.contains(&finding.rule));
        (there && meant).then(|| self.comment.to_owned())
    }
}
