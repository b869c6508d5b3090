//! Links of the pages lead somewhere: files are there, and headings are.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

use regex_lite::Regex;

use super::page::Page;
use crate::common;

#[test]
fn links_lead_somewhere() {
    let mut failures = String::new();
    let link = Regex::new(r"\]\(([^)\s]+)\)").unwrap();
    let mut headings: BTreeMap<PathBuf, BTreeSet<String>> = BTreeMap::new();
    let mut seen = 0;
    for page in documents() {
        for (line, text) in page.prose() {
            let text = without_code(text);
            for target in link.captures_iter(&text).map(|found| found[1].to_owned()) {
                if target.contains("://") {
                    continue;
                }
                seen += 1;
                let (file, anchor) = target.split_once('#').map_or((&*target, None), |(file, at)| (file, Some(at)));
                let folder = Path::new(&page.path).parent().unwrap();
                let path = if file.is_empty() { PathBuf::from(&page.path) } else { plain(&folder.join(file)) };
                if !common::root().join(&path).exists() {
                    writeln!(failures, "{}:{line}: {target}: there is no such file", page.path).unwrap();
                } else if let Some(anchor) = anchor {
                    let known = headings.entry(path.clone()).or_insert_with(|| anchors(&path));
                    if !known.contains(anchor) {
                        writeln!(failures, "{}:{line}: {target}: there is no such heading", page.path).unwrap();
                    }
                }
            }
        }
    }
    assert!(seen > 50, "{seen} links");
    assert!(failures.is_empty(), "\n{failures}");
}

/// Every document that people read on a forge.
fn documents() -> Vec<Page> {
    let folders = [".", "docs", "rules"].into_iter().flat_map(|folder| common::files_in(folder, "md"));
    folders
        .map(|path| {
            let path = path.strip_prefix(common::root()).unwrap();
            Page::read(&plain(path).to_string_lossy().replace('\\', "/"))
        })
        .collect()
}

/// The path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for component in path.components() {
        match component {
            Component::ParentDir => drop(plain.pop()),
            Component::CurDir => {}
            other => plain.push(other),
        }
    }
    plain
}

/// What stands between backquotes is no link.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// The headings of a document as GitHub names them: lower case, hyphens for blanks, no punctuation; the second of a name
/// ends with `-1`.
fn anchors(path: &Path) -> BTreeSet<String> {
    let page = Page::read(&path.to_string_lossy().replace('\\', "/"));
    let mut anchors = BTreeSet::new();
    for (_, line) in page.prose() {
        let Some(title) = line.strip_prefix('#').map(|rest| rest.trim_start_matches('#').trim()) else { continue };
        let kept = title.chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
        let name: String = kept.map(|c| if c == ' ' { '-' } else { c }).flat_map(char::to_lowercase).collect();
        let numbered = (0..).map(|number| if number == 0 { name.clone() } else { format!("{name}-{number}") });
        anchors.extend(numbered.into_iter().find(|name| !anchors.contains(name)));
    }
    anchors
}
