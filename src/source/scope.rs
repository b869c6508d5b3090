//! Which SQL files count as migrations: a repository also holds queries, seeds and examples, and a hook names them all.

use std::path::{Path, PathBuf};

use super::discover::{Found, FoundFile};
use super::home::Group;
use super::order::is_release;
use super::path::{components, shown};
use super::{Input, Reason, Request};

/// Words in the name of a folder that say what it holds.
const FOLDER_WORDS: &[&str] = &["changelog", "changelogs", "migrate", "migration", "migrations"];

/// Which of the files that are found count as migrations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// All of them: whoever names a file or folder knows what is in it.
    #[default]
    Everything,
    /// Those below these paths, absolute, all of which are one another's history.
    Within(Vec<PathBuf>),
    /// Those in folders that look like a history: laid out for a migration tool, called so, or with numbered files.
    Likely,
}

/// Whether nothing to check is no mistake: with a scope, a file may be named whatever it is.
pub(super) fn may_be_empty(request: &Request) -> bool {
    let is_file = |input: &Input| input.path(&request.directory).is_some_and(|path| !path.is_dir());
    request.scope != Scope::Everything && request.inputs.iter().any(is_file)
}

/// Leaves out what lies outside of a scope that names its paths.
pub(super) fn leave_out_outside(request: &Request, found: &mut Found) {
    let Scope::Within(paths) = &request.scope else { return };
    let inside = |file: &FoundFile| paths.iter().any(|path| file.path.starts_with(path));
    let (files, outside) = std::mem::take(&mut found.files).into_iter().partition::<Vec<_>, _>(inside);
    found.files = files;
    for file in outside {
        found.skipped.push((file.path, Reason::NotMigration));
    }
}

/// Takes the groups away that do not look like a history, where that is asked for, and gives their files.
pub(super) fn leave_out_unlike<'a>(request: &Request, groups: &mut Vec<Group<'a>>) -> Vec<&'a FoundFile> {
    if request.scope != Scope::Likely {
        return Vec::new();
    }
    let (likely, unlike) = std::mem::take(groups).into_iter().partition(|group| is_likely(request, group));
    *groups = likely;
    unlike.iter().flat_map(Group::files).collect()
}

fn is_likely(request: &Request, group: &Group<'_>) -> bool {
    let folder = shown(&request.directory, &group.home.directory);
    group.layout.name != "plain" || is_called_so(&folder) || is_numbered(group)
}

fn is_called_so(folder: &Path) -> bool {
    let words = |name: &String| {
        let mut words = name.split(['-', '_', '.', ' ']).map(str::to_ascii_lowercase);
        words.any(|word| FOLDER_WORDS.contains(&&*word))
    };
    components(folder).iter().any(words)
}

/// Whether most names begin with a number, as they have to for an order.
fn is_numbered(group: &Group<'_>) -> bool {
    let entries = &group.home.entries;
    let numbered = entries.iter().filter(|entry| is_release(&entry.name)).count();
    numbered * 2 > entries.len()
}
