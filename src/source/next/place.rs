//! Where new migrations go: the history they continue, and what lies there already.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Unwritable, Written};
use crate::source::migration::{Change, Migration};
use crate::source::order::is_release;
use crate::source::path::{file_name, shown};
use crate::source::text::decode;
use crate::source::{Request, Sources};

/// The largest file to add to.
const MAX_LENGTH: u64 = 4 << 20;

/// The history that new migrations continue.
pub(super) struct Place<'a> {
    /// What was loaded.
    request: &'a Request,
    /// Its tool.
    pub layout: &'static str,
    /// Its migrations that have a place in the order, in order. Never empty.
    pub peers: Vec<&'a Migration>,
    /// The last of them.
    pub last: &'a Migration,
}

impl<'a> Place<'a> {
    /// The history of `beside`.
    pub(super) fn of(request: &'a Request, sources: &'a Sources, beside: &'a Migration) -> Result<Self, Unwritable> {
        let release = release_root(&beside.path);
        let is_peer = |other: &&Migration| {
            let near = other.standing.home == beside.standing.home
                || (release.is_some() && release_root(&other.path) == release);
            near && other.standing.layout == beside.standing.layout
                && !other.standing.repeatable
                && other.standing.change != Change::Deleted
        };
        let peers: Vec<&Migration> = sources.migrations.iter().filter(is_peer).collect();
        let last = peers.last().copied();
        let in_file = |migration: &&Migration| migration.path.file_name().is_some_and(|name| name != "<stdin>");
        match last.filter(in_file) {
            Some(last) => Ok(Self { request, layout: beside.standing.layout, peers, last }),
            None => Err(Unwritable::new(
                format!("no numbered migration lies beside {}", beside.path.display()),
                "write the first one by hand: the next ones are named as it is",
            )),
        }
    }

    /// The absolute path of something that is shown.
    pub(super) fn absolute(&self, path: &Path) -> PathBuf {
        self.request.absolute(path)
    }

    /// An absolute path as it is shown.
    pub(super) fn shown(&self, path: &Path) -> String {
        shown(&self.request.directory, path).display().to_string()
    }

    /// Whether something is called so.
    pub(super) fn is_taken(&self, path: &Path) -> bool {
        // A link to nothing is something.
        let on_disk = !self.request.overlay_only && fs::symlink_metadata(path).is_ok();
        match self.request.overlay.get(path) {
            Some(text) => text.is_some(),
            None => on_disk || self.overlaid_below(path).next().is_some(),
        }
    }

    /// What a file says; none where there is none, or it is too long or a link.
    pub(super) fn read(&self, path: &Path) -> Option<String> {
        if let Some(overlaid) = self.request.overlay.get(path) {
            return overlaid.clone().map(decode);
        }
        let metadata = fs::symlink_metadata(path).ok().filter(|_| !self.request.overlay_only)?;
        let is_small = metadata.is_file() && metadata.len() <= MAX_LENGTH;
        is_small.then(|| fs::read(path).ok().map(decode))?
    }

    /// The names of what lies in a folder.
    pub(super) fn names_in(&self, folder: &Path) -> BTreeSet<String> {
        let overlaid = self.overlaid_below(folder).filter_map(|path| path.strip_prefix(folder).ok()?.iter().next());
        let mut names: BTreeSet<String> = overlaid.map(|name| name.to_string_lossy().into_owned()).collect();
        if !self.request.overlay_only {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            let gone = |path: &Path| self.request.overlay.get(path).is_some_and(Option::is_none);
            names.extend(entries.map(|entry| entry.path()).filter(|path| !gone(path)).map(|path| file_name(&path)));
        }
        names
    }

    fn overlaid_below<'b>(&'b self, folder: &'b Path) -> impl Iterator<Item = &'b Path> {
        let below =
            self.request.overlay.range(folder.to_owned()..).take_while(move |(path, _)| path.starts_with(folder));
        below.filter(|(_, text)| text.is_some()).map(|(path, _)| path.as_path())
    }

    /// Nothing is written through a link: it may lead out of the repository.
    pub(super) fn refuse_links(&self, files: &[Written]) -> Result<(), Unwritable> {
        let home = self.absolute(&self.last.path);
        for file in files {
            // Folders that both have in common were found without following a link.
            let steps = file.path.ancestors().take_while(|step| !home.starts_with(step));
            for step in steps {
                if fs::symlink_metadata(step).is_ok_and(|metadata| metadata.is_symlink()) {
                    return Err(Unwritable::new(
                        format!("{} is a link, and could lead anywhere", self.shown(step)),
                        "put the file or folder itself there",
                    ));
                }
            }
        }
        Ok(())
    }
}

/// The folder that holds the release folders of a file, if it lies in one.
fn release_root(path: &Path) -> Option<&Path> {
    let folder = path.parent().filter(|folder| is_release(&file_name(folder)))?;
    folder.ancestors().find(|folder| !is_release(&file_name(folder)))
}
