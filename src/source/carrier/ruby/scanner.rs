//! Walks over Ruby: names, comments, texts between quotes, heredocs.

use super::super::mask::Text;
use crate::syntax::span::Span;

/// What begins at a place.
enum Here {
    /// No text.
    None,
    /// A text that is not known before the code runs, or not yet.
    Code,
    /// A text that is written out.
    Text(Text),
}

/// A text that begins on the next line: `<<~SQL`.
struct Heredoc<'a> {
    tag: &'a str,
    /// Whether `#{…}` in it is code.
    opens: bool,
}

/// A place in a text of Ruby.
pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    at: usize,
    /// Those that this line announced and nobody asked for.
    heredocs: Vec<Heredoc<'a>>,
}

impl<'a> Scanner<'a> {
    /// At the start of `text`.
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, bytes: text.as_bytes(), at: 0, heredocs: Vec::new() }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The place.
    pub(super) fn offset(&self) -> u32 {
        u32::try_from(self.at).unwrap_or(u32::MAX)
    }

    /// The next name, past texts and comments.
    pub(super) fn next_word(&mut self) -> Option<Span> {
        loop {
            match self.peek()? {
                b'#' => self.skip_line(),
                b'\n' => {
                    self.at += 1;
                    for heredoc in std::mem::take(&mut self.heredocs) {
                        self.heredoc(&heredoc);
                    }
                    if self.rest().starts_with(b"=begin") {
                        self.at += memchr::memmem::find(self.rest(), b"\n=end").unwrap_or(self.rest().len());
                    }
                }
                b'\'' | b'"' | b'`' | b'%' | b'<' => {
                    if matches!(self.text_here(), Here::None) {
                        self.at += 1;
                    }
                }
                byte if is_name(byte) => {
                    let start = self.offset();
                    while self.peek().is_some_and(is_name) {
                        self.at += 1;
                    }
                    if matches!(self.peek(), Some(b'!' | b'?')) {
                        self.at += 1;
                    }
                    return Some(Span::new(start, self.offset()));
                }
                _ => self.at += 1,
            }
        }
    }

    fn skip_line(&mut self) {
        self.at += memchr::memchr(b'\n', self.rest()).unwrap_or(self.rest().len());
    }

    /// How far a word is indented, if it is the first of its line.
    pub(super) fn indent(&self, word: Span) -> Option<usize> {
        let before = self.bytes.get(..word.start as usize)?;
        let indent = before.iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let edge = before.len().checked_sub(indent + 1).and_then(|at| before.get(at));
        matches!(edge, None | Some(b'\n')).then_some(indent)
    }

    /// How far the line of a word is indented.
    pub(super) fn indent_of_line(&self, word: Span) -> usize {
        let before = self.text.get(..word.start as usize).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.len() - line.trim_start_matches([' ', '\t']).len()
    }

    /// The block in brackets that begins after blanks: to the last bracket of its line, or else to the line that begins
    /// with one and is indented as far.
    pub(super) fn block(&self) -> Option<Span> {
        let rest = self.text.get(self.at..)?;
        let line = rest.split('\n').next().unwrap_or_default();
        let indent = self.indent_of_line(Span::new(self.offset(), self.offset()));
        let end = line.rfind('}').or_else(|| rest.find(&format!("\n{}}}", " ".repeat(indent))));
        Some(Span::new(self.offset(), self.offset() + u32::try_from(end.unwrap_or(rest.len())).ok()?))
    }

    /// Whether the code goes on like this.
    pub(super) fn follows(&self, words: &str) -> bool {
        let rest = self.rest();
        let blank = rest.iter().take_while(|byte| **byte == b' ').count();
        let rest = rest.get(blank..).unwrap_or_default();
        rest.starts_with(words.as_bytes()) && !rest.get(words.len()).is_some_and(|next| is_name(*next))
    }

    /// The text that a method is given; none where it is put together.
    pub(super) fn argument(&mut self) -> Option<Text> {
        self.skip_space();
        let bracket = self.peek() == Some(b'(');
        if bracket {
            self.at += 1;
            while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
                self.at += 1;
            }
        }
        let (text, whole) = if let Some(heredoc) = self.heredoc_here() {
            let after = self.at;
            self.skip_line();
            let tail = self.text.get(after..self.at).unwrap_or_default().trim();
            self.at = (self.at + 1).min(self.bytes.len());
            for earlier in std::mem::take(&mut self.heredocs) {
                self.heredoc(&earlier);
            }
            (self.heredoc(&heredoc), matches!(tail, "" | ")" | ".squish" | ".squish)" | ".strip" | ".strip)"))
        } else {
            let text = match self.text_here() {
                Here::Text(text) => Some(text),
                Here::Code | Here::None => None,
            };
            self.skip_space();
            (
                text,
                matches!(self.peek(), None | Some(b'\n' | b'\r' | b')' | b',' | b';' | b'#' | b'}'))
                    || self.follows("if")
                    || self.follows("unless"),
            )
        };
        text.filter(|_| whole)
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t')) {
            self.at += 1;
        }
    }

    /// The text that begins here.
    fn text_here(&mut self) -> Here {
        self.read_text().unwrap_or(Here::None)
    }

    fn read_text(&mut self) -> Option<Here> {
        match self.peek()? {
            quote @ (b'\'' | b'"' | b'`') => {
                self.at += 1;
                Some(self.quoted(quote, quote, quote != b'\'').map_or(Here::Code, Here::Text))
            }
            b'%' => {
                let (kind, open) = match self.bytes.get(self.at + 1..self.at + 3)? {
                    [kind @ (b'q' | b'Q'), open] => (Some(*kind), *open),
                    [open, _] => (None, *open),
                    _ => return None,
                };
                let close = match open {
                    b'(' => b')',
                    b'{' => b'}',
                    b'[' => b']',
                    b'<' => b'>',
                    b'|' | b'!' if kind.is_some() => open,
                    _ => return None,
                };
                self.at += if kind.is_some() { 3 } else { 2 };
                Some(self.quoted(open, close, kind != Some(b'q')).map_or(Here::Code, Here::Text))
            }
            b'<' => {
                let heredoc = self.heredoc_here()?;
                self.heredocs.push(heredoc);
                Some(Here::Code)
            }
            _ => None,
        }
    }

    /// The rest of a text that ends with `close`; where `open` is another character, they are counted.
    fn quoted(&mut self, open: u8, close: u8, code: bool) -> Option<Text> {
        let start = self.offset();
        let mut text = Text::default();
        let (mut known, mut depth) = (true, 0_usize);
        while let Some(byte) = self.peek() {
            match byte {
                b'\\' => {
                    let from = self.offset();
                    let shown = match self.bytes.get(self.at + 1) {
                        Some(b'n' | b'r') if code => "\n",
                        Some(b'\'') => "'",
                        Some(b'"') => "\"",
                        Some(b'\\') => "\\",
                        _ => "",
                    };
                    self.at = (self.at + 2).min(self.bytes.len());
                    // A character of several bytes may follow.
                    while !self.text.is_char_boundary(self.at) {
                        self.at += 1;
                    }
                    text.escapes.push((Span::new(from, self.offset()), shown));
                }
                b'#' if code && self.bytes.get(self.at + 1) == Some(&b'{') => {
                    known = false;
                    self.at += 2;
                }
                _ if byte == close && depth == 0 => {
                    text.span = Span::new(start, self.offset());
                    self.at += 1;
                    return known.then_some(text);
                }
                _ => {
                    if open != close && byte == open {
                        depth += 1;
                    } else if byte == close {
                        depth = depth.saturating_sub(1);
                    }
                    self.at += 1;
                }
            }
        }
        None
    }

    /// `<<~SQL`, `<<-'SQL'`, `<<SQL` at this place.
    fn heredoc_here(&mut self) -> Option<Heredoc<'a>> {
        let rest = self.text.get(self.at..)?.strip_prefix("<<")?;
        let rest = rest.strip_prefix(['~', '-']).unwrap_or(rest);
        let quote = rest.chars().next().filter(|first| matches!(first, '\'' | '"'));
        let body = quote.map_or(rest, |quote| rest.strip_prefix(quote).unwrap_or(rest));
        let length = body.bytes().take_while(|byte| is_name(*byte)).count();
        let tag = body.get(..length).filter(|tag| tag.starts_with(|first: char| first.is_ascii_uppercase()))?;
        let quotes = usize::from(quote.is_some());
        self.at = self.text.len() - body.len() + length + quotes;
        Some(Heredoc { tag, opens: quote != Some('\'') })
    }

    /// Reads the lines of a heredoc from here, and goes on behind its end.
    fn heredoc(&mut self, heredoc: &Heredoc<'_>) -> Option<Text> {
        let start = self.offset();
        let lines = self.text.get(self.at..)?.split_inclusive('\n');
        for line in lines {
            if line.trim() == heredoc.tag {
                let span = Span::new(start, self.offset());
                self.at += line.len();
                let code = heredoc.opens && span.of(self.text).contains("#{");
                return (!code).then_some(Text { span, escapes: Vec::new() });
            }
            self.at += line.len();
        }
        None
    }
}

fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || !byte.is_ascii()
}
