//! The proof of one scenario: the change on one copy of its database, the plan on another, both in use.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crate::application::{Application, Longest, Notes};
use crate::cluster::Cluster;
use crate::operator::Operator;
use crate::plan::{self, LOCK_TIMEOUT, Release};
use crate::scenario::{Bad, Scenario, Who};
use crate::{Failure, checked, database, ledger};

/// What a statement may take beside waiting for a lock, on a machine that does other things as well.
const SLACK: Duration = Duration::from_millis(500);

/// What was seen.
pub(crate) struct Proof {
    /// What the change did to those who use the table.
    change: String,
    longest: Duration,
    statements: u64,
    lost: usize,
    killed: usize,
    retried: usize,
    /// What does not hold.
    pub(crate) failures: Vec<String>,
}

/// Looks at one scenario.
pub(crate) fn of(cluster: &Cluster, scenario: &Scenario) -> Result<Proof, Failure> {
    let releases = plan::of(scenario)?;
    database::remove(cluster)?;
    database::template(cluster, scenario)?;
    for copy in ["changed", "planned"] {
        database::copy(cluster, copy)?;
    }
    let mut failures = checked::findings(scenario, &releases);
    let change = changed(cluster, scenario, &mut failures)?;
    let meant = meant(cluster, scenario)?;
    let mut run = Run::new(cluster, scenario);
    run.all(&releases)?;
    failures.append(&mut run.failures);
    let lost = run.lost()?;
    failures.extend(lost.iter().take(5).map(|lost| format!("lost: {lost}")));
    failures.extend(run.notes.errors.lock().unwrap().iter().map(|error| format!("refused: {error}")));
    failures.extend(different(cluster, scenario, meant)?);
    Ok(Proof {
        change,
        longest: run.longest,
        statements: run.notes.statements.load(Ordering::Relaxed),
        lost: lost.len(),
        killed: run.operator.killed,
        retried: run.operator.retried,
        failures,
    })
}

impl Proof {
    /// A row of the table.
    pub(crate) fn row(&self, scenario: &Scenario) -> String {
        let Self { change, longest, statements, lost, killed, retried, .. } = self;
        let killed = if *killed > 0 { ", killed and resumed" } else { "" };
        let retried = if *retried > 0 { format!(", {retried} retries") } else { String::new() };
        format!(
            "| {} | {change} | {} ms{killed}{retried} | {statements} | {lost} |",
            scenario.name,
            longest.as_millis()
        )
    }
}

/// Makes the change while old code runs, and gives what that does to it.
fn changed(cluster: &Cluster, scenario: &Scenario, failures: &mut Vec<String>) -> Result<String, Failure> {
    let notes = Arc::default();
    let old = Application::start(cluster, "changed", "old", 0, &scenario.setting.old, &notes)?;
    old.round()?;
    notes.longest();
    let mut session = cluster.connect("changed")?;
    let start = Instant::now();
    let answer = session.send(&scenario.original)?;
    let took = start.elapsed();
    old.round()?;
    let notes = old.stop()?;
    let longest = notes.longest();
    let errors = notes.errors.lock().unwrap();
    let is_long = |waited: Duration| waited * 2 >= took;
    let (said, is_bad) = match (&scenario.setting.bad, answer) {
        (Bad::Refused(state), Err(refused)) => (format!("refused: {refused}"), refused.sqlstate == *state),
        (_, Err(refused)) => return Err(format!("the change is refused: {refused}").into()),
        (Bad::Refused(_), Ok(_)) => ("is not refused".to_owned(), false),
        (Bad::Fails(text), Ok(_)) => {
            let found = errors.iter().find(|error| error.contains(text));
            (found.map_or_else(|| format!("{errors:?}"), |_| text.clone()), found.is_some())
        }
        (Bad::Waits(Who::Readers), Ok(_)) => (waits(longest.read, took), is_long(longest.read)),
        (Bad::Waits(Who::Writers), Ok(_)) => (waits(longest.write, took), is_long(longest.write)),
    };
    if !is_bad {
        failures.push(format!("the change does no harm: {said}, {longest:?}, errors {errors:?}"));
    }
    Ok(said)
}

fn waits(longest: Duration, took: Duration) -> String {
    format!("{} of {} ms", longest.as_millis(), took.as_millis())
}

/// The database in which the change was made as it was meant.
fn meant<'n>(cluster: &Cluster, scenario: &Scenario) -> Result<&'n str, Failure> {
    let Some(sql) = &scenario.setting.meant else { return Ok("changed") };
    database::copy(cluster, "meant")?;
    cluster.connect("meant")?.run(sql)?;
    Ok("meant")
}

/// What differs between the schema and the rows that were meant and those of the plan.
fn different(cluster: &Cluster, scenario: &Scenario, meant: &str) -> Result<Vec<String>, Failure> {
    let (wanted, found) = (database::catalog(cluster, meant)?, database::catalog(cluster, "planned")?);
    let mut different = Vec::new();
    different.extend(wanted.iter().filter(|line| !found.contains(line)).map(|line| format!("missing: {line}")));
    different.extend(found.iter().filter(|line| !wanted.contains(line)).map(|line| format!("too much: {line}")));
    let query = &scenario.setting.rows;
    let (wanted, found) = (database::rows(cluster, meant, query)?, database::rows(cluster, "planned", query)?);
    if wanted != found || wanted.starts_with("0 ") {
        different.push(format!("the change leaves {wanted}, the plan {found}: {query}"));
    }
    Ok(different)
}

/// The plan at work.
struct Run<'a> {
    scenario: &'a Scenario,
    operator: Operator<'a>,
    old: Option<Application>,
    new: Option<Application>,
    notes: Arc<Notes>,
    longest: Duration,
    failures: Vec<String>,
}

impl<'a> Run<'a> {
    fn new(cluster: &'a Cluster, scenario: &'a Scenario) -> Self {
        let operator = Operator { cluster, database: "planned", killed: 0, retried: 0 };
        let (notes, failures) = (Arc::default(), Vec::new());
        Self { scenario, operator, old: None, new: None, notes, longest: Duration::ZERO, failures }
    }

    /// All releases, with code deployed between them as they say.
    fn all(&mut self, releases: &[Release]) -> Result<(), Failure> {
        self.start_old()?;
        self.round()?;
        for (number, release) in releases.iter().enumerate() {
            if !release.serves("old") {
                self.stop_old()?;
                // What serves no old code is what new code has been waiting for, or could run before.
                self.start_new()?;
            }
            self.round()?;
            self.notes.longest();
            let first = release.steps.first().filter(|step| step.form == "transaction").map(|step| &step.name);
            for step in &release.steps {
                let report = self.scenario.setting.report.as_deref().filter(|_| Some(&step.name) == first);
                self.operator.run(step, report)?;
                self.round()?;
                self.measured(&step.name);
            }
            if release.serves("new") {
                self.start_new()?;
            }
            self.round()?;
            self.seen(number)?;
        }
        self.stop_old()?;
        if let Some(new) = self.new.take() {
            new.stop()?;
        }
        Ok(())
    }

    fn start_old(&mut self) -> Result<(), Failure> {
        let version = &self.scenario.setting.old;
        self.old = Some(Application::start(self.operator.cluster, "planned", "old", 0, version, &self.notes)?);
        Ok(())
    }

    fn start_new(&mut self) -> Result<(), Failure> {
        if self.new.is_none() {
            let version = &self.scenario.setting.new;
            self.new = Some(Application::start(self.operator.cluster, "planned", "new", 1, version, &self.notes)?);
        }
        Ok(())
    }

    fn stop_old(&mut self) -> Result<(), Failure> {
        self.old.take().map_or(Ok(()), |old| old.stop().map(drop))
    }

    fn round(&self) -> Result<(), Failure> {
        self.old.iter().chain(&self.new).try_for_each(Application::round)
    }

    fn measured(&mut self, step: &str) {
        let longest: Longest = self.notes.longest();
        self.longest = self.longest.max(longest.of_all());
        if longest.of_all() > LOCK_TIMEOUT + SLACK {
            self.failures.push(format!("{step}: somebody waits for longer than the lock timeout: {longest:?}"));
        }
        if std::env::var_os("SWITCHBACK_PLAN").is_some() {
            println!("    {step}: {longest:?}");
        }
    }

    /// Whether every version that runs sees what either wrote so far.
    fn seen(&mut self, release: usize) -> Result<(), Failure> {
        let mut session = self.operator.cluster.connect("planned")?;
        let setting = &self.scenario.setting;
        let running = [("old", &self.old, &setting.old), ("new", &self.new, &setting.new)];
        for (name, _, version) in running.into_iter().filter(|(_, runs, _)| runs.is_some()) {
            let lost = ledger::lost(&mut session, &version.seen, &self.notes.ledger, false)?;
            let said = lost.iter().take(3).map(|lost| format!("after release {}, {name} code: {lost}", release + 1));
            self.failures.extend(said);
        }
        Ok(())
    }

    /// What was acknowledged and is not there in the end.
    fn lost(&self) -> Result<Vec<String>, Failure> {
        let mut session = self.operator.cluster.connect("planned")?;
        ledger::lost(&mut session, &self.scenario.setting.new.seen, &self.notes.ledger, true)
    }
}
