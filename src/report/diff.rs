//! A comparison of two schemas, in every format.

pub mod json;
pub mod markdown;
pub mod text;

use super::Style;
use crate::diff::{Class, Diff};
use crate::finding::Level;

/// What a format is given.
#[derive(Clone, Copy, Debug)]
pub struct Comparison<'a> {
    /// What differs.
    pub diff: &'a Diff,
    /// The old side, as it was named.
    pub old: &'a str,
    /// The new side, as it was named.
    pub new: &'a str,
    /// The server the verdicts are for.
    pub version: u16,
    /// What the receiver can show.
    pub style: Style,
    /// The report goes to the log of a GitHub Actions step.
    pub actions: bool,
}

impl Comparison<'_> {
    /// How many changes there are of each class that has any.
    fn classes(&self) -> Vec<(Class, usize)> {
        let count = |class| self.diff.changes.iter().filter(|change| change.class == class).count();
        Class::ALL.into_iter().map(|class| (class, count(class))).filter(|(_, count)| *count > 0).collect()
    }

    /// How many findings there are of each level that has any.
    fn levels(&self) -> Vec<(Level, usize)> {
        let findings = || self.diff.changes.iter().flat_map(|change| &change.findings);
        let count = |level| findings().filter(|finding| finding.level == level).count();
        let levels = [Level::Error, Level::Warning, Level::Note];
        levels.into_iter().map(|level| (level, count(level))).filter(|(_, count)| *count > 0).collect()
    }

    /// `5 changes: 1 contract, 4 expand; 2 errors`, or that there are none.
    fn summary(&self) -> String {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let count = self.diff.changes.len();
        if count == 0 {
            return format!("no differences between {} and {}", self.old, self.new);
        }
        let classes: Vec<String> =
            self.classes().into_iter().map(|(class, count)| format!("{count} {}", class.as_str())).collect();
        let levels: Vec<String> = self
            .levels()
            .into_iter()
            .map(|(level, count)| format!("{count} {}{}", level.as_str(), plural(count)))
            .collect();
        let found = if levels.is_empty() { "no findings".to_owned() } else { levels.join(", ") };
        format!("{count} change{}: {}; {found}", plural(count), classes.join(", "))
    }

    /// What the comparison could not see.
    fn limits(&self) -> Vec<String> {
        let side = |side: &str| if side == "old" { self.old } else { self.new };
        let unread = self.diff.unread.iter().map(|name| {
            format!("some SQL of {} is put together at run time and was not read, so more may differ", side(name))
        });
        let queries = "the queries of views were not compared, as only one side was printed by a server".to_owned();
        unread.chain(self.diff.queries_skipped.then_some(queries)).collect()
    }
}
