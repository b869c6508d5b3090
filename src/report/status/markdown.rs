//! A weekly update: the number first, then what moved, what is next, the risks, and what is asked for.
//!
//! Results of writing to a string are dropped: that cannot fail.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Board, headline, lateness, place, state};
use crate::report::counted;
use crate::report::files::Files;
use crate::report::markdown::text::{block, code, inline};
use crate::status::{Item, Next, State};
use crate::transition::Phase;

/// Points of no return that are named one by one.
const RISKS: usize = 20;

/// Writes the update.
pub fn write(board: &Board<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = board.files();
    let items = board.items();
    let mut text = format!("## {}\n\n", inline(&headline(board.status)));
    let since = board.status.since.as_deref().map(|since| format!(", what moved since {}", code(since)));
    let _ = writeln!(text, "As of {}{}.\n", board.status.today, since.unwrap_or_default());
    table(&items, &mut text);
    moved(board, &files, &mut text);
    next(&items, &mut text);
    risks(&items, &mut text);
    ask(&items, &mut text);
    out.write_all(text.trim_end().as_bytes())?;
    writeln!(out)
}

/// Names separated by commas, as code.
fn what(item: &Item) -> String {
    code(&item.what("→"))
}

fn table(items: &[&Item], text: &mut String) {
    if items.is_empty() {
        return;
    }
    text.push_str("| what | phase | done | age | owner | due |\n|---|---|--:|--:|---|---|\n");
    for item in items {
        let phase = if item.state == State::Open { item.phase.map_or("", Phase::word) } else { state(item) };
        let age = item.age_days.map(|days| counted(usize::try_from(days).unwrap_or(0), "day")).unwrap_or_default();
        let owner = inline(item.owner.as_deref().unwrap_or_default());
        let due = item.due.map(|due| due.to_string()).unwrap_or_default();
        let due = if item.overdue.is_some() { format!("**{due} overdue**").replace("** ", "**") } else { due };
        let _ = writeln!(text, "| {} | {phase} | {}% | {age} | {owner} | {due} |", what(item), item.percent);
    }
    text.push('\n');
}

fn moved(board: &Board<'_>, files: &Files<'_>, text: &mut String) {
    text.push_str("### Moved\n\n");
    let since = board.status.since.is_some();
    let mut any = false;
    for item in board.items() {
        let steps = item.moves.iter().filter(|step| step.recent);
        let last = item.moves.last().filter(|_| !since && item.state == State::Open);
        for step in steps.chain(last) {
            any = true;
            let date = step.date.map(|date| format!(" on {date}")).unwrap_or_default();
            let (phase, words) = (step.phase.word(), inline(&step.words));
            let _ = writeln!(text, "- {}: {phase}{date}, {words} ({})", what(item), code(&place(files, step)));
        }
    }
    text.push_str(if any { "\n" } else { "Nothing.\n\n" });
}

fn next(items: &[&Item], text: &mut String) {
    text.push_str("### Next\n\n");
    let mut any = false;
    for item in items {
        let Some(Next { words, sql }) = &item.next else { continue };
        any = true;
        let _ = writeln!(text, "- {}: {}", what(item), inline(words));
        if let Some(sql) = sql {
            let indented = block("sql", sql).replace('\n', "\n  ");
            let _ = writeln!(text, "\n  {}\n", indented.trim_end());
        }
    }
    text.push_str(if any { "\n" } else { "Nothing.\n\n" });
}

fn risks(items: &[&Item], text: &mut String) {
    text.push_str("### Risks\n\n");
    let mut lines = Vec::new();
    for item in items {
        lines.extend(item.overdue.map(|overdue| format!("- {}: {}", what(item), lateness(overdue))));
        // What is taken away by the very next step is a risk of this week.
        let last = item.stages.last().is_some_and(|stage| stage.standing == crate::status::Standing::Next);
        let returns = item.returns.iter().filter(|_| last);
        lines.extend(returns.map(|words| format!("- {}: point of no return next: {}", what(item), inline(words))));
    }
    let more = lines.len().saturating_sub(RISKS);
    lines.truncate(RISKS);
    if more > 0 {
        lines.push(format!("- and {more} more"));
    }
    let _ = writeln!(text, "{}\n", if lines.is_empty() { "None.".to_owned() } else { lines.join("\n") });
}

fn ask(items: &[&Item], text: &mut String) {
    text.push_str("### Ask\n\n");
    let open = |wanted: &dyn Fn(&Item) -> bool| {
        let found = items.iter().filter(|item| item.state == State::Open && wanted(item));
        found.map(|item| what(item)).collect::<Vec<_>>()
    };
    let asks = [
        ("an owner for", open(&|item| item.owner.is_none())),
        ("a due date for", open(&|item| item.due.is_none())),
        ("a new date, or the next step, for", open(&|item| item.overdue.is_some())),
    ];
    let mut any = false;
    for (wanted, of) in asks.iter().filter(|(_, of)| !of.is_empty()) {
        any = true;
        let _ = writeln!(text, "- {wanted} {}", of.join("; "));
    }
    text.push_str(if any { "\n" } else { "Nothing.\n" });
}
