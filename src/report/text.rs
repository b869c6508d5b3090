//! Text from migrations made fit to print. SQL is written by others: it must not move the cursor or forge lines.

use std::borrow::Cow;

/// `text` with every character that would steer a terminal replaced by one that can be seen. Tabs stay.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(steers) {
        Cow::Owned(text.chars().map(|c| if steers(c) { symbol(c) } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// `text` on one line, fit to print: runs of white space are one space.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    visible(&words.join(" ")).into_owned()
}

/// `text` line by line, fit to print: no line ends with white space, and so none with a carriage return.
pub(crate) fn several_lines(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(|line| visible(line.trim_end())).collect();
    lines.join("\n")
}

/// Bytes as a part of a URI (RFC 3986): letters, digits and `kept` as they are.
pub(crate) fn percent_encoded(bytes: &[u8], kept: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |nibble: u8| char::from(DIGITS[usize::from(nibble & 15)]);
    let mut encoded = String::new();
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte)]);
        }
    }
    encoded
}

fn steers(c: char) -> bool {
    match c {
        '\t' => false,
        // Marks and overrides of writing direction, line and paragraph separators, byte order marks.
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => true,
        _ => c.is_control(),
    }
}

/// The picture Unicode has for a control character, where it has one.
pub(super) fn symbol(c: char) -> char {
    match u32::from(c) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    }
    .unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_steers_the_terminal() {
        assert_eq!(visible("plain é 😀\t"), "plain é 😀\t");
        assert_eq!(visible("\u{1b}[2J\0\u{7f}\r\u{9b}\u{202e}"), "␛[2J␀␡␍\u{fffd}\u{fffd}");
        assert_eq!(several_lines("a \r\n\tb\rc\u{1b}"), "a\n\tb␍c␛");
        assert_eq!(one_line(" a\r\n\t b\u{2028}c\u{1b}[A "), "a b c␛[A");
    }
}
