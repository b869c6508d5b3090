//! Changesets of Liquibase: in a file of their own that a changelog includes, or at the end of the changelog.

mod changeset;

use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use super::name::{Case, Name};
use super::names::{self, Names};
use super::place::Place;
use super::{Draft, Next, Unwritable, Written};
use crate::date::Moment;
use crate::source::carrier::{self, Include};
use crate::source::layout::markers;
use crate::source::migration::Migration;
use crate::source::path::{absolute, file_name};
use changeset::{changesets, formatted, identifiers, xml, yaml};

/// How many folders above the last file are searched for the changelog that includes it.
const LEVELS: usize = 6;

/// Changesets after all that there are.
pub(super) fn files(place: &Place<'_>, drafts: &[Draft], now: Moment) -> Result<Next, Unwritable> {
    let newest = || place.peers.iter().rev().map(|peer| (peer, place.absolute(&peer.path)));
    if let Some((last, master)) = newest().find_map(|(_, path)| Some((path.clone(), master(place, &path)?))) {
        return if master.include.all {
            numbered(place, &last, drafts, now)
        } else {
            included(place, &last, &master, drafts, now)
        };
    }
    let is_changelog = |peer: &Migration| peer.is_foreign() || markers::find(&peer.text).is_some();
    match newest().find(|(peer, _)| is_changelog(peer)) {
        Some((_, last)) => appended(place, &last, drafts),
        None => Err(by_hand(place, &place.absolute(&place.last.path))),
    }
}

/// A changelog that includes the last file.
struct Master {
    path: PathBuf,
    text: String,
    include: Include,
}

/// The nearest changelog that includes `last`.
fn master(place: &Place<'_>, last: &Path) -> Option<Master> {
    last.ancestors().skip(1).take(LEVELS).find_map(|folder| {
        let changelogs = place.names_in(folder).into_iter().map(|name| folder.join(name));
        changelogs.filter(|path| path != last && carrier::may_include(path)).find_map(|path| {
            let text = place.read(&path)?;
            let includes = carrier::includes(&file_name(&path), &text)?;
            let include = includes.into_iter().rev().find(|include| !include.run && leads_to(&path, include, last))?;
            Some(Master { path, text, include })
        })
    })
}

/// Whether an include means `last`: seen from the changelog where it says so, else from any folder above it.
fn leads_to(changelog: &Path, include: &Include, last: &Path) -> bool {
    let folder = changelog.parent().unwrap_or(changelog);
    let levels = if include.relative { 1 } else { usize::MAX };
    folder.ancestors().take(levels).any(|from| {
        let path = absolute(from, Path::new(&include.path));
        if include.all { last.starts_with(&path) } else { path == last }
    })
}

/// Files that their changelog includes by folder, in the order of their names.
fn numbered(place: &Place<'_>, last: &Path, drafts: &[Draft], now: Moment) -> Result<Next, Unwritable> {
    if Name::read(&file_name(last), false).is_none() {
        return Err(names::unnumbered(place));
    }
    let mut names = Names::of(place)?;
    let mut next = Next::default();
    for draft in drafts {
        let path = names.after(draft, now)?.up.with_extension("sql");
        next.files.push(Written::new(path, formatted(draft, &[])));
    }
    Ok(next)
}

/// Files that their changelog includes by name, after the last one.
fn included(
    place: &Place<'_>,
    last: &Path,
    master: &Master,
    drafts: &[Draft],
    now: Moment,
) -> Result<Next, Unwritable> {
    let mut next = Next::default();
    let mut text = master.text.clone();
    let mut before = master.include.path.clone();
    let name = file_name(last);
    let mut names = if Name::read(&name, false).is_some() { Some(Names::of(place)?) } else { None };
    for draft in drafts {
        let file = match &mut names {
            Some(names) => Some(file_name(&names.after(draft, now)?.up.with_extension("sql"))),
            None => unnumbered(place, last, &draft.name, &next.files),
        };
        let file = file.ok_or_else(|| by_hand(place, &master.path))?;
        let path = match before.rsplit_once('/') {
            Some((folder, _)) => format!("{folder}/{file}"),
            None => file.clone(),
        };
        text = with_include(&text, &before, &path).ok_or_else(|| by_hand(place, &master.path))?;
        before = path;
        next.files.push(Written::new(last.with_file_name(file), formatted(draft, &[])));
    }
    next.files.push(Written { path: master.path.clone(), before: Some(master.text.clone()), text });
    Ok(next)
}

/// A name beside `last` that nothing has, without a number as the others.
fn unnumbered(place: &Place<'_>, last: &Path, words: &str, files: &[Written]) -> Option<String> {
    let numbered = (2..1000).map(|number| format!("{words} {number}"));
    let names = std::iter::once(words.to_owned()).chain(numbered).map(|words| Case::Snake.join(&words) + ".sql");
    let is_new = |name: &String| files.iter().all(|file| file_name(&file.path) != *name);
    names.filter(is_new).find(|name| !place.is_taken(&last.with_file_name(name)))
}

fn by_hand(place: &Place<'_>, changelog: &Path) -> Unwritable {
    Unwritable::new(
        format!("{} is not written in a way that we could add to", place.shown(changelog)),
        "write the changeset by hand",
    )
}

/// A changelog with one more include: that of `last`, for another path, right after it.
fn with_include(text: &str, last: &str, path: &str) -> Option<String> {
    let at = text.rfind(last)?;
    let xml = text.trim_start_matches('\u{FEFF}').trim_start().starts_with('<');
    let (start, end) = if xml { element(text, at)? } else { item(text, at)? };
    let include = text.get(start..end)?.replace(last, path);
    let line = text.get(..start)?.rfind('\n').map_or(0, |at| at + 1);
    let indent = text.get(line..start).filter(|indent| indent.trim().is_empty()).unwrap_or_default();
    let (before, after) = text.split_at_checked(end)?;
    Some(format!("{before}\n{indent}{include}{after}"))
}

/// The element of XML around an offset in its attributes.
fn element(text: &str, at: usize) -> Option<(usize, usize)> {
    let start = text.get(..at)?.rfind('<')?;
    let opened = at + text.get(at..)?.find('>')? + 1;
    if text.get(..opened)?.ends_with("/>") {
        return Some((start, opened));
    }
    let close = "</include>";
    Some((start, opened + text.get(opened..)?.find(close)? + close.len()))
}

/// The item of a list in YAML that holds an offset: from its dash to the last line that is indented more.
fn item(text: &str, at: usize) -> Option<(usize, usize)> {
    let head = text.get(..at)?;
    let is_include =
        |line: &str| line.trim_start().strip_prefix('-').is_some_and(|item| item.trim_start().starts_with("include"));
    let mut end = head.rfind('\n').map_or(0, |at| at + 1);
    let mut start = end;
    while !is_include(text.get(start..)?.split('\n').next()?) {
        end = start.checked_sub(1)?;
        start = text.get(..end)?.rfind('\n').map_or(0, |at| at + 1);
    }
    let line = text.get(start..)?;
    let indent = line.len() - line.trim_start().len();
    let mut end = start;
    for (number, line) in text.get(start..)?.split_inclusive('\n').enumerate() {
        let deeper = line.len() - line.trim_start().len() > indent;
        if number > 0 && (!deeper || line.trim().is_empty()) {
            break;
        }
        end += line.len();
    }
    let end = start + text.get(start..end)?.trim_end().len();
    Some((start + indent, end))
}

/// Changesets at the end of the only changelog.
fn appended(place: &Place<'_>, last: &Path, drafts: &[Draft]) -> Result<Next, Unwritable> {
    let before = place.read(last).ok_or_else(|| by_hand(place, last))?;
    let extension = last.extension().map(OsStr::to_ascii_lowercase);
    let mut text = before.clone();
    for draft in drafts {
        let extended = match extension.as_deref().and_then(|extension| extension.to_str()) {
            Some("sql") => Some(format!("{}\n\n{}", text.trim_end(), changesets(draft, &identifiers(&text)))),
            Some("xml") => xml(&text, draft),
            Some("yaml" | "yml") => yaml(&text, draft),
            _ => None,
        };
        text = extended.ok_or_else(|| by_hand(place, last))?;
    }
    Ok(Next { files: vec![Written { path: last.to_owned(), before: Some(before), text }], notes: Vec::new() })
}
