//! Reads a file of statistics: the JSON that `switchback stats pull` writes, or the CSV that the query gives.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use miette::{NamedSource, SourceOffset, SourceSpan};

use super::Stats;
use super::document;
use super::facts::{Facts, FactsError};

/// A file that is larger holds something else: a table takes half a kilobyte.
const LARGEST: u64 = 256 << 20;

/// Why statistics cannot be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
#[error("{message}")]
pub struct StatsError {
    /// The file.
    pub path: PathBuf,
    /// Its text.
    #[source_code]
    pub text: Arc<NamedSource<String>>,
    /// The place at fault, where there is one.
    #[label]
    pub span: Option<SourceSpan>,
    /// What is wrong: lower case, no full stop. Names the file.
    pub message: String,
    /// What to do.
    #[help]
    pub help: Option<String>,
}

/// Reads the file at `path`, JSON or CSV by what it begins with.
pub fn read(path: &Path) -> Result<Stats, StatsError> {
    let help =
        || Some("`switchback stats pull` writes one; `switchback stats query` prints the query for a CSV".to_owned());
    let fail = |message: String, text: &str, span: Option<SourceSpan>| StatsError {
        path: path.to_owned(),
        text: Arc::new(NamedSource::new(path.to_string_lossy(), text.to_owned())),
        span,
        message: format!("{}: {message}", path.display()),
        help: help(),
    };
    let size = fs::metadata(path).map_err(|error| fail(format!("cannot be read: {error}"), "", None))?.len();
    if size > LARGEST {
        return Err(fail("is too large to hold statistics of tables".to_owned(), "", None));
    }
    let bytes = fs::read(path).map_err(|error| fail(format!("cannot be read: {error}"), "", None))?;
    let text = String::from_utf8(bytes).map_err(|_| fail("is not UTF-8".to_owned(), "", None))?;
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        return match document::from_json(text) {
            Ok(stats) => stats.map_err(|message| fail(message, text, None)),
            Err(error) => {
                let message = error.to_string();
                // The place is shown; the library says it again.
                let message = message.rsplit_once(" at line ").map_or(message.as_str(), |(message, _)| message);
                let offset = SourceOffset::from_location(text, error.line(), error.column());
                Err(fail(message.to_owned(), text, Some(SourceSpan::new(offset, 0))))
            }
        };
    }
    Facts::from_csv(text).and_then(Facts::into_stats).map_err(|FactsError { message, line }| {
        let line = line.and_then(|line| usize::try_from(line).ok());
        let span = line.map(|line| SourceSpan::new(SourceOffset::from_location(text, line, 1), 0));
        fail(message, text, span)
    })
}
