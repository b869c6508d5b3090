//! Keeps the runner of GitHub Actions from obeying text. It takes commands out of anything a step prints, the SQL of a
//! stranger's pull request included: `::name::…` at the start of a line, and `##[name]…` anywhere in one.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, Write};

/// Writes a format for people: between these two lines the runner takes no commands.
pub(crate) fn stopped(
    actions: bool,
    out: &mut dyn Write,
    body: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if !actions {
        return body(out);
    }
    let token = unguessable();
    writeln!(out, "::stop-commands::{token}")?;
    body(out)?;
    writeln!(out, "::{token}::")
}

/// 32 hexadecimal digits. The keys of the standard library's hasher come from the operating system's randomness.
fn unguessable() -> String {
    let keys = RandomState::new();
    format!("{:016x}{:016x}", keys.hash_one(1), keys.hash_one(2))
}

/// Passes JSON on, with the bracket of every `##[` as an escape: the same string to who parses it, no command to who
/// does not. Outside of strings JSON has no `#`.
pub(crate) struct Json<'a> {
    out: &'a mut dyn Write,
    /// How many `#` were written last; two are as good as more.
    hashes: u8,
}

impl<'a> Json<'a> {
    pub(crate) fn new(out: &'a mut dyn Write) -> Self {
        Self { out, hashes: 0 }
    }
}

impl Write for Json<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut from = 0;
        for (at, &byte) in bytes.iter().enumerate() {
            if byte == b'[' && self.hashes == 2 {
                self.out.write_all(bytes.get(from..at).unwrap_or_default())?;
                self.out.write_all(b"\\u005b")?;
                from = at + 1;
            }
            self.hashes = if byte == b'#' { (self.hashes + 1).min(2) } else { 0 };
        }
        self.out.write_all(bytes.get(from..).unwrap_or_default())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_says_the_same_and_commands_nothing() {
        let mut bytes = Vec::new();
        let mut out = Json::new(&mut bytes);
        for part in ["[\"#", "#", "[error]x ###[y] #[z]\"", "]"] {
            out.write_all(part.as_bytes()).unwrap();
        }
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text, r###"["##\u005berror]x ###\u005by] #[z]"]"###);
        assert_eq!(serde_json::from_str::<Vec<String>>(&text).unwrap(), ["##[error]x ###[y] #[z]"]);
    }
}
