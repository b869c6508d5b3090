//! The first words of every statement, as Flyway looks at them: enough SQL to skip comments and quotes, no more.

/// How many words to keep.
const WORDS: usize = 4;

/// The first words of each statement, in upper case with one space between them.
pub(in crate::source) fn beginnings(text: &str) -> impl Iterator<Item = String> {
    let mut rest = text;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (beginning, after) = statement(rest);
            rest = after;
            if !beginning.is_empty() {
                return Some(beginning);
            }
        }
        None
    })
}

/// The first words of the statement at the start of `text`, and what follows its `;`.
fn statement(text: &str) -> (String, &str) {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if first == ';' {
            rest = rest.get(1..).unwrap_or_default();
            break;
        }
        let length = element(rest, first);
        let (element, after) = rest.split_at(length);
        let is_word = first.is_alphanumeric() || first == '_' || (!first.is_whitespace() && !is_comment(element));
        if is_word && words.len() < WORDS {
            words.push(element.to_uppercase());
        }
        rest = after;
    }
    (words.join(" "), rest)
}

/// The length of the word, comment, quoted text or character at the start of `text`.
fn element(text: &str, first: char) -> usize {
    let to = |end: &str, from: usize| {
        text.get(from..).and_then(|rest| rest.find(end)).map_or(text.len(), |at| from + at + end.len())
    };
    if text.starts_with("--") {
        to("\n", 2)
    } else if text.starts_with("/*") {
        to("*/", 2)
    } else if first == '\'' || first == '"' {
        to(if first == '"' { "\"" } else { "'" }, 1)
    } else if let Some(tag) = dollar_tag(text) {
        to(tag, tag.len())
    } else if first.is_alphanumeric() || first == '_' {
        text.find(|character: char| !character.is_alphanumeric() && character != '_').unwrap_or(text.len())
    } else {
        first.len_utf8()
    }
}

fn is_comment(element: &str) -> bool {
    element.starts_with("--") || element.starts_with("/*") || element.starts_with('\u{FEFF}')
}

/// `$$` or `$tag$` at the start of `text`.
fn dollar_tag(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('$')?;
    let length = rest.find(|character: char| !character.is_alphanumeric() && character != '_')?;
    rest.get(length..)?.starts_with('$').then(|| text.get(..length + 2))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_quotes_hold_no_statements() {
        let text = "\u{FEFF}-- a; b\nCREATE /* ; */ INDEX concurrently i ON t (a) WHERE b = ';';\n;\n\
                    DO $x$ BEGIN; END; $x$; VACUUM \"a;b\"";
        let found: Vec<_> = beginnings(text).collect();
        assert_eq!(found, ["CREATE INDEX CONCURRENTLY I", "DO $X$ BEGIN; END; $X$", "VACUUM \"A;B\""]);
    }

    #[test]
    fn anything_ends() {
        for text in ["'", "\"", "/*", "--", "$a$", "$", "é;é", ""] {
            let _ = beginnings(text).count();
        }
    }
}
