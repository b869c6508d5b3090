//! Directives in comments: `-- switchback: allow(rule, …) reason`.

use super::name::Symbol;
use super::span::{Source, Span};

/// A directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// The whole comment.
    pub span: Span,
    /// Covers the whole file.
    pub whole_file: bool,
    /// Rule names at their places.
    pub rules: Vec<(Symbol, Span)>,
    /// Why; empty when none is given.
    pub reason: String,
    /// What is wrong with it, if it could not be read.
    pub problem: Option<String>,
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
    let mut directive =
        Directive { span, whole_file: word == "allow-file", rules: Vec::new(), reason: String::new(), problem: None };
    if !matches!(word, "allow" | "allow-file") {
        directive.problem = Some(format!("unknown directive '{word}'; known are allow(rule) and allow-file(rule)"));
        return directive;
    }
    let Some((list, reason)) = rest.trim_start().strip_prefix('(').and_then(|rest| rest.split_once(')')) else {
        directive.problem = Some(format!("expected rule names in brackets: {word}(rule-name) reason"));
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
