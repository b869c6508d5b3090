//! Text from migrations in Markdown as GitHub draws it: nothing of it links, mentions, formats or opens anything.
//!
//! A zero-width space stands where an escape would not help, because hosts look at the text once it is drawn: after `@`,
//! `#` and `!`, which notify people, issues and merge requests; in addresses; and in what the log of GitHub Actions would
//! take for a command, should the report be printed there.

use crate::report::text::{one_line, several_lines};

const NOTHING: char = '\u{200b}';

/// Text between Markdown, on one line.
pub(in crate::report) fn inline(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::with_capacity(text.len());
    let mut before = ['\n'; 3];
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        let first = before[2] == '\n';
        let special = match c {
            // Only where a list, a table or an address begins.
            '-' | '+' | '=' => first,
            // `https://`, `:smile:`
            ':' => characters.peek().is_some_and(|next| !next.is_whitespace() && !next.is_ascii_digit()),
            '.' => first || before.iter().all(|&c| matches!(c, 'w' | 'W')) || before[2].is_ascii_digit(),
            ',' | ';' | '\'' | '"' | '(' | ')' | '/' | '%' | '?' => false,
            _ => c.is_ascii_punctuation(),
        };
        if special {
            escaped.push('\\');
        }
        escaped.push(c);
        if links(c, characters.peek()) {
            escaped.push(NOTHING);
        }
        before = [before[1], before[2], c];
    }
    escaped
}

/// Text between HTML, on one line.
pub(in crate::report) fn html(text: &str) -> String {
    let text = one_line(text);
    let mut escaped = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
        if links(c, characters.peek()) {
            escaped.push(NOTHING);
        }
    }
    escaped
}

/// Whether hosts make a link of what begins here: `@name`, `#1`, `!1`, `://`.
fn links(c: char, next: Option<&char>) -> bool {
    match c {
        '@' | '#' => true,
        '!' => next.is_some_and(char::is_ascii_digit),
        ':' => next == Some(&'/'),
        _ => false,
    }
}

/// Code in a cell of a table.
pub(in crate::report) fn code(text: &str) -> String {
    let text = uncommanded(&one_line(text)).replace('|', "\\|");
    if text.is_empty() {
        return text;
    }
    let fence = "`".repeat(longest_run(&text) + 1);
    // One space on either side belongs to the fence, and lets the text begin with a backtick or a space.
    let pad = if text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// A block of code.
pub(crate) fn block(language: &str, text: &str) -> String {
    let text = uncommanded(&several_lines(text));
    let lines = text.split('\n').map(|line| if commands(line) { format!("{NOTHING}{line}") } else { line.to_owned() });
    let text = lines.collect::<Vec<_>>().join("\n");
    let fence = "`".repeat((longest_run(&text) + 1).max(3));
    format!("{fence}{language}\n{text}\n{fence}\n")
}

/// Whether a line may be taken for a command: by the runner of GitHub Actions, or, like `/close`, by GitLab and by bots,
/// some of which look into blocks with long fences.
fn commands(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with("::") || line.strip_prefix('/').is_some_and(|rest| rest.starts_with(|c: char| c.is_alphabetic()))
}

/// Whether anything in `text` would have to be changed before it is shown.
pub(crate) fn carries_commands(text: &str) -> bool {
    text.contains("##[") || text.split('\n').any(commands)
}

fn uncommanded(text: &str) -> String {
    text.replace("##[", "##\u{200b}[")
}

fn longest_run(text: &str) -> usize {
    let (longest, _) = text.chars().fold((0, 0), |(longest, run), c| {
        let run = if c == '`' { run + 1 } else { 0 };
        (longest.max(run), run)
    });
    longest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_stays_prose() {
        assert_eq!(inline("set a = 'b' on users_email (x)"), "set a = 'b' on users\\_email (x)");
        assert_eq!(inline("`a` <b> [c](d) *e* | f"), "\\`a\\` \\<b\\> \\[c\\](d) \\*e\\* \\| f");
        assert_eq!(inline("@team #1 https://x www.x"), "\\@\u{200b}team \\#\u{200b}1 https\\:\u{200b}//x www\\.x");
        assert_eq!(inline("a.sql:6: why :smile: a::b"), "a.sql:6: why \\:smile: a\\:\\:b");
        assert_eq!(inline("- a\n\n1. b"), "\\- a 1\\. b");
        assert_eq!(html("<b>&amp;\n\n@a"), "&lt;b&gt;&amp;amp; @\u{200b}a");
    }

    #[test]
    fn code_ends_where_it_should() {
        assert_eq!(code("a`b``c|d"), "```a`b``c\\|d```");
        assert_eq!(code("`a"), "`` `a ``");
        assert_eq!(
            block("sql", "a\n```\n::error::b ##[c]"),
            "````sql\na\n```\n\u{200b}::error::b ##\u{200b}[c]\n````\n"
        );
    }
}
