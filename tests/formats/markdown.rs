//! The report on a pull request: it fits, it counts what does not, and it draws nothing of a stranger's.

use switchback::report::markdown;

use super::common::fixture::fixture;
use super::{hostile, many, written};

#[test]
fn markdown_fits_into_a_comment_and_counts_what_does_not() {
    for fixture in [many(2_000), hostile()] {
        let text = written(markdown::write, &fixture);
        assert!(text.chars().count() <= markdown::COMMENT, "{}", text.chars().count());
        assert_eq!(
            text.matches("\n<details><summary>").count(),
            text.matches("\n</details>\n").count(),
            "all are closed"
        );
    }
    let text = written(markdown::write, &many(2_000));
    assert!(text.starts_with("### Switchback: 2000 errors, 2000 warnings, 2000 notes\n"), "the figures come first");
    let shown = text.matches("❌ <b>error</b>").count() + text.matches("❌ **error**").count();
    assert!(shown > 50, "{shown}");
    let left_out = format!("**Not shown: {} errors, 2000 warnings, 2000 notes", 2_000 - shown);
    assert!(text.contains(&left_out), "{}", text.split_at(text.len() - 300).1);
    assert!(!written(markdown::write, &fixture()).contains("Not shown"));
    let mut bytes = Vec::new();
    markdown::write_within(markdown::SHORTEST, &hostile().report(), &mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(
        text.chars().count() <= markdown::SHORTEST && text.contains("Not shown: 1 error, 1 warning, 1 note, 2"),
        "{text}"
    );
}

#[test]
fn markdown_neither_links_nor_mentions_nor_formats() {
    let text = written(markdown::write, &hostile());
    // Outside of code, which GitHub leaves alone.
    let mut prose = String::new();
    let mut fence: Option<&str> = None;
    for line in text.split('\n') {
        let ticks = &line[..line.len() - line.trim_start_matches('`').len()];
        match fence {
            Some(open) if line == open => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None if line.starts_with('|') => {}
            None => prose.extend([line, "\n"]),
        }
    }
    assert_eq!(fence, None, "every block of code ends");
    let prose = prose.replace("\\<", "");
    for wrong in ["@team", "#1", "<script", "\u{202e}", "\u{1b}"] {
        assert!(!prose.contains(wrong), "{wrong:?}: {prose}");
    }
    // Within a line of HTML, GitHub reads no Markdown.
    for line in prose.split('\n').filter(|line| !line.starts_with("<details>")) {
        for wrong in ["[i]", "https:", " `f`", " | j"] {
            assert!(!line.replace("](https://github.com/", "").contains(wrong), "{wrong}: {line}");
        }
    }
    let tags = ["details", "/details", "summary", "/summary", "b", "/b", "code", "/code"];
    for rest in prose.split('<').skip(1) {
        let name = rest.split('>').next().unwrap();
        assert!(tags.contains(&name), "<{name}>");
    }
}
