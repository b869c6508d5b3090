//! `switchback rules`: every rule with its level, group and summary.

use std::io::{self, Write};

use serde::Serialize;

use crate::fix::Safety;
use crate::report::{Color, Style, paint, rule_url};
use crate::rule::RuleId;
use crate::rules::RULES;
use crate::spec::{self, Engine, Spec};

/// Writes a table for people.
pub fn write_table(style: Style, out: &mut dyn Write) -> io::Result<()> {
    let specs = || RULES.iter().filter_map(|rule| spec::of(rule.id));
    let widest = |text: fn(&Spec<'_>) -> usize| specs().map(text).max().unwrap_or_default();
    let (id_width, group_width) = (widest(|spec| spec.id.len()), widest(|spec| spec.group.len()));
    for spec in specs() {
        writeln!(
            out,
            "{}  {:<7}  {:<group_width$}  {}",
            paint(style, Color::Bold, &format!("{:<id_width$}", spec.id)),
            spec.level.as_str(),
            spec.group,
            spec.summary,
        )?;
    }
    Ok(())
}

/// Writes the list for programs.
pub fn write_json(out: &mut dyn Write) -> io::Result<()> {
    let rules = RULES.iter().filter_map(|rule| Some(Entry::new(rule.id, spec::of(rule.id)?))).collect();
    serde_json::to_writer_pretty(&mut *out, &Document { version: 1, rules })?;
    writeln!(out)
}

#[derive(Serialize)]
struct Document {
    version: u32,
    rules: Vec<Entry>,
}

#[derive(Serialize)]
struct Entry {
    id: &'static str,
    level: &'static str,
    group: &'static str,
    summary: &'static str,
    engines: &'static [Engine],
    fix: Option<&'static str>,
    since: &'static str,
    also_known_as: &'static [String],
    url: String,
}

impl Entry {
    fn new(rule: RuleId, spec: &'static Spec<'static>) -> Self {
        Self {
            id: spec.id,
            level: spec.level.as_str(),
            group: &spec.group,
            summary: &spec.summary,
            engines: &spec.engines,
            fix: spec.fix.map(|safety| match safety {
                Safety::Safe => "safe",
                Safety::Unsafe => "unsafe",
            }),
            since: &spec.since,
            also_known_as: &spec.also_known_as,
            url: rule_url(rule),
        }
    }
}
