//! Several servers at work at the same time, each with a bench of its own: roles and tablespaces belong to a whole
//! cluster, so cases on one server could disturb each other.

use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::Failure;
use crate::bench::{Bench, Template};

/// What every worker's server is made from.
#[derive(Clone, Copy)]
pub(crate) struct Plan<'a> {
    /// The binaries.
    pub(crate) bin: &'a PathBuf,
    /// How many servers.
    pub(crate) workers: usize,
    /// Statements that make roles and the like.
    pub(crate) shared: &'a [String],
    /// The database that the work is done on copies of.
    pub(crate) template: Template<'a>,
}

/// Does `work` on every item. Gives the results in the order of the items, and the server's version.
pub(crate) fn work_on<I: Sync, R: Send>(
    plan: Plan<'_>,
    items: &[I],
    work: impl Fn(&mut Bench, &I) -> Result<R, Failure> + Sync,
) -> Result<(Vec<R>, String), Failure> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(Vec::new());
    let work_alone = |worker: usize| -> Result<String, Failure> {
        let mut bench = Bench::new(plan.bin, worker, plan.shared, plan.template)?;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(item) = items.get(number) else { break };
            if number > 0 && number.is_multiple_of(PROGRESS) {
                eprintln!("{number} of {}", items.len());
            }
            let result = work(&mut bench, item);
            if result.is_err() {
                // Nothing more can be learnt; let the others stop as well.
                next.store(items.len(), Ordering::Relaxed);
            }
            results.lock().map_err(|_| PANICKED)?.push((number, result?));
        }
        Ok(bench.cluster.version.clone())
    };
    let ends: Vec<Result<String, Failure>> = std::thread::scope(|scope| {
        let alone = &work_alone;
        let start = |worker: usize| {
            let thread = std::thread::Builder::new().stack_size(switchback::syntax::STACK_SIZE);
            thread.spawn_scoped(scope, move || alone(worker))
        };
        let handles: Vec<_> = (0..plan.workers.max(1)).map(start).collect();
        let end = |handle: std::io::Result<std::thread::ScopedJoinHandle<'_, _>>| {
            handle?.join().unwrap_or_else(|_| Err(PANICKED.into()))
        };
        handles.into_iter().map(end).collect()
    });
    let mut version = String::new();
    for end in ends {
        version = end?;
    }
    let mut results = results.into_inner().map_err(|_| PANICKED)?;
    results.sort_by_key(|(number, _)| *number);
    Ok((results.into_iter().map(|(_, result)| result).collect(), version))
}

const PANICKED: &str = "a worker panicked";

/// After how many items a sign of life is given.
const PROGRESS: usize = 100;
