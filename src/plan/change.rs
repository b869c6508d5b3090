//! The kinds of changes, and who plans them.

use super::draft::{Draft, MOST_UNITS, Unit};
use super::step::{Phase, Release, Serves, Step};
use super::write::slug;
use super::{
    Options, Planned, Way, column, constraint, drop, enums, index, key, not_null, partition, rows, split, table,
    table_replace, table_split,
};
use crate::engine::effect::Effects;
use crate::engine::lock::LockMode;
use crate::engine::{Context, Engine};
use crate::schema::operation::OperationKind;
use crate::settings::Settings;

/// Statements that make up one change, planned.
pub(super) struct Found {
    /// Their numbers.
    pub(super) units: Vec<usize>,
    pub(super) what: String,
    pub(super) way: Way,
    pub(super) notes: Vec<String>,
    /// Statements that stay as they are; several in a row are one migration.
    plain: bool,
}

impl Found {
    /// A change that is done in these releases.
    pub(super) fn new(units: Vec<usize>, what: impl Into<String>, releases: Vec<Release>) -> Self {
        Self { units, what: what.into(), way: Way::Releases(releases), notes: Vec::new(), plain: false }
    }

    /// A change that nobody can make safe.
    pub(super) fn none(units: Vec<usize>, what: impl Into<String>, why: impl Into<String>) -> Self {
        Self { units, what: what.into(), way: Way::None(why.into()), notes: Vec::new(), plain: false }
    }

    /// Goes on with statements that stay as they are, too.
    fn join(&mut self, other: Self) {
        self.units.extend(other.units);
        "statements that are safe as they are".clone_into(&mut self.what);
        let (Way::Releases(releases), Way::Releases(more)) = (&mut self.way, other.way) else { return };
        let step = releases.first_mut().and_then(|release| release.steps.first_mut());
        let statements = more.into_iter().flat_map(|release| release.steps).flat_map(|step| step.statements);
        if let Some(step) = step {
            // A statement with several operations is there already.
            for statement in statements {
                if !step.statements.contains(&statement) {
                    step.statements.push(statement);
                }
            }
        }
    }

    /// With something that is left to a person.
    pub(super) fn notes(self, notes: Vec<String>) -> Self {
        Self { notes, ..self }
    }
}

/// What a kind of change is planned with.
pub(super) struct Scene<'s, 'a> {
    pub(super) draft: &'s Draft<'a>,
    pub(super) settings: &'s Settings,
    pub(super) options: &'s Options,
    /// Number of the file in the history.
    pub(super) file: u32,
    taken: Vec<bool>,
}

impl<'s, 'a> Scene<'s, 'a> {
    /// The operation of this number.
    pub(super) fn unit(&self, at: usize) -> Option<&'s Unit<'a>> {
        self.draft.units.get(at)
    }

    /// The operations from `at` on that no other change has, with their numbers.
    pub(super) fn from(&self, at: usize) -> impl Iterator<Item = (usize, &'s Unit<'a>)> {
        let free = |number: &usize| !self.taken.get(*number).copied().unwrap_or(false);
        self.draft.units.iter().enumerate().skip(at).filter(move |(number, _)| free(number))
    }

    /// What the server does for an operation.
    pub(super) fn effects(&self, unit: &Unit<'_>) -> Effects {
        let context = Context { version: self.settings.version, utc: false };
        Engine::Postgres.effects(&unit.operation, &unit.before, context)
    }
}

/// Who looks whether the operation of a number begins a change of their kind. Those that want several operations come first.
const KINDS: &[fn(&Scene<'_, '_>, usize) -> Option<Found>] = &[
    table_replace::replaced,
    table_split::split,
    split::columns,
    key::swapped,
    index::replaced,
    index::built,
    constraint::added,
    not_null::set,
    column::added,
    column::renamed,
    column::retyped,
    column::default_dropped,
    key::added,
    partition::attached,
    table::renamed,
    drop::column,
    drop::table,
    enums::value_renamed,
    rows::changed,
];

/// The changes of a draft, in order.
pub(super) fn planned(draft: &Draft<'_>, settings: &Settings, options: &Options) -> Vec<Planned> {
    let file = draft.file;
    let mut scene = Scene { draft, settings, options, file, taken: vec![false; draft.units.len()] };
    let mut found: Vec<Found> = Vec::new();
    for at in 0..draft.units.len() {
        let Some(unit) = scene.unit(at) else { break };
        if scene.taken.get(at).copied().unwrap_or(true) || unit.is_frame() {
            continue;
        }
        let one = KINDS.iter().find_map(|kind| kind(&scene, at)).unwrap_or_else(|| as_it_is(&scene, at, unit));
        for number in one.units.iter().chain([&at]) {
            if let Some(taken) = scene.taken.get_mut(*number) {
                *taken = true;
            }
        }
        match found.last_mut().filter(|last| last.plain && one.plain) {
            Some(last) => last.join(one),
            None => found.push(one),
        }
    }
    let mut changes: Vec<Planned> = found.into_iter().map(|found| planned_of(draft, found)).collect();
    if draft.cut {
        changes.push(Planned {
            what: "everything after that".to_owned(),
            spans: Vec::new(),
            way: Way::None(format!("a change of more than {MOST_UNITS} operations is planned one statement at a time")),
            notes: Vec::new(),
        });
    }
    changes
}

fn planned_of(draft: &Draft<'_>, found: Found) -> Planned {
    let Found { units, what, way, notes, .. } = found;
    let span = |unit: &usize| {
        let unit = draft.units.get(*unit)?;
        Some(if matches!(unit.operation.kind, OperationKind::Alter { .. }) {
            unit.operation.span
        } else {
            unit.statement
        })
    };
    Planned { what, spans: units.iter().filter_map(span).collect(), way, notes }
}

/// A statement that no kind speaks for: as it is, unless it keeps others away for as long as a table is big.
fn as_it_is(scene: &Scene<'_, '_>, at: usize, unit: &Unit<'_>) -> Found {
    let sql = unit.sql(scene.draft.text);
    let what = first_words(&sql);
    if let OperationKind::Unrecognized(unread) = &unit.operation.kind {
        return Found::none(vec![at], what, format!("it cannot be read: {}", unread.reason));
    }
    let effects = scene.effects(unit);
    let old = |table: &&crate::schema::operation::QName| !unit.is_new(table, scene.file);
    let blocks = |table: &&crate::schema::operation::QName| {
        effects.locks.iter().any(|lock| lock.relation == **table && lock.mode >= LockMode::Share)
    };
    let slow = effects.rewrites.iter().chain(&effects.scans).chain(effects.builds.iter().map(|(table, _)| table));
    if let Some(table) = slow.filter(old).find(blocks) {
        return Found::none(
            vec![at],
            what,
            format!(
                "no way is known that keeps {} in use meanwhile: run it in a maintenance window, with a lock_timeout and a \
                 statement_timeout",
                table.short()
            ),
        );
    }
    let name = slug(&[&what]);
    let back = "take it back as its own down part says";
    let step = if effects.no_transaction {
        Step::outside(name, "run it outside of any transaction", sql).back(back)
    } else {
        Step::transaction(name, "it is safe as it is, given a lock_timeout", vec![sql]).back(back)
    };
    let release = Release { phase: Phase::Whole, steps: vec![step], then: Vec::new(), serves: Serves::BOTH };
    Found { plain: !effects.no_transaction, ..Found::new(vec![at], what, vec![release]) }
}

/// The beginning of a statement, to call it by.
fn first_words(sql: &str) -> String {
    let words: Vec<&str> = sql.split_whitespace().collect();
    let mut said = words.iter().take(6).copied().collect::<Vec<_>>().join(" ");
    if words.len() > 6 {
        said.push('…');
    }
    said
}
