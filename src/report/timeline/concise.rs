//! A timeline for pipes, mail and `grep`: the same facts in aligned columns, one line for each lock, then the chart.

use std::io::{self, Write};

use super::words::{self, Words};
use super::{Picture, chart};
use crate::report::grid::{padded, width};
use crate::report::text::one_line;
use crate::report::{Style, commands};
use crate::timeline::window::{LongWork, worst};

/// Characters of a statement that are shown.
const LONGEST_TEXT: usize = 80;

/// New relations of one statement that are named.
const MOST_FRESH: usize = 20;

const HEADERS: [&str; 10] =
    ["#", "line", "relation", "lock", "blocks", "work", "held until", "rows", "lock_timeout", "statement"];

/// Writes every file, one under the other.
pub fn write(picture: &Picture<'_>, out: &mut dyn Write) -> io::Result<()> {
    let style = Style { color: false, ..picture.style };
    commands::stopped(picture.actions, out, |out| {
        for (number, file) in picture.files.iter().enumerate() {
            if number > 0 {
                writeln!(out)?;
            }
            write_file(&Words::new(file), style, out)?;
        }
        Ok(())
    })
}

fn write_file(words: &Words<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let (path, summary) = words.title();
    writeln!(out, "{path}: {summary}")?;
    if words.file.statements.is_empty() {
        return Ok(());
    }
    write_table(words, style, out)?;
    let long = LongWork::of(words.file);
    let windows = worst(words.file, &long);
    for line in chart::lines(words, &windows, &long, style) {
        writeln!(out, "{line}")?;
    }
    for window in &windows {
        writeln!(out, "summary: {}", words.closed(window))?;
    }
    if windows.is_empty() {
        writeln!(out, "summary: {}", words.open())?;
    }
    for remark in words.remarks(true) {
        writeln!(out, "remark: {remark}")?;
    }
    Ok(())
}

fn write_table(words: &Words<'_>, style: Style, out: &mut dyn Write) -> io::Result<()> {
    let rows = rows(words, style);
    let mut widths = HEADERS.map(str::len);
    for row in &rows {
        for (cell, widest) in row.iter().zip(&mut widths) {
            *widest = width(cell).max(*widest);
        }
    }
    for row in std::iter::once(&HEADERS.map(str::to_owned)).chain(&rows) {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| padded(cell, width)).collect();
        writeln!(out, "{}", cells.join("  ").trim_end())?;
    }
    for (number, statement) in (1..).zip(&words.file.statements) {
        for note in &statement.notes {
            writeln!(out, "note: statement {number}: {}", one_line(note))?;
        }
        if let Some(fresh) = words::fresh(statement, MOST_FRESH) {
            writeln!(out, "note: statement {number}: {fresh}")?;
        }
    }
    Ok(())
}

/// One for each lock, and one for each statement without any.
fn rows(words: &Words<'_>, style: Style) -> Vec<[String; HEADERS.len()]> {
    let none = || "-".to_owned();
    let more = if style.unicode { "…" } else { "..." };
    let mut rows = Vec::new();
    for (number, statement) in (1_usize..).zip(&words.file.statements) {
        let text = words.text(statement.span, LONGEST_TEXT, more);
        let line = words.line(statement.span).to_string();
        let (number, line) = (|| number.to_string(), || line.clone());
        if statement.locks.is_empty() {
            let [relation, lock, blocks, work, until, size, timeout] = [(); 7].map(|()| none());
            rows.push([number(), line(), relation, lock, blocks, work, until, size, timeout, text]);
            continue;
        }
        for lock in words::strongest_first(statement) {
            rows.push([
                number(),
                line(),
                words::relation(lock),
                lock.mode.words().to_owned(),
                words::blocks(lock).to_owned(),
                words::work(lock),
                words.until(statement, lock),
                words::rows(lock).unwrap_or_else(none),
                words::timeout(lock).unwrap_or_else(none),
                text.clone(),
            ]);
        }
    }
    rows
}
