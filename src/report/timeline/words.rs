//! The facts of a timeline in words.

use crate::engine::effect::LockedKind;
use crate::figures::{in_bytes, spoken};
use crate::report::counted;
use crate::report::grid::shortened;
use crate::report::position::{LineIndex, floor_boundary};
use crate::report::text::one_line;
use crate::review::session::{Around, OpenTransaction, Timeout};
use crate::review::size::assumption;
use crate::syntax::span::Span;
use crate::timeline::window::Window;
use crate::timeline::{File, Lock, Release, Statement, Transaction, Wait};

/// Bytes of a statement that are looked at for its shortened text.
const LOOKED_AT: usize = 600;

/// Statements that are named one by one.
const NAMED: usize = 6;

/// A file with what its words need.
pub(super) struct Words<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) lines: LineIndex<'a>,
}

impl<'a> Words<'a> {
    pub(super) fn new(file: &'a File<'a>) -> Self {
        Self { file, lines: LineIndex::new(file.migration.file_text()) }
    }

    /// The line a statement begins on.
    pub(super) fn line(&self, span: Span) -> u32 {
        self.lines.position(span.start).line
    }

    /// `db/1.sql: 5 statements, in one transaction that the tool opens around the file`.
    pub(super) fn title(&self) -> (String, String) {
        let count = counted(self.file.statements.len(), "statement");
        let how = match self.file.transactions.as_slice() {
            _ if self.file.statements.is_empty() => String::new(),
            [] if self.file.statements.len() == 1 => ", commits by itself".to_owned(),
            [] => ", each commits by itself".to_owned(),
            [one] if one.first == 0 && one.last + 1 == self.file.statements.len() => {
                format!(", in one transaction {}", self.opened(one))
            }
            [one] => format!(
                ", {} to {} in one transaction {}, the others commit by themselves",
                one.first + 1,
                one.last + 1,
                self.opened(one)
            ),
            many => format!(", in {} transactions", many.len()),
        };
        (one_line(&self.file.migration.path.to_string_lossy()), format!("{count}{how}"))
    }

    /// Who opened a transaction.
    pub(super) fn opened(&self, transaction: &Transaction) -> String {
        match transaction.opened {
            OpenTransaction::Explicit(begin) => format!("opened by BEGIN at line {}", self.line(begin)),
            OpenTransaction::Tool(Around::File) => "opened by the tool around the file".to_owned(),
            OpenTransaction::Tool(Around::Pending(_)) => "opened by the tool around all pending files".to_owned(),
            OpenTransaction::Implicit => "that is implicit: the statements are sent as one string".to_owned(),
        }
    }

    /// When a lock is released.
    pub(super) fn until(&self, statement: &Statement, lock: &Lock) -> String {
        let transaction = statement.transaction.and_then(|index| self.file.transactions.get(index));
        match (lock.release, transaction) {
            (Release::Transaction, Some(transaction)) => {
                let opened = match transaction.opened {
                    OpenTransaction::Explicit(begin) => format!("BEGIN, line {}", self.line(begin)),
                    OpenTransaction::Tool(_) => "opened by the tool".to_owned(),
                    OpenTransaction::Implicit => "implicit".to_owned(),
                };
                format!("transaction end ({opened})")
            }
            (Release::Savepoint, _) => {
                let last = self.file.statements.get(lock.last);
                format!("ROLLBACK TO (line {})", last.map_or(0, |statement| self.line(statement.span)))
            }
            (Release::Block, _) => "COMMIT in the block".to_owned(),
            (Release::Statement | Release::Transaction, _) => "statement end".to_owned(),
        }
    }

    /// A statement on one line, without its comments, of at most `width` characters.
    pub(super) fn text(&self, span: Span, width: usize, more: &str) -> String {
        let text = &self.file.migration.text;
        let end = floor_boundary(text, (span.end as usize).min(span.start as usize + LOOKED_AT));
        let source = text.get(span.start as usize..end).unwrap_or_default();
        let mut line = one_line(&without_comments(source));
        if end < span.end as usize {
            line.push_str(more);
        }
        shortened(&line, width, more)
    }

    /// `users is closed to reads and writes from statement 2 to the end of the transaction (4 statements, …)`.
    pub(super) fn closed(&self, window: &Window<'_>) -> String {
        let relation = one_line(&window.relation.short());
        let what = if window.reads.is_some() { "reads and writes" } else { "writes" };
        let (from, to) = window.reads.unwrap_or((window.first, window.last));
        // COMMIT is no statement that others wait for.
        let count = to - from + 1 - usize::from(from < to && self.file.is_end(to));
        let work = work_meanwhile(window, count);
        let how_long = match (window.release, &work) {
            (Release::Statement | Release::Block, None) => format!("for a moment, in statement {}", from + 1),
            (Release::Statement | Release::Block, Some(work)) => {
                format!("for as long as statement {} runs, which {work}", from + 1)
            }
            _ => {
                let meanwhile = work.map(|work| format!(", {work}")).unwrap_or_default();
                let end = end(window, to);
                format!("from statement {} to {end} ({}{meanwhile})", from + 1, counted(count, "statement"))
            }
        };
        let earlier = match window.reads {
            Some(_) if window.first < from => format!("; to writes from statement {}", window.first + 1),
            _ => String::new(),
        };
        let more = match window.more {
            0 => String::new(),
            1 => "; and once more".to_owned(),
            more => format!("; and {more} times more"),
        };
        format!("{relation} is closed to {what} {how_long}{earlier}{more}")
    }

    /// What is said where no relation is closed.
    pub(super) fn open(&self) -> &'static str {
        if self.file.statements.iter().all(|statement| statement.notes.is_empty()) {
            "no reads or writes have to wait"
        } else {
            "no reads or writes have to wait, as far as is known"
        }
    }

    /// What has to be said of the file as a whole: locks waited for without limit, statements that refuse transactions
    /// (if `refusals` are wanted), what is not known.
    pub(super) fn remarks(&self, refusals: bool) -> Vec<String> {
        let mut remarks = Vec::new();
        let numbers = |wanted: &dyn Fn(&Statement) -> bool| -> Vec<usize> {
            let statements = self.file.statements.iter().enumerate();
            statements.filter(|(_, statement)| wanted(statement)).map(|(number, _)| number + 1).collect()
        };
        let unlimited = numbers(&|statement| statement.locks.iter().any(waits_for_ever));
        if !unlimited.is_empty() {
            let verb = if unlimited.len() == 1 { "asks for its lock" } else { "ask for their locks" };
            remarks.push(format!("no lock_timeout is in effect when {} {verb}", listed("statement", &unlimited)));
        }
        let forbidden = numbers(&|statement| statement.forbidden);
        if refusals && !forbidden.is_empty() {
            remarks.push(format!("{} cannot run inside a transaction", listed("statement", &forbidden)));
        }
        if self.file.guessed {
            remarks.push("assuming that no tool opens a transaction around the file".to_owned());
        }
        if self.file.statements.iter().flat_map(|statement| &statement.locks).any(|lock| lock.seconds().is_some()) {
            remarks.push(assumption());
        }
        let unsure = numbers(&|statement| !statement.notes.is_empty());
        if !unsure.is_empty() {
            let which = listed("statement", &unsure);
            remarks.push(format!("not all is known of {which}: see the notes there"));
        }
        remarks
    }
}

/// Where a window ends that closes the relation to the statement `to`.
fn end(window: &Window<'_>, to: usize) -> String {
    match window.release {
        Release::Transaction if to == window.last => "the end of the transaction".to_owned(),
        _ => format!("statement {}", to + 1),
    }
}

/// The work of a window in words, the heaviest only.
fn work_meanwhile(window: &Window<'_>, statements: usize) -> Option<String> {
    let (number, one, many) = match (window.rewrites, window.builds, window.scans, window.long) {
        (0, 0, 0, 0) => return None,
        (0, 0, 0, number) => (number, "works long on another relation", "work long on other relations"),
        (0, 0, number, _) => (number, "reads all of it", "read all of it"),
        (0, number, _, _) => (number, "builds an index on it", "build indexes on it"),
        (number, ..) => (number, "rewrites it", "rewrite it"),
    };
    Some(match (statements, number) {
        (1, _) => one.to_owned(),
        (_, 1) => format!("one of them {one}"),
        (all, number) if all == number => format!("each of them {one}"),
        _ => format!("{number} of them {many}"),
    })
}

/// `users`, with its kind if it is no table.
pub(super) fn relation(lock: &Lock) -> String {
    let kind = match lock.kind {
        LockedKind::Table => "",
        LockedKind::Index => " (index)",
        LockedKind::View => " (view)",
        LockedKind::MaterializedView => " (materialized view)",
        LockedKind::Sequence => " (sequence)",
    };
    one_line(&format!("{}{kind}", lock.relation.short()))
}

/// What waits.
pub(super) fn blocks(lock: &Lock) -> &'static str {
    if lock.mode.blocks_writes() { lock.mode.blocked() } else { "schema changes" }
}

/// What is done under the lock.
pub(super) fn work(lock: &Lock) -> String {
    let mut work = Vec::new();
    if lock.rewrite {
        work.push("rewrite".to_owned());
    } else if let Some(first) = lock.builds.first() {
        work.push(match (lock.builds.len(), first) {
            (1, Some(name)) => format!("index build ({})", one_line(name)),
            (1, None) => "index build".to_owned(),
            (number, _) => format!("{number} index builds"),
        });
    } else if lock.scan {
        work.push("full scan".to_owned());
    }
    if let (Some(long), Some(seconds)) = (work.last_mut(), lock.seconds()) {
        *long = format!("{long} ({})", spoken(seconds));
    }
    if lock.writes {
        work.push("rows written".to_owned());
    }
    if work.is_empty() {
        let little = match (lock.reads, lock.kind) {
            (true, LockedKind::Sequence) => "numbers drawn",
            (true, _) => "rows read",
            (false, _) => "metadata only",
        };
        work.push(little.to_owned());
    }
    work.join(", ")
}

/// `40m`, as it is written in arguments, and the bytes where they were measured.
pub(super) fn rows(lock: &Lock) -> Option<String> {
    let extent = lock.size.extent()?;
    let bytes = extent.bytes.map(|bytes| in_bytes(bytes.table()));
    let shown: Vec<String> = extent.rows.map(short_rows).into_iter().chain(bytes).collect();
    Some(shown.join(", "))
}

fn short_rows(rows: u64) -> String {
    let units = [(1_000_000_000, "b"), (1_000_000, "m"), (1_000, "k")];
    match units.into_iter().find(|(unit, _)| rows >= *unit) {
        Some((unit, name)) if rows.is_multiple_of(unit) => format!("{}{name}", rows / unit),
        Some((unit, name)) => format!("{}.{}{name}", rows / unit, rows % unit * 10 / unit),
        None => rows.to_string(),
    }
}

/// `lock_timeout` when the lock is asked for; of no weight for a lock that hardly anything conflicts with.
pub(super) fn timeout(lock: &Lock) -> Option<String> {
    if !lock.mode.blocks_writes() {
        return None;
    }
    Some(match lock.wait {
        Wait::Never => "nowait".to_owned(),
        Wait::Timeout(Timeout::Unset) => "none".to_owned(),
        Wait::Timeout(Timeout::Off) => "off".to_owned(),
        Wait::Timeout(Timeout::Unreadable) => "unknown".to_owned(),
        Wait::Timeout(Timeout::Millis(millis)) if millis % 1000 == 0 => format!("{}s", millis / 1000),
        Wait::Timeout(Timeout::Millis(millis)) => format!("{millis}ms"),
    })
}

/// Whether everybody behind the statement may wait without limit.
pub(super) fn waits_for_ever(lock: &Lock) -> bool {
    lock.mode.blocks_writes() && matches!(lock.wait, Wait::Timeout(Timeout::Unset | Timeout::Off))
}

/// `statements 2, 4 and 6`.
fn listed(noun: &str, numbers: &[usize]) -> String {
    let shown: Vec<String> = numbers.iter().take(NAMED).map(ToString::to_string).collect();
    match shown.split_last() {
        Some((last, [])) => format!("{noun} {last}"),
        Some((last, others)) if numbers.len() <= NAMED => format!("{noun}s {} and {last}", others.join(", ")),
        _ => format!("{noun}s {} and {} more", shown.join(", "), numbers.len().saturating_sub(NAMED)),
    }
}

/// `3 more relations are`.
pub(super) fn are(number: usize, noun: &str) -> String {
    format!("{} {}", counted(number, noun), if number == 1 { "is" } else { "are" })
}

/// The locks of a statement, those that block most first.
pub(super) fn strongest_first(statement: &Statement) -> Vec<&Lock> {
    let mut locks: Vec<&Lock> = statement.locks.iter().collect();
    locks.sort_by_key(|lock| std::cmp::Reverse(lock.mode));
    locks
}

/// `new here: orders`, where a statement makes or locks what is new.
pub(super) fn fresh(statement: &Statement, most: usize) -> Option<String> {
    let names: Vec<String> = statement.fresh.iter().take(most).map(|name| one_line(&name.short())).collect();
    let others = statement.fresh.len().saturating_sub(most);
    let more = if others > 0 { format!(" and {others} more") } else { String::new() };
    (!names.is_empty()).then(|| format!("new here: {}{more}", names.join(", ")))
}

/// `text` with its comments replaced by spaces.
fn without_comments(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    let mut quote = None;
    while let Some(next) = rest.chars().next() {
        let comment = match quote {
            None if rest.starts_with("--") => rest.find('\n').or(Some(rest.len())),
            None if rest.starts_with("/*") => rest.find("*/").map(|end| end + 2).or(Some(rest.len())),
            _ => None,
        };
        if let Some(length) = comment {
            kept.push(' ');
            rest = rest.get(length..).unwrap_or_default();
            continue;
        }
        match quote {
            None if next == '\'' || next == '"' => quote = Some(next),
            Some(open) if open == next => quote = None,
            _ => {}
        }
        kept.push(next);
        rest = rest.get(next.len_utf8()..).unwrap_or_default();
    }
    kept
}
