//! Writes the `allow` directives that findings ask for: `check --add-allow`.

use std::collections::{BTreeMap, BTreeSet};

use crate::finding::Finding;
use crate::fix::Edit;
use crate::rule::Check;
use crate::rules::RULES;
use crate::source::migration::{Direction, Migration};
use crate::syntax;
use crate::syntax::span::Span;

/// The edits that allow `findings`, by the number of their file. What is said of directives themselves cannot be allowed.
pub fn directives(findings: &[Finding], migrations: &[Migration], reason: &str) -> BTreeMap<u32, Vec<Edit>> {
    let mut by_file: BTreeMap<u32, Vec<&Finding>> = BTreeMap::new();
    for finding in findings.iter().filter(|finding| can_be_allowed(finding)) {
        by_file.entry(finding.file).or_default().push(finding);
    }
    // A comment in the text of a program is more than one in SQL.
    by_file.retain(|file, _| migrations.get(*file as usize).is_some_and(|migration| !migration.is_foreign()));
    by_file
        .into_iter()
        .filter_map(|(file, findings)| Some((file, of_file(&findings, migrations.get(file as usize)?, reason))))
        .collect()
}

/// Whether a directive can allow this.
pub fn can_be_allowed(finding: &Finding) -> bool {
    let rule = RULES.iter().find(|rule| rule.id == finding.rule);
    rule.is_some_and(|rule| !matches!(rule.check, Check::Directive(_)))
}

fn of_file(findings: &[&Finding], migration: &Migration, reason: &str) -> Vec<Edit> {
    let text = &*migration.text;
    let ups = migration.sections.iter().filter(|section| section.direction == Direction::Up);
    let statements: BTreeSet<Span> = ups.flat_map(|section| syntax::statement_spans(text, section.span)).collect();
    let mut rules: BTreeMap<Span, BTreeSet<&str>> = BTreeMap::new();
    let mut of_the_file = BTreeSet::new();
    for finding in findings {
        if statements.contains(&finding.statement) {
            rules.entry(finding.statement).or_default().insert(finding.rule.0);
        } else {
            of_the_file.insert(finding.rule.0);
        }
    }
    let mut comments: BTreeMap<u32, Vec<String>> = BTreeMap::new();
    if !of_the_file.is_empty() {
        // Below the marks of the tool, some of which have to stand in the first line.
        let end = u32::try_from(text.len()).unwrap_or(u32::MAX);
        let at = statements.first().map_or(end, |statement| statement.start);
        comments.entry(at).or_default().push(comment("allow-file", &of_the_file, reason));
    }
    for (statement, rules) in &rules {
        comments.entry(statement.start).or_default().push(comment("allow", rules, reason));
    }
    comments.into_iter().map(|(at, comments)| line(text, at, &comments)).collect()
}

fn comment(word: &str, rules: &BTreeSet<&str>, reason: &str) -> String {
    let rules: Vec<&str> = rules.iter().copied().collect();
    format!("-- switchback: {word}({}) {reason}", rules.join(", "))
}

/// Puts comments on lines of their own, above what stands at `at` and indented like it.
fn line(text: &str, at: u32, comments: &[String]) -> Edit {
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let before = Span::new(0, at).of(text);
    let start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
    let head = before.get(start..).unwrap_or_default();
    let head = head.strip_prefix('\u{feff}').unwrap_or(head);
    let alone = head.chars().all(char::is_whitespace);
    let indent = if alone { head } else { "" };
    let mut lines = if alone { String::new() } else { newline.to_owned() };
    for (number, comment) in comments.iter().enumerate() {
        // What is at `at` has its indent already.
        let lead = if number == 0 { "" } else { indent };
        lines.push_str(lead);
        lines.push_str(comment);
        lines.push_str(newline);
    }
    lines.push_str(indent);
    Edit::insert(at, lines)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::apply::applied;

    fn put(text: &str, at: u32) -> String {
        applied(text, &[line(text, at, &["-- one".to_owned(), "-- two".to_owned()])])
    }

    #[test]
    fn comments_stand_on_lines_of_their_own() {
        assert_eq!(put("DROP TABLE a;", 0), "-- one\n-- two\nDROP TABLE a;");
        assert_eq!(put("x;\r\n  DROP", 6), "x;\r\n  -- one\r\n  -- two\r\n  DROP");
        assert_eq!(put("x; DROP", 3), "x; \n-- one\n-- two\nDROP");
        assert_eq!(put("\u{feff}DROP", 3), "\u{feff}-- one\n-- two\nDROP");
    }
}
