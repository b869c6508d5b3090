//! See `rules/primary-key-dropped.md`.

use super::support::edit;
use super::support::lost_key::{Dropped, LostKey, lost_keys};
use crate::review::step::Release;
use crate::rule::Findings;
use crate::schema::catalog::Table;
use crate::syntax::name::Quoted;

/// Foreign keys a finding names.
const NAMED: usize = 5;

pub(crate) fn check(release: &Release<'_>, findings: &mut Findings) {
    for lost in lost_keys(release) {
        report(&lost, release, findings);
    }
}

fn report(lost: &LostKey<'_, '_>, release: &Release<'_>, findings: &mut Findings) {
    let (step, short) = (lost.step, lost.table.short());
    let with = match lost.dropped {
        Dropped::Constraint(_) => String::new(),
        Dropped::Column(column) => format!(" with column {}", Quoted(column)),
    };
    let message = format!("{short} loses its primary key{with}, and nothing takes its place");
    let mut builder = findings
        .on(step, message)
        .label("no new primary key in this release")
        .subject(lost.table.to_string())
        .note("duplicates can be inserted from now on, and INSERT … ON CONFLICT on the key fails");
    let publications = release.after.publications_of(lost.table);
    builder = match publications.iter().find(|publication| publication.old_rows) {
        Some(first) => builder.note(format!(
            "{short} is in publication {}: UPDATE and DELETE fail without a replica identity",
            Quoted(&first.name)
        )),
        None => builder.note("where the table is published, UPDATE and DELETE fail without a replica identity"),
    };
    let cascade = step.before.cascade.as_ref();
    let taken = cascade.map(|cascade| cascade.taken.as_slice()).unwrap_or_default();
    for taken in taken.iter().take(NAMED) {
        builder = builder.note(format!("CASCADE drops {taken} as well"));
    }
    if lost.cascade && cascade.is_none_or(|cascade| cascade.taken.is_empty() && !cascade.complete) {
        builder = builder.note("CASCADE drops the foreign keys that refer to it as well; which there are is not known");
    }
    builder.help(help(lost)).emit();
}

fn help(lost: &LostKey<'_, '_>) -> String {
    let short = lost.table.short();
    let key = lost.step.before.table.as_deref().and_then(Table::primary_key);
    let name = match lost.dropped {
        Dropped::Constraint(name) => Quoted(name).to_string(),
        Dropped::Column(_) => {
            key.map_or_else(|| edit::made_name(&[&lost.table.name, "pkey"]), |key| Quoted(&key.name).to_string())
        }
    };
    let index = edit::made_name(&[&lost.table.name, "new", "pkey"]);
    format!(
        "build the index of the new key first, in a file that runs without a transaction, and put it in the place of the old \
         one in one statement:\nCREATE UNIQUE INDEX CONCURRENTLY {index} ON {short} (…);\nALTER TABLE {short} DROP \
         CONSTRAINT {name}, ADD CONSTRAINT {name} PRIMARY KEY USING INDEX {index};"
    )
}
