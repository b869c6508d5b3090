//! All transitions on one line of time: a bar for each, from its first move to its end or today, colored by phase.

use std::fmt::Write as _;

use super::escaped;
use crate::date::Date;
use crate::status::{Item, Moved, State};
use crate::transition::Phase;

/// The chart; nothing where no day is known.
pub(super) fn of(items: &[&Item], today: Date) -> String {
    let dated = items.iter().enumerate().filter(|(_, item)| item.opened.is_some());
    let Some(first) = items.iter().filter_map(|item| item.opened).min() else { return String::new() };
    let due = items.iter().filter(|item| item.state == State::Open).filter_map(|item| item.due).max();
    let last = due.map_or(today, |due| due.max(today));
    let scale = Scale { first, days: last.days_since(first).max(1) };
    let mut text = String::from(
        "<section class=\"chart\" aria-labelledby=\"chart\">\n<h2 id=\"chart\">When each phase was reached</h2>\n<ol>\n",
    );
    for (number, item) in dated {
        let what = escaped(&item.what("→"));
        let _ = writeln!(
            text,
            "<li data-of=\"t{number}\"><a href=\"#t{number}\" title=\"{what}\">{what}</a>\
             <div class=\"track\" role=\"img\" aria-label=\"{}\">{}</div></li>",
            described(item),
            bars(item, today, &scale)
        );
    }
    text.push_str("</ol>\n");
    let _ = writeln!(text, "<div class=\"scale\" aria-hidden=\"true\"><span>{first}</span><span>{last}</span></div>");
    text.push_str("<p class=\"key\">");
    for phase in Phase::ALL {
        let _ = write!(text, "<span><i class=\"k{}\"></i>{}</span>", phase as usize, phase.word());
    }
    text.push_str("<span><i class=\"due\"></i>due</span></p>\n</section>\n");
    text
}

/// Days to parts of the width.
struct Scale {
    first: Date,
    days: i64,
}

impl Scale {
    /// Tenths of a percent from the left.
    fn at(&self, date: Date) -> i64 {
        (date.days_since(self.first) * 1000 / self.days).clamp(0, 1000)
    }
}

/// `62.5%` for 625.
fn percent(tenths: i64) -> String {
    format!("{}.{}%", tenths / 10, tenths % 10)
}

fn bars(item: &Item, today: Date, scale: &Scale) -> String {
    let mut steps: Vec<(Date, &Moved)> = item.moves.iter().filter_map(|step| Some((step.date?, step))).collect();
    steps.sort_by_key(|(date, step)| (*date, step.phase));
    let mut text = String::new();
    let mut furthest = Phase::Expanded;
    for (index, (date, step)) in steps.iter().enumerate() {
        furthest = furthest.max(step.phase);
        let next = steps.get(index + 1).map(|(date, _)| *date);
        let end = next.unwrap_or(if item.state == State::Open { today } else { *date });
        let (from, to) = (scale.at(*date), scale.at(end));
        if to > from || next.is_none() {
            let (left, width) = (percent(from.min(996)), percent((to - from).max(0)));
            let _ = write!(text, "<i class=\"k{}\" style=\"left:{left};width:{width}\"></i>", furthest as usize);
        }
    }
    if let Some(due) = item.due {
        let _ = write!(text, "<b style=\"left:{}\"></b>", percent(scale.at(due).min(998)));
    }
    text
}

/// The same for those who do not see it.
fn described(item: &Item) -> String {
    let reached = item.stages.iter().filter_map(|stage| Some(format!("{} {}", stage.phase.word(), stage.date?)));
    reached.collect::<Vec<_>>().join(", ")
}
