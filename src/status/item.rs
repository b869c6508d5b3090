//! One transition of the ledger as facts.

use std::cmp::Reverse;

use super::next::{self, Scene};
use super::{Item, Moved, Overdue, Stage, Standing, State, remains};
use crate::date::{Date, Moment};
use crate::review::step::Release;
use crate::schema::catalog::ConstraintBody;
use crate::transition::{Event, Key, Kind, Part, Phase, ShapeId, Transition};

/// Seconds in a day.
const DAY: i64 = 86_400;

/// What is looked at from outside the history.
pub(super) struct Now<'n> {
    /// The day.
    pub(super) today: Date,
    /// How long a transition may stay open, in seconds.
    pub(super) max_age: Option<i64>,
    /// Which migrations count as new.
    pub(super) new: &'n [bool],
}

/// The replacements in the ledger, in the order they are listed.
pub(super) fn all(release: &Release<'_>, now: &Now<'_>) -> Vec<Item> {
    let ledger = release.ledger;
    let scene = Scene { ledger, catalog: release.after };
    let found = ledger.tracked();
    let mut items: Vec<Item> =
        found.into_iter().filter(|one| !one.moves.is_empty()).map(|one| item(&scene, release, one, now)).collect();
    items.sort_by_key(|item| {
        let open = item.state == State::Open;
        // Of those that are open the one that has to be done first, and is open longest; of the others the last one.
        let wait = if open { item.opened } else { None };
        (item.state, item.overdue.is_none(), item.due.is_none(), item.due, wait.is_none(), wait, Reverse(item.moved))
    });
    items
}

fn item(scene: &Scene<'_>, release: &Release<'_>, transition: &Transition, now: &Now<'_>) -> Item {
    let ledger = scene.ledger;
    let date = |event: &Event| release.time(event.at.file).map(Moment::date);
    let state = match (ledger.is_given_up(transition), ledger.is_done(transition)) {
        (true, _) => State::GivenUp,
        (false, true) => State::Done,
        (false, false) => State::Open,
    };
    let opened = transition.moves.first().and_then(|step| date(&step.event));
    let moved = transition.moves.iter().filter_map(|step| date(&step.event)).max();
    let until = if state == State::Open { Some(now.today) } else { moved };
    let age_days = opened.zip(until).map(|(opened, until)| until.days_since(opened));
    let open = state == State::Open;
    let overdue = if open { overdue(transition.due, age_days, now) } else { None };
    let stages = stages(scene, transition, state, &date);
    let names = |ids: &[ShapeId]| ids.iter().map(|id| name(scene, *id)).collect();
    Item {
        kind: transition.kind,
        old: names(&transition.old),
        new: names(&transition.new),
        state,
        phase: transition.phase(),
        percent: percent(&stages, ledger.percent(transition)),
        stages,
        opened,
        moved,
        age_days,
        owner: transition.owner.as_deref().map(str::to_owned),
        due: transition.due,
        overdue,
        next: open.then(|| next::step(scene, transition)),
        returns: if open { remains::returns(scene, transition) } else { Vec::new() },
        leftovers: if open { remains::leftovers(scene, transition) } else { Vec::new() },
        moves: transition
            .moves
            .iter()
            .map(|step| Moved {
                phase: step.phase,
                words: step.words.clone(),
                declared: step.declared,
                file: step.event.at.file,
                span: step.event.at.span,
                date: date(&step.event),
                recent: now.new.get(step.event.at.file as usize).copied().unwrap_or(false),
            })
            .collect(),
    }
}

fn overdue(due: Option<Date>, age_days: Option<i64>, now: &Now<'_>) -> Option<Overdue> {
    let past = due.map(|due| now.today.days_since(due)).filter(|days| *days > 0);
    let most = now.max_age.map(|seconds| seconds / DAY);
    past.map(|days| Overdue::Due { days }).or_else(|| {
        let most = most.filter(|most| age_days.is_some_and(|age| age > *most))?;
        Some(Overdue::Age { most })
    })
}

fn stages(
    scene: &Scene<'_>,
    transition: &Transition,
    state: State,
    date: &dyn Fn(&Event) -> Option<Date>,
) -> Vec<Stage> {
    let furthest = transition.phase();
    let next = if state == State::Open { next::phase(scene, transition) } else { None };
    let at = |phase: Phase| {
        let reached = transition.reached(phase);
        let standing = match reached {
            _ if next == Some(phase) => Standing::Next,
            Some(_) => Standing::Done,
            None if furthest.is_some_and(|furthest| phase < furthest) && next.is_none_or(|next| phase < next) => {
                Standing::Skipped
            }
            None => Standing::Ahead,
        };
        Stage { phase, standing, date: reached.and_then(|step| date(&step.event)) }
    };
    scene.ledger.phases(transition).into_iter().map(at).collect()
}

/// How much is done, where a step that was left out comes next: `told` counts it as done.
fn percent(stages: &[Stage], told: u32) -> u32 {
    let next = stages.iter().position(|stage| stage.standing == Standing::Next);
    let left_out = next.is_some_and(|next| stages.iter().skip(next).any(|stage| stage.standing == Standing::Done));
    if !left_out {
        return told;
    }
    let done = stages.iter().filter(|stage| matches!(stage.standing, Standing::Done | Standing::Skipped)).count();
    u32::try_from(done * 100 / stages.len().max(1)).unwrap_or(told)
}

/// `users.full_name`, `foreign key orders.orders_user_fkey`.
fn name(scene: &Scene<'_>, id: ShapeId) -> String {
    let words = scene.ledger.name(id);
    match scene.ledger.shape(id).map(|shape| &shape.key) {
        Some(Key { part: Part::Index, .. }) => format!("index {words}"),
        Some(Key { owner, part: Part::Constraint(constraint) }) => {
            let table = scene.catalog.table(owner);
            let kind = table.and_then(|table| table.constraint(constraint)).map(|known| &known.kind);
            let kind = match kind {
                Some(ConstraintBody::Check { .. }) => "check",
                Some(ConstraintBody::NotNull) => "not null",
                Some(ConstraintBody::ForeignKey { .. }) => "foreign key",
                _ => "constraint",
            };
            format!("{kind} {words}")
        }
        _ => words,
    }
}

impl Item {
    /// `users.full_name → users.first_name, users.last_name`, with `arrow` in the middle.
    pub fn what(&self, arrow: &str) -> String {
        // What was rebuilt has the name of the old in the end.
        let rebuilt = |name: &String| if self.old.contains(name) { format!("{name} (new)") } else { name.clone() };
        let new = self.new.iter().map(rebuilt).collect::<Vec<_>>().join(", ");
        match (self.old.is_empty(), self.new.is_empty()) {
            (true, _) => new,
            (false, true) => format!("{} {arrow} nothing", self.old.join(", ")),
            (false, false) if self.kind == Kind::Value => {
                // The type is named once.
                let values: Vec<&str> =
                    self.new.iter().filter_map(|name| name.split_once(' ')).map(|(_, v)| v).collect();
                format!("{} {arrow} {}", self.old.join(", "), values.join(", "))
            }
            (false, false) => format!("{} {arrow} {new}", self.old.join(", ")),
        }
    }
}
