//! A timeline drawn for a terminal: a table of the locks, the chart, and what it comes to.

use std::io::{self, Write};

use super::words::{self, Words};
use super::{Picture, chart};
use crate::report::grid::{TIE, fit, padded, shortened, width, wrapped};
use crate::report::text::one_line;
use crate::report::{Color, Style, commands, counted, paint};
use crate::timeline::window::{LongWork, Window, worst};
use crate::timeline::{FAILS, Lock, Statement};

/// Locks of one statement that are listed.
const MOST_LOCKS: usize = 20;

/// New relations of one statement that are named.
const MOST_FRESH: usize = 6;

/// Relations whose worst time is told in a sentence.
const MOST_SENTENCES: usize = 5;

/// In files of more statements, runs of those that make nobody wait are folded.
const LONG_FILE: usize = 60;

/// The shortest run that is folded.
const SHORTEST_FOLD: usize = 3;

/// No table is narrower; no column asks for more.
const NARROWEST: usize = 60;
const WIDEST_CELL: usize = 60;

/// The spaces before the cells of a lock, and between them.
const INDENT: usize = 2;
const GAP: usize = 2;

const HEADERS: [&str; 7] = ["relation", "lock", "blocks", "work", "held until", "rows", "timeout"];

/// The columns with names of the migration, and how narrow they may get.
const BREAKABLE: [usize; 2] = [0, 3];
const NARROWEST_NAME: usize = 9;

/// The lock and what it blocks.
const UNBROKEN: [usize; 2] = [1, 2];

/// Writes every file, one under the other.
pub fn write(picture: &Picture<'_>, out: &mut dyn Write) -> io::Result<()> {
    commands::stopped(picture.actions, out, |out| {
        for (number, file) in picture.files.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            let words = Words::new(file);
            write_file(&words, picture.style, out)?;
        }
        Ok(())
    })
}

fn write_file(words: &Words<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (path, summary) = words.title();
    let fits = width(&path) + width(&summary) + 2 <= style.width;
    writeln!(out, "{}:{}{summary}", paint(style, Color::Bold, &path), if fits { " " } else { "\n  " })?;
    if words.file.statements.is_empty() {
        return Ok(());
    }
    let long = LongWork::of(words.file);
    Table::new(words, &long, style).write(out)?;
    let windows = worst(words.file, &long);
    let chart = chart::lines(words, &windows, &long, style);
    if !chart.is_empty() {
        writeln!(out)?;
    }
    for line in chart {
        writeln!(out, "{line}")?;
    }
    writeln!(out)?;
    for (text, color) in sentences(words, &windows) {
        let bullet = if style.unicode { "●" } else { "*" };
        let mut lead = paint(style, color, bullet);
        for line in wrapped(&text, style.width.max(NARROWEST) - 4) {
            writeln!(out, "  {lead} {line}")?;
            " ".clone_into(&mut lead);
        }
    }
    Ok(())
}

/// What it comes to, and in which color.
fn sentences(words: &Words<'_>, windows: &[Window<'_>]) -> Vec<(String, Color)> {
    let mut sentences = Vec::new();
    for window in windows.iter().take(MOST_SENTENCES) {
        let bad = window.reads.is_some() && window.long > 0;
        sentences.push((words.closed(window), if bad { Color::Red } else { Color::Yellow }));
    }
    let others = windows.len().saturating_sub(MOST_SENTENCES);
    if others > 0 {
        sentences
            .push((format!("{} closed too, none of them worse", words::are(others, "more relation")), Color::Yellow));
    }
    if windows.is_empty() {
        sentences.push((words.open().to_owned(), Color::Green));
    }
    sentences.extend(words.remarks(false).into_iter().map(|remark| (remark, Color::Cyan)));
    sentences
}

/// A line of the table, before it is laid out.
enum Row<'a> {
    Statement { number: usize, statement: &'a Statement },
    Lock { cells: [String; HEADERS.len()], color: Color },
    Text { text: String, color: Color },
    Fold { text: String },
}

struct Table<'a> {
    words: &'a Words<'a>,
    style: Style,
    rows: Vec<Row<'a>>,
    /// Widths of the columns; zero for one that is left out.
    widths: Vec<usize>,
    /// Width of the numbers of statements, and of lines.
    number: usize,
    line: usize,
    /// Width of all that is right of them.
    content: usize,
    /// Spaces between two cells.
    gap: usize,
}

impl<'a> Table<'a> {
    fn new(words: &'a Words<'a>, long: &LongWork, style: Style) -> Self {
        let rows = rows(words, long);
        let number = words.file.statements.len().to_string().len();
        let line = words.file.statements.last().map_or(0, |last| words.line(last.span).to_string().len());
        let line = line.max("line".len());
        let most = style.width.max(NARROWEST).saturating_sub(number + line + 10);
        let (natural, floors) = demands(&rows);
        let used = natural.iter().filter(|width| **width > 0).count();
        // On a narrow terminal every column counts.
        let around = |gap: usize| INDENT + gap * used.saturating_sub(1);
        let tight = floors.last().is_some_and(|words| words.iter().sum::<usize>() + around(GAP) > most);
        let gap = if tight { 1 } else { GAP };
        let around = around(gap);
        let widths = fit(&natural, &floors.each_ref().map(Vec::as_slice), most.saturating_sub(around));
        let table = if used > 0 { around + widths.iter().sum::<usize>() } else { 0 };
        let statements = rows.iter().map(|row| match row {
            Row::Statement { statement, .. } => width(&words.text(statement.span, most, "")) + GAP + 1,
            Row::Lock { .. } => 0,
            Row::Text { text, .. } | Row::Fold { text } => width(text) + INDENT,
        });
        let content = statements.max().unwrap_or_default().min(most).max(table);
        Self { words, style, rows, widths, number, line, content, gap }
    }

    fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let [top, middle, bottom] = if self.style.unicode {
            [['╭', '─', '┬', '╮'], ['├', '─', '┼', '┤'], ['╰', '─', '┴', '╯']]
        } else {
            [['+', '-', '+', '+']; 3]
        };
        self.rule(top, out)?;
        if self.widths.iter().any(|width| *width > 0) {
            self.cells(&HEADERS.map(str::to_owned), ["#", "line"], Color::Bold, out)?;
            self.rule(middle, out)?;
        }
        for row in &self.rows {
            match row {
                Row::Statement { number, statement } => self.statement(*number, statement, out)?,
                Row::Lock { cells, color } => self.cells(cells, ["", ""], *color, out)?,
                Row::Text { text, color } => self.text(text, *color, out)?,
                Row::Fold { text } => {
                    let sign = if self.style.unicode { "⋮" } else { ":" };
                    self.line(sign, sign, &paint(self.style, Color::Dim, &padded(text, self.content)), out)?;
                }
            }
        }
        self.rule(bottom, out)
    }

    fn rule(&self, [left, line, cross, right]: [char; 4], out: &mut dyn Write) -> io::Result<()> {
        let run = |length: usize| line.to_string().repeat(length);
        let [number, place, content] = [self.number, self.line, self.content].map(|width| run(width + 2));
        let text = format!("{left}{number}{cross}{place}{cross}{content}{right}");
        writeln!(out, "{}", paint(self.style, Color::Dim, &text))
    }

    /// A line of the table; `content` is as wide as it has to be.
    fn line(&self, number: &str, place: &str, content: &str, out: &mut dyn Write) -> io::Result<()> {
        let bar = paint(self.style, Color::Dim, if self.style.unicode { "│" } else { "|" });
        let right = |text: &str, most: usize| format!("{}{text}", " ".repeat(most.saturating_sub(width(text))));
        let bold = Style { color: self.style.color && !number.is_empty(), ..self.style };
        let number = paint(bold, Color::Bold, &right(number, self.number));
        let dim = Style { color: self.style.color && !place.is_empty(), ..self.style };
        let place = paint(dim, Color::Dim, &right(place, self.line));
        writeln!(out, "{bar} {number} {bar} {place} {bar} {content} {bar}")
    }

    fn statement(&self, number: usize, statement: &Statement, out: &mut dyn Write) -> io::Result<()> {
        let (more, dash) = if self.style.unicode { ("…", "–") } else { ("...", "-") };
        let end = if statement.locks.is_empty() { dash } else { "" };
        let room = self.content.saturating_sub(if end.is_empty() { 0 } else { GAP + 1 });
        let text = self.words.text(statement.span, room, more);
        let space = " ".repeat(self.content.saturating_sub(width(&text) + width(end)));
        let end = if end.is_empty() { String::new() } else { paint(self.style, Color::Dim, end) };
        let text = format!("{}{space}{end}", paint(self.style, Color::Bold, &text));
        self.line(&(number + 1).to_string(), &self.words.line(statement.span).to_string(), &text, out)
    }

    fn cells(
        &self,
        cells: &[String; HEADERS.len()],
        [number, place]: [&str; 2],
        color: Color,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let columns: Vec<(Vec<String>, usize)> = cells
            .iter()
            .zip(&self.widths)
            .filter(|(_, width)| **width > 0)
            .map(|(cell, width)| (wrapped(cell, *width), *width))
            .collect();
        let height = columns.iter().map(|(lines, _)| lines.len()).max().unwrap_or_default();
        for index in 0..height {
            let parts: Vec<String> = columns
                .iter()
                .map(|(lines, width)| padded(lines.get(index).map_or("", String::as_str), *width))
                .collect();
            let text = format!("{}{}", " ".repeat(INDENT), parts.join(&" ".repeat(self.gap)));
            let text = paint(self.style, color, &padded(&text, self.content));
            let [number, place] = if index == 0 { [number, place] } else { ["", ""] };
            self.line(number, place, &text, out)?;
        }
        Ok(())
    }

    fn text(&self, text: &str, color: Color, out: &mut dyn Write) -> io::Result<()> {
        for line in wrapped(text, self.content - INDENT) {
            let text = padded(&format!("{}{line}", " ".repeat(INDENT)), self.content);
            self.line("", "", &paint(self.style, color, &text), out)?;
        }
        Ok(())
    }
}

/// How wide each column would like to be, zero where nothing stands in it, and how narrow it may get: first with what
/// people look for in one line, then broken between words, then also between words that belong together.
fn demands(rows: &[Row<'_>]) -> (Vec<usize>, [Vec<usize>; 3]) {
    let longest =
        |text: &str, separators: &[char]| text.split(separators).map(width).max().unwrap_or_default().min(WIDEST_CELL);
    let mut natural = vec![0; HEADERS.len()];
    let mut tied = natural.clone();
    let mut words = natural.clone();
    let mut widen = |column: usize, text: &str| {
        let wanted = [width(text).min(WIDEST_CELL), longest(text, &[' ']), longest(text, &[' ', TIE])];
        for (widths, wanted) in [&mut natural, &mut tied, &mut words].into_iter().zip(wanted) {
            if let Some(width) = widths.get_mut(column) {
                *width = wanted.max(*width);
            }
        }
    };
    for (column, header) in HEADERS.iter().enumerate() {
        let cells =
            rows.iter().filter_map(|row| if let Row::Lock { cells, .. } = row { cells.get(column) } else { None });
        let mut cells = cells.filter(|cell| !cell.is_empty()).peekable();
        if cells.peek().is_some() {
            widen(column, header);
        }
        cells.for_each(|cell| widen(column, cell));
    }
    let mut whole = tied.clone();
    // Names may be broken anywhere.
    for column in BREAKABLE {
        if let Some(width) = words.get_mut(column) {
            *width = NARROWEST_NAME.min(*width);
        }
    }
    for ((column, whole), natural) in whole.iter_mut().enumerate().zip(&natural) {
        if UNBROKEN.contains(&column) {
            *whole = *natural;
        }
    }
    (natural, [whole, tied, words])
}

fn rows<'a>(words: &'a Words<'a>, long: &LongWork) -> Vec<Row<'a>> {
    let statements = &words.file.statements;
    let mut rows = Vec::new();
    let mut number = 0;
    while let Some(statement) = statements.get(number) {
        let run =
            statements.iter().enumerate().skip(number).take_while(|(at, next)| is_quiet(words, *at, next)).count();
        if statements.len() > LONG_FILE && run >= SHORTEST_FOLD {
            let last = statements.get(number + run - 1).unwrap_or(statement);
            let (from, to) = (words.line(statement.span), words.line(last.span));
            let (first, last) = (number + 1, number + run);
            let text =
                format!("statements {first} to {last}, lines {from} to {to}: no reads or writes wait for their locks");
            rows.push(Row::Fold { text });
            number += run;
            continue;
        }
        rows.push(Row::Statement { number, statement });
        add_details(words, long, number, statement, &mut rows);
        number += 1;
    }
    rows
}

/// What may be folded: it makes nobody wait, opens and ends nothing, and all of it is known.
fn is_quiet(words: &Words<'_>, number: usize, statement: &Statement) -> bool {
    let opens = statement.transaction.and_then(|index| words.file.transactions.get(index));
    !statement.locks.iter().any(|lock| lock.mode.blocks_writes())
        && statement.notes.is_empty()
        && !statement.forbidden
        && !words.file.is_end(number)
        && opens.is_none_or(|transaction| transaction.first != number)
}

fn add_details<'a>(
    words: &Words<'_>,
    long: &LongWork,
    number: usize,
    statement: &'a Statement,
    rows: &mut Vec<Row<'a>>,
) {
    for lock in words::strongest_first(statement).into_iter().take(MOST_LOCKS) {
        let color = color(lock, number, long);
        rows.push(Row::Lock { cells: cells(words, statement, lock), color });
    }
    let mut text = |text: String, color: Color| rows.push(Row::Text { text, color });
    if statement.locks.len() > MOST_LOCKS {
        let others = counted(statement.locks.len() - MOST_LOCKS, "more relation");
        text(format!("and {others}, none locked more strongly"), Color::Dim);
    }
    if let Some(fresh) = words::fresh(statement, MOST_FRESH) {
        text(fresh, Color::Dim);
    }
    // A note says it where it makes the statement fail.
    if statement.forbidden && !statement.notes.iter().any(|note| note == FAILS) {
        text("cannot run inside a transaction".to_owned(), Color::Cyan);
    }
    for note in &statement.notes {
        text(format!("note: {}", one_line(note)), Color::Cyan);
    }
}

/// Red where reads wait for long work, of this statement or of a later one under the same lock.
fn color(lock: &Lock, number: usize, long: &LongWork) -> Color {
    match (lock.mode.blocks_reads(), lock.mode.blocks_writes()) {
        (true, _) if long.count(number, lock.last) > 0 => Color::Red,
        (_, true) => Color::Yellow,
        (_, false) => Color::Dim,
    }
}

fn cells(words: &Words<'_>, statement: &Statement, lock: &Lock) -> [String; HEADERS.len()] {
    [
        shortened(&words::relation(lock), WIDEST_CELL, ""),
        lock.mode.words().replace(" EXCLUSIVE", &format!("{TIE}EXCLUSIVE")),
        words::blocks(lock).replacen(" and", &format!("{TIE}and"), 1),
        words::work(lock),
        tied(&words.until(statement, lock)),
        words::rows(lock).unwrap_or_default(),
        words::timeout(lock).unwrap_or_default(),
    ]
}

/// `transaction end (BEGIN, line 3)`, better broken before the bracket than anywhere else.
fn tied(until: &str) -> String {
    match until.split_once(" (") {
        Some((event, cause)) => format!("{} ({}", tie(event), tie(cause)),
        None => tie(until),
    }
}

fn tie(text: &str) -> String {
    text.replace(' ', &TIE.to_string())
}
