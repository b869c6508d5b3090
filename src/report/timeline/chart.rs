//! The small picture under a table: a row a relation, a cell a statement, filled while others wait. Its size does not
//! depend on that of the migration.

use std::collections::BTreeMap;

use super::words::Words;
use crate::report::grid::{padded, shortened, width};
use crate::report::text::one_line;
use crate::report::{Color, Style, counted, paint};
use crate::schema::operation::QName;
use crate::timeline::window::{LongWork, Window};
use crate::timeline::{File, Lock};

/// Relations that get a row: the worst.
const MOST_ROWS: usize = 24;

/// The longest name that is shown whole.
const LONGEST_NAME: usize = 32;

/// Columns between two numbers over cells that are too narrow for a number each.
const RULER: usize = 10;

/// The name of the row of brackets.
const TRANSACTION: &str = "transaction";

/// What waits for a relation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Nothing,
    SchemaChanges,
    Writes,
    Reads,
}

/// A cell: one statement, or several.
#[derive(Clone, Copy)]
struct Column {
    first: usize,
    last: usize,
}

/// The columns and how wide each is drawn.
struct Columns {
    list: Vec<Column>,
    cell: usize,
    /// What a reader has to know of how they were chosen.
    remark: Option<String>,
}

#[derive(Clone, Copy)]
struct Cell {
    level: Level,
    /// The same lock still holds in the next one.
    joined: bool,
}

/// The lines of the chart; none where nobody waits.
pub(super) fn lines(words: &Words<'_>, windows: &[Window<'_>], long: &LongWork, style: Style) -> Vec<String> {
    let mut shown: Vec<&Window<'_>> = windows.iter().take(MOST_ROWS).collect();
    if shown.is_empty() {
        return Vec::new();
    }
    // From top to bottom as they are closed: locks that pile up look like stairs.
    shown.sort_by_key(|window| window.first);
    let more = if style.unicode { "…" } else { "..." };
    let name = |relation: &QName| shortened(&one_line(&relation.short()), LONGEST_NAME, more);
    let label = shown.iter().map(|window| width(&name(window.relation))).max().unwrap_or_default();
    let label = label.max(if words.file.transactions.is_empty() { 0 } else { TRANSACTION.len() });
    let columns = Columns::new(words.file, style.width.saturating_sub(label + 5).max(RULER));
    let row = |name: &str, cells: &str| format!("  {}  {cells}", padded(name, label)).trim_end().to_owned();
    let mut lines = vec![row("", &paint(style, Color::Dim, &columns.numbers()))];
    if let Some(brackets) = columns.transactions(words.file, style) {
        lines.push(row(TRANSACTION, &paint(style, Color::Dim, &brackets)));
    }
    let mut rows: BTreeMap<&QName, Vec<Cell>> = BTreeMap::new();
    for window in &shown {
        rows.insert(window.relation, vec![Cell { level: Level::Nothing, joined: false }; columns.list.len()]);
    }
    for (number, statement) in words.file.statements.iter().enumerate() {
        for lock in &statement.locks {
            if let Some(cells) = rows.get_mut(&lock.relation) {
                columns.fill(cells, number, lock);
            }
        }
    }
    for window in &shown {
        let cells = rows.get(window.relation).map(Vec::as_slice).unwrap_or_default();
        lines.push(row(&name(window.relation), &columns.draw(cells, long, style)));
    }
    let hidden = windows.len() - shown.len();
    if hidden > 0 {
        lines.push(format!("  and {}", counted(hidden, "more relation")));
    }
    let used: Vec<Level> = rows.values().flatten().map(|cell| cell.level).collect();
    lines.push(row("", &paint(style, Color::Dim, &legend(&used, style))));
    lines.extend(columns.remark.iter().map(|remark| row("", &paint(style, Color::Dim, remark))));
    lines
}

fn legend(used: &[Level], style: Style) -> String {
    let levels = [
        (Level::Reads, "reads and writes wait"),
        (Level::Writes, "writes wait"),
        (Level::SchemaChanges, "schema changes wait"),
        (Level::Nothing, "nothing waits"),
    ];
    let entries = levels.into_iter().filter(|(level, _)| used.contains(level));
    entries.map(|(level, text)| format!("{} {text}", level.sign(style))).collect::<Vec<_>>().join("   ")
}

impl Level {
    fn of(lock: &Lock) -> Self {
        match (lock.mode.blocks_reads(), lock.mode.blocks_writes()) {
            (true, _) => Self::Reads,
            (false, true) => Self::Writes,
            (false, false) => Self::SchemaChanges,
        }
    }

    fn sign(self, style: Style) -> char {
        match (self, style.unicode) {
            (Self::Reads, true) => '█',
            (Self::Writes, true) => '▓',
            (Self::SchemaChanges, true) => '░',
            (Self::Nothing, true) => '·',
            (Self::Reads, false) => '#',
            (Self::Writes, false) => '=',
            (Self::SchemaChanges, false) => '-',
            (Self::Nothing, false) => '.',
        }
    }
}

impl Columns {
    /// One for each statement where they fit; else one for each that makes others wait; else one for several.
    fn new(file: &File<'_>, most: usize) -> Self {
        let count = file.statements.len();
        let one = |number: usize| Column { first: number, last: number };
        let blocks = |number: &usize| {
            let statement = file.statements.get(*number);
            let locks = statement.into_iter().flat_map(|statement| &statement.locks);
            locks.into_iter().any(|lock| lock.mode.blocks_writes()) || file.is_end(*number)
        };
        if count <= most {
            return Self::sized((0..count).map(one).collect(), most, None);
        }
        let blocking: Vec<Column> = (0..count).filter(blocks).map(one).collect();
        if blocking.len() <= most {
            let remark = format!("only the {} of {count} that make others wait, or end a transaction", blocking.len());
            return Self::sized(blocking, most, Some(remark));
        }
        let each = count.div_ceil(most);
        let several = (0..count).step_by(each).map(|first| Column { first, last: (first + each).min(count) - 1 });
        let remark = format!("one cell for every {each} statements");
        Self { list: several.collect(), cell: 1, remark: Some(remark) }
    }

    fn sized(list: Vec<Column>, most: usize, remark: Option<String>) -> Self {
        let digits = list.last().map_or(1, |column| (column.last + 1).to_string().len());
        let cell = if list.len() * (digits + 1) <= most { digits + 1 } else { 1 };
        Self { list, cell, remark }
    }

    /// The numbers of statements over the cells.
    fn numbers(&self) -> String {
        let step = if self.cell == 1 { RULER } else { 1 };
        let numbers = self.list.iter().step_by(step).map(|column| (column.first + 1).to_string());
        let line: String = numbers.map(|number| padded(&number, self.cell * step)).collect();
        line.trim_end().to_owned()
    }

    /// The cells that lie in the statements from `first` to `last`.
    fn range(&self, first: usize, last: usize) -> std::ops::Range<usize> {
        let start = self.list.partition_point(|column| column.last < first);
        start..self.list.partition_point(|column| column.first <= last).max(start)
    }

    fn fill(&self, cells: &mut [Cell], number: usize, lock: &Lock) {
        let range = self.range(number, lock.last);
        let end = range.end;
        for (index, cell) in cells.iter_mut().enumerate().take(end).skip(range.start) {
            cell.joined |= index + 1 < end;
            cell.level = cell.level.max(Level::of(lock));
        }
    }

    /// Brackets from the first to the last statement of every transaction.
    fn transactions(&self, file: &File<'_>, style: Style) -> Option<String> {
        if file.transactions.is_empty() || self.list.iter().any(|column| column.first != column.last) {
            return None;
        }
        let [open, line, close, single] =
            if style.unicode { ['├', '─', '┤', '│'] } else { ['[', '-', ']', '|'] };
        let mut signs = vec![' '; self.list.len() * self.cell];
        for transaction in &file.transactions {
            let range = self.range(transaction.first, transaction.last);
            let (start, end) = (range.start * self.cell, (range.end * self.cell).saturating_sub(1));
            // Cells that are wide leave a gap between neighbors.
            let end = end.saturating_sub(usize::from(self.cell > 1));
            if range.is_empty() {
                continue;
            }
            for (at, sign) in signs.iter_mut().enumerate().take(end + 1).skip(start) {
                *sign = match (at == start, at == end) {
                    (true, true) => single,
                    (true, false) => open,
                    (false, true) => close,
                    (false, false) => line,
                };
            }
        }
        Some(signs.into_iter().collect::<String>().trim_end().to_owned())
    }

    /// A row of cells: red where long work is done while reads wait.
    fn draw(&self, cells: &[Cell], long: &LongWork, style: Style) -> String {
        let mut line = String::new();
        let mut run = String::new();
        let mut color = Color::Dim;
        for (cell, column) in cells.iter().zip(&self.list) {
            let wanted = match cell.level {
                Level::Nothing | Level::SchemaChanges => Color::Dim,
                Level::Reads if long.count(column.first, column.last) > 0 => Color::Red,
                Level::Reads | Level::Writes => Color::Yellow,
            };
            if wanted as u8 != color as u8 && !run.is_empty() {
                line.push_str(&paint(style, color, &std::mem::take(&mut run)));
            }
            color = wanted;
            let sign = cell.level.sign(style);
            // One dot is enough for nothing, and a lock that ends here does not touch the next.
            let filled = if cell.level == Level::Nothing { 1 } else { self.cell - usize::from(self.cell > 1) };
            run.extend(std::iter::repeat_n(sign, filled));
            let rest = if cell.joined { sign } else { ' ' };
            run.extend(std::iter::repeat_n(rest, self.cell - filled));
        }
        line.push_str(&paint(style, color, run.trim_end()));
        line
    }
}
