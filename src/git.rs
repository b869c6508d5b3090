//! Asks git about the repository, through its plumbing commands: where it is, what changed since a revision, what a file
//! said then. Nothing here writes, fetches, or runs what the repository configures.

pub mod base;
mod error;

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub use self::error::GitError;

/// The name of an object: 40 or 64 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId(String);

/// A repository.
#[derive(Clone, Debug)]
pub struct Repository {
    /// Its top folder, spelled as the folder it was opened from.
    root: PathBuf,
    /// It holds a part of the history only.
    shallow: bool,
}

/// A revision that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// As people call it: `origin/main`.
    pub name: String,
    /// Its commit, or a tree.
    pub id: ObjectId,
}

/// A file that differs between a revision and what is checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The file, absolute, spelled as the repository's root.
    pub path: PathBuf,
    /// Its content in the revision; none where it was not there.
    pub before: Option<ObjectId>,
    /// It is not there any more.
    pub gone: bool,
}

/// A file of a revision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TreeFile {
    /// The file, absolute, spelled as the repository's root.
    pub path: PathBuf,
    /// Its content.
    pub id: ObjectId,
    /// The bytes of its content.
    pub size: u64,
}

impl ObjectId {
    /// As many digits as people read.
    pub fn short(&self) -> &str {
        self.0.get(..10).unwrap_or(&self.0)
    }

    /// All digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Repository {
    /// The repository that `directory` (absolute) lies in.
    pub fn open(directory: &Path) -> Result<Self, GitError> {
        let output = git(directory, &["rev-parse", "--show-cdup", "--is-shallow-repository"])?;
        if !output.status.success() {
            return Err(GitError::not_a_repository(directory, &output));
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let mut lines = text.split('\n');
        let root = climb(directory, lines.next().unwrap_or_default());
        Ok(Self { root, shallow: lines.next() == Some("true") })
    }

    /// Its top folder, spelled as the folder it was opened from.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The commit that `name` means.
    pub fn revision(&self, name: &str) -> Result<Revision, GitError> {
        self.find(name)?.ok_or_else(|| GitError::UnknownRevision { name: name.to_owned(), shallow: self.shallow })
    }

    /// The commit that `name` means, if any.
    pub fn find(&self, name: &str) -> Result<Option<Revision>, GitError> {
        let commit = format!("{name}^{{commit}}");
        let output = git(&self.root, &["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?;
        let id = text(&output.stdout);
        let found = output.status.success() && !id.is_empty();
        Ok(found.then(|| Revision { name: name.to_owned(), id: ObjectId(id) }))
    }

    /// The last commit that `revision` and the present one have in common.
    pub fn merge_base(&self, revision: &Revision) -> Result<Revision, GitError> {
        let output = git(&self.root, &["merge-base", revision.id.as_str(), "HEAD"])?;
        let id = text(&output.stdout);
        if output.status.success() && !id.is_empty() {
            return Ok(Revision { name: revision.name.clone(), id: ObjectId(id) });
        }
        Err(GitError::NoMergeBase { name: revision.name.clone(), shallow: self.shallow })
    }

    /// The present commit, or the empty tree before the first one.
    pub fn head(&self) -> Result<Revision, GitError> {
        if let Some(head) = self.find("HEAD")? {
            return Ok(head);
        }
        let output = self.run(&["hash-object", "-t", "tree", "--stdin"], &[])?;
        Ok(Revision { name: "HEAD".to_owned(), id: ObjectId(text(&output)) })
    }

    /// The branch that everything is merged into, as `origin` tells or by its usual names.
    pub fn default_branch(&self) -> Result<Option<Revision>, GitError> {
        let output = git(&self.root, &["symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD"])?;
        let told = text(&output.stdout);
        let usual = ["origin/main", "origin/master", "main", "master"].map(str::to_owned);
        for name in std::iter::once(told).chain(usual).filter(|name| !name.is_empty()) {
            if let Some(found) = self.find(&name)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// Files named like `patterns` (globs from the root) that differ between `revision` and the working tree, those that
    /// git does not know yet included.
    pub fn changes(&self, revision: &Revision, patterns: &[&str]) -> Result<Vec<Changed>, GitError> {
        let mut changes = self.diff(&[revision.id.as_str()], patterns)?;
        changes.extend(self.untracked(patterns)?.into_iter().map(|path| Changed { path, before: None, gone: false }));
        Ok(changes)
    }

    /// Files that differ between `revision` and the index.
    pub fn staged(&self, revision: &Revision, patterns: &[&str]) -> Result<Vec<Changed>, GitError> {
        self.diff(&["--cached", revision.id.as_str()], patterns)
    }

    /// Files of which the working tree holds something else than the index: `before` is what the index holds.
    pub fn unstaged(&self, patterns: &[&str]) -> Result<Vec<Changed>, GitError> {
        self.diff(&[], patterns)
    }

    /// Files that git neither knows nor is told to ignore.
    pub fn untracked(&self, patterns: &[&str]) -> Result<Vec<PathBuf>, GitError> {
        let mut arguments = vec!["ls-files", "-z", "--others", "--exclude-standard", "--full-name", "--"];
        arguments.extend(patterns);
        let output = self.run(&arguments, &[])?;
        Ok(self.paths(&output))
    }

    /// Files that git knows.
    pub fn tracked(&self) -> Result<Vec<PathBuf>, GitError> {
        let output = self.run(&["ls-files", "-z", "--cached", "--full-name"], &[])?;
        Ok(self.paths(&output))
    }

    /// Files named like `patterns` that the history up to the present commit added, each with the time of the commit that
    /// did so first, in seconds since 1970. Empty before the first commit.
    pub fn added(&self, patterns: &[&str]) -> Result<BTreeMap<PathBuf, i64>, GitError> {
        if self.find("HEAD")?.is_none() {
            return Ok(BTreeMap::new());
        }
        let mut arguments = vec!["log", "--no-show-signature", "--no-color", "--no-renames", "--no-ext-diff"];
        arguments.extend(["--diff-filter=A", "--name-only", "-z", "--format=%x01%ct", "HEAD", "--"]);
        arguments.extend(patterns);
        let output = self.run(&arguments, &[])?;
        let mut added = BTreeMap::new();
        let mut time = 0;
        // A time behind `\x01` for each commit, then its files; the newest commit comes first.
        for field in output.split(|byte| matches!(byte, 0 | b'\n')).filter(|field| !field.is_empty()) {
            match field.strip_prefix(b"\x01") {
                Some(told) => time = text(told).parse().unwrap_or(time),
                None => {
                    added.insert(self.absolute(field), time);
                }
            }
        }
        Ok(added)
    }

    /// The files of a revision. Links and submodules are left out.
    pub fn tree(&self, revision: &Revision) -> Result<Vec<TreeFile>, GitError> {
        let output = self.run(&["ls-tree", "-r", "-l", "-z", "--full-tree", revision.id.as_str()], &[])?;
        let entries = output.split(|byte| *byte == 0).filter_map(|entry| {
            // `100644 blob <id>    <size>`, a tab, the path.
            let tab = entry.iter().position(|byte| *byte == b'\t')?;
            let (head, path) = entry.split_at_checked(tab)?;
            let head = String::from_utf8_lossy(head).into_owned();
            let words: Vec<&str> = head.split_whitespace().collect();
            let [mode, "blob", id, size] = words.as_slice() else { return None };
            let is_file = mode.starts_with("100");
            let path = self.absolute(path.get(1..)?);
            is_file.then(|| TreeFile { path, id: ObjectId((*id).to_owned()), size: size.parse().unwrap_or(0) })
        });
        Ok(entries.collect())
    }

    /// The contents of `objects`, in their order.
    pub fn read(&self, objects: &[&ObjectId]) -> Result<Vec<Vec<u8>>, GitError> {
        if objects.is_empty() {
            return Ok(Vec::new());
        }
        let wanted: String = objects.iter().flat_map(|object| [object.as_str(), "\n"]).collect();
        let output = self.run(&["cat-file", "--batch"], wanted.as_bytes())?;
        contents(&output, objects)
    }

    fn diff(&self, against: &[&str], patterns: &[&str]) -> Result<Vec<Changed>, GitError> {
        let mut arguments = vec![
            "diff",
            "--raw",
            "-z",
            "--no-abbrev",
            "--no-renames",
            "--no-ext-diff",
            "--no-textconv",
            "--ignore-submodules=all",
        ];
        arguments.extend(against);
        arguments.push("--");
        arguments.extend(patterns);
        let output = self.run(&arguments, &[])?;
        let mut fields = output.split(|byte| *byte == 0);
        let mut changes = Vec::new();
        // `:100644 100644 <before> <after> M`, then the path.
        while let (Some(head), Some(path)) = (fields.next(), fields.next()) {
            let head = String::from_utf8_lossy(head).into_owned();
            let words: Vec<&str> = head.split(' ').collect();
            let [_, _, before, _, status] = words.as_slice() else { continue };
            let object = |id: &str| id.bytes().any(|digit| digit != b'0').then(|| ObjectId(id.to_owned()));
            let gone = status.starts_with('D');
            changes.push(Changed { path: self.absolute(path), before: object(before), gone });
        }
        Ok(changes)
    }

    /// Paths with a NUL behind each.
    fn paths(&self, output: &[u8]) -> Vec<PathBuf> {
        output.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(|path| self.absolute(path)).collect()
    }

    fn absolute(&self, path: &[u8]) -> PathBuf {
        self.root.join(os_string(path))
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let output = feed(&self.root, arguments, input)?;
        if output.status.success() { Ok(output.stdout) } else { Err(GitError::failed(arguments, &output)) }
    }
}

/// `<id> blob <size>`, a line end, the content, a line end; for each.
fn contents(output: &[u8], objects: &[&ObjectId]) -> Result<Vec<Vec<u8>>, GitError> {
    let mut rest = output;
    let mut found = Vec::with_capacity(objects.len());
    for object in objects {
        let missing = || GitError::MissingObject { id: object.as_str().to_owned() };
        let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(missing)?;
        let head = String::from_utf8_lossy(rest.get(..end).unwrap_or_default()).into_owned();
        let size = head.rsplit(' ').next().and_then(|size| size.parse::<usize>().ok()).ok_or_else(missing)?;
        let content = rest.get(end + 1..end + 1 + size).ok_or_else(missing)?;
        found.push(content.to_vec());
        rest = rest.get(end + 2 + size..).unwrap_or_default();
    }
    Ok(found)
}

/// `directory`, as many folders up as `../../` says.
fn climb(directory: &Path, up: &str) -> PathBuf {
    let mut root = directory.to_owned();
    for _ in Path::new(up).components().filter(|component| *component == Component::ParentDir) {
        root.pop();
    }
    root
}

fn git(directory: &Path, arguments: &[&str]) -> Result<Output, GitError> {
    feed(directory, arguments, &[])
}

/// Runs git in `directory`. Its file system monitor is a program that the repository names, so it is kept off.
fn feed(directory: &Path, arguments: &[&str], input: &[u8]) -> Result<Output, GitError> {
    let mut child = Command::new("git")
        .args(["--no-optional-locks", "-c", "core.fsmonitor=false", "-c", "core.quotePath=false"])
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(GitError::NotRun)?;
    let stdin = child.stdin.take();
    let input = input.to_vec();
    // Both pipes at once: git answers while it is still asked.
    let writer = std::thread::spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(&input)));
    let output = child.wait_with_output().map_err(GitError::NotRun)?;
    // A git that failed says why itself; one that answered read all.
    let _ = writer.join();
    Ok(output)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim().to_owned()
}

#[cfg(unix)]
fn os_string(bytes: &[u8]) -> OsString {
    use std::os::unix::ffi::OsStrExt as _;
    OsStr::from_bytes(bytes).to_owned()
}

#[cfg(not(unix))]
fn os_string(bytes: &[u8]) -> OsString {
    OsStr::new(String::from_utf8_lossy(bytes).as_ref()).to_owned()
}
