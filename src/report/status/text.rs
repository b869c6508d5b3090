//! The state of every transition for a terminal: a table, and under it what to do about each.

use std::io::{self, Write};

use super::{Board, figures, lateness, place, state};
use crate::report::files::Files;
use crate::report::grid::{fit, padded, width, wrapped};
use crate::report::text::{one_line, several_lines};
use crate::report::{Color, Style, commands, paint};
use crate::status::{Item, State};

/// Cells of a progress bar.
const BAR: usize = 10;

/// Columns before what is said of a transition.
const INDENT: usize = 10;

/// Moves of one transition that are shown.
const MOVES: usize = 8;

/// Writes the table and the details.
pub fn write(board: &Board<'_>, out: &mut dyn Write) -> io::Result<()> {
    commands::stopped(board.actions, out, |out| write_all(board, out))
}

fn write_all(board: &Board<'_>, out: &mut dyn Write) -> io::Result<()> {
    let (status, style) = (board.status, board.style);
    let mut head = paint(style, Color::Bold, &figures(status));
    if status.overdue() > 0 {
        head = format!("{head}, {}", paint(style, Color::Red, &format!("{} overdue", status.overdue())));
    }
    writeln!(out, "{head} ({})", status.today)?;
    if let Some(since) = &status.since {
        let moved = status.items.iter().filter(|item| item.is_recent()).count();
        writeln!(out, "{moved} moved since {}", one_line(since))?;
    }
    let items = board.items();
    if !items.is_empty() {
        writeln!(out)?;
        write_table(&items, style, out)?;
    }
    let files = board.files();
    for (number, item) in (1..).zip(&items) {
        writeln!(out)?;
        write_details(number, item, board, &files, out)?;
    }
    let hidden = status.items.len() - items.len();
    if hidden > 0 {
        let note = format!("{hidden} done and not listed: see `switchback status --all`");
        writeln!(out, "{}{}", if items.is_empty() { "" } else { "\n" }, paint(style, Color::Dim, &note))?;
    }
    Ok(())
}

fn arrow(style: Style) -> &'static str {
    if style.unicode { "→" } else { "->" }
}

fn color(item: &Item) -> Color {
    match (item.state, item.overdue) {
        (State::Open, Some(_)) => Color::Red,
        (State::Open, None) => Color::Yellow,
        (State::Done | State::GivenUp, _) => Color::Green,
    }
}

fn write_table(items: &[&Item], style: Style, out: &mut dyn Write) -> io::Result<()> {
    let head = ["#", "what", "phase", "done", "age", "owner", "due"].map(str::to_owned);
    let cells = |(number, item): (usize, &&Item)| {
        let phase = if item.state == State::Open { item.phase.map_or("", |phase| phase.word()) } else { state(item) };
        let bar = format!("{} {:>3}%", bar(item.percent, style), item.percent);
        let age = item.age_days.map_or_else(|| "?".to_owned(), |days| format!("{days} d"));
        let due = item.due.map(|due| due.to_string()).unwrap_or_default();
        let owner = one_line(item.owner.as_deref().unwrap_or_default());
        [number.to_string(), one_line(&item.what(arrow(style))), phase.to_owned(), bar, age, owner, due]
    };
    let rows: Vec<[String; 7]> = (1..).zip(items).map(cells).collect();
    let natural: Vec<usize> = (0..head.len())
        .map(|column| {
            let cells = rows.iter().chain([&head]).filter_map(|row| row.get(column));
            cells.map(|cell| width(cell)).max().unwrap_or(0)
        })
        .collect();
    let mut floors = natural.clone();
    for (at, floor) in [(1, 16), (5, 6)] {
        if let Some(width) = floors.get_mut(at) {
            *width = (*width).min(floor);
        }
    }
    let gaps = 2 * (head.len() - 1);
    let widths = fit(&natural, &[&floors], style.width.saturating_sub(gaps));
    write_row(&head, &widths, |_, cell| paint(style, Color::Dim, cell), out)?;
    for (row, item) in rows.iter().zip(items) {
        let painted = |column: usize, cell: &str| match column {
            1 => paint(style, Color::Bold, cell),
            2 | 3 => paint(style, color(item), cell),
            6 if item.overdue.is_some() => paint(style, Color::Red, cell),
            _ => cell.to_owned(),
        };
        write_row(row, &widths, painted, out)?;
    }
    Ok(())
}

fn write_row(
    row: &[String],
    widths: &[usize],
    painted: impl Fn(usize, &str) -> String,
    out: &mut dyn Write,
) -> io::Result<()> {
    let cells: Vec<Vec<String>> = row.iter().zip(widths).map(|(cell, width)| wrapped(cell, *width)).collect();
    for line in 0..cells.iter().map(Vec::len).max().unwrap_or(0) {
        let parts = cells.iter().zip(widths).enumerate().map(|(column, (lines, width))| {
            let part = lines.get(line).map(String::as_str).unwrap_or_default();
            if part.is_empty() { padded(part, *width) } else { painted(column, &padded(part, *width)) }
        });
        writeln!(out, "{}", parts.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    Ok(())
}

fn bar(percent: u32, style: Style) -> String {
    let full = usize::try_from(percent).unwrap_or(100).min(100) * BAR / 100;
    let (done, left) = if style.unicode { ("█", "░") } else { ("#", ".") };
    format!("{}{}", done.repeat(full), left.repeat(BAR - full))
}

fn write_details(
    number: usize,
    item: &Item,
    board: &Board<'_>,
    files: &Files<'_>,
    out: &mut dyn Write,
) -> io::Result<()> {
    let style = board.style;
    let title = format!("{number}. {}", one_line(&item.what(arrow(style))));
    writeln!(out, "{}", paint(style, Color::Bold, &title))?;
    if let Some(overdue) = item.overdue {
        write_labelled("overdue", &[lateness(overdue)], style, Color::Red, out)?;
    }
    if let Some(next) = &item.next {
        write_labelled("next", &[one_line(&next.words)], style, Color::Cyan, out)?;
        for line in several_lines(next.sql.as_deref().unwrap_or_default()).split('\n').filter(|line| !line.is_empty()) {
            writeln!(out, "{}{line}", " ".repeat(INDENT + 2))?;
        }
    }
    write_labelled("no return", &item.returns, style, Color::Yellow, out)?;
    write_labelled("remove", &item.leftovers, style, Color::Dim, out)?;
    let recent_only = board.status.since.is_some();
    let steps: Vec<_> = item.moves.iter().filter(|step| step.recent || !recent_only).collect();
    let last = steps.len().saturating_sub(MOVES);
    let lines: Vec<String> = steps
        .iter()
        .skip(last)
        .map(|step| {
            let date = step.date.map_or_else(|| "????-??-??".to_owned(), |date| date.to_string());
            format!("{date} {:<10} {} ({})", step.phase.word(), one_line(&step.words), one_line(&place(files, step)))
        })
        .collect();
    write_labelled("moved", &lines, style, Color::Dim, out)
}

/// `label` once, and the lines beside it.
fn write_labelled(label: &str, lines: &[String], style: Style, color: Color, out: &mut dyn Write) -> io::Result<()> {
    let mut label = label;
    for line in lines {
        for part in wrapped(&one_line(line), style.width.saturating_sub(INDENT + 2)) {
            writeln!(out, "  {}{part}", paint(style, color, &padded(label, INDENT)))?;
            label = "";
        }
    }
    Ok(())
}
