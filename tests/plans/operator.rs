//! Somebody who runs the steps of a plan: looks first whether what has to be true is, tries again what gave up over a lock,
//! and has a backfill killed half-way, to run it again.

use std::thread::JoinHandle;
use std::time::Duration;

use switchback::syntax::span::Span;
use switchback::syntax::statement_spans;

use crate::Failure;
use crate::cluster::Cluster;
use crate::plan::Step;
use crate::wire::Session;

/// Times that a step is tried.
const TRIES: usize = 20;

/// The server gave up waiting for a lock.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// The server found that two sessions wait for each other.
const DEADLOCK: &str = "40P01";

/// An administrator ended the session.
const ADMIN_SHUTDOWN: &str = "57P01";

/// Who runs steps, and where.
pub(crate) struct Operator<'a> {
    pub(crate) cluster: &'a Cluster,
    pub(crate) database: &'a str,
    /// Backfills that were killed half-way.
    pub(crate) killed: usize,
    /// Steps that were tried again.
    pub(crate) retried: usize,
}

impl Operator<'_> {
    /// Runs a step as its plan says, while somebody asks for `report`.
    pub(crate) fn run(&mut self, step: &Step, report: Option<&str>) -> Result<(), Failure> {
        self.look(step)?;
        let reporter = report.map(|report| self.ask(report.to_owned())).transpose()?;
        self.try_again(step)?;
        reporter.map_or(Ok(()), |reporter| reporter.join().map_err(|_| "the reporter panicked")?)
    }

    /// Asks for something that takes its time, and waits until the server is at it.
    fn ask(&self, report: String) -> Result<JoinHandle<Result<(), Failure>>, Failure> {
        let mut session = self.cluster.connect(self.database)?;
        let asked = std::thread::spawn(move || session.run(&report).map(drop));
        std::thread::sleep(Duration::from_millis(50));
        Ok(asked)
    }

    fn try_again(&mut self, step: &Step) -> Result<(), Failure> {
        let progress = progress(step);
        if let Some(progress) = &progress {
            self.run_and_kill(step, progress)?;
        }
        for _ in 0..TRIES {
            let mut session = self.cluster.connect(self.database)?;
            let Err(refused) = send(&mut session, &step.sql)? else { return Ok(()) };
            if refused.sqlstate != LOCK_NOT_AVAILABLE && refused.sqlstate != DEADLOCK {
                return Err(format!("{}: {refused}\n{}", step.name, step.sql).into());
            }
            self.retried += 1;
            std::thread::sleep(Duration::from_millis(100));
        }
        Err(format!("{}: gives up over locks again and again", step.name).into())
    }

    /// Whether what has to be true before a step is.
    fn look(&self, step: &Step) -> Result<(), Failure> {
        let mut session = self.cluster.connect(self.database)?;
        for demand in &step.before {
            let (Some(query), Some(gives)) = (&demand.query, &demand.gives) else { continue };
            // An extension that is not installed, and numbers of a week ago.
            if query.contains("pg_stat_") {
                continue;
            }
            let rows = session.run(query)?;
            let answer: String = rows.into_iter().flatten().flatten().collect();
            if answer != *gives {
                return Err(format!("before {}, {} is not so: {query} gives {answer}", step.name, demand.words).into());
            }
        }
        Ok(())
    }

    /// Starts a job, and ends its session once it has done something.
    fn run_and_kill(&mut self, step: &Step, progress: &str) -> Result<(), Failure> {
        let mut session = self.cluster.connect(self.database)?;
        let mut onlooker = self.cluster.connect(self.database)?;
        let pid = session.pid;
        let sql = step.sql.clone();
        let job = std::thread::spawn(move || send(&mut session, &sql));
        let started = format!("SELECT 1 FROM {progress} WHERE rows_done > 0");
        while !job.is_finished() {
            // The table may not be there yet.
            if onlooker.send(&started)?.is_ok_and(|rows| !rows.is_empty()) {
                onlooker.run(&format!("SELECT pg_terminate_backend({pid})"))?;
                break;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        match job.join().map_err(|_| "the job panicked")? {
            Ok(Ok(())) => return Err(format!("{} was over before anybody could kill it", step.name).into()),
            Ok(Err(refused)) if refused.sqlstate == ADMIN_SHUTDOWN => {}
            Ok(Err(refused)) => return Err(format!("{}: {refused}\n{}", step.name, step.sql).into()),
            // The server hung up, as it was told.
            Err(_) => {}
        }
        let finished = onlooker.run(&format!("SELECT 1 FROM {progress} WHERE finished_at IS NOT NULL"))?;
        if !finished.is_empty() {
            return Err(format!("{} says that it is finished, and was killed", step.name).into());
        }
        self.killed += 1;
        Ok(())
    }
}

/// Sends a script statement by statement, as psql does.
fn send(session: &mut Session, sql: &str) -> Result<Result<(), crate::wire::Refused>, Failure> {
    for span in statement_spans(sql, Span::new(0, u32::try_from(sql.len())?)) {
        if let Err(refused) = session.send(span.of(sql))? {
            return Ok(Err(refused));
        }
    }
    Ok(Ok(()))
}

/// The progress table of a step that fills something.
fn progress(step: &Step) -> Option<String> {
    let rest = step.sql.split_once("CREATE TABLE IF NOT EXISTS ")?.1;
    (step.form == "job").then(|| rest.split_once(" AS\n").unwrap().0.to_owned())
}
