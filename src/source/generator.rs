//! Migrations in Python, whose SQL a command of the project makes: Alembic and Django. The command is run only where the
//! user asks for it: a configuration may come from a stranger.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::str;

use super::SourceError;
use super::path::{components, file_name, shown};

/// The ending of their files.
pub(super) const EXTENSION: &str = "py";

/// How migrations in code become SQL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Generator {
    /// The program and its arguments, with `{name}` and the like.
    pub command: Vec<String>,
    /// Where it runs, absolute.
    pub directory: PathBuf,
    /// The user asks for it.
    pub run: bool,
}

/// What a migration in Python says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Revision {
    /// Alembic's name of it.
    pub name: String,
    /// The ones it comes after.
    pub after: Vec<String>,
}

/// Whether a file is Python that may be a migration.
pub(super) fn is_python(path: &Path) -> bool {
    let name = file_name(path);
    path.extension().is_some_and(|extension| extension == EXTENSION) && !name.starts_with("__")
}

/// Whether a text is a migration of Django or Alembic.
pub(super) fn is_migration(text: &str) -> bool {
    text.contains("(migrations.Migration)") || (text.contains("def upgrade(") && revision(text).is_some())
}

/// What Alembic's variables say: `revision = "ab12"`, `down_revision: str | None = ("cd34", "ef56")`.
pub(super) fn revision(text: &str) -> Option<Revision> {
    let name = assigned(text, "revision")?.into_iter().next()?;
    Some(Revision { name, after: assigned(text, "down_revision").unwrap_or_default() })
}

/// The texts that a variable is set to at the start of a line.
fn assigned(text: &str, variable: &str) -> Option<Vec<String>> {
    text.split(['\n', '\r']).find_map(|line| {
        let rest = line.strip_prefix(variable)?;
        let (kind, value) = rest.split_once('=')?;
        let is_variable = kind.trim().is_empty() || kind.trim_start().starts_with(':');
        let quoted = value.split(['"', '\'']).skip(1).step_by(2).map(str::to_owned);
        is_variable.then(|| quoted.collect())
    })
}

impl Generator {
    /// The SQL of the migration at `path` (absolute), whose file says `text`.
    pub(super) fn sql(&self, path: &Path, text: &str) -> Result<String, SourceError> {
        let words: Vec<String> = self.command.iter().map(|word| filled(word, path, text)).collect();
        let fail = |reason: String| SourceError::Generator {
            path: shown(&self.directory, path),
            command: words.join(" "),
            reason,
        };
        let (program, arguments) = words.split_first().ok_or_else(|| fail("it is empty".to_owned()))?;
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.directory).stdin(Stdio::null());
        let output = command.output().map_err(|error| fail(error.to_string()))?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            let last = said.split(['\n', '\r']).rfind(|line| !line.trim().is_empty()).unwrap_or("it says nothing");
            return Err(fail(format!("{}: {}", output.status, last.trim())));
        }
        String::from_utf8(output.stdout).map_err(|_| fail("what it prints is not UTF-8".to_owned()))
    }
}

/// A word of the command with what the migration is called.
fn filled(word: &str, path: &Path, text: &str) -> String {
    let folders = components(path.parent().unwrap_or(path));
    let app = folders.iter().rev().nth(1).cloned().unwrap_or_default();
    let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let Revision { name: revision, after } = revision(text).unwrap_or_default();
    let before = after.first().cloned().unwrap_or_else(|| "base".to_owned());
    [
        ("{app}", app),
        ("{name}", name),
        ("{file}", path.to_string_lossy().into_owned()),
        ("{revision}", revision),
        ("{down_revision}", before),
    ]
    .into_iter()
    .fold(word.to_owned(), |word, (placeholder, value)| word.replace(placeholder, &value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALEMBIC: &str = "\"\"\"x\n\nRevision ID: ab12\n\"\"\"\nrevision: str = \"ab12\"\ndown_revision = ('cd34', \"ef56\")\n\ndef upgrade():\n";

    #[test]
    fn revisions_are_read() {
        let found = revision(ALEMBIC).unwrap();
        assert_eq!(
            (found.name.as_str(), found.after.as_slice()),
            ("ab12", &["cd34".to_owned(), "ef56".to_owned()][..])
        );
        assert!(is_migration(ALEMBIC) && !is_migration("def upgrade():\n    pass\n"));
        assert_eq!(revision("revision = 'a'\ndown_revision = None\n").unwrap().after, Vec::<String>::new());
        assert_eq!(revision("revisions = 'a'\n"), None);
    }

    #[test]
    fn the_command_names_the_migration() {
        let path = Path::new("/app/shop/migrations/0002_index.py");
        assert_eq!(filled("{app}.{name}", path, ""), "shop.0002_index");
        assert_eq!(filled("{down_revision}:{revision}", path, ALEMBIC), "cd34:ab12");
        assert_eq!(filled("{down_revision}", path, "revision = 'a'\n"), "base");
    }
}
