//! What `switchback init` writes: a configuration that fits the migrations that are there, and snippets that run the check.

pub mod snippet;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use crate::source::Sources;
use crate::source::migration::Migration;

/// Every setting, with places for what was found.
const TEMPLATE: &str = include_str!("init/switchback.toml");

/// The migrations of a project, as far as a configuration names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The folders that hold them, none inside another.
    pub folders: Vec<Folder>,
    /// Where reporting starts.
    pub start: Start,
}

/// A folder of migrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder, seen from the configuration file, with forward slashes.
    pub path: String,
    /// What it holds, in words: `12 migrations laid out as goose`.
    pub holds: String,
}

/// Where reporting starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// After the last migration that is released.
    After {
        /// Its version or name.
        version: String,
        /// The branch that has it, and all before it.
        branch: String,
    },
    /// There is more than one history, and no version of all of them.
    Several,
    /// Nothing tells what is released. The last migration, if there is any.
    Unknown(Option<String>),
}

/// What the default branch has.
#[derive(Clone, Debug)]
pub struct Released {
    /// The branch, as people call it.
    pub branch: String,
    /// Files that it does not have, absolute.
    pub new: BTreeSet<PathBuf>,
}

impl Project {
    /// Of `sources`, whose paths are seen from `directory` (absolute), where the configuration is to be.
    pub fn of(sources: &Sources, directory: &Path, released: Option<&Released>) -> Self {
        let mut holds: BTreeMap<&Path, Vec<String>> = BTreeMap::new();
        for found in &sources.layouts {
            let plural = if found.migrations == 1 { "" } else { "s" };
            let layout = match found.layout {
                "plain" => "in a plain folder".to_owned(),
                tool => format!("laid out as {tool}"),
            };
            let text = format!("{} migration{plural} {layout}", found.migrations);
            holds.entry(&found.folder).or_default().push(text);
        }
        let inside = |folder: &Path| folder.ancestors().skip(1).any(|above| holds.contains_key(above));
        let root = holds.contains_key(Path::new("."));
        let outermost = holds.iter().filter(|(folder, _)| !inside(folder) && (!root || **folder == Path::new(".")));
        let folder = |(path, texts): (&&Path, &Vec<String>)| Folder {
            path: path.to_string_lossy().into_owned(),
            holds: texts.join(", "),
        };
        Self { folders: outermost.map(folder).collect(), start: start(&sources.migrations, directory, released) }
    }

    /// The text of `switchback.toml`.
    pub fn configuration(&self) -> String {
        // In this order a name that looks like a place is never taken for one.
        TEMPLATE.replacen("{start}", &self.start(), 1).replacen("{paths}", &self.paths(), 1)
    }

    fn paths(&self) -> String {
        if self.folders.is_empty() {
            return "# Where migrations are. None were found.\n#paths = [\"db/migrations\"]".to_owned();
        }
        let mut text = "# Where migrations are.\npaths = [\n".to_owned();
        for folder in &self.folders {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "    {}, # {}", quoted(&folder.path), folder.holds);
        }
        text.push(']');
        text
    }

    fn start(&self) -> String {
        match &self.start {
            Start::After { version, branch } => format!(
                "# The last migration that {branch} has. It and those before it are released: they are replayed, and not\n\
                 # reported on.\n\
                 start-after = {}",
                quoted(version)
            ),
            Start::Several => "# There is more than one history here, so that no one version ends what is released. With `--base auto`,\n\
                 # only what is new is reported."
                .to_owned(),
            Start::Unknown(last) => format!(
                "# The last migration that is released: it and those before it are then replayed, and not reported on.\n\
                 #start-after = {}",
                quoted(last.as_deref().unwrap_or("20240101120000"))
            ),
        }
    }
}

/// The migrations that run once and in order end, as released, before the first that is new.
fn start(migrations: &[Migration], directory: &Path, released: Option<&Released>) -> Start {
    let homes: BTreeSet<usize> = migrations.iter().map(|migration| migration.standing.home).collect();
    let name = |migration: &Migration| migration.short_name().to_owned();
    let ordered = || migrations.iter().filter(|migration| !migration.standing.repeatable);
    let unknown = || Start::Unknown(ordered().next_back().map(name));
    match released {
        _ if homes.len() > 1 => Start::Several,
        None => unknown(),
        Some(Released { branch, new }) => {
            let has = |migration: &&Migration| !new.contains(&directory.join(&migration.path));
            let last = ordered().take_while(has).last();
            last.map_or_else(unknown, |last| Start::After { version: name(last), branch: branch.clone() })
        }
    }
}

/// A string of TOML, whatever is in it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::shown::{self, Origin};
    use crate::{config, spec};

    fn project(path: &str, start: Start) -> Project {
        Project {
            folders: vec![Folder { path: path.to_owned(), holds: "1 migration laid out as goose".to_owned() }],
            start,
        }
    }

    fn read(text: &str) -> config::Config {
        config::parse(Path::new("/app/switchback.toml"), text.to_owned(), &spec::names())
            .unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn every_line_that_can_be_switched_on_reads() {
        let text = project("db", Start::Unknown(None)).configuration();
        let lines: Vec<&str> = text.split('\n').collect();
        let is_setting = |line: &str| line.starts_with('#') && !line.starts_with("# ") && !line.starts_with("#:");
        let on = |line: &str| line.trim_start_matches('#').to_owned();
        let settings = lines.iter().filter(|line| is_setting(line)).count();
        assert!(settings > 20, "{settings}");
        for wanted in 0..lines.len() {
            let one = |(at, line): (usize, &&str)| {
                if at == wanted && is_setting(line) { on(line) } else { (*line).to_owned() }
            };
            read(&lines.iter().enumerate().map(one).collect::<Vec<_>>().join("\n"));
        }
        let all = |line: &&str| if is_setting(line) { on(line) } else { (*line).to_owned() };
        let all = lines.iter().map(all).collect::<Vec<_>>().join("\n");
        let missing: Vec<_> =
            shown::entries(&all, None).unwrap().into_iter().filter(|entry| entry.origin == Origin::Default).collect();
        let missing: Vec<_> = missing.iter().filter(|entry| entry.table != ["policy", "names"]).collect();
        assert!(missing.is_empty(), "the template does not have {missing:?}");
        let config = read(&all);
        assert_eq!(config.start_after.as_deref(), Some("20240101120000"));
        assert_eq!(config.settings.table_rows["users"], 40_000_000);
        assert!(config.settings.policy.sign_off);
    }

    #[test]
    fn as_it_is_written_it_says_where_migrations_are() {
        let start = Start::After { version: "0042".to_owned(), branch: "origin/main".to_owned() };
        let config = read(&project("db/migrations", start).configuration());
        assert_eq!(config.paths, [Path::new("/app/db/migrations")]);
        assert_eq!(config.start_after.as_deref(), Some("0042"));
        assert_eq!(config.settings.version, crate::settings::Settings::default().version);
        let nothing = Project { folders: Vec::new(), start: Start::Unknown(None) };
        assert!(read(&nothing.configuration()).paths.is_empty());
        assert_eq!(read(&project("a", Start::Several).configuration()).start_after, None);
    }

    #[test]
    fn any_name_is_quoted() {
        for name in ["a\"]\nengine = \"postgres@9", "'''", "a\\b", "# c", "\u{1b}[31m", "{start}", "{paths}", "é"] {
            let start = Start::After { version: name.to_owned(), branch: "main".to_owned() };
            let config = read(&project(name, start).configuration());
            assert_eq!(config.paths, [Path::new("/app").join(name)]);
            assert_eq!(config.start_after.as_deref(), Some(name));
        }
    }
}
