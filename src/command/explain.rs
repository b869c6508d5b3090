//! `switchback explain RULE`: what a rule means, as its specification says it.

use std::io::{self, Write};

use crate::report::{Color, Style, paint};
use crate::rules::RULES;
use crate::spec::{self, Spec};

/// Names less alike than this are not suggested.
const LEAST_ALIKE: f64 = 0.8;

/// Why nothing was explained.
#[derive(Debug, thiserror::Error)]
pub enum ExplainError {
    /// No rule of that name, nor of that name in another tool.
    #[error("there is no rule `{name}`{}", did_you_mean(.nearest.as_deref()))]
    UnknownRule {
        /// What was asked for.
        name: String,
        /// The rule whose name is most like it.
        nearest: Option<String>,
    },
    /// The answer could not be written.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Writes the specification of the rule `name`: Markdown, drawn where the receiver shows colors. Answers to what other
/// tools call it, too; then there may be more than one.
pub fn explain(name: &str, style: Style, out: &mut dyn Write) -> Result<(), ExplainError> {
    let specs = || RULES.iter().filter_map(|rule| spec::of(rule.id));
    let found = matching(name, specs());
    if found.is_empty() {
        return Err(ExplainError::UnknownRule { name: name.to_owned(), nearest: nearest(name, specs()) });
    }
    for (number, spec) in found.into_iter().enumerate() {
        if number > 0 {
            writeln!(out)?;
        }
        if style.color {
            write_drawn(spec.text(), style, out)?;
        } else {
            out.write_all(spec.text().as_bytes())?;
        }
    }
    Ok(())
}

/// The rule of this name; else the rules that go by it in another tool, with or without the name of the tool.
fn matching<'a>(name: &str, specs: impl Iterator<Item = &'a Spec<'a>> + Clone) -> Vec<&'a Spec<'a>> {
    let own: Vec<_> = specs.clone().filter(|spec| spec.id == name).collect();
    if !own.is_empty() {
        return own;
    }
    let answers = |alias: &String| alias == name || alias.split_once(':').is_some_and(|(_, rule)| rule == name);
    specs.filter(|spec| spec.also_known_as.iter().any(answers)).collect()
}

fn nearest<'a>(name: &str, specs: impl Iterator<Item = &'a Spec<'a>>) -> Option<String> {
    specs
        .map(|spec| (strsim::jaro_winkler(spec.id, name), spec.id))
        .filter(|&(likeness, _)| likeness >= LEAST_ALIKE)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, id)| id.to_owned())
}

fn did_you_mean(nearest: Option<&str>) -> String {
    nearest.map(|nearest| format!("; did you mean `{nearest}`?")).unwrap_or_default()
}

/// Headings stand out and code is set apart; everything else is read well as it is.
fn write_drawn(markdown: &str, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let mut in_code = false;
    for line in markdown.split_terminator('\n').map(str::trim_end) {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            writeln!(out, "{}", paint(style, Color::Cyan, &format!("    {line}")))?;
        } else if line.starts_with('#') {
            writeln!(out, "{}", paint(style, Color::Bold, line.trim_start_matches('#').trim_start()))?;
        } else {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}
