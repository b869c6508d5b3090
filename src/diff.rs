//! Two schemas compared: what has to change to get from the one to the other, what kind of change each is, and what the
//! checks say of the plain statement that makes it.

mod class;
mod sql;

use std::ops::Range;
use std::path::PathBuf;

pub use self::class::Class;
use self::sql::{Statement, statements};
use crate::evidence::Evidence;
use crate::finding::{Finding, Level};
use crate::lint::lint;
use crate::review::history;
use crate::review::replay::{Position, Replay};
use crate::schema::bookkeeping;
use crate::schema::compare::words::How;
use crate::schema::compare::{Basis, Difference, compare};
use crate::schema::operation::QName;
use crate::settings::Settings;
use crate::source::migration::{Direction, Migration, Section, Standing, TransactionMode};
use crate::syntax::name::{Quoted, Symbol};
use crate::syntax::span::Span;

/// The release that leads from one schema to the other.
const RELEASE: &str = "the difference";

/// What the statements of that release begin with: how long a session waits is no matter of the schema.
const PREAMBLE: &str = "SET lock_timeout = '1s';\n";

/// Groups of rules that judge how a file is written, and not what changes.
const ABOUT_FILES: &[&str] = &["meta", "rollback", "style"];

/// A schema, as the history that leads to it.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// In the order they run.
    pub migrations: Vec<Migration>,
    /// Some of it was printed by a server, which spells queries in its own way.
    pub printed: bool,
}

/// Everything that differs.
#[derive(Clone, Debug, Default)]
pub struct Diff {
    /// By class, then in the order of kinds and names.
    pub changes: Vec<Change>,
    /// Of which side SQL could not be read: more may differ.
    pub unread: Vec<&'static str>,
    /// Queries of views were not compared.
    pub queries_skipped: bool,
    /// The plain statements that were judged. They lead to the new schema as far as the catalog keeps it: what it does not
    /// keep, such as the bounds of a partition, stands there by some value that reads.
    pub sql: String,
}

impl Diff {
    /// Whether any finding is at or above `level`.
    pub fn reaches(&self, level: Level) -> bool {
        self.changes.iter().flat_map(|change| &change.findings).any(|finding| finding.level >= level)
    }
}

/// One change.
#[derive(Clone, Debug)]
pub struct Change {
    /// What kind of change it is for those who use the schema.
    pub class: Class,
    /// `column public.users.plan text added`.
    pub words: String,
    /// The table, view or type it is about.
    pub subject: Option<QName>,
    /// What the checks say of the statement that makes it.
    pub findings: Vec<Finding>,
    /// What a comparison cannot tell.
    pub note: Option<String>,
}

/// Compares two schemas. The findings are those of one release that makes all changes, on the old schema as history.
pub fn diff(old: Side, new: Side, settings: &Settings) -> Diff {
    let basis = Basis { queries: old.printed == new.printed };
    let (old_migrations, new_migrations) = (as_history(old.migrations), as_history(new.migrations));
    let (old_parsed, new_parsed) = (history::read(&old_migrations, false), history::read(&new_migrations, false));
    let (before, after) = (replayed(&old_parsed, settings), replayed(&new_parsed, settings));
    let mut differences = compare(before.catalog(), after.catalog(), basis);
    differences.retain(|found| !is_bookkeeping(found));
    let statements = statements(&differences, after.catalog(), &new_migrations, settings.version);
    let release = Release::of(&statements);
    let mut migrations = old_migrations.clone();
    migrations.push(release.migration.clone());
    let judged = Judged::of(&migrations, &release, differences.len(), settings);
    let notes = renames(&differences);
    let changes = differences.iter().zip(judged.findings).zip(judged.rewrites).zip(notes);
    let changes = changes.map(|(((difference, findings), rewrites), note)| Change {
        class: if rewrites { Class::Rewrite } else { class::of(difference) },
        words: words(difference),
        subject: difference.owner().cloned(),
        findings,
        note,
    });
    let mut changes: Vec<Change> = changes.collect();
    changes.sort_by_key(|change| change.class);
    let unread = [("old", before.catalog().opaque), ("new", after.catalog().opaque)];
    Diff {
        changes,
        unread: unread.into_iter().filter_map(|(side, unread)| unread.then_some(side)).collect(),
        queries_skipped: !basis.queries,
        sql: release.migration.text,
    }
}

fn is_bookkeeping(difference: &Difference<'_>) -> bool {
    match difference {
        Difference::Schema { name, .. } => bookkeeping::is_schema(name),
        other => other.owner().is_some_and(bookkeeping::is_table),
    }
}

fn as_history(mut migrations: Vec<Migration>) -> Vec<Migration> {
    for migration in &mut migrations {
        migration.reported = false;
    }
    migrations
}

fn replayed<'a>(parsed: &'a [crate::review::replay::Parsed<'a>], settings: &'a Settings) -> Replay<'a> {
    let mut replay = Replay::new(settings);
    for (file, parsed) in (0_u32..).zip(parsed) {
        replay.file(parsed, Position { release: file, file }, &mut Vec::new());
    }
    replay
}

/// All statements as one migration.
struct Release {
    migration: Migration,
    /// The bytes of each statement, and the number of the difference it belongs to.
    places: Vec<(Range<u32>, usize)>,
}

impl Release {
    fn of(statements: &[Statement]) -> Self {
        let mut text = PREAMBLE.to_owned();
        let mut places = Vec::with_capacity(statements.len());
        let offset = |text: &String| u32::try_from(text.len()).unwrap_or(u32::MAX);
        for statement in statements {
            let start = offset(&text);
            text.push_str(&statement.sql);
            places.push((start..offset(&text), statement.difference));
            text.push_str(";\n");
        }
        let span = Span::new(0, offset(&text));
        let migration = Migration {
            path: PathBuf::from(RELEASE),
            text,
            // As if each was sent by itself.
            sections: vec![Section { span, direction: Direction::Up, transaction: TransactionMode::None }],
            release: RELEASE.to_owned(),
            reported: true,
            standing: Standing::default(),
            down: None,
            carrier: None,
        };
        Self { migration, places }
    }

    fn difference_at(&self, offset: u32) -> Option<usize> {
        let after = self.places.partition_point(|(place, _)| place.start <= offset);
        let (place, difference) = after.checked_sub(1).and_then(|at| self.places.get(at))?;
        (offset < place.end).then_some(*difference)
    }
}

/// What is said of each difference.
struct Judged {
    findings: Vec<Vec<Finding>>,
    /// It copies a table that was there before.
    rewrites: Vec<bool>,
}

impl Judged {
    fn of(migrations: &[Migration], release: &Release, count: usize, settings: &Settings) -> Self {
        let mut judged = Self { findings: vec![Vec::new(); count], rewrites: vec![false; count] };
        let last = migrations.len().saturating_sub(1);
        for finding in lint(migrations, settings).findings {
            let about_files = ABOUT_FILES.contains(&crate::spec::group(finding.rule));
            let at =
                release.difference_at(finding.span.start).filter(|_| finding.file as usize == last && !about_files);
            if let Some(findings) = at.and_then(|at| judged.findings.get_mut(at)) {
                findings.push(finding);
            }
        }
        let parsed = history::read(migrations, false);
        history::replay(&parsed, settings, Evidence::none(), |_, release_steps| {
            for step in release_steps.steps.iter().filter(|step| step.impacts.iter().any(|impact| impact.rewrite)) {
                let at = release.difference_at(step.operation.span.start);
                if let Some(rewrites) = at.and_then(|at| judged.rewrites.get_mut(at)) {
                    *rewrites = true;
                }
            }
        });
        judged
    }
}

fn words(difference: &Difference<'_>) -> String {
    let what = difference.what();
    match (difference.how(), difference.values()) {
        (How::Added, _) => format!("{what} added"),
        (How::Gone, _) => format!("{what} dropped"),
        (How::Changed, Some((old, new))) => format!("{what} changes from {old} to {new}"),
        (How::Changed, None) => format!("{what} changes"),
    }
}

/// For each column that goes while one of its type comes to the same table, and for that one: that they may be one.
fn renames(differences: &[Difference<'_>]) -> Vec<Option<String>> {
    let mut notes = vec![None; differences.len()];
    // The columns of a table stand together, those that are gone first.
    let mut gone: Vec<(usize, &QName, &Symbol)> = Vec::new();
    for (at, difference) in differences.iter().enumerate() {
        let Difference::Column { table, pair } = difference else { continue };
        let Some(column) = pair.any() else { continue };
        if gone.last().is_some_and(|(_, other, _)| other != table) {
            gone.clear();
        }
        if pair.is_gone() {
            gone.push((at, table, &column.name));
            continue;
        }
        let like = gone.iter().position(|(at, ..)| match differences.get(*at) {
            Some(Difference::Column { pair, .. }) => {
                let types = pair.old.and_then(|old| old.data_type.as_ref()).zip(column.data_type.as_ref());
                types.is_some_and(|(old, new)| old == new)
            }
            _ => false,
        });
        let Some((other, _, name)) = like.map(|like| gone.remove(like)) else { continue };
        let note = |from: &Symbol, to: &Symbol| {
            format!(
                "looks like a rename of {} to {}, which a comparison cannot tell from a drop",
                Quoted(from),
                Quoted(to)
            )
        };
        for at in [at, other] {
            if let Some(found) = notes.get_mut(at) {
                *found = Some(note(name, &column.name));
            }
        }
    }
    notes
}
