//! What stands around a name in code: whether it stands alone, in quotes, after a word of SQL; and on which line.

/// Bytes of a line that are kept to be shown.
pub(super) const LONGEST_LINE: usize = 160;

/// Words after which a joined name goes on to be the same name: `getFullName`, `findByFullName`.
const ACCESSORS: &[&str] = &["and", "by", "for", "get", "has", "is", "of", "on", "or", "set", "where", "with"];

/// The same before a name with marks: `find_by_full_name`.
const ACCESSOR_PREFIXES: &[&str] = &[
    "exists_by_",
    "find_all_by_",
    "find_by_",
    "find_or_create_by_",
    "get_",
    "group_by_",
    "order_by_",
    "set_",
    "where_",
];

/// The name stands alone between `start` and `end`.
pub(super) fn is_whole(bytes: &[u8], start: usize, end: usize, joined: bool) -> bool {
    let before = start.checked_sub(1).and_then(|at| bytes.get(at)).copied();
    let after = bytes.get(end).copied();
    let after_next = bytes.get(end + 1).copied();
    if after.is_some_and(is_word) || (after == Some(b'-') && after_next.is_some_and(|byte| byte.is_ascii_alphabetic()))
    {
        return false;
    }
    match before {
        None => true,
        Some(b'-') => !start.checked_sub(2).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric),
        Some(byte) if !is_word(byte) => true,
        Some(b'_') => {
            let head = bytes.get(..start).unwrap_or_default();
            ACCESSOR_PREFIXES.iter().any(|prefix| {
                let rest = head.strip_suffix(prefix.as_bytes());
                rest.is_some_and(|rest| !rest.last().copied().is_some_and(is_word))
            })
        }
        Some(_) => joined && follows_accessor(bytes.get(..start).unwrap_or_default()),
    }
}

/// Whether the text ends with a word such as `get` or `By`.
fn follows_accessor(head: &[u8]) -> bool {
    let lower = head.iter().rev().take_while(|byte| byte.is_ascii_lowercase()).count();
    let start = head.len() - lower;
    let capital = start.checked_sub(1).and_then(|at| head.get(at)).is_some_and(u8::is_ascii_uppercase);
    let word = head.get(start - usize::from(capital)..).unwrap_or_default().to_ascii_lowercase();
    ACCESSORS.iter().any(|accessor| accessor.as_bytes() == word)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

pub(super) fn is_quoted(bytes: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|at| bytes.get(at));
    matches!(before, Some(b'"' | b'\'' | b'`' | b'[' | b':'))
}

pub(super) fn is_capital(bytes: &[u8], at: usize) -> bool {
    let second = bytes.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    second && bytes.get(at).is_some_and(u8::is_ascii_uppercase)
}

/// Whether a word that SQL puts before a table stands before the name, perhaps with a schema between.
pub(super) fn follows_sql(bytes: &[u8], at: usize) -> bool {
    let head = bytes.get(at.saturating_sub(60)..at).unwrap_or_default();
    let text = String::from_utf8_lossy(head).to_lowercase();
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).rev();
    let schema = text.ends_with('.');
    let last = if schema { words.nth(1) } else { words.next() };
    let only_blanks = schema || text.ends_with([' ', '\n', '\t', '\r']);
    only_blanks
        && last.is_some_and(|word| matches!(word, "from" | "join" | "into" | "update" | "table" | "only" | "using"))
}

/// Whether the words of a path hold `word`: `app/models/user.rb` holds `user`.
pub(super) fn has_word(path: &str, word: &str) -> bool {
    path.match_indices(word).any(|(start, found)| {
        let bytes = path.as_bytes();
        let letter = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphanumeric);
        !letter(start.checked_sub(1)) && !letter(Some(start + found.len()))
    })
}

/// Counts lines on the way through a file.
#[derive(Default)]
pub(super) struct Lines {
    at: usize,
    line: usize,
}

impl Lines {
    /// The line of `at`, from 1; `at` only grows.
    pub(super) fn line(&mut self, bytes: &[u8], at: usize) -> usize {
        let passed = bytes.get(self.at..at).unwrap_or_default();
        self.line += memchr::memchr_iter(b'\n', passed).count();
        self.at = self.at.max(at);
        self.line + 1
    }
}

pub(super) fn line_text(bytes: &[u8], at: usize) -> String {
    let head = bytes.get(..at).unwrap_or_default();
    let start = head
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |newline| newline + 1)
        .max(at.saturating_sub(LONGEST_LINE / 2));
    let rest = bytes.get(start..).unwrap_or_default();
    let end = rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len()).min(LONGEST_LINE);
    String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).trim().to_owned()
}
