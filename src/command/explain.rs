//! `switchback explain RULE`: what a rule means, as its specification says it.

use std::io::{self, Write};

use crate::report::{Color, Style, paint};
use crate::rules::RULES;
use crate::spec::{self, Spec};

/// Writes the specification of the rule `name`: Markdown, drawn where the receiver shows colors. Answers to what other
/// tools call it, too; then there may be more than one.
pub fn explain(name: &str, style: Style, out: &mut dyn Write) -> Result<(), super::Error> {
    let specs = || RULES.iter().filter_map(|rule| spec::of(rule.id));
    let found = matching(name, specs());
    if found.is_empty() {
        return Err(super::Error::unknown_rule(name));
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
