//! The half of the oracle that runs the SQL of the specifications: a server has to accept every example, or to refuse it
//! as announced, and to take the locks that findings speak of.

use std::collections::BTreeMap;

use switchback::finding::{Finding, LockClaim};
use switchback::source::migration::TransactionMode;
use switchback::spec::example::{Example, File};
use switchback::spec::{Engine, Spec};
use switchback::syntax::span::Span;
use switchback::syntax::statement_spans;

use crate::bench::{Bench, Database, Held, Template, mode_name};
use crate::cluster::major;
use crate::common::specs::{self, SpecFile};
use crate::tracer::Request;
use crate::wire::{Refused, Session};
use crate::workers::{Plan, work_on};
use crate::{Arguments, Failure, world};

/// How much SQL a failure shows, in lines.
const SHOWN_LINES: usize = 6;

/// What came of an example.
#[derive(Default)]
struct Outcome {
    /// It is for a newer server.
    skipped: bool,
    /// How many locks were compared.
    claims: usize,
    differences: Vec<String>,
}

/// A lock that a finding speaks of, and what was seen of it.
struct Claim<'a> {
    finding: &'a Finding,
    lock: &'a LockClaim,
    /// The relation's number just before the statement.
    oid: Option<u32>,
    /// Which string sent to the server the statement was.
    string: usize,
    held_before: Held,
}

/// Runs all examples, and says how many things are wrong.
pub(crate) fn run(arguments: &Arguments, world: &str) -> Result<usize, Failure> {
    let files = specs::all();
    let wanted = files.iter().filter(|file| arguments.rule.as_ref().is_none_or(|rule| *rule == file.id));
    let mut jobs: Vec<(&SpecFile, Example<'_>)> = Vec::new();
    for file in wanted {
        let (spec, examples) = file.read()?;
        if is_for_postgres(&spec) {
            jobs.extend(examples.into_iter().map(|example| (file, example)));
        }
    }
    let template = Template { name: "examples", sql: world, copy: "shop" };
    let plan = Plan { bin: &arguments.pg_bin, workers: arguments.workers, shared: &[], template };
    let (outcomes, version) = work_on(plan, &jobs, |bench, (file, example)| {
        let outcome = run_example(bench, file, example);
        outcome.map_err(|failure| format!("{}:{}: {failure}", file.shown(), example.line).into())
    })?;
    let mut different = 0;
    for difference in outcomes.iter().flat_map(|outcome| &outcome.differences) {
        different += 1;
        println!("{difference}");
    }
    let skipped = outcomes.iter().filter(|outcome| outcome.skipped).count();
    let claims: usize = outcomes.iter().map(|outcome| outcome.claims).sum();
    println!(
        "specs: PostgreSQL {version}: {} examples, {claims} locks compared, {different} differ, \
        {skipped} examples need a newer server",
        jobs.len() - skipped
    );
    Ok(different)
}

fn is_for_postgres(spec: &Spec<'_>) -> bool {
    spec.engines.contains(&Engine::Postgres)
}

fn run_example(bench: &mut Bench, spec: &SpecFile, example: &Example<'_>) -> Result<Outcome, Failure> {
    let server = major(&bench.cluster.version)?;
    if example.version.is_some_and(|version| version > server) {
        return Ok(Outcome { skipped: true, ..Outcome::default() });
    }
    let history = specs::history(example);
    // Locks are claimed for the server at hand.
    let found = specs::run(&spec.id, &Example { version: Some(server), ..example.clone() }, &history);
    let database = bench.fresh()?;
    world::make_room(&mut bench.cluster.connect(&database.name)?, &history)?;
    let mut outcome = Outcome::default();
    for (number, file) in example.shipped().enumerate() {
        let findings = found.findings.iter().filter(|finding| finding.file as usize == number);
        let claims =
            findings.flat_map(|finding| finding.locks.iter().map(move |lock| (finding, lock))).collect::<Vec<_>>();
        let mut run = Run { bench, database: &database, spec, file, outcome: &mut outcome };
        run.run(&claims)?;
    }
    bench.clean()?;
    Ok(outcome)
}

/// One file of an example on its way through the server.
struct Run<'a> {
    bench: &'a mut Bench,
    database: &'a Database,
    spec: &'a SpecFile,
    file: &'a File,
    outcome: &'a mut Outcome,
}

impl<'a> Run<'a> {
    /// A file is a session of its own, as migration tools have it.
    fn run(&mut self, claims: &[(&'a Finding, &'a LockClaim)]) -> Result<(), Failure> {
        let mut session = self.bench.cluster.connect(&self.database.name)?;
        let pid = session.pid;
        let traced = !claims.is_empty();
        if traced {
            self.bench.tracer.attach(pid)?;
        }
        let mut seen = Vec::new();
        let failure = self.send_all(&mut session, claims, &mut seen)?;
        drop(session);
        let strings = if traced { self.bench.tracer.finish()? } else { Vec::new() };
        self.bench.wait_for_end(pid)?;
        for claim in &seen {
            self.judge(claim, strings.get(claim.string).map_or(&[], Vec::as_slice));
        }
        self.judge_failure(failure);
        Ok(())
    }

    /// Sends the file as its transaction mode says. Gives what the server refused, if it did.
    fn send_all(
        &mut self,
        session: &mut Session,
        claims: &[(&'a Finding, &'a LockClaim)],
        seen: &mut Vec<Claim<'a>>,
    ) -> Result<Option<(Span, Refused)>, Failure> {
        let whole = Span::new(0, u32::try_from(self.file.sql.len())?);
        let mode = self.file.transaction.unwrap_or(TransactionMode::Unknown);
        let wrapped = mode == TransactionMode::Wrapped;
        let parts = match mode {
            TransactionMode::SingleQuery => vec![whole],
            _ => statement_spans(&self.file.sql, whole),
        };
        let mut strings = 0;
        if wrapped {
            session.run("begin")?;
            strings += 1;
        }
        for part in parts {
            let here = claims.iter().filter(|(finding, _)| part.contains(finding.statement)).collect::<Vec<_>>();
            let (mut relations, mut held) = (BTreeMap::new(), Held::default());
            if !here.is_empty() {
                relations = relations_of(session)?;
                strings += 1;
                held = self.bench.held(session.pid, self.database)?;
            }
            let answer = session.send(part.of(&self.file.sql))?;
            if let Err(refused) = answer {
                return Ok(Some((part, refused)));
            }
            seen.extend(here.into_iter().map(|(finding, lock)| {
                let oid = relations.get(&lock.relation.to_string()).copied();
                Claim { finding, lock, oid, string: strings, held_before: held.clone() }
            }));
            strings += 1;
        }
        let end = if wrapped { session.send("commit")?.err() } else { None };
        Ok(end.map(|refused| (whole, refused)))
    }

    /// The server took at least the lock claimed, in this statement or earlier in its transaction.
    fn judge(&mut self, claim: &Claim<'_>, requests: &[Request]) {
        self.outcome.claims += 1;
        let asked = requests.iter().filter(|request| request.database == self.database.oid);
        let asked = asked.map(|request| (request.relation, request.mode));
        let modes = asked.chain(claim.held_before.relations.iter().copied());
        let strongest = modes.filter(|(oid, _)| Some(*oid) == claim.oid).map(|(_, mode)| mode).max();
        // The server's numbers begin with 1 for the weakest.
        let claimed = claim.lock.mode as u8 + 1;
        if strongest.is_some_and(|mode| mode >= claimed) {
            return;
        }
        let taken = match (claim.oid, strongest) {
            (None, _) => "which is not there".to_owned(),
            (_, None) => "and the server takes no lock on it".to_owned(),
            (_, Some(mode)) => format!("and the server takes no more than {}", mode_name(mode)),
        };
        let (rule, mode, relation) = (claim.finding.rule.0, mode_name(claimed), claim.lock.relation.short());
        self.differ(claim.finding.statement, &format!("{rule} speaks of {mode} on {relation}, {taken}"), "");
    }

    fn judge_failure(&mut self, failure: Option<(Span, Refused)>) {
        match (failure, &self.file.fails) {
            (None, None) => {}
            (Some((_, refused)), Some(expected)) if refused.sqlstate == *expected => {}
            (Some((part, refused)), Some(expected)) => {
                self.differ(part, &format!("`fails={expected}` is announced, the server answers {refused}"), "");
            }
            (Some((part, refused)), None) => self.differ(
                part,
                &format!("the server refuses this: {refused}"),
                &format!(
                    "mend the SQL, or add what it needs to fixtures/postgres/examples.sql, or, if it is meant to fail, \
                    write `fails={}` behind ```sql",
                    refused.sqlstate
                ),
            ),
            (None, Some(expected)) => {
                let message = format!("`fails={expected}` is announced, but the server accepts all of it");
                self.differ(Span::default(), &message, "");
            }
        }
    }

    fn differ(&mut self, part: Span, message: &str, help: &str) {
        let sql = &self.file.sql;
        let line = self.file.line + sql.get(..part.start as usize).unwrap_or_default().matches('\n').count();
        let mut text = format!("{}:{line}: {message}", self.spec.shown());
        let lines: Vec<&str> = part.of(sql).trim_end().split('\n').collect();
        for line in lines.iter().take(SHOWN_LINES) {
            text.push_str("\n    ");
            text.push_str(line);
        }
        if lines.len() > SHOWN_LINES {
            text.push_str("\n    …");
        }
        if !help.is_empty() {
            text.push_str("\n  = ");
            text.push_str(help);
        }
        self.outcome.differences.push(text);
    }
}

/// The number of every relation, by its full name as the checks write it.
fn relations_of(session: &mut Session) -> Result<BTreeMap<String, u32>, Failure> {
    let rows = session.run(
        "select quote_ident(nspname) || '.' || quote_ident(relname), c.oid \
        from pg_class c join pg_namespace n on n.oid = relnamespace where c.oid >= 16384",
    )?;
    let mut relations = BTreeMap::new();
    for row in rows {
        if let [Some(name), Some(oid)] = &*row {
            relations.insert(name.clone(), oid.parse()?);
        }
    }
    Ok(relations)
}
