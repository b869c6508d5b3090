//! A page that can be published: one file, which asks for nothing from anywhere. What comes from migrations is text on it
//! and nothing else; the policy at its top lets no other file in, whatever is written on it.
//!
//! Results of writing to a string are dropped: that cannot fail.

mod chart;

use std::fmt::Write as _;
use std::io::{self, Write};

use super::{Board, figures, lateness, place, state};
use crate::report::counted;
use crate::report::files::Files;
use crate::report::text::several_lines;
use crate::status::{Item, Moved, Stage, Standing, State, Status};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Only what is written in the page itself.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; \
                      form-action 'none'";

/// Writes the page.
pub fn write(board: &Board<'_>, out: &mut dyn Write) -> io::Result<()> {
    let files = board.files();
    let items = board.items();
    writeln!(
        out,
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"{POLICY}\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n<title>Schema changes: {}</title>\n<style>\n{STYLE}</style>\n\
         </head>\n<body>\n<div class=\"wrap\">",
        escaped(&super::headline(board.status))
    )?;
    out.write_all(header(board.status).as_bytes())?;
    out.write_all(form(&items).as_bytes())?;
    writeln!(out, "<main>")?;
    out.write_all(chart::of(&items, board.status.today).as_bytes())?;
    for (number, item) in items.iter().enumerate() {
        out.write_all(card(number, item, &files).as_bytes())?;
    }
    if items.is_empty() {
        writeln!(out, "<p>No change is in flight.</p>")?;
    }
    writeln!(
        out,
        "</main>\n<footer>Read from the migrations by switchback {}. A dotted phase was skipped: a later one makes it \
         needless.</footer>\n</div>\n<script>\n{SCRIPT}</script>\n</body>\n</html>",
        env!("CARGO_PKG_VERSION")
    )
}

fn header(status: &Status) -> String {
    let late = match status.overdue() {
        0 => String::new(),
        overdue => format!(", <span class=\"late\">{overdue} overdue</span>"),
    };
    let moved = status.since.as_deref().map(|since| {
        let moved = status.items.iter().filter(|item| item.is_recent()).count();
        format!(", {moved} moved since {}", escaped(since))
    });
    let share = status.done() * 100 / status.items.len().max(1);
    format!(
        "<header>\n<div class=\"top\"><h1>Schema changes in flight</h1>\
         <button type=\"button\" class=\"theme\">Dark colors</button></div>\n\
         <p class=\"number\">{}{late}</p>\n<p class=\"asof\">As of {}{}</p>\n\
         <div class=\"meter\" role=\"img\" aria-label=\"{share}% of the transitions are done\">\
         <span style=\"width:{share}%\"></span></div>\n</header>\n",
        escaped(&figures(status)),
        status.today,
        moved.unwrap_or_default(),
    )
}

fn form(items: &[&Item]) -> String {
    let count = |wanted: &dyn Fn(&Item) -> bool| items.iter().filter(|item| wanted(item)).count();
    let mut choices = String::new();
    for (value, name, number) in [
        ("all", "All", items.len()),
        ("open", "Open", count(&|item| item.state == State::Open)),
        ("overdue", "Overdue", count(&|item| item.overdue.is_some())),
        ("done", "Done", count(&|item| item.state != State::Open)),
    ] {
        let checked = if value == "all" { " checked" } else { "" };
        let _ = write!(
            choices,
            "<label><input type=\"radio\" name=\"state\" value=\"{value}\"{checked}><span>{name} {number}</span></label>"
        );
    }
    format!(
        "<form role=\"search\" aria-label=\"Transitions\">\n<label class=\"unseen\" for=\"filter\">Filter by text</label>\
         <input type=\"search\" id=\"filter\" placeholder=\"Filter: table, column, owner, file\" autocomplete=\"off\">\n\
         <fieldset><legend class=\"unseen\">State</legend>{choices}</fieldset>\n\
         <p class=\"shown\" id=\"shown\" role=\"status\"></p>\n</form>\n"
    )
}

fn card(number: usize, item: &Item, files: &Files<'_>) -> String {
    let class = class(item);
    let mut card = format!(
        "<article class=\"card {class}\" id=\"t{number}\" data-state=\"{class}\" aria-labelledby=\"h{number}\">\n\
         <div class=\"head\"><h2 id=\"h{number}\">{}</h2><span class=\"state\">{}</span></div>\n{}{}",
        escaped(&item.what("→")),
        state(item),
        facts(item),
        phases(&item.stages),
    );
    if let Some(next) = &item.next {
        let _ = writeln!(card, "<h3>Next step</h3>\n<p>{}</p>", escaped(&next.words));
        if let Some(sql) = &next.sql {
            // It scrolls sideways, so the keyboard has to get there.
            let _ = writeln!(card, "<pre tabindex=\"0\" aria-label=\"SQL\"><code>{}</code></pre>", lines(sql));
        }
    }
    card.push_str("<div class=\"two\">\n");
    card.push_str(&list("Points of no return ahead", &item.returns));
    card.push_str(&list("To remove at the end", &item.leftovers));
    card.push_str("</div>\n");
    card.push_str(&moves(item, files));
    card.push_str("</article>\n");
    card
}

/// What the page filters by.
fn class(item: &Item) -> &'static str {
    match (item.state, item.overdue) {
        (State::Open, Some(_)) => "overdue",
        (State::Open, None) => "open",
        (State::Done | State::GivenUp, _) => "done",
    }
}

fn facts(item: &Item) -> String {
    let mut facts = vec![format!("<span><strong>{}%</strong> of its steps done</span>", item.percent)];
    if let Some(days) = item.age_days {
        let days = counted(usize::try_from(days).unwrap_or(0), "day");
        let verb = if item.state == State::Open { "open for" } else { "took" };
        facts.push(format!("<span>{verb} <strong>{days}</strong></span>"));
    }
    let owner = item.owner.as_deref().map_or_else(|| "nobody".to_owned(), escaped);
    facts.push(format!("<span>owner <strong>{owner}</strong></span>"));
    facts.extend(item.due.map(|due| format!("<span>due <strong><time>{due}</time></strong></span>")));
    facts.extend(item.overdue.map(|overdue| format!("<span class=\"late\">{}</span>", lateness(overdue))));
    format!("<p class=\"facts\">{}</p>\n", facts.join(""))
}

fn phases(stages: &[Stage]) -> String {
    let mut text = String::from("<ol class=\"phases\" aria-label=\"Phases\">");
    for stage in stages {
        let standing = match stage.standing {
            Standing::Done => "done",
            Standing::Skipped => "skipped",
            Standing::Next => "next",
            Standing::Ahead => "ahead",
        };
        let date = stage.date.map(|date| format!("<time>{date}</time>")).unwrap_or_default();
        let word = stage.phase.word();
        let _ = write!(text, "<li class=\"{standing}\">{word}<span class=\"unseen\">: {standing}</span>{date}</li>");
    }
    text.push_str("</ol>\n");
    text
}

fn list(title: &str, words: &[String]) -> String {
    if words.is_empty() {
        return String::new();
    }
    let items: Vec<String> = words.iter().map(|words| format!("<li>{}</li>", escaped(words))).collect();
    format!("<div><h3>{title}</h3>\n<ul>{}</ul></div>\n", items.join(""))
}

fn moves(item: &Item, files: &Files<'_>) -> String {
    let row = |step: &Moved| {
        let date = step.date.map(|date| format!("<time>{date}</time>")).unwrap_or_default();
        let new = if step.recent { " <span class=\"new\">new</span>" } else { "" };
        let (phase, words, place) = (step.phase.word(), escaped(&step.words), escaped(&place(files, step)));
        format!("<tr><td>{date}{new}</td><td>{phase}</td><td>{words}</td><td>{place}</td></tr>\n")
    };
    let rows: Vec<String> = item.moves.iter().map(row).collect();
    let open = if item.is_recent() { " open" } else { "" };
    format!(
        "<details{open}><summary>{} so far</summary>\n<table class=\"moves\"><thead><tr><th scope=\"col\">day</th>\
         <th scope=\"col\">phase</th><th scope=\"col\">what</th><th scope=\"col\">where</th></tr></thead>\n<tbody>\n{}\
         </tbody></table></details>\n",
        counted(rows.len(), "move"),
        rows.concat()
    )
}

/// Text between tags and in attributes, on one line.
fn escaped(text: &str) -> String {
    lines(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Text between tags, line by line.
fn lines(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in several_lines(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
