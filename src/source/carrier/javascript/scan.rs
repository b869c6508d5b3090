//! Reads so much of JavaScript as finds calls and the texts given to them: comments, texts, templates, brackets.

use super::super::mask::Text;
use crate::syntax::span::Span;

/// A call of one of the methods that take SQL.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Call {
    /// From the method's name to the bracket.
    pub span: Span,
    /// The SQL, where it is written out.
    pub sql: Option<Text>,
}

/// The calls of `methods` in a text, in order: `knex.raw(…)`; and templates behind `tag` that are executed:
/// `` sql`…`.execute(db) ``.
pub(super) fn calls(text: &str, methods: &[&str], tag: Option<&str>) -> Vec<Call> {
    let mut found = Vec::new();
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    while let Some(word) = scanner.next_word() {
        let name = word.of(text);
        if tag == Some(name) {
            scanner.skip_generic();
            if scanner.peek() == Some(b'`') {
                let sql = scanner.text();
                let span = Span::new(word.start, scanner.offset());
                // What is not executed by itself is a part of something else.
                if scanner.executes() {
                    found.push(Call { span, sql });
                }
            }
            continue;
        }
        if !methods.contains(&name) || scanner.before(word) != Some(b'.') {
            continue;
        }
        scanner.skip_blank();
        scanner.skip_generic();
        if scanner.peek() != Some(b'(') {
            continue;
        }
        scanner.at += 1;
        let sql = scanner.argument();
        found.push(Call { span: Span::new(word.start, scanner.offset()), sql });
    }
    found
}

/// Where a function of this name begins: `async down(`, `exports.down =`, `down: async`, `const down =`.
pub(super) fn function(text: &str, name: &str) -> Option<usize> {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    while let Some(word) = scanner.next_word() {
        if text.get(word.start as usize..word.end as usize) != Some(name) {
            continue;
        }
        let before = scanner.before(word);
        scanner.skip_blank();
        let declared = match scanner.peek() {
            Some(b'=' | b':') => true,
            // A call of a method is none.
            Some(b'(') => before != Some(b'.'),
            _ => false,
        };
        if declared {
            return Some(word.start as usize);
        }
    }
    None
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn offset(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    /// The byte before a word, past blanks.
    fn before(&self, word: Span) -> Option<u8> {
        let before = self.bytes.get(..word.start as usize)?;
        before.iter().rev().copied().find(|byte| !byte.is_ascii_whitespace())
    }

    /// The next name, past texts and comments.
    fn next_word(&mut self) -> Option<Span> {
        loop {
            match self.peek()? {
                b'\'' | b'"' | b'`' => {
                    self.text();
                }
                b'/' if matches!(self.bytes.get(self.at + 1), Some(b'/' | b'*')) => self.skip_blank(),
                byte if is_name(byte) => {
                    let start = self.offset();
                    while self.peek().is_some_and(is_name) {
                        self.at += 1;
                    }
                    return Some(Span::new(start, self.offset()));
                }
                _ => self.at += 1,
            }
        }
    }

    /// White space and comments.
    fn skip_blank(&mut self) {
        while let Some(byte) = self.peek() {
            let rest = self.bytes.get(self.at..).unwrap_or_default();
            if byte.is_ascii_whitespace() {
                self.at += 1;
            } else if rest.starts_with(b"//") {
                self.at += memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
            } else if rest.starts_with(b"/*") {
                self.at += memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2);
            } else {
                return;
            }
        }
    }

    /// The first argument of a call, where it is a text, or texts that are added to each other; none where the rest is
    /// only known when the code runs.
    fn argument(&mut self) -> Option<Text> {
        self.skip_blank();
        if self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(b"sql`") || rest.starts_with(b"SQL`")) {
            self.at += 3;
        }
        let mut whole = self.text();
        self.skip_blank();
        while self.peek() == Some(b'+') {
            self.at += 1;
            self.skip_blank();
            let next = self.text();
            whole = whole.zip(next).map(|(mut whole, next)| {
                // Between the quotes stands nothing that belongs to the SQL.
                whole.escapes.push((Span::new(whole.span.end, next.span.start), ""));
                whole.escapes.extend(next.escapes);
                whole.span = whole.span.to(next.span);
                whole
            });
            self.skip_blank();
            if whole.is_none() {
                break;
            }
        }
        whole.filter(|_| matches!(self.peek(), Some(b')' | b',')))
    }

    /// Whether `.execute(` follows.
    fn executes(&mut self) -> bool {
        self.skip_blank();
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Some(method) = rest.strip_prefix(b".") else { return false };
        method.trim_ascii_start().starts_with(b"execute")
    }

    /// `<…>` between a method and its bracket, or a tag and its template.
    fn skip_generic(&mut self) {
        if self.peek() != Some(b'<') {
            return;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let end = rest.iter().take(200).position(|byte| matches!(byte, b'(' | b'`'));
        if let Some(end) = end {
            self.at += end;
        }
    }

    /// The text that begins here, if one does; none where it holds an expression.
    fn text(&mut self) -> Option<Text> {
        let quote = self.peek().filter(|byte| matches!(byte, b'\'' | b'"' | b'`'))?;
        self.at += 1;
        let start = self.offset();
        let mut text = Text::default();
        let mut known = true;
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => {
                    let from = self.offset();
                    let shown = match self.bytes.get(self.at + 1) {
                        Some(b'n' | b'r') => "\n",
                        Some(b'\'') => "'",
                        Some(b'"') => "\"",
                        Some(b'`') => "`",
                        Some(b'\\') => "\\",
                        Some(b'$') => "$",
                        _ => "",
                    };
                    self.at = (self.at + 2).min(self.bytes.len());
                    text.escapes.push((Span::new(from, self.offset()), shown));
                }
                b'$' if quote == b'`' && self.bytes.get(self.at + 1) == Some(&b'{') => {
                    known = false;
                    self.expression();
                }
                _ if byte == quote => {
                    text.span = Span::new(start, self.offset());
                    self.at += 1;
                    return known.then_some(text);
                }
                // Only templates go on over lines.
                b'\n' | b'\r' if quote != b'`' => return None,
                _ => self.at += 1,
            }
        }
        None
    }

    /// `${…}`, with the brackets in it; texts in it that hold brackets are rare, and make the text one that is not known.
    fn expression(&mut self) {
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            self.at += 1;
            match byte {
                b'{' => depth += 1,
                b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return;
                    }
                }
                _ => {}
            }
        }
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || !byte.is_ascii()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sql(text: &str) -> Vec<Option<&str>> {
        calls(text, &["raw"], Some("sql")).into_iter().map(|call| call.sql.map(|sql| sql.span.of(text))).collect()
    }

    #[test]
    fn texts_that_are_written_out_are_found() {
        assert_eq!(sql("await knex.raw(`SELECT 1`); knex . raw ( 'b' , [] )"), [Some("SELECT 1"), Some("b")]);
        assert_eq!(sql("// knex.raw('a')\n/* knex.raw('b') */ knex.raw<{a: 1}>(\n// c\n\"d\")"), [Some("d")]);
        assert_eq!(sql("raw('a'); x.rawer('b'); 'x.raw(`c`)'"), []);
    }

    #[test]
    fn texts_that_are_put_together_are_not_known() {
        assert_eq!(sql("k.raw(`a ${b({})}`); k.raw('a' + b); k.raw(c); k.raw('d')"), [None, None, None, Some("d")]);
    }

    #[test]
    fn texts_that_are_added_are_one() {
        assert_eq!(sql("k.raw('a ' +\n  \"b\")"), [Some("a ' +\n  \"b")]);
    }

    #[test]
    fn templates_that_are_executed_are_found() {
        assert_eq!(sql("await sql`a`.execute(db); x(sql`b`); sql<{}>`c ${d}`.execute(db)"), [Some("a"), None]);
    }

    #[test]
    fn functions_are_found() {
        assert_eq!(function("x.down(); exports.down = f", "down"), Some(18));
        assert_eq!(function("'down('; async down(q) {}", "down"), Some(15));
        assert_eq!(function("// down(", "down"), None);
    }

    proptest! {
        #[test]
        fn any_text_is_read(text in "[a.raw(`'\"$\\{}/*\n)é]{0,60}") {
            for call in calls(&text, &["raw"], Some("sql")) {
                prop_assert!(call.span.end as usize <= text.len());
                if let Some(sql) = call.sql {
                    prop_assert!(text.get(sql.span.start as usize..sql.span.end as usize).is_some());
                }
            }
        }
    }
}
