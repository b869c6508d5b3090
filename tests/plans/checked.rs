//! What `switchback check` says about a plan: nothing.

use switchback::finding::Level;
use switchback::lint::lint;
use switchback::settings::Settings;
use switchback::source::migration::{Migration, TransactionMode};

use crate::common;
use crate::plan::Release;
use crate::scenario::Scenario;

/// Findings on the steps of a plan, each step a file as somebody would write it down, release by release.
pub(crate) fn findings(scenario: &Scenario, releases: &[Release]) -> Vec<String> {
    let mut migrations = vec![common::migration("0.sql", "0", &scenario.schema, TransactionMode::Unknown)];
    let mut found = Vec::new();
    let settings = Settings { version: 15, ..Settings::default() };
    for (number, release) in releases.iter().enumerate() {
        for earlier in &mut migrations {
            earlier.reported = false;
        }
        let files = release.steps.iter().map(|step| {
            let path = format!("{}_{}.sql", number + 1, step.name);
            common::migration(&path, &format!("{}", number + 1), &step.sql, TransactionMode::Unknown)
        });
        migrations.extend(files.collect::<Vec<_>>());
        found.extend(of(&migrations, &settings));
    }
    found
}

fn of(migrations: &[Migration], settings: &Settings) -> Vec<String> {
    let outcome = lint(migrations, settings);
    let serious = outcome.findings.iter().filter(|finding| finding.level >= Level::Warning);
    serious
        .filter_map(|finding| {
            let migration = migrations.get(finding.file as usize)?;
            let place = migration.path.display();
            migration.reported.then(|| {
                format!(
                    "check says of {place}: {}[{}] {}\n    {}",
                    finding.level.as_str(),
                    finding.rule.0,
                    finding.message,
                    finding.statement.of(&migration.text)
                )
            })
        })
        .collect()
}
