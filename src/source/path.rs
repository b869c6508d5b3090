//! Paths without asking the disk: made absolute, compared, and shown.

use std::path::{Component, Path, PathBuf};

/// `path` seen from `directory`, with `.` and `..` resolved by their spelling.
pub(crate) fn absolute(directory: &Path, path: &Path) -> PathBuf {
    let mut absolute = PathBuf::new();
    for component in directory.join(path).components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                absolute.pop();
            }
            _ => absolute.push(component),
        }
    }
    absolute
}

/// An absolute path as it is shown: relative to `directory` where it lies inside, with forward slashes.
pub(super) fn shown(directory: &Path, absolute: &Path) -> PathBuf {
    let path = absolute.strip_prefix(directory).unwrap_or(absolute);
    if path.as_os_str().is_empty() {
        return PathBuf::from(".");
    }
    if std::path::MAIN_SEPARATOR == '/' {
        return path.to_owned();
    }
    PathBuf::from(path.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"))
}

/// The folders and the file name of a relative path, as text.
pub(super) fn components(relative: &Path) -> Vec<String> {
    relative.components().map(|component| component.as_os_str().to_string_lossy().into_owned()).collect()
}

/// The last component, as text.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_resolved_and_shown() {
        let directory = Path::new("/work/app");
        let check = |path: &str, expected: &str| {
            assert_eq!(shown(directory, &absolute(directory, Path::new(path))), Path::new(expected));
        };
        check("./db/../db/001.sql", "db/001.sql");
        check("/work/app/db/001.sql", "db/001.sql");
        check("../other/001.sql", "/work/other/001.sql");
        check(".", ".");
    }
}
