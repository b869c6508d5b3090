//! A migration tool, its tree, and how it is called.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::watched::Watched;

/// A migration tool.
pub(crate) struct Tool {
    /// Its tree in `fixtures/tools/`: `migrations/` that run, and in `refused/migrations/` files that do not, each to be
    /// laid over the others.
    pub(crate) name: &'static str,
    /// Tells its server from those of other tests.
    pub(crate) number: usize,
    /// Runs everything that is pending.
    pub(crate) up: &'static [&'static str],
    /// Takes it back.
    pub(crate) back: Back,
}

/// How a tool takes migrations back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Back {
    /// It does not.
    Never,
    /// All of them.
    AtOnce(&'static [&'static str]),
    /// The last one.
    OneByOne(&'static [&'static str]),
}

impl Tool {
    /// Whether it can run here. Fails where it has to.
    pub(crate) fn is_installed(&self) -> bool {
        // What the script copies last.
        let lists = ["package-lock.json", "requirements.txt", "rust/Cargo.lock", "rust/src/main.rs"];
        let all = lists.iter().all(|list| {
            let wanted = fs::read(fixtures().join(list)).unwrap();
            fs::read(installed().join(list)).is_ok_and(|found| found == wanted)
        });
        let missing = match packages_of_debian(self.name) {
            _ if !all => Some("what tests/tools/install.sh installs".to_owned()),
            Some((check, packages)) if !runs(check) => Some(format!("Debian's {packages}")),
            _ => None,
        };
        if let Some(missing) = &missing {
            let is_required = std::env::var("SWITCHBACK_REQUIRE_TOOLS").as_deref() == Ok("1");
            assert!(!is_required, "{} is not installed: it takes {missing}", self.name);
            println!("skipped: {} is not installed: it takes {missing}", self.name);
        }
        missing.is_none()
    }

    /// The files that the server has to refuse.
    pub(crate) fn refused(&self) -> Vec<String> {
        let (root, mut names) = (fixtures().join(self.name).join("refused"), Vec::new());
        let mut folders = vec![root.join("migrations")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if !is_kept(&path) {
                    names.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                }
            }
        }
        names.sort();
        names
    }

    /// A copy of the tree in which the tool finds its packages; with one of the files that are refused, if any.
    pub(crate) fn tree(&self, name: &str, refused: Option<&str>) -> PathBuf {
        let (from, to) = (fixtures().join(self.name), installed().join("trees").join(self.name).join(name));
        let _ = fs::remove_dir_all(&to);
        // Nobody looks for a configuration above.
        fs::create_dir_all(to.join(".git")).unwrap();
        copy(&from, &to, &|path| !path.starts_with(from.join("refused")));
        if let Some(refused) = refused {
            let (from, file) = (from.join("refused"), from.join("refused").join(refused));
            let is_beside = |path: &Path| !path.ends_with(METADATA) || path.parent() == file.parent();
            copy(&from, &to, &|path| path == file || path.is_dir() || is_kept(path) && is_beside(path));
        }
        to
    }

    /// Runs what is pending. What the tool said, where it fails.
    pub(crate) fn up(&self, tree: &Path, server: &Watched, database: &str) -> Result<(), String> {
        run(self.up, tree, server, database).map(drop)
    }

    /// Takes `count` migrations back.
    pub(crate) fn down(&self, tree: &Path, server: &Watched, database: &str, count: usize) {
        let (command, times) = match self.back {
            Back::Never => return,
            Back::AtOnce(command) => (command, 1),
            Back::OneByOne(command) => (command, count),
        };
        for _ in 0..times {
            run(command, tree, server, database).unwrap_or_else(|output| panic!("{}: {output}", self.name));
        }
    }
}

/// What diesel is told of one migration.
const METADATA: &str = "metadata.toml";

/// Whether a file is what a tool keeps of its migrations, and none of them.
fn is_kept(path: &Path) -> bool {
    path.ends_with(METADATA) || path.ends_with("sqitch.plan") || path.parent().is_some_and(|at| at.ends_with("meta"))
}

/// What succeeds where a tool can run, and the packages of Debian that it takes.
fn packages_of_debian(tool: &str) -> Option<(&'static [&'static str], &'static str)> {
    match tool {
        "liquibase" => Some((&["java", "-version"], "default-jre-headless")),
        "rails" => Some((&["ruby", "-ractive_record", "-rpg", "-e", ""], "ruby-activerecord and ruby-pg")),
        "sqitch" => Some((&["sqitch", "--version"], "sqitch, libdbd-pg-perl and postgresql-client")),
        _ => None,
    }
}

fn runs(command: &[&str]) -> bool {
    let [program, args @ ..] = command else { return false };
    Command::new(program).args(args).stdin(Stdio::null()).output().is_ok_and(|output| output.status.success())
}

/// Runs a command of a tool and gives what it prints; or all that it said, where it fails.
pub(crate) fn run(command: &[&str], tree: &Path, server: &Watched, database: &str) -> Result<String, String> {
    let [program, args @ ..] = command else { return Err("no command".to_owned()) };
    let folders = ["node_modules/.bin", "venv/bin", "rust/target/debug"].map(|folder| installed().join(folder));
    let path = format!("{}:{}", folders[0].display(), std::env::var("PATH").unwrap());
    // A program is looked for in the path of this process, not of the one it becomes.
    let found = folders.iter().map(|folder| folder.join(program)).find(|program| program.exists());
    let found = found.unwrap_or_else(|| program.into());
    let output = Command::new(found)
        .args(args)
        .current_dir(tree)
        .env_clear()
        .envs([("PATH", path), ("HOME", tree.display().to_string()), ("DATABASE_URL", server.url(database))])
        .envs([("PGHOST", "127.0.0.1"), ("PGUSER", "postgres"), ("PGDATABASE", database)])
        .env("PGPORT", server.port.to_string())
        .envs([("PYTHONPATH", "."), ("PYTHONDONTWRITEBYTECODE", "1"), ("DJANGO_SETTINGS_MODULE", "settings")])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout).unwrap());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&said)))
}

fn copy(from: &Path, to: &Path, wanted: &dyn Fn(&Path) -> bool) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if !wanted(&path) {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to, wanted);
        } else {
            // No folder without a file: it could be taken for a migration.
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(&path, &to).unwrap();
        }
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/tools")
}

/// Where `install.sh` puts the packages: below the target folder.
fn installed() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("tools")
}
