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
        let installed = ["package-lock.json", "requirements.txt"].iter().all(|list| {
            let wanted = fs::read(fixtures().join(list)).unwrap();
            fs::read(installed().join(list)).is_ok_and(|found| found == wanted)
        });
        if !installed {
            assert_ne!(
                std::env::var("SWITCHBACK_REQUIRE_TOOLS").as_deref(),
                Ok("1"),
                "the migration tools are not installed: run tests/tools/install.sh"
            );
            println!("skipped: {} is not installed (tests/tools/install.sh)", self.name);
        }
        installed
    }

    /// The files that the server has to refuse.
    pub(crate) fn refused(&self) -> Vec<String> {
        let (root, mut names) = (fixtures().join(self.name).join("refused"), Vec::new());
        let mut folders = vec![root.join("migrations")];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_file() {
                    names.push(path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned());
                } else if !is_kept(&path) {
                    folders.push(path);
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
            copy(&from, &to, &|path| path == file || path.is_dir() || path.parent().is_some_and(is_kept));
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

/// Whether a folder holds what a tool keeps of its migrations.
fn is_kept(folder: &Path) -> bool {
    folder.ends_with("meta")
}

/// Runs a command of a tool and gives what it prints; or all that it said, where it fails.
pub(crate) fn run(command: &[&str], tree: &Path, server: &Watched, database: &str) -> Result<String, String> {
    let [program, args @ ..] = command else { return Err("no command".to_owned()) };
    let folders = ["node_modules/.bin", "venv/bin"].map(|folder| installed().join(folder));
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
            fs::create_dir_all(&to).unwrap();
            copy(&path, &to, wanted);
        } else {
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
