//! Two versions of an application at work: writers that note what was acknowledged, readers, and how long each statement
//! took.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::Failure;
use crate::cluster::Cluster;
use crate::ledger::Ledger;
use crate::scenario::Version;
use crate::wire::{Row, Session};

/// Writers of each version; there is one reader.
const WRITERS: u64 = 2;

/// Rows of the seed that belong to one writer.
const OWN_ROWS: u64 = 100;

/// The first key that a writer makes, times its number.
const MADE: u64 = 1_000_000;

/// What a worker does between two statements.
const PAUSE: Duration = Duration::from_millis(2);

/// How long everybody may take for one round.
const PATIENCE: Duration = Duration::from_secs(20);

/// What all workers write down.
#[derive(Default)]
pub(crate) struct Notes {
    pub(crate) ledger: Ledger,
    /// The longest statements of readers and writers since somebody looked, in microseconds.
    longest_read: AtomicU64,
    longest_write: AtomicU64,
    pub(crate) statements: AtomicU64,
    /// What went wrong.
    pub(crate) errors: Mutex<Vec<String>>,
}

/// The longest statements of a while.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Longest {
    pub(crate) read: Duration,
    pub(crate) write: Duration,
}

impl Notes {
    /// The longest statements since the last look.
    pub(crate) fn longest(&self) -> Longest {
        let taken = |cell: &AtomicU64| Duration::from_micros(cell.swap(0, Ordering::Relaxed));
        Longest { read: taken(&self.longest_read), write: taken(&self.longest_write) }
    }
}

impl Longest {
    pub(crate) fn of_all(self) -> Duration {
        self.read.max(self.write)
    }
}

/// A version of the application that runs.
pub(crate) struct Application {
    workers: Vec<Worker>,
    stop: Arc<AtomicBool>,
    notes: Arc<Notes>,
}

struct Worker {
    thread: JoinHandle<Result<(), Failure>>,
    rounds: Arc<AtomicU64>,
}

/// One reader or writer.
struct Work {
    name: String,
    statements: Vec<String>,
    writes: bool,
    /// Tells writers apart; those of both versions.
    number: u64,
    rounds: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    notes: Arc<Notes>,
}

impl Application {
    /// Starts it. `number` tells versions apart.
    pub(crate) fn start(
        cluster: &Cluster,
        database: &str,
        name: &str,
        number: u64,
        version: &Version,
        notes: &Arc<Notes>,
    ) -> Result<Self, Failure> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut workers = Vec::new();
        for worker in 0..=WRITERS {
            let writes = worker < WRITERS;
            let work = Work {
                name: format!("{name} {}", if writes { "writer" } else { "reader" }),
                statements: if writes { version.write.clone() } else { version.read.clone() },
                writes,
                number: number * WRITERS + worker,
                rounds: Arc::default(),
                stop: Arc::clone(&stop),
                notes: Arc::clone(notes),
            };
            if work.statements.is_empty() {
                continue;
            }
            let session = cluster.connect(database)?;
            let rounds = Arc::clone(&work.rounds);
            workers.push(Worker { thread: std::thread::spawn(move || work.run(session)), rounds });
        }
        Ok(Self { workers, stop, notes: Arc::clone(notes) })
    }

    /// Waits until everybody has said everything there is to say once more, or has stopped over an error.
    pub(crate) fn round(&self) -> Result<(), Failure> {
        // The round that is under way began before.
        let wanted: Vec<u64> = self.workers.iter().map(|worker| worker.rounds.load(Ordering::Relaxed) + 2).collect();
        let start = Instant::now();
        let is_done = |(worker, wanted): (&Worker, &u64)| {
            worker.rounds.load(Ordering::Relaxed) >= *wanted || worker.thread.is_finished()
        };
        while !self.workers.iter().zip(&wanted).all(is_done) {
            if start.elapsed() > PATIENCE {
                return Err("the application does not get on".into());
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Stops it, once what it is at is acknowledged.
    pub(crate) fn stop(self) -> Result<Arc<Notes>, Failure> {
        self.stop.store(true, Ordering::Relaxed);
        for worker in self.workers {
            worker.thread.join().map_err(|_| "a worker panicked")??;
        }
        Ok(self.notes)
    }
}

impl Work {
    fn run(self, mut session: Session) -> Result<(), Failure> {
        let (mut number, mut made, mut removed) = (0, 0, 0);
        while !self.stop.load(Ordering::Relaxed) {
            for statement in &self.statements {
                number += 1;
                let row = 1 + self.number * OWN_ROWS + number % OWN_ROWS;
                let mut key = row;
                let mut kept = Some(number);
                if statement.contains("{key}") {
                    key = MADE * (self.number + 1) + made;
                    made += 1;
                }
                if statement.contains("{gone}") {
                    if removed == made {
                        continue;
                    }
                    key = MADE * (self.number + 1) + removed;
                    removed += 1;
                    kept = None;
                    self.notes.ledger.acknowledged(key.to_string(), None);
                }
                let sql = statement
                    .replace("{n}", &number.to_string())
                    .replace("{row}", &row.to_string())
                    .replace("{key}", &key.to_string())
                    .replace("{gone}", &key.to_string());
                match self.timed(&mut session, &sql)? {
                    Some(rows) if self.writes && (statement.contains("{n}") || kept.is_none()) => {
                        // What the server numbers it gives back.
                        let given = rows.into_iter().flatten().flatten().next();
                        self.notes.ledger.acknowledged(given.unwrap_or_else(|| key.to_string()), kept);
                    }
                    Some(_) => {}
                    None => return Ok(()),
                }
                std::thread::sleep(PAUSE);
            }
            self.rounds.fetch_add(1, Ordering::Relaxed);
        }
        Ok(())
    }

    /// Runs a statement; none where the server refuses it.
    fn timed(&self, session: &mut Session, sql: &str) -> Result<Option<Vec<Row>>, Failure> {
        let start = Instant::now();
        let answer = session.send(sql)?;
        let took = u64::try_from(start.elapsed().as_micros())?;
        let longest = if self.writes { &self.notes.longest_write } else { &self.notes.longest_read };
        longest.fetch_max(took, Ordering::Relaxed);
        self.notes.statements.fetch_add(1, Ordering::Relaxed);
        Ok(match answer {
            Ok(rows) => Some(rows),
            Err(refused) => {
                self.notes.errors.lock().unwrap().push(format!("{}: {refused} ({sql})", self.name));
                None
            }
        })
    }
}
