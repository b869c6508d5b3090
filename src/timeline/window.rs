//! From which statement to which a relation is closed to others, and what work goes on meanwhile.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::{File, Lock, Release};
use crate::engine::effect::LockedKind;
use crate::schema::operation::QName;

/// A run of statements during which writes to a relation wait.
#[derive(Clone, Copy, Debug)]
pub struct Window<'f> {
    /// The relation.
    pub relation: &'f QName,
    /// Index of the statement that closes it.
    pub first: usize,
    /// Index of the statement with whose end it is open again.
    pub last: usize,
    /// What opens it again.
    pub release: Release,
    /// From which statement to which reads wait too.
    pub reads: Option<(usize, usize)>,
    /// Statements meanwhile that copy it.
    pub rewrites: usize,
    /// Statements meanwhile that build an index on it.
    pub builds: usize,
    /// Statements meanwhile that read all of it, but do neither of these.
    pub scans: usize,
    /// Statements meanwhile that work long, on it or on others.
    pub long: usize,
    /// Other windows of the same relation, none of them worse.
    pub more: usize,
}

/// The statements that do work for as long as some relation is big.
#[derive(Debug)]
pub struct LongWork(Vec<usize>);

impl LongWork {
    /// Those of a file.
    pub fn of(file: &File<'_>) -> Self {
        let statements = file.statements.iter().enumerate();
        let long = statements.filter(|(_, statement)| statement.locks.iter().any(Lock::lasts));
        Self(long.map(|(number, _)| number).collect())
    }

    /// How many of the statements from `first` to `last` work long.
    pub fn count(&self, first: usize, last: usize) -> usize {
        self.0.partition_point(|&number| number <= last) - self.0.partition_point(|&number| number < first)
    }
}

impl Window<'_> {
    /// The worst comes first.
    fn rank(&self) -> Reverse<(bool, bool, bool, usize)> {
        let length = self.last - self.first;
        Reverse((self.reads.is_some() && self.long > 0, self.reads.is_some(), self.long > 0, length))
    }
}

/// The worst window of every relation that is closed at all, the worst first.
pub fn worst<'f>(file: &'f File<'_>, long: &LongWork) -> Vec<Window<'f>> {
    let mut locks: BTreeMap<&QName, Vec<(usize, &Lock)>> = BTreeMap::new();
    for (number, statement) in file.statements.iter().enumerate() {
        let tables = statement.locks.iter().filter(|lock| lock.kind != LockedKind::Index);
        let table = tables.map(|lock| lock.mode).max();
        for lock in &statement.locks {
            // Nobody waits for an index who does not wait for its table already.
            if lock.kind == LockedKind::Index && table >= Some(lock.mode) {
                continue;
            }
            locks.entry(&lock.relation).or_default().push((number, lock));
        }
    }
    let mut worst: Vec<Window<'f>> = locks
        .into_iter()
        .filter_map(|(relation, locks)| {
            let windows = of_relation(relation, &locks, long);
            let more = windows.len().saturating_sub(1);
            windows.into_iter().min_by_key(Window::rank).map(|window| Window { more, ..window })
        })
        .collect();
    worst.sort_by_key(|window| (window.rank(), window.first));
    worst
}

/// The windows of one relation, given its locks in the order of their statements.
fn of_relation<'f>(relation: &'f QName, locks: &[(usize, &'f Lock)], long: &LongWork) -> Vec<Window<'f>> {
    let mut windows: Vec<Window<'f>> = Vec::new();
    for &(number, lock) in locks {
        let open = windows.last().is_some_and(|window| number <= window.last);
        if !open && lock.mode.blocks_writes() {
            let (last, release) = (lock.last, lock.release);
            let (reads, more) = (None, 0);
            let (rewrites, builds, scans, long) = (0, 0, 0, 0);
            windows.push(Window { relation, first: number, last, release, reads, rewrites, builds, scans, long, more });
        }
        let Some(window) = windows.last_mut().filter(|window| number <= window.last) else { continue };
        if lock.mode.blocks_writes() && lock.last > window.last {
            (window.last, window.release) = (lock.last, lock.release);
        }
        if lock.mode.blocks_reads() {
            let (first, last) = window.reads.unwrap_or((number, lock.last));
            window.reads = Some((first, last.max(lock.last)));
        }
        window.rewrites += usize::from(lock.rewrite);
        window.builds += usize::from(!lock.rewrite && !lock.builds.is_empty());
        window.scans += usize::from(!lock.rewrite && lock.builds.is_empty() && lock.scan);
    }
    for window in &mut windows {
        window.long = long.count(window.first, window.last);
    }
    windows
}
