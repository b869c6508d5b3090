//! Which files of a repository are running code: not migrations, not what others wrote, not what tools made, not prose.

/// Folders of code that others wrote, or that tools made.
const FOREIGN_FOLDERS: &[&str] = &[
    "__pycache__",
    "bower_components",
    "build",
    "coverage",
    "dist",
    "node_modules",
    "out",
    "site-packages",
    "target",
    "third_party",
    "vendor",
    "vendored",
];

/// Folders of migrations, in whatever language: they name what they change for ever.
const MIGRATION_FOLDERS: &[&str] =
    &["changelog", "changelogs", "migrate", "migration", "migrations", "schema_migrations"];

/// Endings of files that hold prose, pictures, data or what tools made.
const NO_CODE: &[&str] = &[
    ".adoc",
    ".avif",
    ".csv",
    ".eot",
    ".gif",
    ".gz",
    ".ico",
    ".ipynb",
    ".jar",
    ".jpeg",
    ".jpg",
    ".lock",
    ".map",
    ".markdown",
    ".md",
    ".min.css",
    ".min.js",
    ".mp4",
    ".otf",
    ".parquet",
    ".pdf",
    ".png",
    ".po",
    ".pot",
    ".rst",
    ".snap",
    ".sum",
    ".svg",
    ".tar",
    ".tsv",
    ".ttf",
    ".txt",
    ".webp",
    ".woff",
    ".woff2",
    ".zip",
];

/// Files of these names: made by tools, a copy of the schema as it is, or our own, which speak of it.
const MADE: &[&str] = &[
    ".switchbackignore",
    "cargo.lock",
    "changelog",
    "composer.lock",
    "gemfile.lock",
    "license",
    "package-lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "schema.rb",
    "structure.sql",
    "switchback.baseline.json",
    "switchback.stats.json",
    "switchback.toml",
    "yarn.lock",
];

/// A file that is larger holds data, or was made by a tool.
pub(super) const LARGEST: u64 = 4 << 20;

/// Whether `path`, from the root of the repository, may hold running code.
pub(super) fn is_code(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let mut parts = lower.rsplit('/');
    let name = parts.next().unwrap_or_default();
    let passed = |folder: &str| FOREIGN_FOLDERS.contains(&folder) || MIGRATION_FOLDERS.contains(&folder);
    !NO_CODE.iter().any(|ending| name.ends_with(ending)) && !MADE.contains(&name) && !parts.any(passed)
}

/// Whether the content is that of a program a person could read: text, and no dump of a schema.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(8_000)).unwrap_or_default();
    let dump = b"-- PostgreSQL database dump";
    !head.contains(&0)
        && !head.get(..head.len().min(200)).unwrap_or_default().windows(dump.len()).any(|found| found == dump)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_is_told_from_the_rest() {
        for path in ["app/models/user.rb", "src/main.rs", "queries/users.sql", "prisma/schema.prisma", "Makefile"] {
            assert!(is_code(path), "{path}");
        }
        for path in [
            "node_modules/x/index.js",
            "db/migrate/20200101_x.rb",
            "app/migrations/0001_initial.py",
            "README.md",
            "CHANGELOG",
            "web/app.min.js",
            "db/schema.rb",
            "assets/a.PNG",
            "go.sum",
            "third_party/a/b.c",
            "switchback.toml",
            "db/switchback.baseline.json",
            ".switchbackignore",
        ] {
            assert!(!is_code(path), "{path}");
        }
        assert!(is_text(b"SELECT 1") && !is_text(b"\x7fELF\0") && !is_text(b"--\n-- PostgreSQL database dump\n--"));
    }
}
