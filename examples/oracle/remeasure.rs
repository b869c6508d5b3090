//! The half of the oracle that measures the facts again: compares them with the file, or writes them.

use std::path::Path;

use crate::bench::Template;
use crate::cluster::major;
use crate::facts::{self, Case};
use crate::measure::{Attempt, measure};
use crate::workers::{Plan, work_on};
use crate::{Arguments, Failure};

/// Results that differ from run to run, and why. They are neither compared nor written.
const UNSTEADY: &[(&str, &str)] = &[];

/// Measures, and says how many cases differ.
pub(crate) fn run(arguments: &Arguments, folder: &Path) -> Result<usize, Failure> {
    let base = facts::read_base(folder)?;
    let path = folder.join("facts.jsonl");
    let mut cases = facts::read(&path)?;
    let is_wanted = |case: &Case| arguments.case.as_ref().is_none_or(|text| case.id.contains(text.as_str()));
    let wanted: Vec<&Case> = cases.iter().filter(|case| is_wanted(case)).collect();
    let plan = Plan {
        bin: &arguments.pg_bin,
        workers: arguments.workers,
        shared: &base.cluster,
        template: Template { name: "base", sql: &base.schema, copy: "case_db" },
    };
    let (attempts, version) = work_on(plan, &wanted, |bench, case| {
        measure(bench, &base, case).map_err(|failure| format!("{}: {failure}", case.id).into())
    })?;
    let major = major(&version)?;
    let (mut agreeing, mut different, mut unsteady, mut absent) = (0, 0, 0, 0);
    for (case, attempt) in cases.iter_mut().filter(|case| is_wanted(case)).zip(attempts) {
        absent += usize::from(attempt.is_err());
        let differences = differences(case, major, &attempt)?;
        if differences.is_empty() {
            agreeing += 1;
        } else if UNSTEADY.iter().any(|(id, _)| *id == case.id) {
            unsteady += 1;
        } else {
            different += 1;
            println!("{}: {}\n    {}", case.id, case.sql, differences.join("\n    "));
            case.record(major, attempt.ok());
        }
    }
    if arguments.write && different > 0 {
        facts::write(&path, &cases)?;
    }
    println!(
        "facts: PostgreSQL {version}: {agreeing} cases agree (the setup of {absent} needs a newer server), \
        {different} {}, {unsteady} differ from run to run",
        if arguments.write { "written" } else { "differ" }
    );
    Ok(if arguments.write { 0 } else { different })
}

fn differences(case: &Case, major: u16, attempt: &Attempt) -> Result<Vec<String>, Failure> {
    match (case.expected(major), attempt) {
        (None, Err(refused)) if case.is_new() => Ok(vec![format!("the setup fails: {refused}")]),
        (None, Err(_)) => Ok(Vec::new()),
        (None, Ok(_)) => Ok(vec![format!("no fact for {major} yet")]),
        (Some(_), Err(refused)) => Ok(vec![format!("the setup fails: {refused}")]),
        (Some(expected), Ok(measured)) => expected.differences(measured),
    }
}
