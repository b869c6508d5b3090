//! Directives in comments: `-- switchback: allow(rule, …) reason`, `-- switchback: retire users.full_name owner(@team)`.

mod declaration;
pub(crate) mod foreign;

pub use self::declaration::{Declaration, Declared, Said};
pub use self::foreign::{Foreign, Linter, Reach};
use super::name::Symbol;
use super::span::{Source, Span};
use super::statement::Statement;

/// A directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The whole comment.
    pub span: Span,
    /// Covers the whole file.
    pub whole_file: bool,
    /// Names of the rules it allows, at their places.
    pub rules: Vec<(Symbol, Span)>,
    /// Why; empty when none is given.
    pub reason: String,
    /// What it says of a schema change in flight, rather than allowing a rule.
    pub declaration: Option<Box<Declaration>>,
    /// What is wrong with it, if it could not be read.
    pub problem: Option<Problem>,
}

/// Why a directive could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// One line, lower case, no full stop.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

/// The statement that a comment at `at` speaks of: the one it stands in or after on the same line, else the next one.
pub(crate) fn covered(statements: &[Statement], at: Span, text: &str) -> Option<Span> {
    let next = statements.partition_point(|statement| statement.span.end <= at.start);
    let before = next.checked_sub(1).and_then(|index| statements.get(index));
    let same_line = |statement: &&Statement| !Span::new(statement.span.end, at.start).of(text).contains(['\n', '\r']);
    before.filter(same_line).or_else(|| statements.get(next)).map(|statement| statement.span)
}

/// Reads the comment at `span`, which holds `switchback:`.
pub(super) fn directive(source: Source<'_>, span: Span) -> Directive {
    let comment = source.at(span);
    let start = comment.find("switchback:").map_or(0, |at| at + "switchback:".len());
    let text = comment.get(start..).unwrap_or_default();
    let text = text.strip_suffix("*/").unwrap_or(text);
    let word_start = start + (text.len() - text.trim_start().len());
    let text = text.trim_start();
    let word_end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-').unwrap_or(text.len());
    let (word, rest) = text.split_at(word_end);
    let mut directive = Directive {
        span,
        whole_file: word == "allow-file",
        rules: Vec::new(),
        reason: String::new(),
        declaration: None,
        problem: None,
    };
    if let Some(said) = Said::named(word) {
        match declaration::read(said, rest.trim()) {
            Ok(declaration) => directive.declaration = Some(Box::new(declaration)),
            Err(problem) => directive.problem = Some(problem),
        }
        return directive;
    }
    if !matches!(word, "allow" | "allow-file") {
        let known = ["allow", "allow-file"].into_iter().chain(Said::ALL.iter().map(|said| said.word()));
        directive.problem = Some(Problem {
            message: format!("unknown directive '{word}'"),
            help: match crate::suggest::nearest(word, known.clone()) {
                Some(near) => format!("did you mean '{near}'?"),
                None => format!("known are {}", known.collect::<Vec<_>>().join(", ")),
            },
        });
        return directive;
    }
    let Some((list, reason)) = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        directive.problem = Some(Problem {
            message: format!("expected rule names in brackets: {word}(rule-name) reason"),
            help: "write `-- switchback: allow(rule-name) reason`".to_owned(),
        });
        return directive;
    };
    let mut at = word_start + word_end + (rest.len() - rest.trim_start().len()) + 1;
    for part in list.split(',') {
        let name = part.trim();
        let lead = part.len() - part.trim_start().len();
        let offset = |at: usize| span.start + u32::try_from(at).unwrap_or(u32::MAX);
        if !name.is_empty() {
            directive.rules.push((name.into(), Span::new(offset(at + lead), offset(at + lead + name.len()))));
        }
        at += part.len() + 1;
    }
    reason.trim().clone_into(&mut directive.reason);
    directive
}
