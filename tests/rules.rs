//! Runs the examples of every specification: each marker is one finding, *Good* is clean, the fix turns *Bad* into
//! *Good*, and the rendered findings are what the text shows.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::ops::Range;

use common::specs::{self, SpecFile};
use switchback::finding::Finding;
use switchback::fix::Edit;
use switchback::fix::apply::applied;
use switchback::outcome::Outcome;
use switchback::report::{Report, Style, pretty};
use switchback::source::migration::Migration;
use switchback::source::origin::Origin;
use switchback::spec::example::{Example, Expectation, File};
use switchback::spec::{Section, Spec};
use switchback::suppress::add;

#[test]
fn specifications_hold() {
    let wanted = std::env::var("RULE").ok();
    let mut failures = String::new();
    for file in specs::all().iter().filter(|file| wanted.as_ref().is_none_or(|rule| *rule == file.id)) {
        for failure in check(file) {
            writeln!(failures, "{failure}").unwrap();
        }
    }
    assert!(failures.is_empty(), "\n{failures}\nRULE=<name> runs one rule alone; UPDATE=1 rewrites diagnostics\n");
}

/// Every finding but those on directives can be allowed by a comment, and the comment hides nothing else.
#[test]
fn added_directives_allow_what_is_found() {
    let mut failures = String::new();
    for file in specs::all() {
        let (_, examples) = file.read().unwrap();
        for example in &examples {
            let mut history = specs::history(example);
            let before = specs::run(&file.id, example, &history);
            for (file, edits) in add::directives(&before.findings, &history, "a reason") {
                let migration = &mut history[file as usize];
                migration.text = applied(&migration.text, &edits);
                migration.sections[0].span.end = u32::try_from(migration.text.len()).unwrap();
            }
            let left = specs::run(&file.id, example, &history).findings;
            for finding in left.iter().filter(|finding| add::can_be_allowed(finding)) {
                writeln!(failures, "{}:{}: {}", file.shown(), example.line, finding.message).unwrap();
            }
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}

/// An example that was run.
struct Run<'a> {
    example: &'a Example<'a>,
    history: Vec<Migration>,
    outcome: Outcome,
}

/// Everything that is wrong, as `rules/a.md:12: text`.
fn check(file: &SpecFile) -> Vec<String> {
    let (spec, examples) = match file.read() {
        Ok(read) => read,
        Err(failure) => return vec![failure],
    };
    let runs: Vec<Run<'_>> = examples
        .iter()
        .map(|example| {
            let history = specs::history(example);
            let outcome = specs::run(&file.id, example, &history);
            Run { example, history, outcome }
        })
        .collect();
    let mut failures: Vec<(usize, String)> = runs.iter().flat_map(|run| judge(&spec, run)).collect();
    failures.extend(judge_fixes(&spec, &runs));
    failures.extend(judge_diagnostics(file, &spec, &runs));
    failures.sort();
    failures.into_iter().map(|(line, failure)| format!("{}:{line}: {failure}", file.shown())).collect()
}

/// Compares the findings of an example with its markers.
fn judge(spec: &Spec<'_>, run: &Run<'_>) -> Vec<(usize, String)> {
    let mut failures = Vec::new();
    for (number, file) in run.example.shipped().enumerate() {
        let found = run.outcome.findings.iter().filter(|finding| finding.file as usize == number);
        let found: Vec<(usize, &Finding)> = found.map(|finding| (line_of(file, finding), finding)).collect();
        let own = || found.iter().filter(|(_, finding)| finding.rule.0 == spec.id);
        for expectation in &file.expected {
            let here: Vec<_> = own().filter(|(line, _)| *line == expectation.line).map(|(_, found)| *found).collect();
            failures.extend(mismatch(expectation, &here).map(|failure| (expectation.line, failure)));
        }
        for (line, finding) in own() {
            if !file.expected.iter().any(|expectation| expectation.line == *line) {
                failures.push((*line, format!("unexpected {}", shown(finding))));
            }
        }
        for (line, finding) in found.iter().filter(|_| run.example.section == Section::Good) {
            failures.push((*line, format!("a good example has to be clean: {}", shown(finding))));
        }
    }
    failures
}

fn mismatch(expectation: &Expectation, found: &[&Finding]) -> Option<String> {
    let wanted = expectation.message.as_deref().unwrap_or_default();
    match found {
        [] => Some(format!("expected one {} here, found none", expectation.level.as_str())),
        [finding] if finding.level != expectation.level => {
            Some(format!("expected the level {}, found {}", expectation.level.as_str(), shown(finding)))
        }
        [finding] if !finding.message.contains(wanted) => Some(format!("expected `{wanted}` in {}", shown(finding))),
        [_] => None,
        [_, second, ..] => {
            Some(format!("expected one finding here, found {}; the second: {}", found.len(), shown(second)))
        }
    }
}

/// A fix that is promised exists, is as safe as promised, and makes the good example of the bad one.
fn judge_fixes(spec: &Spec<'_>, runs: &[Run<'_>]) -> Vec<(usize, String)> {
    let mut failures = Vec::new();
    for run in runs {
        for fix in own_findings(spec, run).filter_map(|finding| finding.fix.as_ref()) {
            if spec.fix != Some(fix.safety) {
                failures.push((run.example.line, format!("`{}` is not the fix the metadata promises", fix.title)));
            }
        }
    }
    if spec.fix.is_none() {
        return failures;
    }
    let pairs: Vec<_> = runs.windows(2).filter(|pair| pair[0].example.fixed_by_next).collect();
    if pairs.is_empty() {
        failures.push((1, "a rule with a fix needs a bad example right before a good one: the fixed one".to_owned()));
    }
    for pair in pairs {
        let (bad, good) = (&pair[0], &pair[1]);
        let fixed: Vec<String> = (0..bad.history.len()).map(|number| fixed(spec, bad, number)).collect();
        let wanted: Vec<&str> = good.history.iter().map(|migration| &*migration.text).collect();
        if fixed != wanted {
            failures.push((
                bad.example.line,
                format!("the fix gives\n{}\ninstead of\n{}", fixed.concat(), wanted.concat()),
            ));
        }
    }
    failures
}

/// The rendered findings are those in the text; under `UPDATE=1` they are put there.
fn judge_diagnostics(file: &SpecFile, spec: &Spec<'_>, runs: &[Run<'_>]) -> Vec<(usize, String)> {
    let mut outdated: Vec<(usize, Range<usize>, String)> = Vec::new();
    for run in runs {
        let Some(diagnostic) = &run.example.diagnostic else { continue };
        let rendered = render(spec, run);
        if diagnostic.text != rendered {
            outdated.push((run.example.line, diagnostic.range.clone(), rendered));
        }
    }
    if !common::updating() {
        let failure = |rendered| format!("the diagnostic is not up to date; it has to be\n{rendered}");
        return outdated.into_iter().map(|(line, _, rendered)| (line, failure(rendered))).collect();
    }
    let mut text = file.text.clone();
    for (_, range, rendered) in outdated.iter().rev() {
        text.replace_range(range.clone(), rendered);
    }
    if !outdated.is_empty() {
        fs::write(&file.path, text).unwrap();
    }
    Vec::new()
}

fn render(spec: &Spec<'_>, run: &Run<'_>) -> String {
    let findings = own_findings(spec, run).cloned().collect();
    let outcome = Outcome { findings, ..Outcome::default() };
    let origin = Origin::default();
    let report = Report {
        outcome: &outcome,
        migrations: &run.history,
        origin: &origin,
        style: Style::default(),
        actions: false,
    };
    let mut rendered = Vec::new();
    pretty::write_findings(&report, &mut rendered).unwrap();
    String::from_utf8(rendered).unwrap()
}

fn fixed(spec: &Spec<'_>, run: &Run<'_>, number: usize) -> String {
    let own = own_findings(spec, run).filter(|finding| finding.file as usize == number);
    let mut edits: Vec<&Edit> = own.filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut text = run.history[number].text.clone();
    for edit in edits.into_iter().rev() {
        text.replace_range(edit.span.start as usize..edit.span.end as usize, &edit.text);
    }
    text
}

fn own_findings<'a>(spec: &'a Spec<'_>, run: &'a Run<'_>) -> impl Iterator<Item = &'a Finding> {
    run.outcome.findings.iter().filter(|finding| finding.rule.0 == spec.id)
}

/// The line of the specification a finding starts on.
fn line_of(file: &File, finding: &Finding) -> usize {
    file.line + file.sql[..finding.span.start as usize].matches('\n').count()
}

fn shown(finding: &Finding) -> String {
    format!("{}[{}]: {}", finding.level.as_str(), finding.rule.0, finding.message)
}

/// The harness itself: run on an outcome that is known.
mod harness {
    use super::*;
    use switchback::finding::Level;
    use switchback::rule::RuleId;

    const TEXT: &str = "# some-rule\n\nSummary.\n\n```toml\nlevel = \"error\"\ngroup = \"locking\"\nengines = [\"postgres\"]\n\
        fix = \"safe\"\nsince = \"0.1.0\"\n```\n\n## Bad\n\n```sql\nSELECT 1;\nDROP a; -- error: gone\n```\n\n\
        ```diagnostic\nold\n```\n\n## Good\n\n```sql\nSELECT 1;\nKEEP a;\n```\n";

    fn file() -> SpecFile {
        SpecFile { path: common::root().join("rules/some-rule.md"), id: "some-rule".to_owned(), text: TEXT.to_owned() }
    }

    /// The failures for the example number `example`, of which the findings start at the given bytes.
    fn failures(number: usize, starts: &[(u32, Level)]) -> Vec<(usize, String)> {
        let file = file();
        let (spec, examples) = file.read().unwrap();
        let example = &examples[number];
        let findings = starts.iter().map(|&(start, level)| finding(start, level)).collect();
        let outcome = Outcome { findings, ..Outcome::default() };
        judge(&spec, &Run { example, history: specs::history(example), outcome })
    }

    fn finding(start: u32, level: Level) -> Finding {
        use switchback::syntax::span::Span;
        let span = Span::new(start, start + 1);
        Finding::new(RuleId("some-rule"), level, 0, span, span, "a is gone")
    }

    #[test]
    fn markers_are_compared_with_findings() {
        assert_eq!(failures(0, &[(10, Level::Error)]), []);
        let lines = |starts: &[(u32, Level)]| failures(0, starts).into_iter().map(|(line, _)| line).collect::<Vec<_>>();
        assert_eq!(lines(&[]), [17], "none found");
        assert_eq!(lines(&[(10, Level::Note)]), [17], "of another level");
        assert_eq!(lines(&[(10, Level::Error), (12, Level::Error)]), [17], "two on the line");
        assert_eq!(lines(&[(0, Level::Error), (10, Level::Error)]), [16], "one too many");
        assert_eq!(failures(1, &[]), []);
        assert_eq!(failures(1, &[(0, Level::Note)]).len(), 2, "unexpected, and not clean");
    }

    #[test]
    fn fixes_are_compared_with_the_good_example() {
        let file = file();
        let (spec, examples) = file.read().unwrap();
        let run = |number: usize, findings: Vec<Finding>| {
            let example: &Example<'_> = &examples[number];
            Run { example, history: specs::history(example), outcome: Outcome { findings, ..Outcome::default() } }
        };
        let fixing = |fix| Finding { fix: Some(fix), ..finding(10, Level::Error) };
        let edits = || vec![Edit { span: switchback::syntax::span::Span::new(10, 14), text: "KEEP".to_owned() }];
        let judged = |findings| judge_fixes(&spec, &[run(0, findings), run(1, Vec::new())]).len();
        assert_eq!(judged(vec![fixing(switchback::fix::Fix::safe("keep it", edits()))]), 0);
        assert_eq!(
            judged(vec![fixing(switchback::fix::Fix::manual("keep it", edits()))]),
            1,
            "less safe than promised"
        );
        assert_eq!(judged(Vec::new()), 1, "not fixed");
        assert_eq!(judge_fixes(&spec, &[run(1, Vec::new())]).len(), 1, "no pair");
    }

    #[test]
    fn diagnostics_are_compared() {
        if common::updating() {
            return;
        }
        let file = file();
        let (spec, examples) = file.read().unwrap();
        let outcome = Outcome { findings: vec![finding(10, Level::Error)], ..Outcome::default() };
        let run = Run { example: &examples[0], history: specs::history(&examples[0]), outcome };
        let failures = judge_diagnostics(&file, &spec, &[run]);
        assert!(matches!(&*failures, [(16, failure)] if failure.contains("migration.sql:2:1")), "{failures:?}");
    }
}
