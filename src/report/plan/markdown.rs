//! A runbook: boxes to check, release by release, with the SQL of every step and a checklist for the last one.

use std::io::{self, Write};

use super::{Planning, form, lock, serves};
use crate::plan::{Demand, Phase, Planned, Release, Step, Way};
use crate::report::markdown::text::{block, code, inline};

/// Writes the runbook.
pub fn write(planning: &Planning<'_>, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "# Plan for {}\n\n{}.", inline(planning.name), planning.summary())?;
    for change in &planning.plan.changes {
        write_change(planning, change, out)?;
    }
    Ok(())
}

fn write_change(planning: &Planning<'_>, change: &Planned, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n## {}", inline(&capital(&change.what)))?;
    for note in &change.notes {
        writeln!(out, "\n> {}", inline(note))?;
    }
    match &change.way {
        Way::None(why) => writeln!(out, "\n**No safe way is known:** {}", inline(why)),
        Way::Releases(releases) => {
            for (number, of_all) in releases.iter().enumerate() {
                if of_all.phase == Phase::Contract && releases.len() > 1 {
                    cutover(of_all, out)?;
                }
                release(planning, of_all, number + 1, releases.len(), out)?;
            }
            Ok(())
        }
    }
}

/// What has to be true before there is no way back.
fn cutover(release: &Release, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n### Before the last release\n")?;
    for demand in release.steps.iter().flat_map(|step| &step.demands) {
        writeln!(out, "- [ ] {}", inline(&demand.words))?;
    }
    writeln!(out, "- [ ] the releases before it have run for as long as it takes to notice a mistake")?;
    writeln!(out, "- [ ] somebody is there who may stop it")?;
    for step in release.steps.iter().filter(|step| step.down.is_empty() && !step.back.is_empty()) {
        writeln!(out, "- [ ] everybody knows of {}: {}", code(&step.name), inline(&step.back))?;
    }
    Ok(())
}

fn release(
    planning: &Planning<'_>,
    release: &Release,
    number: usize,
    all: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    writeln!(out, "\n### Release {number} of {all}: {}\n\n{}.", release.phase.word(), capital(serves(release)))?;
    for (at, one) in release.steps.iter().enumerate() {
        step(planning, one, &format!("{number}.{}", at + 1), out)?;
    }
    if !release.then.is_empty() {
        writeln!(out, "\nThen:\n")?;
    }
    for then in &release.then {
        writeln!(out, "- [ ] {}", inline(then))?;
    }
    Ok(())
}

fn step(planning: &Planning<'_>, step: &Step, number: &str, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\n#### {number} {}\n", inline(&capital(&step.words)))?;
    for demand in &step.demands {
        write_demand(demand, out)?;
    }
    writeln!(out, "- [ ] {} ({})\n", code(&step.name), form(step))?;
    write!(out, "{}", block("sql", planning.sql(step).trim_end()))?;
    writeln!(out)?;
    for one in &step.locks {
        writeln!(out, "- Locks {}", inline(&lock(one)))?;
    }
    writeln!(out, "- Back: {}", inline(&step.back))?;
    match planning.down(step) {
        Some(down) => write!(out, "\n{}", block("sql", down.trim_end())),
        None => Ok(()),
    }
}

fn write_demand(demand: &Demand, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "- [ ] Before: {}", inline(&demand.words))?;
    match &demand.query {
        Some(query) => {
            let sql = format!("{}; -- has to give {}", query.sql, query.gives);
            write!(out, "\n{}\n", block("sql", &sql))
        }
        None => Ok(()),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
