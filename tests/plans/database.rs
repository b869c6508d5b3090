//! Databases of a scenario: copies of one with its rows, and what is in their catalogs and tables.

use std::time::Duration;

use crate::Failure;
use crate::cluster::Cluster;
use crate::scenario::Scenario;
use crate::wire::Session;

/// Everything that tells two schemas apart, a line each.
const CATALOG: &str = include_str!("catalog.sql");

/// Times that a copy is tried: a session that ended may still be there for a moment.
const TRIES: usize = 200;

/// Makes the database that the others are copied from, with the history and the rows in it.
pub(crate) fn template(cluster: &Cluster, scenario: &Scenario) -> Result<(), Failure> {
    let mut session = cluster.connect("postgres")?;
    session.run("CREATE DATABASE seeded")?;
    let mut session = cluster.connect("seeded")?;
    session.run(&scenario.schema)?;
    session.run(&scenario.seed)?;
    session.run("ANALYZE")?;
    Ok(())
}

/// A copy of it, under this name.
pub(crate) fn copy(cluster: &Cluster, name: &str) -> Result<(), Failure> {
    let mut session = cluster.connect("postgres")?;
    let patient = |session: &mut Session, sql: &str| -> Result<(), Failure> {
        for _ in 0..TRIES {
            match session.send(sql)? {
                Ok(_) => return Ok(()),
                // object_in_use
                Err(refused) if refused.sqlstate == "55006" => std::thread::sleep(Duration::from_millis(10)),
                Err(refused) => return Err(format!("{refused}: {sql}").into()),
            }
        }
        Err(format!("somebody stays in the way of {sql}").into())
    };
    patient(&mut session, &format!("CREATE DATABASE {name} TEMPLATE seeded"))
}

/// Removes the databases of a scenario.
pub(crate) fn remove(cluster: &Cluster) -> Result<(), Failure> {
    let mut session = cluster.connect("postgres")?;
    for name in ["seeded", "changed", "meant", "planned"] {
        session.run(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"))?;
    }
    Ok(())
}

/// The lines of its catalog.
pub(crate) fn catalog(cluster: &Cluster, name: &str) -> Result<Vec<String>, Failure> {
    let rows = cluster.connect(name)?.run(CATALOG)?;
    Ok(rows.into_iter().map(|row| row.into_iter().flatten().collect()).collect())
}

/// A number that stands for the rows of a query, and how many they are.
pub(crate) fn rows(cluster: &Cluster, name: &str, query: &str) -> Result<String, Failure> {
    let sql = format!(
        "SELECT count(*) || ' rows, ' || coalesce(sum(hashtextextended(found::text, 0)), 0) FROM ({query}) AS found"
    );
    let rows = cluster.connect(name)?.run(&sql)?;
    Ok(rows.into_iter().flatten().flatten().collect())
}
