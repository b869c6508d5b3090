//! Asks real servers whether what this repository says about them is true: measures the facts of `fixtures/postgres`
//! again, and runs the SQL of every rule's specification.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a program of its own")]

mod bench;
mod cluster;
#[path = "../../tests/common/mod.rs"]
mod common;
mod facts;
mod measure;
mod remeasure;
mod snapshot;
mod specs;
mod tracer;
mod wire;
mod workers;
mod world;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use clap::{Parser, ValueEnum};

/// Why nothing could be measured.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Asks a real PostgreSQL server whether the facts and the specifications are true
#[derive(Parser)]
#[command(name = "oracle")]
struct Arguments {
    /// The folder of `postgres` and `initdb`, such as /usr/lib/postgresql/15/bin
    #[arg(long, value_name = "DIR")]
    pg_bin: PathBuf,
    /// Do one half of the work only
    #[arg(long, value_enum)]
    only: Option<Half>,
    /// Put what is measured into the file of facts, instead of comparing
    #[arg(long)]
    write: bool,
    /// Measure only the cases with this text in their name
    #[arg(long, value_name = "TEXT")]
    case: Option<String>,
    /// Run only the specification of this rule
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Work with so many servers at the same time
    #[arg(long, value_name = "N", default_value_t = 2)]
    workers: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Half {
    Facts,
    Specs,
}

fn main() -> ExitCode {
    let start = Instant::now();
    let differences = run(&Arguments::parse());
    match differences {
        Ok(differences) => {
            println!("{differences} differences, after {:.0} seconds", start.elapsed().as_secs_f32());
            ExitCode::from(u8::from(differences > 0))
        }
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::from(2)
        }
    }
}

/// How many differences there are.
fn run(arguments: &Arguments) -> Result<usize, Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut differences = 0;
    if arguments.only != Some(Half::Specs) {
        differences += remeasure::run(arguments, &root.join("fixtures/postgres"))?;
    }
    if arguments.only != Some(Half::Facts) {
        let world = String::from_utf8(std::fs::read(root.join("fixtures/postgres/examples.sql"))?)?;
        differences += specs::run(arguments, &world)?;
    }
    Ok(differences)
}
