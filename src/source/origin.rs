//! Where a run stands in its repository: code hosts name files from the root, people from where they are.

use std::path::{Path, PathBuf};

use super::path::{absolute, shown};

/// Where a run stands. Without one, paths are what they are.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The working directory, absolute.
    directory: PathBuf,
    /// The top folder of the repository.
    root: PathBuf,
}

impl Origin {
    /// The place of `directory` (absolute). Outside of a repository it is its own root.
    pub fn of(directory: &Path) -> Self {
        let root = directory.ancestors().find(|folder| folder.join(".git").exists());
        Self { directory: directory.to_owned(), root: root.unwrap_or(directory).to_owned() }
    }

    /// A path as it is shown, seen from the root of the repository, with forward slashes. What lies outside stays
    /// absolute.
    pub fn rooted(&self, path: &Path) -> PathBuf {
        shown(&self.root, &absolute(&self.directory, path))
    }

    /// The absolute path of what is seen from the root like this.
    pub fn from_root(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// A path as people where the run stands see it.
    pub fn shown(&self, path: &Path) -> PathBuf {
        shown(&self.directory, &absolute(&self.directory, path))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_seen_from_the_root() {
        let origin = Origin { directory: "/work/app/services/shop".into(), root: "/work/app".into() };
        let seen = |path: &str| origin.rooted(Path::new(path));
        assert_eq!(seen("db/1.sql"), Path::new("services/shop/db/1.sql"));
        assert_eq!(seen("/work/app/db/1.sql"), Path::new("db/1.sql"), "above the working directory");
        assert_eq!(seen("/elsewhere/1.sql"), Path::new("/elsewhere/1.sql"));
        assert_eq!(Origin::default().rooted(Path::new("db/1.sql")), Path::new("db/1.sql"));
    }
}
