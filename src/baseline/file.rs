//! The baseline as a file.

use std::fmt::Write as _;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{NamedSource, SourceOffset, SourceSpan};
use serde::Deserialize;

use super::{Baseline, Entry};

/// Grows when a reader of the last version would break.
const VERSION: u32 = 1;

/// A file that is larger holds something else: an entry takes a quarter of a kilobyte.
const LARGEST: u64 = 256 << 20;

/// Why a baseline cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{}: {message}", path.display())]
pub struct BaselineError {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    #[source_code]
    pub text: Arc<NamedSource<String>>,
    /// The place at fault, where there is one.
    #[label]
    pub span: Option<SourceSpan>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: u32,
    findings: Vec<Entry>,
}

/// Reads the baseline at `path`.
pub fn read(path: &Path) -> Result<Baseline, BaselineError> {
    let size = fs::metadata(path).map_err(|error| unreadable(path, &error))?.len();
    if size > LARGEST {
        return Err(fail(path, "", None, "is too large to be a baseline".to_owned()));
    }
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| fail(path, "", None, "is not UTF-8".to_owned()))?;
    let document: Document = serde_json::from_str(&text).map_err(|error| {
        let message = error.to_string();
        // The place is shown; the library says it again.
        let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
        let offset = SourceOffset::from_location(&text, error.line(), error.column());
        fail(path, &text, Some(SourceSpan::new(offset, 0)), message.to_owned())
    })?;
    if document.version != VERSION {
        let message = format!("has version {}, and only version {VERSION} is known", document.version);
        return Err(fail(path, &text, None, message));
    }
    Ok(document.findings.into_iter().collect())
}

/// Writes the baseline to `path`.
pub fn write(path: &Path, baseline: &Baseline) -> Result<(), BaselineError> {
    let written = text(baseline).and_then(|text| fs::write(path, text));
    written.map_err(|error| fail(path, "", None, format!("cannot be written: {error}")))
}

/// One entry a line.
fn text(baseline: &Baseline) -> io::Result<String> {
    let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
    for (number, entry) in baseline.entries().enumerate() {
        let comma = if number == 0 { "" } else { "," };
        let _ = write!(text, "{comma}\n    {}", serde_json::to_string(entry)?);
    }
    text.push_str(if baseline.is_empty() { "]\n}\n" } else { "\n  ]\n}\n" });
    Ok(text)
}

fn unreadable(path: &Path, error: &io::Error) -> BaselineError {
    let help = Some("`switchback baseline write` writes one".to_owned());
    BaselineError { help, ..fail(path, "", None, format!("cannot be read: {error}")) }
}

fn fail(path: &Path, text: &str, span: Option<SourceSpan>, message: String) -> BaselineError {
    BaselineError {
        path: path.to_owned(),
        text: Arc::new(NamedSource::new(path.to_string_lossy(), text.to_owned())),
        span,
        message,
        help: Some("`switchback baseline write` writes it anew".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(path: &str, rule: &str, fingerprint: &str) -> Entry {
        Entry {
            path: path.to_owned(),
            rule: rule.to_owned(),
            fingerprint: fingerprint.to_owned(),
            statement: "DROP TABLE \"a\"".to_owned(),
        }
    }

    #[test]
    fn entries_stand_sorted_one_a_line() {
        let baseline: Baseline =
            [entry("b.sql", "x", "2"), entry("a.sql", "z", "3"), entry("a.sql", "y", "9")].into_iter().collect();
        let written = text(&baseline).unwrap();
        let expected = r#"{
  "version": 1,
  "findings": [
    {"path":"a.sql","rule":"y","fingerprint":"9","statement":"DROP TABLE \"a\""},
    {"path":"a.sql","rule":"z","fingerprint":"3","statement":"DROP TABLE \"a\""},
    {"path":"b.sql","rule":"x","fingerprint":"2","statement":"DROP TABLE \"a\""}
  ]
}
"#;
        assert_eq!(written, expected);
        assert_eq!(text(&Baseline::default()).unwrap(), "{\n  \"version\": 1,\n  \"findings\": []\n}\n");
    }
}
