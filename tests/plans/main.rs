//! The proof of `switchback plan`: for every kind of change the change as it was written, and its plan, run on a real
//! server with a hundred thousand rows, while two versions of an application read and write.
//!
//! A scenario is a folder of `fixtures/plans/`; its README says what is in it. They run one after the other, since a busy
//! machine would measure itself. `SWITCHBACK_PLAN=NAME` runs only those with this text in their name. Where no server is
//! installed the test says so and passes, unless `SWITCHBACK_REQUIRE_POSTGRES=1`, as `.ci/run` has it.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops at the first surprise")]
#![allow(clippy::print_stdout, clippy::disallowed_methods, reason = "tests say what they saw, and read variables")]

mod application;
mod checked;
#[path = "../../examples/oracle/cluster.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod cluster;
#[path = "../common/mod.rs"]
mod common;
mod database;
mod ledger;
mod operator;
mod plan;
mod proof;
mod scenario;
#[path = "../common/server.rs"]
mod server;
#[path = "../../examples/oracle/wire.rs"]
#[allow(dead_code, reason = "the oracle asks for more")]
mod wire;

use std::fmt::Write as _;
use std::time::Instant;

use cluster::Cluster;
use scenario::Scenario;

/// As the oracle calls it.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[test]
fn plans_do_what_the_change_does_and_nobody_waits() {
    let Some(bin) = server::newest() else { return };
    // Nothing runs in the background: whoever waits, waits for us.
    let cluster = Cluster::start_with(&bin, 900, 5432, &["max_connections=60"]).unwrap();
    let wanted = std::env::var("SWITCHBACK_PLAN").unwrap_or_default();
    let scenarios: Vec<Scenario> = scenario::all().into_iter().filter(|one| one.name.contains(&wanted)).collect();
    assert!(!scenarios.is_empty(), "no scenario has {wanted:?} in its name");
    let mut failures = String::new();
    println!("| kind | the change: longest wait, or error | the plan: longest wait | statements | rows lost | took |");
    println!("|---|---|---|---|---|---|");
    for scenario in &scenarios {
        let start = Instant::now();
        match proof::of(&cluster, scenario) {
            Ok(proof) => {
                println!("{} {:.1} s |", proof.row(scenario), start.elapsed().as_secs_f32());
                for failure in &proof.failures {
                    writeln!(failures, "{}: {failure}", scenario.name).unwrap();
                }
            }
            Err(failure) => writeln!(failures, "{}: {failure}", scenario.name).unwrap(),
        }
    }
    assert!(failures.is_empty(), "\n{failures}");
}
