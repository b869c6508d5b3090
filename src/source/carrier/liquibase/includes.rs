//! Which files a changelog names, in its order.

use super::element::Element;
use super::{document, recognizes};

/// Something that a changelog names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::source) struct Include {
    /// The path as it is written, without `classpath:`.
    pub path: String,
    /// Whether it is seen from the changelog.
    pub relative: bool,
    /// Whether it is a folder of which all files are meant.
    pub all: bool,
    /// Whether a changeset runs it, so that it is no changelog itself.
    pub run: bool,
}

/// What the text of a file called `name` includes; none where it is no changelog.
pub(in crate::source) fn includes(name: &str, text: &str) -> Option<Vec<Include>> {
    if !recognizes(text) {
        return None;
    }
    let root = document(name, text).root;
    let mut found = Vec::new();
    for part in root.parts() {
        match part.name.as_str() {
            "include" => found.extend(include(part, "file", false)),
            "includeAll" => found.extend(include(part, "path", true)),
            "changeSet" => found.extend(
                part.all("sqlFile").filter_map(|file| Some(Include { run: true, ..include(file, "path", false)? })),
            ),
            _ => {}
        }
    }
    Some(found)
}

fn include(element: &Element, attribute: &str, all: bool) -> Option<Include> {
    let path = element.get(attribute)?;
    let path = path.strip_prefix("classpath*:").or(path.strip_prefix("classpath:")).unwrap_or(path);
    let path = path.replace('\\', "/").trim_start_matches('/').to_owned();
    Some(Include { path, relative: element.is("relativeToChangelogFile", "true"), all, run: false })
}
