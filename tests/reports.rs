//! The formats for people, and what may not happen in any: see `tests/formats.rs` for what each owes its readers.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a broken fixture has to stop the test")]
#![allow(clippy::disallowed_methods, reason = "tests read files and variables of their own")]

mod common;

use common::fixture::{Fixture, clean, fixture};
use common::formats::{FORMATS, Format, written};
use switchback::finding::{Finding, Related};
use switchback::report::{Report, Style, concise, pretty};
use switchback::syntax::span::Span;

#[test]
fn pretty_on_a_terminal() {
    let fixture = fixture();
    let style = Style { color: true, hyperlinks: true, ..Style::default() };
    let text = written(pretty::write, &Report { style, ..fixture.report() });
    // One character stands for every escape the report itself made: the SQL must not add any.
    insta::assert_snapshot!(text.replace('\u{1b}', "⎋"));
}

#[test]
fn pretty_in_ascii() {
    let fixture = fixture();
    let style = Style { unicode: false, ..Style::default() };
    insta::assert_snapshot!(written(pretty::write, &Report { style, ..fixture.report() }));
}

#[test]
fn nothing_found() {
    let clean = clean();
    insta::assert_snapshot!(written(pretty::write, &clean.report()), @"checked 3 files, 4 statements in 2 ms: no findings");
    assert_eq!(written(concise::write, &clean.report()), written(pretty::write, &clean.report()));
}

/// Nothing in a migration may steer the terminal, and no line of a format for people may be forged.
#[test]
fn hostile_text_stays_text() {
    let fixture = fixture();
    for format in [pretty::write as Format, concise::write] {
        let text = written(format, &fixture.report());
        let steering = text.chars().filter(|&c| (c.is_control() && c != '\n') || c == '\u{202e}');
        assert_eq!(steering.collect::<String>(), "");
        assert!(!text.split('\n').any(|line| line.trim_start().starts_with("::")), "{text}");
    }
}

/// The runner of GitHub Actions also obeys `##[command]` in the middle of a line: only stopping it helps.
#[test]
fn commands_are_stopped_in_actions() {
    let fixture = fixture();
    for format in [pretty::write as Format, concise::write] {
        let plain = written(format, &fixture.report());
        let text = written(format, &Report { actions: true, ..fixture.report() });
        let (first, rest) = text.split_once('\n').unwrap();
        let token = first.strip_prefix("::stop-commands::").unwrap();
        assert_eq!(token.len(), 32);
        assert_eq!(rest, format!("{plain}::{token}::\n"));
        assert!(!written(format, &Report { actions: true, ..fixture.report() }).contains(token), "a new one each time");
    }
}

/// Of a long statement only the surroundings are shown, of a long line only a part, of a long clause only its start.
#[test]
fn pretty_windows() {
    let lines: Vec<String> = (1..=40).map(|number| format!("    column_{number} text")).collect();
    let long_line = format!("    {} wide numeric DEFAULT 0 {}", "/* é */ ".repeat(30), "/* é */ ".repeat(30));
    let text = format!("CREATE TABLE wide (\n{},\n{long_line}\n);\nDROP TABLE narrow;\n", lines.join(",\n"));
    let mut fixture = fixture();
    let place = |part: &str| {
        let start = text.find(part).unwrap();
        Span::new(u32::try_from(start).unwrap(), u32::try_from(start + part.len()).unwrap())
    };
    let statement = place("CREATE TABLE wide").to(place(");"));
    let related = |part: &str| Related { file: 1, span: place(part), message: format!("here is {part}") };
    fixture.outcome.findings.truncate(1);
    let middle = fixture.outcome.findings.pop().unwrap();
    let middle = Finding { span: place("column_20 text"), statement, related: Vec::new(), help: None, ..middle };
    let far = vec![related("column_22"), related("column_3"), related("DROP TABLE narrow")];
    let wide = Finding { span: place("wide numeric"), related: vec![related("DEFAULT 0")], ..middle.clone() };
    let whole = Finding { span: statement, ..middle.clone() };
    fixture.outcome.findings = vec![Finding { related: far, ..middle }, wide, whole];
    fixture.migrations[1].text = text.clone();
    insta::assert_snapshot!(written(pretty::write_findings, &fixture.report()));
}

/// Findings in a file of one enormous line take time by their number, not by the size of the file.
#[test]
fn many_findings_in_one_long_line() {
    let mut fixture = fixture();
    let filler = "SELECT 'größe 😀'; ".repeat(50_000);
    let finding = fixture.outcome.findings[1].clone();
    fixture.outcome.findings = (0..2_000).map(|_| finding.clone()).collect();
    let shift = u32::try_from(filler.len()).unwrap();
    for finding in &mut fixture.outcome.findings {
        finding.span.start += shift;
        finding.span.end += shift;
        finding.statement = finding.span;
    }
    fixture.migrations[1].text.insert_str(0, &filler);
    for (name, format) in FORMATS {
        let length = written(*format, &fixture.report()).len();
        // GitHub takes no more of two.
        assert!(length > 2_000 * 100 || matches!(*name, "github" | "markdown"), "{name}: {length}");
    }
}

mod any_place {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Spans may lie anywhere, even outside the file or inside a character.
        #[test]
        fn is_drawn_without_panic(
            text in "(\\PC|[\r\n\t\u{1b}\u{feff}😀é]){0,200}",
            places in prop::collection::vec((0u32..250, 0u32..250), 4),
            width in 0usize..200,
        ) {
            let mut fixture: Fixture = fixture();
            fixture.migrations[1].text = text;
            let mut spans = places.into_iter().map(|(start, end)| Span::new(start, end));
            for finding in &mut fixture.outcome.findings[..2] {
                finding.span = spans.next().unwrap_or_default();
                finding.statement = spans.next().unwrap_or_default();
            }
            let style = Style { width, color: true, ..Style::default() };
            for (_, format) in FORMATS {
                let text = written(*format, &Report { style, ..fixture.report() });
                prop_assert!(!text.is_empty());
            }
        }
    }
}
