//! For people: release by release, with the SQL of every step.

use std::io::{self, Write};

use super::{Planning, form, lock, serves};
use crate::plan::{Release, Step, Way};
use crate::report::text::{one_line, several_lines};
use crate::report::{Color, commands, paint};

/// Writes the plan.
pub fn write(planning: &Planning<'_>, out: &mut dyn Write) -> io::Result<()> {
    commands::stopped(planning.actions, out, |out| {
        for change in &planning.plan.changes {
            writeln!(out, "{}", paint(planning.style, Color::Bold, &one_line(&change.what)))?;
            for note in &change.notes {
                writeln!(out, "  note: {}", one_line(note))?;
            }
            match &change.way {
                Way::None(why) => {
                    writeln!(out, "  {}: {}", paint(planning.style, Color::Red, "no safe way"), one_line(why))?;
                }
                Way::Releases(releases) => {
                    for (number, of_all) in releases.iter().enumerate() {
                        release(planning, of_all, number + 1, releases.len(), out)?;
                    }
                }
            }
            writeln!(out)?;
        }
        writeln!(out, "{}", planning.summary())
    })
}

fn release(
    planning: &Planning<'_>,
    release: &Release,
    number: usize,
    all: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let title = format!("release {number} of {all}: {}", release.phase.word());
    writeln!(out, "\n  {} ({})", paint(planning.style, Color::Cyan, &title), serves(release))?;
    for (at, one) in release.steps.iter().enumerate() {
        step(planning, one, &format!("{number}.{}", at + 1), out)?;
    }
    for then in &release.then {
        writeln!(out, "    {}: {}", paint(planning.style, Color::Yellow, "then"), one_line(then))?;
    }
    Ok(())
}

fn step(planning: &Planning<'_>, step: &Step, number: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {number} {}", one_line(&step.words))?;
    writeln!(out, "        {}: {}", form(step), step.name)?;
    for demand in &step.demands {
        writeln!(out, "        before: {}", one_line(&demand.words))?;
        if let Some(query) = &demand.query {
            indented(&format!("{}; -- has to give {}", query.sql, query.gives), out)?;
        }
    }
    for one in &step.locks {
        writeln!(out, "        locks {}", one_line(&lock(one)))?;
    }
    indented(&planning.sql(step), out)?;
    writeln!(out, "        back: {}", one_line(&step.back))?;
    match planning.down(step) {
        Some(down) => indented(&down, out),
        None => Ok(()),
    }
}

fn indented(sql: &str, out: &mut dyn Write) -> io::Result<()> {
    for line in several_lines(sql).trim_end().split('\n') {
        let blank = if line.is_empty() { "" } else { "            " };
        writeln!(out, "{blank}{line}")?;
    }
    Ok(())
}
