//! Text that may stand anywhere in an XML 1.0 document.

use super::text::symbol;

/// `text` for an attribute between double quotes, or between tags. White space survives; what XML cannot hold at all
/// (control characters, noncharacters) becomes a character that can be seen.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut hashes = 0;
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&apos;"),
            '\t' => escaped.push_str("&#9;"),
            '\n' => escaped.push_str("&#10;"),
            '\r' => escaped.push_str("&#13;"),
            // The runner of GitHub Actions would take `##[` for a command.
            '[' if hashes >= 2 => escaped.push_str("&#91;"),
            '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            c if c.is_control() => escaped.push(symbol(c)),
            c => escaped.push(c),
        }
        hashes = if c == '#' { hashes + 1 } else { 0 };
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_can_be_read() {
        let text: String = (0..=0x2_0000).filter_map(char::from_u32).collect();
        let document = format!("<a b=\"{0}\">{0}</a>", escaped(&text));
        let document = roxmltree::Document::parse(&document).unwrap();
        let read = document.root_element().attribute("b").unwrap();
        assert_eq!(read, document.root_element().text().unwrap());
        assert_eq!(read.chars().count(), text.chars().count());
        assert_eq!(escaped("a ##[b] ]]> 'c'"), "a ##&#91;b] ]]&gt; &apos;c&apos;");
    }
}
