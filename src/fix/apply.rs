//! Edits, applied to texts and files.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use super::Edit;

/// Why a file was left as it is.
#[derive(Debug, thiserror::Error)]
pub enum ApplyError {
    /// It is not what was checked: it changed meanwhile, or is no UTF-8.
    #[error("it does not say on disk what was checked")]
    Differs,
    /// What the system says.
    #[error("{0}")]
    System(#[from] io::Error),
}

/// `text` with `edits`, which are sorted and do not overlap. One that does is left out.
pub fn applied(text: &str, edits: &[Edit]) -> String {
    let added: usize = edits.iter().map(|edit| edit.text.len()).sum();
    let mut result = String::with_capacity(text.len() + added);
    let mut at = 0;
    for edit in edits {
        let (start, end) = (edit.span.start as usize, edit.span.end as usize);
        let Some(before) = text.get(at..start).filter(|_| text.get(start..end).is_some()) else { continue };
        result.push_str(before);
        result.push_str(&edit.text);
        at = end;
    }
    result.push_str(text.get(at..).unwrap_or_default());
    result
}

/// Applies `edits` to the file at `path`, which was checked as `text`.
pub fn to_file(path: &Path, text: &str, edits: &[Edit]) -> Result<(), ApplyError> {
    replace(path, text, &applied(text, edits))
}

/// Writes `after` to the file at `path`, if it still says `before`.
pub fn replace(path: &Path, before: &str, after: &str) -> Result<(), ApplyError> {
    if fs::read(path)? != before.as_bytes() {
        return Err(ApplyError::Differs);
    }
    Ok(fs::write(path, after)?)
}

/// Writes a file that must not be there yet.
pub fn create(path: &Path, text: &str) -> Result<(), ApplyError> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    Ok(file.write_all(text.as_bytes())?)
}

/// Removes the file at `path`, if it still says `before`.
pub fn remove(path: &Path, before: &str) -> Result<(), ApplyError> {
    if fs::read(path)? != before.as_bytes() {
        return Err(ApplyError::Differs);
    }
    Ok(fs::remove_file(path)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::syntax::span::Span;

    fn edit(start: u32, end: u32, text: &str) -> Edit {
        Edit { span: Span::new(start, end), text: text.to_owned() }
    }

    #[test]
    fn edits_are_applied_in_order() {
        assert_eq!(applied("one two", &[edit(0, 0, "a "), edit(4, 7, "2"), edit(7, 7, "!")]), "a one 2!");
        assert_eq!(applied("one", &[edit(1, 3, "x"), edit(2, 3, "y")]), "ox", "what overlaps is left out");
        assert_eq!(applied("é", &[edit(1, 2, "x"), edit(9, 9, "y")]), "é", "so is what lies nowhere");
    }
}
