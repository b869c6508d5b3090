//! The texts of comments: a marker by which they are found again, then Markdown.
//!
//! A marker is only looked for in the first line, and nothing from a migration comes before it.

use crate::report::markdown::card::Card;
use crate::report::markdown::text::{block, carries_commands};
use crate::report::suggestion::Suggestion;
use crate::report::text::percent_encoded;

/// Hexadecimal digits of a fingerprint that tell it from all others of a pull request.
const SHORT: usize = 12;

/// What a comment of ours is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marker {
    /// The summary.
    Summary,
    /// A finding, with its fingerprint.
    Finding(String),
    /// A review, with the short fingerprints of what it told in its body.
    Review(Vec<String>),
}

impl Marker {
    /// The marker of a comment, if it has one with this key.
    pub fn of(body: &str, key: &str) -> Option<Self> {
        let line = body.split(['\n', '\r']).next()?;
        let content = line.strip_prefix("<!-- switchback:")?.strip_suffix(" -->")?;
        let (kind, content) = content.split_once(" key=")?;
        let (found, content) = content.split_once(' ').unwrap_or((content, ""));
        if found != escaped(key) {
            return None;
        }
        match (kind, content.split_once('=')) {
            ("report:v1", None) => Some(Self::Summary),
            ("finding:v1", Some(("id", id))) if hexadecimal(id) => Some(Self::Finding(id.to_owned())),
            ("review:v1", Some(("told", list))) => {
                Some(Self::Review(list.split(',').filter(|id| hexadecimal(id)).map(str::to_owned).collect()))
            }
            _ => None,
        }
    }

    /// The first line of a comment.
    pub fn line(&self, key: &str) -> String {
        let key = escaped(key);
        match self {
            Self::Summary => format!("<!-- switchback:report:v1 key={key} -->\n"),
            Self::Finding(id) => format!("<!-- switchback:finding:v1 key={key} id={id} -->\n"),
            Self::Review(told) => format!("<!-- switchback:review:v1 key={key} told={} -->\n", told.join(",")),
        }
    }
}

/// The beginning of a fingerprint.
pub fn short(fingerprint: &str) -> String {
    fingerprint.chars().take(SHORT).collect()
}

/// A key in a marker: nothing that could end it.
fn escaped(key: &str) -> String {
    percent_encoded(key.as_bytes(), b"._/")
}

fn hexadecimal(text: &str) -> bool {
    (SHORT..=32).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How a code host writes an edit that can be applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// The lines of the comment are replaced.
    Github,
    /// The comment stands at the first line; how many follow is said.
    Gitlab,
}

/// The comment on a finding. The edit is for exactly the lines of the comment.
pub fn finding(key: &str, fingerprint: &str, card: &Card, edit: Option<&Suggestion>, dialect: Dialect) -> String {
    let edit = edit.and_then(|edit| offered(edit, dialect));
    let marker = Marker::Finding(fingerprint.to_owned()).line(key);
    // A blank line ends the HTML on every host.
    format!("{marker}\n{}", card.comment(edit.as_deref()))
}

/// The block of an edit. None where the text could not be shown as it is: it would not be what is applied.
fn offered(edit: &Suggestion, dialect: Dialect) -> Option<String> {
    let text = edit.text.replace("\r\n", "\n");
    if carries_commands(&text) {
        return None;
    }
    let language = match dialect {
        Dialect::Github => "suggestion".to_owned(),
        Dialect::Gitlab => format!("suggestion:-0+{}", edit.last - edit.first),
    };
    let written = block(&language, &text);
    // Trailing blanks would be lost, and control characters replaced.
    written.contains(&format!("\n{text}\n")).then_some(written)
}

/// The summary: figures, and every finding. `commit` is what was checked.
pub fn summary(key: &str, page: &str, commit: Option<&str>, clean: bool, claimed: bool) -> String {
    let mark = if clean { "✅ " } else { "" };
    let page = page.strip_prefix("### ").map_or_else(|| page.to_owned(), |rest| format!("### {mark}{rest}"));
    format!("{}\n{page}\n{}", Marker::Summary.line(key), footer(commit, claimed))
}

/// Where the findings are from.
fn footer(commit: Option<&str>, claimed: bool) -> String {
    let at = commit.map(|commit| format!(" at {}", short(commit))).unwrap_or_default();
    let by = if claimed { ", as the job of this pull request reports" } else { "" };
    format!("<sub>Checked{at}{by}.</sub>\n")
}

/// Characters that `summary` adds to its page.
pub const AROUND_SUMMARY: usize = 1_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_found_again() {
        let id = "0123456789abcdef0123456789abcdef".to_owned();
        for key in [".", "services/shop", "a -->b\n\"ü", ""] {
            for marker in [
                Marker::Summary,
                Marker::Finding(id.clone()),
                Marker::Review(Vec::new()),
                Marker::Review(vec![short(&id), short(&id)]),
            ] {
                let line = marker.line(key);
                assert_eq!(Marker::of(&format!("{line}text"), key), Some(marker), "{line}");
                assert_eq!(Marker::of(&format!("text\n{line}"), key), None);
                assert_eq!(Marker::of(&line, "other"), None);
                assert!(line.matches("-->").count() == 1 && line.ends_with("-->\n"), "{line}");
            }
        }
        assert_eq!(Marker::of("<!-- switchback:finding:v1 key=. id=<b> -->", "."), None);
        assert_eq!(Marker::of("<!-- switchback:report:v2 key=. -->", "."), None);
    }

    fn edit(text: &str) -> Option<String> {
        offered(&Suggestion { first: 3, last: 5, text: text.to_owned() }, Dialect::Gitlab)
    }

    #[test]
    fn edits_are_offered_as_they_would_be_applied() {
        assert_eq!(edit("a\r\n```\nb").unwrap(), "````suggestion:-0+2\na\n```\nb\n````\n");
        assert_eq!(edit("").unwrap(), "```suggestion:-0+2\n\n```\n");
        for text in ["a\n/close", "::error::x", "x ##[error]", "a\u{1b}", "a\u{0}", "a \nb", "a\rb"] {
            assert_eq!(edit(text), None, "{text:?}");
        }
    }
}
