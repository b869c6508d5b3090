//! `switchback stats`: the sizes of tables from a live database, and the query behind them.

use std::fs;
use std::io::Write;

use crate::cli::PullArgs;
use crate::database::{self, Variables};
use crate::stats::{self, Facts, FactsError, Stats};

/// Reads the statistics and writes them to the file.
pub fn pull(args: &PullArgs, variables: &Variables, out: &mut dyn Write) -> Result<(), super::Error> {
    let mut session = database::open(&args.database_url.0, variables)?;
    let rows = session.rows(stats::QUERY)?;
    let fail = |FactsError { message, .. }| super::Error::Facts { server: session.server().to_owned(), message };
    let mut facts = Facts::new(rows.columns.iter().map(String::as_str));
    for row in &rows.values {
        facts.row(row.iter().map(|value| value.as_deref().unwrap_or_default())).map_err(fail)?;
    }
    let stats = facts.into_stats().map_err(fail)?;
    let text = stats::to_json(&stats).map_err(std::io::Error::other)?;
    if args.out.as_os_str() == "-" {
        return Ok(out.write_all(text.as_bytes())?);
    }
    fs::write(&args.out, text).map_err(|error| super::Error::File { path: args.out.clone(), error })?;
    writeln!(out, "{}: {} in {}", session.server(), counted(&stats), args.out.display())?;
    Ok(())
}

/// Prints the query.
pub fn query(out: &mut dyn Write) -> Result<(), super::Error> {
    Ok(out.write_all(stats::QUERY.as_bytes())?)
}

fn counted(stats: &Stats) -> String {
    let number = stats.len();
    format!("{number} {}", if number == 1 { "table" } else { "tables" })
}
