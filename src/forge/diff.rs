//! Which lines of a change can be commented on: those that its unified patch shows on the new side.

use std::collections::BTreeMap;

/// The files of a change.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    files: BTreeMap<String, File>,
}

#[derive(Clone, Debug, Default)]
struct File {
    /// Its path before the change.
    old_path: String,
    /// In order.
    hunks: Vec<Hunk>,
}

/// Lines that are shown together.
#[derive(Clone, Debug, Default)]
struct Hunk {
    /// In order, without gaps.
    runs: Vec<Run>,
}

/// Lines that are all new, or all old.
#[derive(Clone, Copy, Debug)]
struct Run {
    first: u32,
    last: u32,
    /// The number that the first line had before the change.
    old: Option<u32>,
}

/// Lines that a comment may cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lines {
    /// From 1.
    pub first: u32,
    /// Not before the first.
    pub last: u32,
}

impl Diff {
    /// Adds a file with its patch, as `git diff` writes it from the first `@@` on.
    pub fn add(&mut self, path: String, old_path: String, text: &str) {
        self.files.insert(path, File { old_path, hunks: hunks(text) });
    }

    /// The path that a changed file had before.
    pub fn old_path(&self, path: &str) -> Option<&str> {
        Some(&self.files.get(path)?.old_path)
    }

    /// The part of these lines that can be commented on.
    pub fn shown(&self, path: &str, lines: Lines) -> Option<Lines> {
        let hunks = &self.files.get(path)?.hunks;
        let at = hunks.partition_point(|hunk| hunk.last() < lines.first);
        let hunk = hunks.get(at).filter(|hunk| hunk.first() <= lines.last)?;
        Some(Lines { first: lines.first.max(hunk.first()), last: lines.last.min(hunk.last()) })
    }

    /// The number that a line had before the change, where it is shown and did not change.
    pub fn old_line(&self, path: &str, line: u32) -> Option<u32> {
        let hunks = &self.files.get(path)?.hunks;
        let hunk = hunks.get(hunks.partition_point(|hunk| hunk.last() < line))?;
        let run = hunk.runs.get(hunk.runs.partition_point(|run| run.last < line))?;
        Some(run.old?.saturating_add(line.checked_sub(run.first)?))
    }
}

impl Hunk {
    fn first(&self) -> u32 {
        self.runs.first().map_or(0, |run| run.first)
    }

    fn last(&self) -> u32 {
        self.runs.last().map_or(0, |run| run.last)
    }

    fn add(&mut self, line: u32, old: Option<u32>) {
        match self.runs.last_mut() {
            Some(run) if run.old.is_some() == old.is_some() && continues(run, line, old) => run.last = line,
            _ => self.runs.push(Run { first: line, last: line, old }),
        }
    }
}

/// Whether a line that did not change also follows the last one of the run on the old side.
fn continues(run: &Run, line: u32, old: Option<u32>) -> bool {
    let offset = line.saturating_sub(run.first);
    run.old.map(|first| first.saturating_add(offset)) == old
}

fn hunks(patch: &str) -> Vec<Hunk> {
    let mut hunks: Vec<Hunk> = Vec::new();
    let (mut old, mut new) = (0_u32, 0_u32);
    for line in patch.split('\n') {
        if let Some((old_start, new_start)) = header(line) {
            (old, new) = (old_start, new_start);
            hunks.push(Hunk::default());
            continue;
        }
        let Some(hunk) = hunks.last_mut() else { continue };
        match line.as_bytes().first() {
            Some(b'+') => hunk.add(new, None),
            Some(b' ') => hunk.add(new, Some(old)),
            Some(b'-') => {
                old = old.saturating_add(1);
                continue;
            }
            // `\ No newline at end of file`, and the end of the patch.
            _ => continue,
        }
        new = new.saturating_add(1);
        old = old.saturating_add(u32::from(line.starts_with(' ')));
    }
    hunks.retain(|hunk| !hunk.runs.is_empty());
    // Hunks come in order; what a broken patch says otherwise would be looked up in vain.
    hunks.sort_by_key(Hunk::first);
    hunks
}

/// The first lines of `@@ -3,7 +3,9 @@ …`.
fn header(line: &str) -> Option<(u32, u32)> {
    let (old, rest) = line.strip_prefix("@@ -")?.split_once(" +")?;
    let (new, _) = rest.split_once(" @@")?;
    let start = |range: &str| range.split(',').next()?.parse().ok();
    Some((start(old)?, start(new)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(patch: &str) -> Diff {
        let mut diff = Diff::default();
        diff.add("a.sql".to_owned(), "old.sql".to_owned(), patch);
        diff
    }

    fn shown(diff: &Diff, first: u32, last: u32) -> Option<(u32, u32)> {
        diff.shown("a.sql", Lines { first, last }).map(|lines| (lines.first, lines.last))
    }

    const PATCH: &str = "@@ -3,4 +3,5 @@ CREATE\n three\n-four\n+@@ -1 +1 @@\n+five\n six\n seven\n@@ -20,2 +21,2 @@\n \
                         twenty\n-x\n+y\n\\ No newline at end of file";

    #[test]
    fn lines_of_hunks_are_shown() {
        let diff = diff(PATCH);
        assert_eq!(shown(&diff, 1, 2), None);
        assert_eq!(shown(&diff, 1, 3), Some((3, 3)));
        assert_eq!(shown(&diff, 4, 30), Some((4, 7)), "not across hunks");
        assert_eq!(shown(&diff, 8, 20), None);
        assert_eq!(shown(&diff, 22, 22), Some((22, 22)));
        assert_eq!(shown(&diff, 23, 23), None);
        assert_eq!(diff.shown("b.sql", Lines { first: 4, last: 4 }), None);
        assert_eq!(diff.old_path("a.sql"), Some("old.sql"));
    }

    #[test]
    fn unchanged_lines_know_their_old_number() {
        let diff = diff(PATCH);
        let old: Vec<_> = (3..8).map(|line| diff.old_line("a.sql", line)).collect();
        assert_eq!(old, [Some(3), None, None, Some(5), Some(6)]);
        assert_eq!(diff.old_line("a.sql", 21), Some(20));
        assert_eq!(diff.old_line("a.sql", 10), None);
    }

    #[test]
    fn broken_patches_are_no_panic() {
        for patch in ["", "@@", "@@ -x +1 @@\n+a", "+a", "@@ -1 +4294967295 @@\n+a\n+b\n+c", "@@ -0,0 +0,0 @@\n+a"] {
            let diff = diff(patch);
            for line in [0, 1, u32::MAX] {
                let _ = (shown(&diff, line, line), diff.old_line("a.sql", line));
            }
        }
        let long: Vec<_> = (0..200_000).map(|line| format!("@@ -{line} +{line} @@\n+a")).collect();
        assert_eq!(shown(&diff(&long.join("\n")), 5, 5), Some((5, 5)));
    }
}
